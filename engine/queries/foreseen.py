"""Whom steps would go to, by name: for pages that show it before it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from engine import people, preview
from engine.assignment import About, Found
from engine.bpmn.dialect import Who
from engine.preview import Ahead, Step
from engine.queries import cases

MOST_NAMED: Final = 3


class Note(StrEnum):
    """What a reader should know beside the names."""

    NONE = ""
    OPEN = "open"
    """A field or somebody's choice decides while the case runs."""
    FALLBACK = "fallback"
    """The rules find nobody; a fallback does."""
    NOBODY = "nobody"
    """Nobody is found: the process administrators get it."""
    SETTLED = "settled"
    """Nobody needs to be asked: whoever began the case would decide."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A step and whom it would go to today: people where they are few, else the posts they hold."""

    element_id: str
    name: str
    who: Who
    people: tuple[str, ...]
    user_ids: tuple[int, ...]
    note: Note


def of(
    db: Session, steps: Sequence[Step], about: About, *, most: int = MOST_NAMED
) -> tuple[Foreseen, ...]:
    """Whom these steps would go to, in their order; the number of statements is bounded."""
    ahead = preview.who(db, steps, about)
    few = {one.element_id for one in ahead if 0 < len(one.found.people) <= most}
    by_name = [one.found for one in ahead if one.element_id in few]
    names = people.names(db, [person for found in by_name for person in found.people])
    many = [one.found for one in ahead if one.element_id not in few and not one.found.fallback]
    words = cases.key_words(db, {key for found in many for key in found.keys})
    return tuple(
        Foreseen(
            one.element_id,
            one.name,
            one.who,
            _named(one.found, names)
            if one.element_id in few
            else tuple(words[key] for key in one.found.keys if key in words),
            one.found.people,
            _note(one),
        )
        for one in ahead
    )


def _named(found: Found, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[person] for person in found.people if person in names)


def _note(one: Ahead) -> Note:
    if one.is_open:
        return Note.OPEN
    if one.found.fallback:
        return Note.NOBODY
    if one.found.settled:
        return Note.SETTLED
    return Note.FALLBACK if one.found.by else Note.NONE
