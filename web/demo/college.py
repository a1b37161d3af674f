"""The demo college's units, posts, people and majors, read from `college.yaml`."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy.orm import Session

from engine import clock, definitions, people, roles
from engine.college import persons, posts, units
from engine.models import Role
from engine.people import SYSTEM
from quality import default_grants, subjects
from web.demo import subjects as register

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
PASSWORD: Final = "zhengai-demo"  # noqa: S105  (printed on the demo's sign-in page)
SEED: Final = 20_260_901
SINCE: Final = date(2020, 9, 1)
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


class Registry:
    """Enters people; all of them share one hash, for hashing 600 passwords takes a while."""

    def __init__(self, db: Session, made: College) -> None:
        self._db, self._made = db, made
        self._hash = people.hashed(PASSWORD)
        self._names = _invented()
        self._counts = {"t": 0, "s": 0}

    def enter(self, username: str, name: str, *held: str) -> str:
        """Enter a person who holds posts, each written `post@unit`."""
        user_id = persons.create(self._db, username, name, by=SYSTEM, password_hash=self._hash)
        self._made.users[username] = user_id
        for one in held:
            post, _, unit = one.partition("@")
            posts.give(
                self._db,
                user_id,
                self._made.posts[post],
                self._made.units[unit],
                since=SINCE,
                by=SYSTEM,
            )
        return username

    def invent(self, *held: str) -> str:
        """Enter somebody with an invented name; the username says staff or student."""
        letter = "s" if held[0].startswith("student@") else "t"
        self._counts[letter] += 1
        return self.enter(f"{letter}{self._counts[letter]:04}", next(self._names), *held)


def found(db: Session, size: int) -> College:
    """Make units, posts, people, majors, and publish figure 4 with its form."""
    made = College()
    _units(db, made)
    for key, name in TOLD["posts"].items():
        made.posts[key] = posts.create(db, key, name, by=SYSTEM)
    registry = Registry(db, made)
    for username, told in TOLD["accounts"].items():
        registry.enter(username, told["name"], *told.get("posts", ()))
        for role in told.get("roles", ()):
            roles.give(db, made.users[username], Role(role), by=SYSTEM)
    _heads(registry)
    for code, told in TOLD["colleges"].items():
        _college(db, made, registry, code, told)
    _others(registry, size - len(made.users))
    default_grants.lay(db)
    register.enter(db)
    _publish(db)
    return made


def _units(db: Session, made: College) -> None:
    root = units.create(db, "school", TOLD["name"], "school", by=SYSTEM)
    made.units["school"] = root
    for code, name in TOLD["departments"].items():
        made.units[code] = units.create(db, code, name, "department", by=SYSTEM, parent=root)
    for code, told in TOLD["colleges"].items():
        college = units.create(db, code, told["name"], "college", by=SYSTEM, parent=root)
        made.units[code] = college
        for section, here in told["sections"].items():
            made.units[section] = units.create(
                db, section, here["name"], "section", by=SYSTEM, parent=college
            )


def _heads(registry: Registry) -> None:
    for code in TOLD["departments"]:
        if code != "quality":
            registry.invent(f"head@{code}")
    registry.invent("academic_affairs@academic_affairs")
    for _number in range(2):
        registry.invent("school_leader@school")
        registry.invent("expert@school")


def _college(
    db: Session, made: College, registry: Registry, code: str, told: Mapping[str, Any]
) -> None:
    registry.invent(f"head@{code}")
    is_demo = code == "machine"
    reviewer = "college_reviewer" if is_demo else registry.invent(f"college_reviewer@{code}")
    if not is_demo:
        registry.invent(f"counsellor@{code}")
        registry.invent(f"counsellor@{code}")
    for section, here in told["sections"].items():
        registry.invent(f"course_leader@{section}", f"teacher@{section}")
        for number, (major, name) in enumerate(here["majors"].items()):
            leader = LEADS.get(major) or registry.invent(
                f"major_leader@{section}", f"teacher@{section}"
            )
            subject_id = subjects.create(
                db,
                "major",
                major,
                name,
                made.units[section],
                by=SYSTEM,
                owner_id=made.users[leader],
                header={"applies_to": f"{clock.now().year} 级"},
            )
            words = {
                "name": name,
                "industry": told["industry"],
                "firm": told["firm"],
                "certificate": told["certificate"],
                "teachers": 18 + 3 * number + len(name),
                "students": 240 + 35 * number + 10 * len(name),
                "firms": 10 + 2 * number,
            }
            made.majors[major] = Major(major, name, code, leader, reviewer, subject_id, words)


def _others(registry: Registry, count: int) -> None:
    """Teachers, students and staff, up to the number of people that was asked for."""
    sections = cycle(section for told in TOLD["colleges"].values() for section in told["sections"])
    colleges, departments = cycle(TOLD["colleges"]), cycle(TOLD["departments"])
    for number in range(count):
        if number % 10 < 6:  # noqa: PLR2004  (six teachers, three students, one clerk in ten)
            registry.invent(f"teacher@{next(sections)}")
        elif number % 10 < 9:  # noqa: PLR2004  (see above)
            registry.invent(f"student@{next(colleges)}")
        else:
            registry.invent(f"staff@{next(departments)}")


def _invented() -> Iterator[str]:
    """Plausible names without end, the same ones each time."""
    told = yaml.safe_load((HERE / "names.yaml").read_bytes())
    dice = random.Random(SEED)  # noqa: S311  (invented names, nothing secret)
    surnames: str = told["surnames"]
    weights = [len(surnames) - place for place in range(len(surnames))]
    while True:
        name = dice.choices(surnames, weights)[0] + dice.choice(told["first"])
        yield name + dice.choice(told["second"]) if dice.random() < 0.8 else name  # noqa: PLR2004  (one in five has two characters)


def _publish(db: Session) -> None:
    forms = {path.stem: path.read_text(encoding="utf-8") for path in ROOT.glob("forms/*.form")}
    for path in sorted(ROOT.glob("processes/approval_*.bpmn")):
        note = "按《目标、标准、诊改计划审核上传流程》发布"
        definitions.publish(db, path.read_bytes(), by=SYSTEM, note=note, forms=forms)
