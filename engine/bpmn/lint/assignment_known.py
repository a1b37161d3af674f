"""Whom a step is for can be read, and is somebody this house knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.dialect import Own, Place, Repeat, Rule, RuleKind, Who
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "assignment_known"
_OF_POSTS: Final = frozenset(
    {RuleKind.HEAD, RuleKind.HEADS, RuleKind.LEADER, RuleKind.CONTACT_LEADER, RuleKind.POST}
)


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find assignment rules outside the grammar, and whoever and whatever does not exist."""
    steps = {node.id: node for node in walk.of(outline, "userTask")}
    backwards = _backwards(outline)
    for node in steps.values():
        try:
            who = dialect.who(node.attributes, node.properties)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        sight = _Sight(node, known, steps, backwards)
        for rule in (*who.rules, *who.fallback, *_signing(node)):
            yield from _rule(sight, rule)
        yield from _fallbacks(sight, who)
        yield from _settled(sight, who)


def _signing(node: Node) -> tuple[Rule, ...]:
    """Whom the signing rule and the one for stepping aside name; `signing_known` reads them."""
    try:
        signing = dialect.signing(node.properties.get(dialect.SIGNING) or "any")
        away = dialect.recuse(node.properties.get(dialect.RECUSE) or "initiator")
    except dialect.DialectError:
        return ()
    chair = (signing.chair,) if signing.chair is not None else ()
    weighed = tuple(rule for rule, _weight in signing.weights)
    return (*weighed, *chair, *(one for one in away if isinstance(one, Rule)))


def _backwards(outline: Outline) -> dict[str, list[str]]:
    """Whence a token may have come: out of all that a sub-process holds, into its start."""
    edges = walk.turned(walk.onward(outline))
    for node in outline.nodes:
        if node.parent in edges:
            entrance = f"{node.parent} "
            edges.setdefault(entrance, list(edges[node.parent]))
            if node.tag == "startEvent":
                edges[node.id].append(entrance)
    for node in outline.nodes:
        if node.parent in edges:
            edges[node.parent].append(node.id)
    return edges


@dataclass(frozen=True, slots=True)
class _Sight:
    """One step, and what its rules may be held against."""

    node: Node
    known: Known
    steps: Mapping[str, Node]
    backwards: Mapping[str, list[str]]


