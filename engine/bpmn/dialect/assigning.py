"""Who gets a step: a post in a unit, heads, a committee, a person, a field, somebody's pick."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from engine.bpmn.dialect.written import KEY, DialectError, items, short

ASSIGNEE: Final = "camunda:assignee"
CANDIDATE_GROUPS: Final = "camunda:candidateGroups"
CANDIDATE_USERS: Final = "camunda:candidateUsers"
FALLBACK: Final = "fallback"
REPEAT: Final = "repeat"
INITIATOR_IS_APPROVER: Final = "initiator_is_approver"

PICKED: Final = "pick:"
"""Before the id of a step: the variable with whom somebody picked. No expression can name it."""
MAX_LEVELS: Final = 20

_CODE: Final = re.compile(r"[\w.-]{1,100}")
_USER: Final = re.compile(r"[\w.+@-]{1,100}")
_NAME: Final = re.compile(r"[^\W\d_]\w{0,99}")
_STEP: Final = re.compile(r"[A-Za-z_][\w.-]{0,199}", re.ASCII)
_LEVELS: Final = re.compile(r"[1-9][0-9]?")
_SEAT: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9_.-]{0,99}(:(chair|deputy|member|secretary))?", re.ASCII
)


class RuleKind(StrEnum):
    """The ways to say who gets a step."""

    INITIATOR = "initiator"
    POST = "post"
    USER = "user"
    HEAD = "head"
    HEADS = "heads"
    LEADER = "leader"
    CONTACT_LEADER = "contact_leader"
    COMMITTEE = "committee"
    ROLE = "role"
    FIELD = "field"
    PICK = "pick"
    OWNER = "subject.owner"
    TEAM = "subject.team"


class Place(StrEnum):
    """The unit in which a post or a head is looked for."""

    ANYWHERE = ""
    SUBJECT_UNIT = "subject.unit"
    SUBJECT_COLLEGE = "subject.college"
    INITIATOR_UNIT = "initiator.unit"
    INITIATOR_COLLEGE = "initiator.college"
    UNIT = "unit"


class Repeat(StrEnum):
    """What happens to a person who has approved in this case before."""

    NEVER = "never"
    CONSECUTIVE = "consecutive"
    SKIP = "skip"


class Own(StrEnum):
    """What happens where whoever began the case would decide on it."""

    SELF = "self"
    SKIP = "skip"
    UP = "up"


NEEDS_PLACE: Final = frozenset(
    {RuleKind.HEAD, RuleKind.HEADS, RuleKind.LEADER, RuleKind.CONTACT_LEADER}
)
_MAY_HAVE_PLACE: Final = NEEDS_PLACE | {RuleKind.POST}
_KEYS: Final[Mapping[RuleKind, re.Pattern[str]]] = MappingProxyType(
    {
        RuleKind.POST: KEY,
        RuleKind.USER: _USER,
        RuleKind.HEADS: _LEVELS,
        RuleKind.COMMITTEE: _SEAT,
        RuleKind.ROLE: KEY,
        RuleKind.FIELD: _NAME,
        RuleKind.PICK: _STEP,
    }
)
_MAY_HAVE_KEY: Final[Mapping[RuleKind, re.Pattern[str]]] = MappingProxyType(
    {RuleKind.HEAD: _LEVELS}
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

    @property
    def levels(self) -> int:
        """How many levels of heads, or which one."""
        return int(self.key or 1)


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a user task is for: one person who holds it, or candidates, or both.

    `fallback` are tried in their order where those name nobody.
    """

    assignee: Rule | None
    candidates: tuple[Rule, ...]
    fallback: tuple[Rule, ...] = ()
    repeat: Repeat = Repeat.NEVER
    own: Own = Own.SELF

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules but the fallbacks, the assignee first."""
        return (self.assignee, *self.candidates) if self.assignee else self.candidates

    @property
    def is_picked(self) -> bool:
        """Whether somebody chooses the people while the case runs."""
        return any(rule.kind is RuleKind.PICK for rule in self.rules)


MOST_READ: Final = 500
"""Texts that are kept as they were read last: a page asks the same of each of its steps."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def who(attributes: Mapping[str, str], properties: Mapping[str, str] = _NOTHING) -> Who:
    """Read what says whom a task is for. Raises `DialectError`."""
    named = attributes.get(ASSIGNEE, "")
    holders = users(named) if named.strip() else ()
    if len(holders) > 1:
        raise DialectError("指定办理人只能写一个人：“{text}”。", text=short(named))
    groups, people = attributes.get(CANDIDATE_GROUPS, ""), attributes.get(CANDIDATE_USERS, "")
    candidates = assignment(groups) if groups.strip() else ()
    candidates += users(people) if people.strip() else ()
    return Who(
        holders[0] if holders else None,
        tuple(dict.fromkeys(candidates)),
        fallback(properties.get(FALLBACK, "")),
        repeat(properties.get(REPEAT, Repeat.NEVER)),
        initiator_is_approver(properties.get(INITIATOR_IS_APPROVER, Own.SELF)),
    )


