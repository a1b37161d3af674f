"""The kinds of subject and the templates of their tables, as `quality/catalog` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from engine.errors import NotFound
from quality.models import Stage

OWN: Final = "own"
APPROVER: Final = "approver"
UNIT: Final = "unit"
PERSON: Final = "person"
GRADE: Final = "grade"
APART: Final = frozenset({"student"})
"""Kinds whose subjects only grants for that very kind reach, beside one's own: a student's papers
are for the student, the counsellor, the college and the department for students."""
CATALOG: Final = Path(__file__).parent / "catalog"
KEYS: Final = (
    "functional_department",
    "secondary_college",
    "major",
    "course",
    "teaching_staff_team",
    "teacher",
    "student_cohort",
    "student",
)


@dataclass(frozen=True, slots=True)
class Item:
    """An item under a goal. A placeholder (计划 1) stands for rows that a subject names itself."""

    id: str
    label: str
    placeholder: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of the template; without a `label_in_standard` the standards have no rows for it."""

    id: str
    label: str
    label_in_standard: str | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A field at the head of the tables: its label, and where its value comes from.

    `source` is `own` for what the register itself keeps; else `college`, `code`, `name`, or what
    only a case knows: `period`, `approver`. Of own numbers, `most` and `decimals` are the bounds.
    """

    key: str
    label: str
    source: str
    is_number: bool
    most: int
    decimals: int
    in_stage: Mapping[Stage, str]

    @property
    def is_own(self) -> bool:
        """Whether the register keeps the value."""
        return self.source == OWN

    def label_in(self, stage: Stage) -> str:
        """What the tables of this stage call the field."""
        return self.in_stage.get(stage, self.label)


@dataclass(frozen=True, slots=True)
class Register:
    """How subjects of a kind are kept: what they stand and fall with, what they belong to.

    `tied` is `unit`, `person` (who holds one of `posts`), `grade` (of a major) or nothing; `units`
    are the kinds of unit it may belong to (none: any), `parents` the kinds of subject above it.
    `name` makes the name of a new one, and who holds `owner_post` in its unit owns it. `code`,
    `owner` and `team` are words of the register.
    """

    tied: str
    posts: tuple[str, ...]
    owner_post: str
    units: tuple[str, ...]
    parents: tuple[str, ...]
    name: str
    code: str
    owner: str
    team: str


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of subject: the flow of its documents, who leads, who may start, what they hold.

    `header` are the fields at the head of its tables, in order; `goals` the template that comes
    with the product, which the lead department may replace (`quality.templates`).
    """

    key: str
    label: str
    short: str
    definition: str
    lead: str
    openers: tuple[str, ...]
    stages: Mapping[Stage, str]
    header: tuple[HeaderField, ...]
    register: Register
    goals: tuple[Goal, ...]

    @property
    def own_fields(self) -> tuple[HeaderField, ...]:
        """The fields whose values the register keeps."""
        return tuple(field for field in self.header if field.is_own)

    @property
    def is_a_person(self) -> bool:
        """Whether a subject of this kind is a person: its name is one that nobody else may read."""
        return self.register.tied == PERSON


def get(key: str) -> SubjectKind:
    """The kind with this key. Raises `NotFound`."""
    if key not in KEYS:
        raise NotFound
    return _kind(key)


def every() -> tuple[SubjectKind, ...]:
    """All kinds, in the order of the tables."""
    return tuple(_kind(key) for key in KEYS)


@cache
def _kind(key: str) -> SubjectKind:
    told: dict[str, Any] = yaml.safe_load((CATALOG / f"{key}.yaml").read_bytes())
    return SubjectKind(
        key=told["key"],
        label=told["label"],
        short=told.get("short", told["label"]),
        definition=told["definition"],
        lead=told["lead"],
        openers=tuple(told["openers"]),
        stages={Stage(stage): title for stage, title in told["stages"].items()},
        header=tuple(_field(field) for field in told["header"]),
        register=_register(told["register"]),
        goals=tuple(_goal(goal) for goal in told["goals"]),
    )


def _field(told: Mapping[str, Any]) -> HeaderField:
    return HeaderField(
        key=told["field"],
        label=told["label"],
        source=told["source"],
        is_number=told.get("type") == "number",
        most=told.get("most", 0),
        decimals=told.get("decimals", 0),
        in_stage={Stage(stage): label for stage, label in told.get("in_stage", {}).items()},
    )


def _register(told: Mapping[str, Any]) -> Register:
    return Register(
        tied=told["tied"],
        posts=tuple(told.get("posts", ())),
        owner_post=told.get("owner_post", ""),
        units=tuple(told["units"]),
        parents=tuple(told["parents"]),
        name=told.get("name", "{name}"),
        code=told["code"],
        owner=told["owner"],
        team=told["team"],
    )


def _goal(told: Mapping[str, Any]) -> Goal:
    items = tuple(
        Item(item["id"], item["label"], item.get("placeholder", False))
        for item in told.get("items", ())
    )
    return Goal(told["id"], told["label"], told.get("label_in_standard"), items)
