"""A multi-instance activity says how often it runs, and that has an end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect, loops
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import LoopMarks, Node, Outline
from engine.expressions import ExpressionError

RULE = "loop_bounded"
RUN: Final = frozenset({"serviceTask", "sendTask", "callActivity", "subProcess"})

_NAME: Final = re.compile(r"[^\W\d_]\w{0,99}")


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find multi-instance marks that cannot be read, have no end, or stand on something else."""
    for node in outline.nodes:
        if node.marks is None:
            continue
        if node.tag == "userTask":
            yield from _signing(node, node.marks)
        elif node.tag in RUN:
            yield from _readable(node, node.marks)
        else:
            sentence = (
                "“{name}”不能是多实例。可以是多实例的：用户任务、服务任务、发送任务、"
                "调用活动、子流程。"
            )
            yield error(node.id, RULE, sentence, name=node.label)


def _signing(node: Node, marks: LoopMarks) -> Iterator[Finding]:
    """On a user task the mark is a signing rule; who signs is said by who gets the step."""
    if marks.completion:
        sentence = (
            "“{name}”画成了多实例并写了完成条件。几个人同意才算通过，请写在会签规则（signing）里。"
        )
        yield error(node.id, RULE, sentence, name=node.label)
    elif marks.cardinality or marks.collection:
        sentence = "“{name}”由谁会签按“谁办”来找，多实例的个数和列表不起作用。"
        yield warning(node.id, RULE, sentence, name=node.label)
    written = node.properties.get(dialect.SIGNING, "").strip()
    if written and written != loops.signing(marks):
        sentence = "“{name}”既画成多实例，又写了会签规则“{text}”：按写的规则办。"
        yield warning(node.id, RULE, sentence, name=node.label, text=written)


def _readable(node: Node, marks: LoopMarks) -> Iterator[Finding]:
    try:
        loops.read(marks)
    except ExpressionError as problem:
        yield walk.told(node.id, RULE, problem)
        return
    if marks.variable and not _NAME.fullmatch(marks.variable):
        sentence = "多实例“{name}”的变量名“{variable}”只能用字母、数字和下划线，并以字母开头。"
        yield error(node.id, RULE, sentence, name=node.label, variable=marks.variable)
    elif marks.collection and not marks.variable:
        sentence = "多实例“{name}”没有写每一项叫什么（camunda:elementVariable）。"
        yield warning(node.id, RULE, sentence, name=node.label)
