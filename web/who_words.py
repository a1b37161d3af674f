"""Rules for who gets a step, in plain words; and the answer to who would get each step today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import gettext

from engine import roles
from engine.assignment import About
from engine.bpmn.dialect import Place, Rule, RuleKind, Who
from engine.errors import Refused
from engine.permissions import Action, may
from engine.preview import Step
from engine.queries import catalogue, committees, directory, foreseen
from engine.queries.foreseen import Note
from quality import subjects
from web.session import db, me

PLACES: Final[Mapping[Place, str]] = {
    Place.ANYWHERE: "{post}（全校）",
    Place.SUBJECT_UNIT: "{post}（主体所属单位）",
    Place.SUBJECT_COLLEGE: "{post}（主体所属二级学院）",
    Place.INITIATOR_UNIT: "{post}（发起人所在单位）",
    Place.INITIATOR_COLLEGE: "{post}（发起人所在二级学院）",
    Place.UNIT: "{post}（{unit}）",
}
SEATS: Final[Mapping[str, str]] = {
    "": "{committee}",
    "chair": "{committee}主任",
    "deputy": "{committee}副主任",
    "member": "{committee}委员",
    "secretary": "{committee}秘书",
}
NOTES: Final[Mapping[Note, str]] = {
    Note.NONE: "",
    Note.OPEN: "到时由人选定",
    Note.FALLBACK: "按备用办理人",
    Note.NOBODY: "现在没有人可办，将交给流程管理员",
    Note.SETTLED: "自动通过",
}
LONGEST: Final = 100
MOST_SHOWN: Final = 20


class NobodyOfThatName(Refused):
    """No account has this user name, or it may not be asked about."""

    sentence = "没有账号“{name}”，或者您不能按这个人试。"


@dataclass(frozen=True, slots=True)
class Names:
    """Names by key, for words: posts, committees, steps of the flow, people that rules name."""

    posts: Mapping[str, str] = field(default_factory=dict)
    committees: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def names(steps: Sequence[Step]) -> Names:
    """The names that the rules of these steps may need, in a few statements."""
    rules = [rule for step in steps for rule in (*step.who.rules, *step.who.fallback)]
    return Names(
        catalogue.posts(db()),
        committees.names(db()),
        {step.id: step.name for step in steps},
        directory.names_of(db(), (one.key for one in rules if one.kind is RuleKind.USER)),
    )


def rule(one: Rule, known: Names) -> str:
    """A rule in words."""
    return _WORDS[one.kind](one, known)


def _post(one: Rule, known: Names) -> str:
    return _placed(one, known.posts.get(one.key, one.key))


def _head(one: Rule, _known: Names) -> str:
    if not one.key:
        return _placed(one, gettext("负责人"))
    return _placed(one, gettext("向上第 %(level)s 级负责人", level=one.levels))


def _heads(one: Rule, _known: Names) -> str:
    return _placed(one, gettext("向上 %(levels)s 级负责人", levels=one.levels))


def _placed(one: Rule, post: str) -> str:
    return gettext(PLACES[one.place]).format(post=post, unit=one.unit)


def _committee(one: Rule, known: Names) -> str:
    key, _colon, seat = one.key.partition(":")
    return gettext(SEATS[seat]).format(committee=known.committees.get(key, key))


def _pick(one: Rule, known: Names) -> str:
    if one.key == RuleKind.INITIATOR:
        return gettext("发起人选定的人")
    return gettext("“%(step)s”选定的人", step=known.steps.get(one.key, one.key))


_WORDS: Final = {
    RuleKind.INITIATOR: lambda _one, _known: gettext("发起人"),
    RuleKind.USER: lambda one, known: known.people.get(one.key, one.key),
    RuleKind.POST: _post,
    RuleKind.HEAD: _head,
    RuleKind.HEADS: _heads,
    RuleKind.LEADER: lambda one, _known: _placed(one, gettext("分管领导")),
    RuleKind.CONTACT_LEADER: lambda one, _known: _placed(one, gettext("联系领导")),
    RuleKind.COMMITTEE: _committee,
    RuleKind.ROLE: lambda one, _known: gettext(roles.LABELS.get(one.key, one.key)),
    RuleKind.FIELD: lambda one, _known: gettext("表单里“%(field)s”填的人", field=one.key),
    RuleKind.PICK: _pick,
    RuleKind.OWNER: lambda _one, _known: gettext("主体的负责人"),
    RuleKind.TEAM: lambda _one, _known: gettext("主体的团队"),
}


def rules(who: Who, known: Names) -> tuple[str, ...]:
    """All rules of a step in words, the fallbacks aside."""
    return tuple(rule(one, known) for one in who.rules)


def about(given: Mapping[str, Any]) -> About:
    """The subject and the initiator that a request asks about.

    Oneself may be asked about by everybody, others by who may edit definitions. Raises `NotFound`,
    `NobodyOfThatName`.
    """
    subject = str(given.get("subject", "")).strip()[:LONGEST]
    name = str(given.get("initiator", "")).strip()[:LONGEST]
    if subject:
        found = subjects.one(db(), me(), _number(subject))
        subject = subjects.reference(found.id)
    return About(subject or None, _initiator(name) if name else me().id)


def _number(subject: str) -> int:
    return int(subject) if subject.isdecimal() else subjects.read_reference(subject)


def _initiator(name: str) -> int | None:
    """Oneself by user name; anybody whom a designer means."""
    if may(me(), Action.DEFINITION_EDIT):
        return directory.meant(db(), name)
    if directory.by_username(db(), name) != me().id:
        raise NobodyOfThatName(name=name)
    return me().id


def who(steps: Sequence[Step], asked: About) -> list[dict[str, Any]]:
    """Whom each step would go to today: the rules in words, the people, what to know beside."""
    known = names(steps)
    return [
        {
            "element": one.element_id,
            "name": one.name,
            "rules": list(rules(one.who, known)),
            "fallback": [rule(each, known) for each in one.who.fallback],
            "people": list(one.people) if one.note is not Note.OPEN else [],
            "note": one.note.value,
            "note_text": gettext(NOTES[one.note]) if one.note else "",
        }
        for one in foreseen.of(db(), steps, asked, most=MOST_SHOWN)
    ]
