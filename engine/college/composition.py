"""What a committee must consist of, and what is missing. Pure: no database, no clock.

A rule is written as JSON, as `quality/catalog/committees.yaml` shows it: `size`, `odd`, one range
for each seat, `external` (experts from outside), `nominated` (how many experts each unit of a kind
names), and a `note` for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.college.errors import BadRule
from engine.college.kinds import UNIT_KINDS, seat_label
from engine.models import Seat

MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Range:
    """How many there must be; no `most` is no limit."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Nomination:
    """How many experts of the house and from outside each unit of a kind names, at least."""

    kind: str
    inside: int
    outside: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What a committee must consist of."""

    size: Range = Range()
    odd: bool = False
    seats: Mapping[Seat, Range] = field(default_factory=dict)
    external: Range = Range()
    nominated: tuple[Nomination, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a committee, as a rule counts them; `unit_id` is who nominated them."""

    seat: Seat
    is_external: bool = False
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Nominator:
    """A unit that names experts."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is not as the rule has it: a sentence with its values."""

    sentence: str
    values: Mapping[str, object]

    def text(self) -> str:
        """The sentence with its gaps filled, in Chinese."""
        return self.sentence.format_map(self.values)


def missing(
    rule: Rule,
    members: Sequence[Member],
    nominators: Sequence[Nominator] = (),
    *,
    kind: str = "working_group",
) -> list[Lack]:
    """Everything that is not as the rule has it, in the order people would put it right."""
    have = len(members)
    lacks = _size(rule.size, have)
    if rule.odd and have % 2 == 0:
        lacks.append(Lack("总人数应为奇数，现有 {have} 人。", {"have": have}))
    for seat, wanted in rule.seats.items():
        held = sum(one.seat == seat for one in members)
        lacks += _counted(wanted, held, seat_label(kind, seat))
    lacks += _counted(rule.external, sum(one.is_external for one in members), "校外专家")
    for nomination in rule.nominated:
        for unit in nominators:
            if unit.kind == nomination.kind:
                lacks += _nominated(nomination, unit, members)
    return lacks


def _size(wanted: Range, have: int) -> list[Lack]:
    if have < wanted.least:
        values = {"count": wanted.least - have, "least": wanted.least, "have": have}
        return [Lack("还缺 {count} 人：总人数至少 {least} 人，现有 {have} 人。", values)]
    if wanted.most is not None and have > wanted.most:
        values = {"count": have - wanted.most, "most": wanted.most, "have": have}
        return [Lack("多了 {count} 人：总人数最多 {most} 人，现有 {have} 人。", values)]
    return []


def _counted(wanted: Range, have: int, what: str) -> list[Lack]:
    least, most = wanted.least, wanted.most
    values: dict[str, object] = {"what": what, "least": least, "most": most, "have": have}
    if have < least:
        values["count"] = least - have
        if most is None:
            return [Lack("还缺 {count} 名{what}：至少 {least} 名，现有 {have} 名。", values)]
        if most == least:
            return [Lack("还缺 {count} 名{what}：应有 {least} 名，现有 {have} 名。", values)]
        return [Lack("还缺 {count} 名{what}：应有 {least} 至 {most} 名，现有 {have} 名。", values)]
    if most is not None and have > most:
        values["count"] = have - most
        return [Lack("多了 {count} 名{what}：最多 {most} 名，现有 {have} 名。", values)]
    return []


def _nominated(wanted: Nomination, unit: Nominator, members: Sequence[Member]) -> list[Lack]:
    lacks = []
    for is_external, least, what in (
        (False, wanted.inside, "校内专家"),
        (True, wanted.outside, "校外专家"),
    ):
        have = sum(one.unit_id == unit.id and one.is_external == is_external for one in members)
        if have < least:
            sentence = "“{unit}”还应推荐 {count} 名{what}：应有 {least} 名，现有 {have} 名。"
            values = {"unit": unit.name, "count": least - have, "what": what}
            lacks.append(Lack(sentence, {**values, "least": least, "have": have}))
    return lacks


def read(told: Mapping[str, Any]) -> Rule:
    """The rule that was written. Raises `BadRule`, which names the part."""
    for part in told:
        if part not in _PARTS:
            raise BadRule(part=part, why="没有这一项。")
    seats = {seat: _range(told, seat.value) for seat in Seat if seat.value in told}
    nominated = told.get("nominated", [])
    if not isinstance(nominated, list):
        raise BadRule(part="nominated", why="应是一个列表。")
    odd, note = told.get("odd", False), told.get("note", "")
    if not isinstance(odd, bool):
        raise BadRule(part="odd", why="只能是“是”或“否”。")
    if not isinstance(note, str):
        raise BadRule(part="note", why="应是一段文字。")
    return Rule(
        _range(told, "size"),
        odd,
        seats,
        _range(told, "external"),
        tuple(_nomination(one) for one in nominated),
        note,
    )


_PARTS: Final = frozenset({"size", "odd", "external", "nominated", "note", *Seat})


def _range(told: Mapping[str, Any], part: str) -> Range:
    written = told.get(part, {})
    if not isinstance(written, Mapping) or not set(written) <= {"least", "most"}:
        raise BadRule(part=part, why="只能写最少（least）和最多（most）。")
    least, most = _count(part, written.get("least", 0)), written.get("most")
    if most is not None and _count(part, most) < least:
        raise BadRule(part=part, why="最多不能小于最少。")
    return Range(least, most)


def _nomination(told: object) -> Nomination:
    if not isinstance(told, Mapping) or str(told.get("kind")) not in UNIT_KINDS:
        raise BadRule(part="nominated", why="没有这一类单位。")
    inside, outside = (_count("nominated", told.get(word, 0)) for word in ("internal", "external"))
    return Nomination(told["kind"], inside, outside)


def _count(part: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise BadRule(part=part, why="人数应是 0 到 1000 的整数。")
    return value
