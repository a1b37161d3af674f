"""Whom a step is for can be read, and is somebody this house knows."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.dialect import Place, Rule, RuleKind
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "assignment_known"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find assignment rules outside the grammar, and posts, units and users that do not exist."""
    for node in walk.of(outline, "userTask"):
        try:
            rules = dialect.who(node.attributes).rules
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        for rule in rules:
            yield from _rule(node.id, rule, known)


def _rule(element: str, rule: Rule, known: Known) -> Iterator[Finding]:
    if rule.kind not in dialect.RULES_RUN:
        sentence = "目前还不能按“{text}”找办理人。请写岗位（post:…）、人员（user:…）或 initiator。"
        yield error(element, RULE, sentence, text=rule.text)
    post = _post(rule)
    if post and known.posts is not None and post not in known.posts:
        yield error(element, RULE, "没有名为“{key}”的岗位。", key=post)
    if rule.kind is RuleKind.USER and known.users is not None and rule.key not in known.users:
        yield error(element, RULE, "没有名为“{key}”的用户。", key=rule.key)
    if rule.place is Place.UNIT and known.units is not None and rule.unit not in known.units:
        yield error(element, RULE, "没有代码为“{code}”的单位。", code=rule.unit)
    relative = rule.place not in (Place.ANYWHERE, Place.UNIT)
    if relative and known.places is not None and rule.place not in known.places:
        sentence = "这里还没有办法按“{place}”找到单位。"
        yield error(element, RULE, sentence, place=str(rule.place))


def _post(rule: Rule) -> str:
    """The post a rule looks for; heads and leaders hold posts of those names."""
    if rule.kind in (RuleKind.HEAD, RuleKind.LEADER):
        return str(rule.kind)
    return rule.key if rule.kind is RuleKind.POST else ""
