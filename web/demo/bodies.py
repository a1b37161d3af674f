"""Who sits in the demo's committees; one group is left short, so that what is missing shows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import clock, people
from engine.college import committees
from engine.college.committees import NewSeat
from engine.models import Seat
from engine.people import Actor
from web.demo.registry import Registry

OFFICE: Final = (
    "party_office", "organisation", "publicity", "student_affairs", "human_resources",
    "academic_affairs", "it", "quality",
)  # fmt: skip
LED: Final = {
    "group_departments": "party_office",
    "group_students": "student_affairs",
    "group_staff": "human_resources",
    "group_teaching": "academic_affairs",
}
SHORT: Final = "group_students"
"""The group that has neither enough members nor its expert from outside."""
KEEPER: Final = "people_admin"


def experts(registry: Registry, told: Mapping[str, Any]) -> None:
    """Enter the experts from outside: one for each department, two for each college."""
    employers = cycle(told["employers"])
    wanted = [*told["departments"], *(code for code in told["colleges"] for _twice in range(2))]
    for _unit in wanted:
        registry.invent("external_expert@school", employer=next(employers))


class _Room:
    """Gathers who sits in which committee."""

    def __init__(self, registry: Registry, ids: Mapping[str, int]) -> None:
        self._registry, self._ids, self._rows = registry, ids, list[NewSeat]()

    def sit(self, key: str, *who: str, seat: Seat = Seat.MEMBER, unit: str | None = None) -> None:
        """Seat people in a committee, each once."""
        unit_id = None if unit is None else self._registry.units[unit]
        for username in dict.fromkeys(who):
            row = NewSeat(
                self._ids[key], self._registry.users[username], clock.today(), seat, unit_id=unit_id
            )
            self._rows.append(row)

    def write(self, db: Session, by: Actor) -> None:
        """Write who sits where."""
        committees.seat_all(db, self._rows, by=by)

    def holder(self, post: str, unit: str) -> str:
        """Who holds a post in a unit now: the last who was entered."""
        return self._registry.held[f"{post}@{unit}"][-1]

    def some(self, post: str, unit: str, count: int, *, but: tuple[str, ...] = ()) -> list[str]:
        """A few who hold a post in a unit."""
        there = self._registry.held.get(f"{post}@{unit}", [])
        return [one for one in there if one not in but][:count]


def seat(db: Session, registry: Registry, told: Mapping[str, Any], ids: Mapping[str, int]) -> None:
    """Fill the committees of the catalogue."""
    room = _Room(registry, ids)
    outside = list(registry.held["external_expert@school"])
    heads = {code: room.holder("head", code) for code in told["departments"]}
    _school(room, told, heads)
    _pool(room, told, heads, outside)
    for (key, lead), expert in zip(LED.items(), outside, strict=False):
        members = [heads[code] for code in told["departments"] if code != lead]
        room.sit(key, heads[lead], seat=Seat.CHAIR)
        if key == SHORT:
            room.sit(key, *members[:3])
            continue
        room.sit(key, members[0], seat=Seat.DEPUTY)
        room.sit(key, *members[1:3], expert)
    for place, code in enumerate(told["colleges"]):
        _college(room, told, code, outside[12 + 2 * place])
    room.sit("platform_group", heads["it"], seat=Seat.CHAIR)
    room.sit("platform_group", "process_admin", seat=Seat.DEPUTY)
    room.sit("platform_group", "process_admin2", "operator")
    room.write(db, people.actor(db, registry.users[KEEPER]))


def _school(room: _Room, told: Mapping[str, Any], heads: Mapping[str, str]) -> None:
    top = (room.holder("party_secretary", "school"), room.holder("head", "school"))
    deputies = room.some("school_leader", "school", 9, but=top)
    room.sit("quality_committee", *top, seat=Seat.CHAIR)
    room.sit("quality_committee", *deputies, seat=Seat.DEPUTY)
    colleges = [
        room.holder(post, code) for code in told["colleges"] for post in ("party_secretary", "head")
    ]
    room.sit("quality_committee", *heads.values(), *colleges)
    room.sit("quality_office", heads["quality"], seat=Seat.CHAIR)
    room.sit("quality_office", *(heads[code] for code in OFFICE if code != "quality"))
    inside = room.some("expert", "school", 3)
    outside = room.some("external_expert", "school", 4)
    room.sit("expert_committee", deputies[0], seat=Seat.CHAIR)
    room.sit("expert_committee", *inside, *outside)
    room.sit("expert_committee", heads["quality"], seat=Seat.SECRETARY)
    room.sit("supervision_team", inside[0], seat=Seat.CHAIR)
    room.sit("supervision_team", *inside[1:])


def _pool(
    room: _Room, told: Mapping[str, Any], heads: Mapping[str, str], outside: list[str]
) -> None:
    """One expert of the house and one from outside for each department, two for each college."""
    rest = iter(outside)
    for code in told["departments"]:
        room.sit("expert_pool", heads[code], next(rest), unit=code)
    for code in told["colleges"]:
        inside = (room.holder("head", code), room.holder("deputy_head", code))
        room.sit("expert_pool", *inside, next(rest), next(rest), unit=code)


def _college(room: _Room, told: Mapping[str, Any], code: str, expert: str) -> None:
    key = f"group_{code}"
    sections = [
        room.holder("course_leader", section) for section in told["colleges"][code]["sections"]
    ]
    teachers = [
        one
        for section in told["colleges"][code]["sections"]
        for one in room.some("major_leader", section, 9)
    ]
    members = list(dict.fromkeys([*sections, *teachers]))[:4]
    room.sit(key, room.holder("head", code), seat=Seat.CHAIR)
    room.sit(key, room.holder("deputy_head", code), seat=Seat.DEPUTY)
    room.sit(key, *members, expert)
