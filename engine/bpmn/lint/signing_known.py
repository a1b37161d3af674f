"""How several people sign a step, and who steps aside from it, are rules that we run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.dialect import Abstain, RuleKind, Signing, Tie
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "signing_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find rules outside the grammar, a tie with nobody to decide it, and buttons against them."""
    for node in walk.of(outline, "userTask"):
        for name, read in ((dialect.SIGNING, dialect.signing), (dialect.RECUSE, dialect.recuse)):
            text = node.properties.get(name, "")
            if not text.strip():
                continue
            try:
                found = read(text)
            except dialect.DialectError as problem:
                yield walk.told(node.id, RULE, problem)
                continue
            if isinstance(found, Signing):
                yield from _fits(node, found)


def _fits(node: Node, rule: Signing) -> Iterator[Finding]:
    groups = node.attributes.get(dialect.CANDIDATE_GROUPS, "")
    if rule.tie is Tie.CHAIR and rule.chair is None and f"{RuleKind.COMMITTEE}:" not in groups:
        sentence = "“{name}”平票由主持人决定，但没有写谁是主持人，也没有交给有主任的组织。"
        yield error(node.id, RULE, sentence, name=node.label)
    try:
        verbs = dialect.verbs(node.properties.get(dialect.VERBS) or "approve")
    except dialect.DialectError:
        return
    abstains = dialect.offers(verbs, "abstain")
    if abstains and (rule.abstain is Abstain.NO or not rule.is_group):
        sentence = "“{name}”有弃权按钮，但会签规则不允许弃权。"
        yield error(node.id, RULE, sentence, name=node.label)
    if rule.is_vote and dialect.VERBS in node.properties and not dialect.offers(verbs, "refuse"):
        sentence = "“{name}”是投票，却没有不同意按钮：只能投赞成票。"
        yield warning(node.id, RULE, sentence, name=node.label)
