"""A template as a value: goals and items of a kind, read from and written as JSON. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

import orjson

from quality import kinds
from quality.kinds import Goal, Item

CATALOGUE_NUMBER: Final = 1


@dataclass(frozen=True, slots=True)
class Template:
    """A published template (模板) of a kind: what documents from `first_year` on are born from.

    `sha256` is kept with every version of a document that was made from it. What comes with the
    product is number 1; nobody published it, so it has no day where the table does not hold it yet.
    """

    kind: str
    number: int
    first_year: int
    sha256: str
    goals: tuple[Goal, ...]
    note: str = ""
    published_by: int | None = None
    published_at: datetime | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, under whichever goal."""
        return tuple(item for goal in self.goals for item in goal.items)


@cache
def catalogue(kind: str) -> Template:
    """The template that comes with the product. Raises `NotFound`."""
    goals = kinds.get(kind).goals
    return Template(kind, CATALOGUE_NUMBER, 0, digest(dump(goals)), goals)


def dump(goals: Iterable[Goal]) -> str:
    """Goals as they are stored; the same goals give the same text."""
    return orjson.dumps([_told(goal) for goal in goals]).decode()


def _told(goal: Goal) -> dict[str, Any]:
    items = [
        {"id": one.id, "label": one.label, "placeholder": one.placeholder} for one in goal.items
    ]
    return {
        "id": goal.id,
        "label": goal.label,
        "label_in_standard": goal.label_in_standard,
        "items": items,
    }


@lru_cache(maxsize=64)
def read(data: str) -> tuple[Goal, ...]:
    """Goals as they were stored."""
    return goals_of(orjson.loads(data))


def goals_of(told: Sequence[Mapping[str, Any]]) -> tuple[Goal, ...]:
    """Goals as JSON holds them."""
    return tuple(
        Goal(
            id=goal["id"],
            label=goal["label"],
            label_in_standard=goal["label_in_standard"],
            items=tuple(
                Item(item["id"], item["label"], item["placeholder"]) for item in goal["items"]
            ),
        )
        for goal in told
    )


def digest(data: str) -> str:
    """What a template is known by."""
    return hashlib.sha256(data.encode()).hexdigest()
