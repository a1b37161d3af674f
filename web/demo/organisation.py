"""The demo's units and who leads them: campuses, departments, colleges, classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import clock
from engine.college import units
from engine.college.units import NewUnit
from engine.people import SYSTEM
from web.demo.registry import SINCE, Registry

_SERIES: Final = {"campus": "0", "department": "1", "college": "2"}
CLASSES: Final = 2
"""How many classes a college has at least."""
STUDENTS: Final = 40
"""How many students a class has at most, in a demo of many people."""


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class: its code, and whose counsellor looks after it."""

    code: str
    college: str


def classes(told: Mapping[str, Any], size: int) -> list[SchoolClass]:
    """The classes of a demo of this size, college by college in turn."""
    wanted = max(CLASSES, size * 3 // 10 // STUDENTS // len(told["colleges"]) + 1)
    return [
        SchoolClass(f"{college}_{number}", college)
        for number in range(1, wanted + 1)
        for college in told["colleges"]
    ]


def found(db: Session, told: Mapping[str, Any], size: int) -> dict[str, int]:
    """Make the units. Returns their ids by what they are called in `college.yaml`."""
    rows, known = [*_rows(told), *_classes(told, size)], codes(told, size)
    coded = [
        replace(row, code=known[row.code], parent=known.get(row.parent or ""),
                campus=known.get(row.campus or ""))
        for row in rows
    ]  # fmt: skip
    ids = units.create_all(db, coded, by=SYSTEM)
    return {row.code: one for row, one in zip(rows, ids, strict=True)}


def codes(told: Mapping[str, Any], size: int) -> dict[str, str]:
    """Numbers as colleges give them: 1xx departments, 2xx colleges, two more digits below each."""
    known: dict[str, str] = {}
    counts = Counter[str]()
    year = clock.now().year % 100
    for row in (*_rows(told), *_classes(told, size)):
        above = _SERIES.get(row.kind) or known.get(row.parent or "", "")
        above += f"{year:02}" if row.kind == "class" else ""
        counts[above] += 1
        known[row.code] = f"{above}{counts[above]:02}" if row.parent else row.code
    return known


def _rows(told: Mapping[str, Any]) -> Iterator[NewUnit]:
    yield NewUnit("school", told["name"], "school", since=SINCE)
    for code, name in told["campuses"].items():
        yield NewUnit(code, name, "campus", parent="school", since=SINCE)
    main = next(iter(told["campuses"]))
    for place, (code, here) in enumerate(told["departments"].items()):
        yield NewUnit(code, here["name"], "department", "school", main, place, SINCE)
        for section, name in here.get("sections", {}).items():
            yield NewUnit(section, name, "section", parent=code, since=SINCE)
    for place, (code, here) in enumerate(told["colleges"].items()):
        yield NewUnit(code, here["name"], "college", "school", here["campus"], place, SINCE)
        for section, one in here["sections"].items():
            yield NewUnit(section, one["name"], "teaching_section", parent=code, since=SINCE)
        if "centre" in here:
            yield NewUnit(f"{code}_centre", here["centre"], "training_centre", parent=code)


def _classes(told: Mapping[str, Any], size: int) -> Iterator[NewUnit]:
    grade = clock.now().year
    majors = {
        college: cycle(
            name for section in here["sections"].values() for name in section["majors"].values()
        )
        for college, here in told["colleges"].items()
    }
    counts: dict[str, int] = {}
    for one in classes(told, size):
        major = next(majors[one.college])
        counts[major] = counts.get(major, 0) + 1
        name = f"{major} {grade} 级 {counts[major]} 班"
        yield NewUnit(one.code, name, "class", parent=one.college)


def leaders(registry: Registry, told: Mapping[str, Any]) -> None:
    """Enter who leads the school, its campuses and departments, and who looks after them."""
    registry.invent("party_secretary@school", "school_leader@school")
    registry.invent("head@school", "school_leader@school")
    deputies = ["school_leader", *(registry.invent("school_leader@school") for _number in range(2))]
    for campus in told["campuses"]:
        registry.invent(f"head@{campus}")
    turns = cycle(deputies)
    for code, here in told["departments"].items():
        _led(registry, "leader", code, next(turns))
        if code == "academic_affairs":
            registry.invent(f"head@{code} 2020-09-01..2023-08-31", f"staff@{code}")
            registry.invent(f"head@{code} 2023-09-01..", f"staff@{code}")
        elif code != "quality":
            registry.invent(f"head@{code}")
        for section in here.get("sections", {}):
            registry.invent(f"head@{section}", f"staff@{section}")
    for code in told["colleges"]:
        _led(registry, "leader", code, next(turns))
        _led(registry, "contact_leader", code, next(turns))
        if f"head@{code}" not in registry.held:
            registry.invent(f"head@{code}")
        registry.invent(f"party_secretary@{code}")
        registry.invent(f"deputy_head@{code}")
        if f"{code}_centre" in registry.units:
            registry.invent(f"head@{code}_centre", f"teacher@{code}_centre")
    registry.invent("college_reviewer@machine 2020-09-01..2024-08-31", "teacher@machine_cutting")


def _led(registry: Registry, post: str, unit: str, deputy: str) -> None:
    """Let a deputy of the school look after a unit, unless a demo account does already."""
    place = f"{post}@{unit}"
    if place not in registry.held:
        registry.hold(deputy, place)


def counsellors(registry: Registry, told: Mapping[str, Any], size: int) -> None:
    """Give every class its counsellor; a college has two, and both belong to it."""
    for code in told["colleges"]:
        if code != "machine":
            for _number in range(2):
                registry.invent(f"counsellor@{code}")
    turns = {code: cycle(registry.held[f"counsellor@{code}"]) for code in told["colleges"]}
    for one in classes(told, size):
        place, who = f"counsellor@{one.code}", next(turns[one.college])
        if place not in registry.held:
            registry.hold(who, place)
