"""Bytes to `Outline`, through the one hardened XML parser of the house.

No DTD, no entities, no network, bounded size and depth. Reading never refuses an element that we
cannot run: it is kept in the outline, and the lint rules say what is wrong with it.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.bpmn.findings import Finding, error
from engine.bpmn.outline import (
    EventDefinition,
    FlowLine,
    HandedLine,
    LoopMarks,
    Node,
    Outline,
)

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
PREFIXES: Final = {
    CAMUNDA: "camunda",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
}

MAX_BYTES: Final = 5_000_000
MAX_ELEMENTS: Final = 20_000
MAX_BRACKETS: Final = 3 * MAX_ELEMENTS
MAX_ATTRIBUTES: Final = 100
MAX_NODES: Final = 3_000
MAX_ID: Final = 200

DECORATION: Final = frozenset(
    {
        "documentation",
        "extensionElements",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "property",
        "auditing",
        "monitoring",
        "incoming",
        "outgoing",
        "artifact",
        "category",
        "dataInputAssociation",
        "dataOutputAssociation",
        "resourceRole",
        "potentialOwner",
        "performer",
        "humanPerformer",
        "supportedInterfaceRef",
        "correlationSubscription",
        "completionCondition",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
    }
)
CONTAINERS: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
REFERENCES: Final = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}
CODES: Final = ("errorCode", "escalationCode", "name")

_DECLARED: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})"
)


class Unreadable(Exception):
    """The bytes are no BPMN file that can be looked at; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text())
        self.finding = finding


@dataclass(frozen=True, slots=True)
class _Scope:
    element: etree._Element
    id: str | None


