"""The kinds of subject and the templates of their tables, as `quality/catalog` gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from engine.errors import NotFound
from quality.models import Stage

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
class SubjectKind:
    """A kind of subject: the flow of its documents, who leads, who may start, what they hold.

    `header` says for each field at the head of the form where its value comes from.
    `template` is the hash of all this, kept with every version that was born from it.
    """

    key: str
    label: str
    definition: str
    lead: str
    openers: tuple[str, ...]
    stages: Mapping[Stage, str]
    header: Mapping[str, str]
    goals: tuple[Goal, ...]
    template: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who sees published documents beside those concerned; who may start anything."""

    posts: frozenset[str]
    roles: frozenset[str]
    overseers: tuple[str, ...]
    starters: frozenset[str]


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
    written = (CATALOG / f"{key}.yaml").read_bytes()
    told: dict[str, Any] = yaml.safe_load(written)
    return SubjectKind(
        key=told["key"],
        label=told["label"],
        definition=told["definition"],
        lead=told["lead"],
        openers=tuple(told["openers"]),
        stages={Stage(stage): title for stage, title in told["stages"].items()},
        header=told.get("header", {}),
        goals=tuple(_goal(goal) for goal in told["goals"]),
        template=hashlib.sha256(written).hexdigest(),
    )


def _goal(told: Mapping[str, Any]) -> Goal:
    items = tuple(
        Item(item["id"], item["label"], item.get("placeholder", False))
        for item in told.get("items", ())
    )
    return Goal(told["id"], told["label"], told.get("label_in_standard"), items)


@cache
def sharing() -> Sharing:
    """What `catalog/sharing.yaml` says."""
    told = yaml.safe_load((CATALOG / "sharing.yaml").read_bytes())
    everything = told["everything"]
    return Sharing(
        posts=frozenset(everything["posts"]),
        roles=frozenset(everything["roles"]),
        overseers=tuple(told["overseers"]),
        starters=frozenset(told["starters"]),
    )
