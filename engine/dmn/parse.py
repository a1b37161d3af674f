"""Bytes to `File`, through the one hardened XML parser of the house (`engine.bpmn.parse.tree`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.bpmn import parse
from engine.bpmn.findings import error
from engine.bpmn.parse import Unreadable
from engine.dmn.table import Column, Drawn, File, Row, Table

NAMESPACES: Final = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
LOGIC: Final = frozenset(
    {
        "literalExpression",
        "context",
        "relation",
        "invocation",
        "functionDefinition",
        "list",
        "conditional",
        "for",
        "every",
        "some",
        "filter",
    }
)
MAX_DECISIONS: Final = 100


def read(xml: bytes) -> File:
    """Read the decisions of a DMN file. Raises `Unreadable`."""
    return of_tree(parse.tree(xml))


def of_tree(root: etree._Element) -> File:
    """The decisions of a file that is parsed already. Raises `Unreadable`."""
    space, _brace, tag = str(root.tag).removeprefix("{").partition("}")
    if tag != "definitions" or space not in NAMESPACES:
        if space == parse.BPMN:
            sentence = "这是流程图（BPMN）文件，不是决策表。流程图请到“流程设计”里上传。"
            raise Unreadable(error("", "dmn_namespace", sentence))
        sentence = "这不是 DMN 文件：最外层是“{tag}”，应当是 DMN 命名空间里的 definitions。"
        raise Unreadable(error("", "dmn_namespace", sentence, tag=str(root.tag)[:120]))
    found = list(_children(root, "decision"))
    if not found:
        raise Unreadable(error("", "decision_required", "文件里没有决策表（decision）。"))
    if len(found) > MAX_DECISIONS:
        sentence = "文件里的决策太多，最多 {most} 个。"
        raise Unreadable(error("", "table_size", sentence, most=MAX_DECISIONS))
    ids = Counter(str(one.get("id")) for one in root.iter() if _is_ours(one, space))
    return File(
        root.get("id", ""),
        (root.get("name") or "").strip(),
        tuple(_decision(one) for one in found),
        {str(one.get("name")): _text(one, "typeRef") for one in _children(root, "itemDefinition")},
        tuple(one for one, count in ids.items() if count > 1 and one != "None"),
    )


def table_of(root: etree._Element, decision_id: str) -> etree._Element | None:
    """The element of one decision's table."""
    for one in _children(root, "decision"):
        if one.get("id") == decision_id:
            return next(_children(one, "decisionTable"), None)
    return None


def _decision(element: etree._Element) -> Drawn:
    drawn = next(_children(element, "decisionTable"), None)
    other = [one for one in element if _local(one) in LOGIC]
    variable = next(_children(element, "variable"), None)
    requires = [
        str(needed.get("href", "")).removeprefix("#")
        for requirement in _children(element, "informationRequirement")
        for needed in _children(requirement, "requiredDecision")
    ]
    return Drawn(
        element.get("id", ""),
        (element.get("name") or "").strip(),
        (variable.get("name") or "").strip() if variable is not None else "",
        tuple(requires),
        _table(drawn) if drawn is not None else None,
        _local(other[0]) if other else "",
    )


def _table(element: etree._Element) -> Table:
    return Table(
        (element.get("hitPolicy") or "UNIQUE").strip(),
        (element.get("aggregation") or "").strip(),
        tuple(_input(one) for one in _children(element, "input")),
        tuple(_output(one) for one in _children(element, "output")),
        tuple(_row(one) for one in _children(element, "rule")),
    )


def _input(element: etree._Element) -> Column:
    expression = next(_children(element, "inputExpression"), None)
    text = _text(expression, "text") if expression is not None else ""
    return Column(
        element.get("id", ""),
        (element.get("label") or "").strip() or text,
        text,
        expression.get("typeRef", "") if expression is not None else "",
        _listed(element, "inputValues"),
    )


def _output(element: etree._Element) -> Column:
    name = (element.get("name") or "").strip()
    return Column(
        element.get("id", ""),
        (element.get("label") or "").strip() or name,
        name,
        element.get("typeRef", ""),
        _listed(element, "outputValues"),
        _listed(element, "defaultOutputEntry"),
    )


def _row(element: etree._Element) -> Row:
    remarks = [_text(one, "text") for one in _children(element, "annotationEntry")]
    return Row(
        element.get("id", ""),
        tuple(_text(one, "text") for one in _children(element, "inputEntry")),
        tuple(_text(one, "text") for one in _children(element, "outputEntry")),
        _text(element, "description") or next((one for one in remarks if one), ""),
    )


def _listed(element: etree._Element, tag: str) -> str:
    found = next(_children(element, tag), None)
    return _text(found, "text") if found is not None else ""


def _text(element: etree._Element, tag: str) -> str:
    found = next(_children(element, tag), None)
    return "".join(str(one) for one in found.itertext()).strip() if found is not None else ""


def _children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (one for one in element if _local(one) == tag and _is_ours(one))


def _is_ours(element: etree._Element, space: str = "") -> bool:
    written = str(element.tag).removeprefix("{").partition("}")[0]
    return written == space if space else written in NAMESPACES


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
