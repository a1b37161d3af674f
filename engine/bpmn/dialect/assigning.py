"""Who gets a step: a post in a unit, a head, a person, whoever began."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.bpmn.dialect.written import KEY, DialectError, items, short

ASSIGNEE: Final = "camunda:assignee"
CANDIDATE_GROUPS: Final = "camunda:candidateGroups"
CANDIDATE_USERS: Final = "camunda:candidateUsers"

_CODE: Final = re.compile(r"[\w.-]{1,100}")
_USER: Final = re.compile(r"[\w.+@-]{1,100}")


class RuleKind(StrEnum):
    """The ways to say who gets a step."""

    INITIATOR = "initiator"
    POST = "post"
    USER = "user"
    HEAD = "head"
    LEADER = "leader"
    COMMITTEE = "committee"
    FIELD = "field"
    PICK = "pick"


class Place(StrEnum):
    """The unit in which a post or a head is looked for."""

    ANYWHERE = ""
    SUBJECT_UNIT = "subject.unit"
    SUBJECT_COLLEGE = "subject.college"
    INITIATOR_UNIT = "initiator.unit"
    INITIATOR_COLLEGE = "initiator.college"
    UNIT = "unit"


RULES_RUN: Final = frozenset(
    {RuleKind.INITIATOR, RuleKind.POST, RuleKind.USER, RuleKind.HEAD, RuleKind.LEADER}
)
_NEEDS_PLACE: Final = frozenset({RuleKind.HEAD, RuleKind.LEADER})
_MAY_HAVE_PLACE: Final = _NEEDS_PLACE | {RuleKind.POST}
_NEEDSKEY: Final[Mapping[RuleKind, re.Pattern[str]]] = MappingProxyType(
    {
        RuleKind.POST: KEY,
        RuleKind.USER: _USER,
        RuleKind.COMMITTEE: KEY,
        RuleKind.FIELD: KEY,
        RuleKind.PICK: KEY,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to find people: `post:KEY@subject.college` is (POST, KEY, SUBJECT_COLLEGE, "")."""

    kind: RuleKind
    key: str = ""
    place: Place = Place.ANYWHERE
    unit: str = ""

    @property
    def text(self) -> str:
        """The rule as it is written in a file."""
        head = f"{self.kind}:{self.key}" if self.key else str(self.kind)
        if self.place is Place.UNIT:
            return f"{head}@unit:{self.unit}"
        return f"{head}@{self.place}" if self.place else head


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a user task is for: one person who holds it, or candidates, or both."""

    assignee: Rule | None
    candidates: tuple[Rule, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, the assignee first."""
        return (self.assignee, *self.candidates) if self.assignee else self.candidates


def assignment(text: str) -> tuple[Rule, ...]:
    """Read rules separated by commas. Raises `DialectError`."""
    return tuple(dict.fromkeys(_rule(item) for item in items(text)))


def who(attributes: Mapping[str, str]) -> Who:
    """Read the three attributes that say whom a task is for. Raises `DialectError`."""
    named = attributes.get(ASSIGNEE, "")
    holders = users(named) if named.strip() else ()
    if len(holders) > 1:
        raise DialectError("指定办理人只能写一个人：“{text}”。", text=short(named))
    groups, people = attributes.get(CANDIDATE_GROUPS, ""), attributes.get(CANDIDATE_USERS, "")
    candidates = assignment(groups) if groups.strip() else ()
    candidates += users(people) if people.strip() else ()
    return Who(holders[0] if holders else None, tuple(dict.fromkeys(candidates)))


def users(text: str) -> tuple[Rule, ...]:
    """Read user names or `initiator`, separated by commas. Raises `DialectError`."""
    found = []
    for item in items(text):
        if item == RuleKind.INITIATOR:
            found.append(Rule(RuleKind.INITIATOR))
            continue
        name = item.removeprefix("user:")
        if not _USER.fullmatch(name):
            raise DialectError("“{text}”不是用户名。这里写用户名或 initiator。", text=short(item))
        found.append(Rule(RuleKind.USER, name))
    return tuple(dict.fromkeys(found))


def _rule(text: str) -> Rule:
    head, at, where = text.partition("@") if not text.startswith("user:") else (text, "", "")
    word, colon, key = head.partition(":")
    try:
        kind = RuleKind(word)
    except ValueError:
        message = (
            "看不懂“{text}”。例：post:college_reviewer@subject.college、user:zhang、initiator。"
        )
        raise DialectError(message, text=short(text)) from None
    pattern = _NEEDSKEY.get(kind)
    if pattern is None and colon:
        raise DialectError("“{text}”里的 {kind} 后面不写名称。", text=short(text), kind=kind)
    if pattern is not None and not pattern.fullmatch(key):
        message = "“{text}”里的 {kind}: 后面要写名称，只用字母、数字和 _ . -。"
        raise DialectError(message, text=short(text), kind=kind)
    place, unit = _place(where, text) if at else (Place.ANYWHERE, "")
    if at and kind not in _MAY_HAVE_PLACE:
        raise DialectError("“{text}”里的 {kind} 不能加 @。", text=short(text), kind=kind)
    if not at and kind in _NEEDS_PLACE:
        message = "“{text}”要写明是哪个单位的，例如 {kind}@subject.unit。"
        raise DialectError(message, text=short(text), kind=kind)
    return Rule(kind, key, place, unit)


def _place(where: str, text: str) -> tuple[Place, str]:
    word, colon, code = where.partition(":")
    if word == Place.UNIT and colon:
        if _CODE.fullmatch(code):
            return Place.UNIT, code
    elif where and where in set(Place) - {Place.ANYWHERE, Place.UNIT}:
        return Place(where), ""
    message = "“{text}”里 @ 后面要写 unit:单位代码，或者：{places}。"
    places = "、".join(place for place in Place if place not in (Place.ANYWHERE, Place.UNIT))
    raise DialectError(message, text=short(text), places=places)
