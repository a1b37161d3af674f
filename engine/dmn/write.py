"""Rows put back into a file: everything else in it stays as a modeler wrote it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from lxml import etree

from engine.bpmn import parse as hardened
from engine.bpmn.findings import error
from engine.bpmn.parse import Unreadable
from engine.dmn import parse
from engine.dmn.table import Row


def write_rows(
    xml: bytes, decision_id: str, rows: Sequence[Row], *, policy: str, aggregation: str = ""
) -> bytes:
    """The file with other rows in one of its tables. Raises `Unreadable`.

    Cells are written as they stand: `lint` the answer before it is used.
    """
    root = hardened.tree(xml)
    table = parse.table_of(root, decision_id)
    if table is None:
        raise Unreadable(error(decision_id, "table_required", "文件里没有这个决策表。"))
    space = str(table.tag).removeprefix("{").partition("}")[0]
    for old in [one for one in table if str(one.tag) == f"{{{space}}}rule"]:
        table.remove(old)
    table.set("hitPolicy", policy)
    if aggregation:
        table.set("aggregation", aggregation)
    else:
        table.attrib.pop("aggregation", "")
    place = _behind(table)
    for row in rows:
        table.insert(place, _rule(row, space))
        place += 1
    etree.indent(root, "  ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _behind(table: etree._Element) -> int:
    """Where rows stand: behind the columns (and the headings of remarks), in the schema's order."""
    heads = {"input", "output", "annotation", "description", "extensionElements"}
    places = [place for place, one in enumerate(table) if str(one.tag).rpartition("}")[2] in heads]
    return places[-1] + 1 if places else 0


def _rule(row: Row, space: str) -> etree._Element:
    rule = etree.Element(f"{{{space}}}rule", {"id": row.id or f"rule_{secrets.token_hex(6)}"})
    if row.note:
        _say(etree.SubElement(rule, f"{{{space}}}description"), row.note)
    for tag, texts in (("inputEntry", row.tests), ("outputEntry", row.answers)):
        for text in texts:
            attributes = {"id": f"cell_{secrets.token_hex(6)}"}
            entry = etree.SubElement(rule, f"{{{space}}}{tag}", attributes)
            _say(etree.SubElement(entry, f"{{{space}}}text"), text)
    return rule


def _say(element: etree._Element, text: str) -> None:
    try:
        element.text = text
    except ValueError as problem:  # control characters
        finding = error("", "cell_readable", "有些字符不能写进文件，请删去控制字符。")
        raise Unreadable(finding) from problem