def _rule(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    if rule.kind in _OF_POSTS:
        yield from _post(sight, rule)
    yield from _OTHERS.get(rule.kind, _nothing)(sight, rule)
    known, element = sight.known, sight.node.id
    if rule.place is Place.UNIT and known.units is not None and rule.unit not in known.units:
        yield error(element, RULE, "没有代码为“{code}”的单位。", code=rule.unit)
    relative = rule.place not in (Place.ANYWHERE, Place.UNIT)
    if relative and known.places is not None and rule.place not in known.places:
        sentence = "这里还没有办法按“{place}”找到单位。"
        yield error(element, RULE, sentence, place=str(rule.place))


def _nothing(_sight: _Sight, _rule: Rule) -> Iterator[Finding]:
    yield from ()


def _post(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    """Heads and leaders hold posts of those names."""
    key = {RuleKind.POST: rule.key, RuleKind.HEADS: "head"}.get(rule.kind, str(rule.kind))
    if sight.known.posts is not None and key not in sight.known.posts:
        yield error(sight.node.id, RULE, "没有名为“{key}”的岗位。", key=key)
    elif sight.known.vacant is not None and key in sight.known.vacant:
        sentence = "“{name}”交给岗位“{key}”，可是今天没有人担任这个岗位。"
        yield warning(sight.node.id, RULE, sentence, name=sight.node.label, key=key)


def _user(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    if sight.known.users is not None and rule.key not in sight.known.users:
        yield error(sight.node.id, RULE, "没有名为“{key}”的用户。", key=rule.key)


def _committee(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    key = rule.key.partition(":")[0]
    if sight.known.committees is not None and key not in sight.known.committees:
        yield error(sight.node.id, RULE, "没有标识为“{key}”的组织。", key=key)


def _role(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    if sight.known.roles is not None and rule.key not in sight.known.roles:
        yield error(sight.node.id, RULE, "没有名为“{key}”的角色。", key=rule.key)


def _people(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    if sight.known.people is not None and rule.kind not in sight.known.people:
        sentence = "这里还没有办法按“{word}”找到人。"
        yield error(sight.node.id, RULE, sentence, word=str(rule.kind))


def _field(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    """The field stands in a form of the flow, or the case begins with it."""
    forms, variables = sight.known.forms, sight.known.variables
    if forms is None:
        return
    named = {node.attributes.get(dialect.FORM_REF, "") for node in sight.steps.values()}
    keys = {key for form in named for key in forms.get(form, frozenset())}
    if rule.key in keys or (variables is not None and rule.key in variables):
        return
    sentence = "这个流程的表单里没有字段“{key}”，找不到办理人。"
    yield error(sight.node.id, RULE, sentence, key=rule.key)


def _pick(sight: _Sight, rule: Rule) -> Iterator[Finding]:
    """Whoever picks acts before the step; the initiator does at the first step, theirs."""
    before = walk.reached(sight.backwards.get(sight.node.id, ()), sight.backwards)
    name = sight.node.label
    if rule.key != RuleKind.INITIATOR:
        if rule.key not in sight.steps:
            yield error(sight.node.id, RULE, "没有步骤“{step}”可以选人。", step=rule.key)
        elif rule.key == sight.node.id or rule.key not in before:
            sentence = "“{name}”的办理人由“{step}”选定，可是那一步不在它前面。"
            step = sight.steps[rule.key].label
            yield error(sight.node.id, RULE, sentence, name=name, step=step)
        return
    if not any(key in before and key != sight.node.id for key in sight.steps):
        sentence = "“{name}”的办理人由发起人选定，可是它前面没有发起人提交的步骤。"
        yield error(sight.node.id, RULE, sentence, name=name)


_OTHERS: Final[Mapping[RuleKind, Callable[[_Sight, Rule], Iterator[Finding]]]] = {
    RuleKind.USER: _user,
    RuleKind.COMMITTEE: _committee,
    RuleKind.ROLE: _role,
    RuleKind.OWNER: _people,
    RuleKind.TEAM: _people,
    RuleKind.FIELD: _field,
    RuleKind.PICK: _pick,
}


def _fallbacks(sight: _Sight, who: Who) -> Iterator[Finding]:
    for rule in who.fallback:
        if rule.kind is RuleKind.PICK:
            sentence = "备用办理人不能写“{text}”：没有人会被问到要选谁。"
            yield error(sight.node.id, RULE, sentence, text=rule.text)
        elif rule in who.rules:
            sentence = "备用办理人“{text}”与办理人相同，找不到人时它也找不到。"
            yield warning(sight.node.id, RULE, sentence, text=rule.text)


def _settled(sight: _Sight, who: Who) -> Iterator[Finding]:
    """A step that may complete by itself asks for no field and chooses nobody."""
    if who.repeat is Repeat.NEVER and who.own is not Own.SKIP:
        return
    try:
        rights = dialect.field_rights(sight.node.properties.get(dialect.FIELD_RIGHTS, ""))
    except dialect.DialectError:
        rights = {}
    if "required" in rights.values():
        sentence = "“{name}”可能自动通过，那时必填的字段没有人填。"
        yield warning(sight.node.id, RULE, sentence, name=sight.node.label)
    picks = f"{RuleKind.PICK}:{sight.node.id}"
    for node in sight.steps.values():
        if picks in node.attributes.get(dialect.CANDIDATE_GROUPS, "").split(","):
            sentence = "“{name}”可能自动通过，那时没有人为“{step}”选办理人。"
            name, step = sight.node.label, node.label
            yield warning(sight.node.id, RULE, sentence, name=name, step=step)
