"""A called flow exists, does not lead back to this one, and gets what it is handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import expressions
from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import HandedLine, Node, Outline
from engine.expressions import ExpressionError

RULE = "call_known"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find calls of nothing, of flows that do not exist, in a circle, and unreadable hand-overs."""
    for node in walk.of(outline, "callActivity"):
        yield from _called(outline, node, known)
        for line in node.handed:
            yield from _handed(node, line)


def called_by(outline: Outline) -> frozenset[str]:
    """The flows that a diagram calls by name."""
    written = (one.attributes.get(dialect.CALLED, "") for one in walk.of(outline, "callActivity"))
    called = (dialect.called(text) for text in written if text.strip())
    return frozenset(one.key for one in called if not one.by_table)


def _called(outline: Outline, node: Node, known: Known) -> Iterator[Finding]:
    missing = "“{name}”没有说明调用哪个流程（calledElement）。"
    called = yield from walk.named(node, dialect.CALLED, RULE, missing, dialect.called)
    if called is None or called.by_table:
        return
    if called.key == outline.id or _leads_back(called.key, outline.id, known.calls or {}):
        sentence = "“{name}”调用“{key}”，绕一圈又回到这个流程，会没完没了。"
        yield error(node.id, RULE, sentence, name=node.label, key=called.key)
    elif known.definitions is not None and called.key not in known.definitions:
        sentence = "“{name}”要调用的流程“{key}”没有发布。"
        yield error(node.id, RULE, sentence, name=node.label, key=called.key)


def _leads_back(start: str, end: str, calls: Mapping[str, frozenset[str]]) -> bool:
    waiting = [start]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key == end:
            return True
        if key not in seen:
            seen.add(key)
            waiting.extend(calls.get(key, ()))
    return False


def _handed(node: Node, line: HandedLine) -> Iterator[Finding]:
    written = {name: text.strip() for name, text in line.attributes.items()}
    if written.get("variables") == "all":
        return
    expression = written.get("sourceExpression", "") or written.get("businessKey", "")
    to = written.get("target") or written.get("businessKey")
    if not to or not (written.get("source") or expression):
        sentence = "“{name}”的变量传递（camunda:{tag}）要写来源和去处（source、target）。"
        yield error(node.id, RULE, sentence, name=node.label, tag=line.tag)
    elif expression:
        try:
            expressions.compile(expressions.unwrap(expression))
        except ExpressionError as problem:
            yield walk.told(node.id, RULE, problem)
