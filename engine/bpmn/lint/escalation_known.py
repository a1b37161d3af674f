"""An escalation policy exists, reaches posts that exist, and belongs to a step with a deadline."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.dialect import RuleKind
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "escalation_known"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find policies that do not exist, that would reach nobody, or that wait for no deadline."""
    for node in walk.of(outline, "userTask"):
        written = node.properties.get(dialect.ESCALATION)
        if written is None:
            continue
        try:
            key = dialect.key(written)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        if not (node.properties.get(dialect.DUE) or node.attributes.get(dialect.DUE_DATE)):
            sentence = "“{name}”写了期限策略，却没有期限，什么也不会发生。请写 due。"
            yield warning(node.id, RULE, sentence, name=node.label)
        if known.policies is not None and key not in known.policies:
            sentence = "没有代码为“{key}”的期限策略。请先在“期限策略”里建立。"
            yield error(node.id, RULE, sentence, key=key)
        elif known.policies is not None:
            yield from _reached(node, key, known.policies[key], known)


def _reached(node: Node, key: str, rules: tuple[str, ...], known: Known) -> Iterator[Finding]:
    """The posts that the rungs of a policy name."""
    for text in rules:
        try:
            named = dialect.assignment(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        for rule in named:
            post = rule.key if rule.kind is RuleKind.POST else str(rule.kind)
            is_post = rule.kind in (RuleKind.POST, RuleKind.HEAD, RuleKind.LEADER)
            if is_post and known.posts is not None and post not in known.posts:
                sentence = "期限策略“{key}”要通知岗位“{post}”，没有这个岗位。"
                yield error(node.id, RULE, sentence, key=key, post=post)