@lru_cache(MOST_READ)
def assignment(text: str) -> tuple[Rule, ...]:
    """Read rules separated by commas. Raises `DialectError`."""
    return tuple(dict.fromkeys(_rule(item) for item in items(text)))


def fallback(text: str) -> tuple[Rule, ...]:
    """Read the rules tried where nobody is found; none is allowed. Raises `DialectError`."""
    return assignment(text) if text.strip() else ()


@lru_cache(MOST_READ)
def repeat(text: str) -> Repeat:
    """Read what happens to people who approved before. Raises `DialectError`."""
    if text.strip() not in set(Repeat):
        message = (
            "“{text}”不对。同一人重复审批时写 never（照常办理）、"
            "consecutive（连续时跳过）或 skip（办过就跳过）。"
        )
        raise DialectError(message, text=short(text))
    return Repeat(text.strip())


@lru_cache(MOST_READ)
def initiator_is_approver(text: str) -> Own:
    """Read what happens where the initiator would decide. Raises `DialectError`."""
    if text.strip() not in set(Own):
        message = (
            "“{text}”不对。发起人就是办理人时写 self（本人办理）、"
            "skip（跳过）或 up（交上一级负责人）。"
        )
        raise DialectError(message, text=short(text))
    return Own(text.strip())


def unpicked(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Variables from outside, but whom somebody picks: that is done at a step alone."""
    return {name: one for name, one in (values or {}).items() if PICKED not in name}


@lru_cache(MOST_READ)
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
    _check_key(kind, key, has_key=bool(colon), text=text)
    place, unit = _place(where, text) if at else (Place.ANYWHERE, "")
    if at and kind not in _MAY_HAVE_PLACE:
        raise DialectError("“{text}”里的 {kind} 不能加 @。", text=short(text), kind=kind)
    if not at and kind in NEEDS_PLACE:
        message = "“{text}”要写明是哪个单位的，例如 {example}@subject.unit。"
        raise DialectError(message, text=short(text), example=head)
    return Rule(kind, key, place, unit)


def _check_key(kind: RuleKind, key: str, *, has_key: bool, text: str) -> None:
    pattern = _KEYS.get(kind) or (_MAY_HAVE_KEY.get(kind) if has_key else None)
    if pattern is None and has_key:
        raise DialectError("“{text}”里的 {kind} 后面不写名称。", text=short(text), kind=kind)
    if pattern is None or (pattern.fullmatch(key) and not _too_many(pattern, key)):
        return
    if pattern is _LEVELS:
        message = "“{text}”里的 {kind}: 后面要写级数，1 到 {most}。"
        raise DialectError(message, text=short(text), kind=kind, most=MAX_LEVELS)
    if pattern is _SEAT:
        message = (
            "“{text}”里的 {kind}: 后面要写名称，还可以再写 :chair、:deputy、:member 或 :secretary。"
        )
        raise DialectError(message, text=short(text), kind=kind)
    message = "“{text}”里的 {kind}: 后面要写名称，只用字母、数字和 _ . -。"
    raise DialectError(message, text=short(text), kind=kind)


def _too_many(pattern: re.Pattern[str], key: str) -> bool:
    return pattern is _LEVELS and int(key) > MAX_LEVELS


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