def tree(xml: bytes) -> etree._Element:
    """Parse hostile bytes into an element tree, or raise `Unreadable`."""
    if not xml.strip():
        raise Unreadable(error("", "readable", "文件是空的。"))
    if len(xml) > MAX_BYTES:
        raise Unreadable(
            error("", "readable", "文件太大，最多 {most} MB。", most=MAX_BYTES // 10**6)
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
    )
    _check_bytes(xml)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Unreadable(
            error("", "no_dtd", "文件里有 DTD 或实体声明，为安全起见不接受。请删去 <!DOCTYPE …>。")
        )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        line = getattr(problem, "lineno", None) or 0
        sentence = "不是完好的 XML（第 {line} 行）：{detail}"
        raise Unreadable(
            error("", "readable", sentence, line=line, detail=_plain(problem))
        ) from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(
            error("", "no_dtd", "文件里有 DTD 或实体声明，为安全起见不接受。请删去 <!DOCTYPE …>。")
        )
    for count, element in enumerate(root.iter(), start=1):
        if count > MAX_ELEMENTS:
            sentence = "文件里的元素太多，最多 {most} 个。"
            raise Unreadable(error("", "readable", sentence, most=MAX_ELEMENTS))
        if len(element.attrib) > MAX_ATTRIBUTES:
            sentence = "第 {line} 行的元素属性太多，最多 {most} 个。"
            line = _line(element)
            raise Unreadable(error("", "readable", sentence, line=line, most=MAX_ATTRIBUTES))
    return root


def _check_bytes(xml: bytes) -> None:
    """Refuse, before any parsing, what is not UTF-8 or would make a tree without measure."""
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError as problem:
        sentence = "文件不是 UTF-8 编码（第 {place} 个字节起）。请用 UTF-8 保存。"
        raise Unreadable(error("", "readable", sentence, place=problem.start + 1)) from problem
    declared = _DECLARED.match(xml)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        sentence = "文件声明的编码是 {encoding}，不是 UTF-8。请用 UTF-8 保存。"
        name = declared[1].decode()
        raise Unreadable(error("", "readable", sentence, encoding=name))
    if b"\x00" in xml:
        raise Unreadable(error("", "readable", "文件里有空字节（NUL），不是 XML。"))
    if xml.count(b"<") > MAX_BRACKETS:
        sentence = "文件里的元素太多，最多 {most} 个。"
        raise Unreadable(error("", "readable", sentence, most=MAX_ELEMENTS))


def read(xml: bytes) -> Outline:
    """Read the executable process of a BPMN file. Raises `Unreadable`."""
    root = tree(xml)
    if root.tag != f"{{{BPMN}}}definitions":
        sentence = "这不是 BPMN 2.0 文件：最外层是“{tag}”，应当是 BPMN 命名空间里的 definitions。"
        raise Unreadable(error("", "bpmn_namespace", sentence, tag=str(root.tag)[:120]))
    processes = [one for one in root if one.tag == f"{{{BPMN}}}process"]
    running = [one for one in processes if one.get("isExecutable") == "true"]
    if not processes:
        raise Unreadable(error("", "one_process", "文件里没有流程（process）。"))
    if len(running) > 1:
        sentence = "文件里有 {count} 个可执行的流程，每个文件只放一个。"
        raise Unreadable(
            error(running[1].get("id", ""), "one_process", sentence, count=len(running))
        )
    chosen = running[0] if running else processes[0]
    names = {
        one.get("id", ""): next((text for code in CODES if (text := one.get(code))), "")
        for one in root
    }
    return _outline(chosen, names, root)


def _outline(process: etree._Element, names: dict[str, str], root: etree._Element) -> Outline:
    nodes: list[Node] = []
    flows: list[FlowLine] = []
    waiting = deque([_Scope(process, None)])
    while waiting:
        scope = waiting.popleft()
        for child in scope.element:
            tag = _local(child, BPMN)
            if tag == "sequenceFlow":
                flows.append(_flow(child, scope.id))
            elif tag is not None and tag not in DECORATION:
                nodes.append(_node(child, tag, scope.id, names))
                if tag in CONTAINERS:
                    waiting.append(_Scope(child, child.get("id", "")))
    if len(nodes) > MAX_NODES:
        raise Unreadable(
            error("", "readable", "流程里的元素太多，最多 {most} 个。", most=MAX_NODES)
        )
    ids = [
        one.get("id", "") for one in root.iter() if _local(one, BPMN) is not None and one.get("id")
    ]
    twice = [one for one, count in Counter(ids).items() if count > 1]
    attributes = _attributes(process)
    return Outline(
        process.get("id", ""),
        process.get("name", ""),
        tuple(nodes),
        tuple(flows),
        attributes,
        _properties(process),
        tuple(twice),
        _lanes(process),
        tuple(_extensions(process)),
    )


def _node(element: etree._Element, tag: str, parent: str | None, names: dict[str, str]) -> Node:
    script = element.find(f"{{{BPMN}}}script")
    loops = [
        name
        for child in element
        if (name := _local(child, BPMN))
        in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    ]
    return Node(
        id=element.get("id", ""),
        tag=tag,
        name=(element.get("name") or "").strip(),
        parent=parent,
        line=_line(element),
        attributes={**_attributes(element), **_retries(element)},
        properties=_properties(element),
        events=tuple(_events(element, names)),
        script=(script.text or "") if script is not None else "",
        loop=loops[0] or "" if loops else "",
        extensions=tuple(_extensions(element)),
        marks=_marks(element),
        handed=tuple(_handed(element)),
    )


def _retries(element: etree._Element) -> dict[str, str]:
    """How often a job is tried: stock modelers write it as an element."""
    name = "failedJobRetryTimeCycle"
    text = element.findtext(f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}{name}")
    return {f"camunda:{name}": text.strip()} if text and text.strip() else {}


def _marks(element: etree._Element) -> LoopMarks | None:
    found = element.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if found is None:
        return None
    return LoopMarks(
        sequential=found.get("isSequential", "false") in ("true", "1"),
        cardinality=(found.findtext(f"{{{BPMN}}}loopCardinality") or "").strip(),
        collection=found.get(f"{{{CAMUNDA}}}collection", "").strip(),
        variable=found.get(f"{{{CAMUNDA}}}elementVariable", "").strip(),
        completion=(found.findtext(f"{{{BPMN}}}completionCondition") or "").strip(),
    )


def _handed(element: etree._Element) -> Iterator[HandedLine]:
    for child in element.findall(f"{{{BPMN}}}extensionElements/*"):
        tag = _local(child, CAMUNDA)
        if tag in ("in", "out"):
            yield HandedLine(tag, {str(name): str(value) for name, value in child.attrib.items()})


def _events(element: etree._Element, names: dict[str, str]) -> Iterator[EventDefinition]:
    if element.get("messageRef"):
        message = element.get("messageRef", "")
        yield EventDefinition("message", "", names.get(message) or message)
    for child in element:
        tag = _local(child, BPMN)
        if tag == "eventDefinitionRef":
            yield EventDefinition("reference")
        if tag is None or not tag.endswith("EventDefinition"):
            continue
        kind = tag.removesuffix("EventDefinition")
        if kind == "timer":
            forms = [
                (name, (one.text or "").strip())
                for one in child
                if (name := _local(one, BPMN)) in ("timeDate", "timeDuration", "timeCycle")
            ]
            form, text = forms[0] if forms else ("", "")
            yield EventDefinition("timer", str(form), text)
        elif kind == "link":
            yield EventDefinition("link", "", child.get("name", "").strip())
        else:
            reference = child.get(REFERENCES[kind], "") if kind in REFERENCES else ""
            yield EventDefinition(kind, "", names.get(reference) or reference)


def _flow(element: etree._Element, parent: str | None) -> FlowLine:
    condition = element.find(f"{{{BPMN}}}conditionExpression")
    return FlowLine(
        id=element.get("id", ""),
        name=(element.get("name") or "").strip(),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        parent=parent,
        line=_line(element),
        condition=(condition.text or "").strip() if condition is not None else None,
        language=condition.get("language", "") if condition is not None else "",
        extensions=tuple(_extensions(element)),
    )


def _attributes(element: etree._Element) -> dict[str, str]:
    """Attributes by plain name, those of known engines as `camunda:name` unless they are blank."""
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        namespace, brace, local = str(name).removeprefix("{").partition("}")
        if not brace:
            found[str(name)] = str(value)
        elif namespace in PREFIXES and str(value).strip():
            found[f"{PREFIXES[namespace]}:{local}"] = str(value)
    return found


def _properties(element: etree._Element) -> dict[str, str]:
    path = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
    found = {one.get("name", ""): one.get("value", "") for one in element.findall(path)}
    return {name: value for name, value in found.items() if value.strip()}


def _extensions(element: etree._Element) -> Iterator[str]:
    for child in element.findall(f"{{{BPMN}}}extensionElements/*"):
        name = etree.QName(child)
        prefix = PREFIXES.get(str(name.namespace))
        yield f"{prefix}:{name.localname}" if prefix else str(name.localname)


def _lanes(process: etree._Element) -> dict[str, str]:
    lanes: dict[str, str] = {}
    for lane in process.iter(f"{{{BPMN}}}lane"):
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            lanes[(reference.text or "").strip()] = lane.get("name", "")
    return lanes


def _local(element: etree._Element, namespace: str) -> str | None:
    tag = str(element.tag)
    return tag.partition("}")[2] if tag.startswith(f"{{{namespace}}}") else None


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def _plain(problem: Exception) -> str:
    return str(problem).splitlines()[0][:200] if str(problem) else problem.__class__.__name__
