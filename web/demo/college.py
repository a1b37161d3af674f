"""The demo college's people, posts and majors, read from `college.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy.orm import Session

from engine import clock, roles
from engine.models import Role
from engine.people import SYSTEM
from quality import default_grants, foundation, subjects
from quality.subjects import Given
from web.demo import bodies, organisation, registers, registry
from web.demo import subjects as register
from web.demo.registry import Registry

HERE: Final = Path(__file__).parent
PASSWORD: Final = registry.PASSWORD
TOLD: Final[Mapping[str, Any]] = yaml.safe_load((HERE / "college.yaml").read_bytes())
ACCOUNTS: Final[tuple[tuple[str, str, str], ...]] = tuple(
    (username, told["name"], told["what"]) for username, told in TOLD["accounts"].items()
)
LEADS: Final = {"460305": "major_leader", "460304": "major_leader"}
"""The majors that belong to a demo account."""


@dataclass(frozen=True, slots=True)
class Major:
    """A major: its subject, whose it is, and what its texts speak of."""

    code: str
    name: str
    college: str
    leader: str
    reviewer: str
    subject_id: int
    words: Mapping[str, object]


@dataclass(slots=True)
class College:
    """What was made: ids of units, posts and people by name, and the majors by code."""

    units: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    majors: dict[str, Major] = field(default_factory=dict)


def found(db: Session, size: int) -> College:
    """Make units, posts, people, committees and subjects; what comes with the product is there."""
    units = organisation.found(db, TOLD, size)
    laid = foundation.lay(db, by=SYSTEM)
    entered = Registry(units, dict(laid.posts))
    leads = _people(entered, size)
    entered.write(db)
    made = College(units, entered.posts, entered.users)
    for username, told in TOLD["accounts"].items():
        for role in told.get("roles", ()):
            roles.give(db, made.users[username], Role(role), by=SYSTEM)
    for username in entered.held["external_expert@school"]:
        roles.give(db, made.users[username], Role.EXTERNAL_EXPERT, by=SYSTEM)
    _majors(db, made, leads)
    codes = organisation.codes(TOLD, size)
    groups = {f"group_{one}": laid.committees[f"group_{codes[one]}"] for one in TOLD["colleges"]}
    bodies.seat(db, entered, TOLD, {**laid.committees, **groups})
    default_grants.lay(db)
    register.enter(db, made.units)
    registers.enter(db, made.units, clock.today().year)
    registers.enter_standards(db, made.units)
    return made


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads a major, who reviews it, and where it is taught."""

    leader: str
    reviewer: str
    college: str
    section: str
    name: str
    number: int


def _people(entered: Registry, size: int) -> dict[str, Lead]:
    """Enter everybody. Returns who leads each major."""
    for username, told in TOLD["accounts"].items():
        entered.enter(username, told["name"], *told.get("posts", ()))
    organisation.leaders(entered, TOLD)
    entered.invent("academic_affairs@academic_affairs")
    for _number in range(2):
        entered.invent("expert@school")
    leads: dict[str, Lead] = {}
    for code, told in TOLD["colleges"].items():
        leads |= _college(entered, code, told)
    organisation.counsellors(entered, TOLD, size)
    bodies.experts(entered, TOLD)
    entered.invent("student@machine_2")
    _others(entered, size)
    return leads


def _college(entered: Registry, code: str, told: Mapping[str, Any]) -> dict[str, Lead]:
    is_demo = code == "machine"
    reviewer = "college_reviewer" if is_demo else entered.invent(f"college_reviewer@{code}")
    leads: dict[str, Lead] = {}
    for section, here in told["sections"].items():
        entered.invent(f"course_leader@{section}", f"teacher@{section}", f"head@{section}")
        for number, (major, name) in enumerate(here["majors"].items()):
            leader = LEADS.get(major) or entered.invent(
                f"major_leader@{section}", f"teacher@{section}"
            )
            leads[major] = Lead(leader, reviewer, code, section, name, number)
    return leads


def _majors(db: Session, made: College, leads: Mapping[str, Lead]) -> None:
    header = {"applies_to": f"{clock.now().year} 级"}
    given = [
        Given(
            "major", code, one.name, made.units[one.section], made.users[one.leader], None, header
        )
        for code, one in leads.items()
    ]
    ids = subjects.create_all(db, given, by=SYSTEM)
    for (code, lead), subject_id in zip(leads.items(), ids, strict=True):
        words = _words(lead)
        major = Major(code, lead.name, lead.college, lead.leader, lead.reviewer, subject_id, words)
        made.majors[code] = major


def _words(lead: Lead) -> Mapping[str, object]:
    told = TOLD["colleges"][lead.college]
    return {
        "name": lead.name,
        "industry": told["industry"],
        "firm": told["firm"],
        "certificate": told["certificate"],
        "teachers": 18 + 3 * lead.number + len(lead.name),
        "students": 240 + 35 * lead.number + 10 * len(lead.name),
        "firms": 10 + 2 * lead.number,
    }


def _others(entered: Registry, size: int) -> None:
    """Teachers, students and staff, up to the number of people that was asked for."""
    sections = cycle(section for told in TOLD["colleges"].values() for section in told["sections"])
    classes = cycle(one.code for one in organisation.classes(TOLD, size))
    departments = cycle(TOLD["departments"])
    for number in range(size - entered.count):
        if number % 10 < 6:  # noqa: PLR2004  (six teachers, three students, one clerk in ten)
            entered.invent(f"teacher@{next(sections)}")
        elif number % 10 < 9:  # noqa: PLR2004  (see above)
            entered.invent(f"student@{next(classes)}")
        else:
            entered.invent(f"staff@{next(departments)}")
