"""The next template of a kind while it is written: one draft a kind, saved over a revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import StaleDraft
from engine.forms import texts
from engine.people import Actor
from quality.kinds import Goal
from quality.templates import checks, content, errors, rights, versions
from quality.templates.checks import Problem
from quality.templates.models import TemplateDraft

MOST_TYPED: Final = 1000
"""Characters of a name that a draft keeps; a template takes fewer."""
MOST_NOTE: Final = 500
_table = TemplateDraft.__table__


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. `revision` 0: nobody wrote one, this is the newest template."""

    kind: str
    revision: int
    first_year: int
    note: str
    goals: tuple[Goal, ...]
    saved_by: str = ""
    saved_at: datetime | None = None


def draft(db: Session, kind: str) -> Draft:
    """The draft of a kind, or what one would begin with. Raises `NotFound`."""
    newest = versions.newest(db, kind)
    row = db.execute(select(_table).where(_table.c.kind == kind)).one_or_none()
    if row is None:
        return Draft(kind, 0, clock.today().year + 1, "", newest.goals)
    return _read(db, row)


def _read(db: Session, row: Row[Any]) -> Draft:
    told = orjson.loads(row.data)
    return Draft(
        kind=row.kind,
        revision=row.revision,
        first_year=told["first_year"],
        note=told["note"],
        goals=content.goals_of(told["goals"]),
        saved_by=people.names(db, [row.saved_by]).get(row.saved_by, ""),
        saved_at=row.saved_at,
    )


def save(
    db: Session,
    kind: str,
    goals: Sequence[Goal],
    *,
    by: Actor,
    first_year: int,
    note: str,
    revision: int,
) -> Draft:
    """Keep what was written, over the revision it was begun from; rows without an id get one.

    What is wrong with it does not matter yet, but identities must be ours. Raises `StaleDraft`,
    `RowUnknown`, `TooManyGoals`, `TooManyItems`, and what texts that cannot be kept raise.
    """
    rights.require(db, by, kind)
    before = draft(db, kind)
    if before.revision != revision:
        raise StaleDraft
    _require_bounded(goals)
    ever = known(db, kind)
    ours = {*ever, *_ids(before.goals)}
    _require_known(goals, ours)
    kept = checks.numbered(kind, [_cleaned(goal) for goal in goals], ours)
    note = texts.kept(note, MOST_NOTE)
    told = {"first_year": first_year, "note": note, "goals": orjson.Fragment(content.dump(kept))}
    now = clock.now()
    row = {
        "data": orjson.dumps(told).decode(),
        "revision": revision + 1,
        "saved_by": by.id,
        "saved_at": now,
    }
    if not _written(db, kind, row, revision):
        raise StaleDraft
    return Draft(kind, revision + 1, first_year, note, kept, by.name, now)


def _written(db: Session, kind: str, row: dict[str, Any], revision: int) -> bool:
    if revision:
        here = (_table.c.kind == kind) & (_table.c.revision == revision)
        changed = update(_table).where(here).values(row).returning(_table.c.kind)
        return db.execute(changed).one_or_none() is not None
    try:
        with db.begin_nested():
            db.execute(insert(_table), {"kind": kind, **row})
    except IntegrityError:
        return False
    return True


def discard(db: Session, kind: str, *, by: Actor, revision: int) -> None:
    """Throw the draft away; the next one begins from the newest template. Raises `StaleDraft`."""
    rights.require(db, by, kind)
    if draft(db, kind).revision != revision:
        raise StaleDraft
    db.execute(delete(_table).where(_table.c.kind == kind))


def problems(db: Session, one: Draft) -> list[Problem]:
    """What stands in the way of handing this draft in, each with the row it concerns."""
    return checks.problems(
        one.goals, known(db, one.kind), first_year=one.first_year, this_year=clock.today().year
    )


def known(db: Session, kind: str) -> dict[str, str]:
    """Every row that any version ever had, with the name it had last."""
    found: dict[str, str] = {}
    for template in reversed(versions.listed(db, kind)):
        for goal in template.goals:
            found |= {goal.id: goal.label, **{item.id: item.label for item in goal.items}}
    return found


def _require_bounded(goals: Sequence[Goal]) -> None:
    count = sum(len(goal.items) for goal in goals)
    if len(goals) > checks.MOST_GOALS:
        raise errors.TooManyGoals(most=checks.MOST_GOALS, count=len(goals))
    if count > checks.MOST_ITEMS:
        raise errors.TooManyItems(most=checks.MOST_ITEMS, count=count)


def _require_known(goals: Sequence[Goal], ours: set[str]) -> None:
    for goal in goals:
        strays = [
            item.id for item in goal.items if item.id and item.id.rpartition(".")[0] != goal.id
        ]
        if strays or any(one not in ours for one in _ids([goal])):
            raise errors.RowUnknown


def _ids(goals: Sequence[Goal]) -> Iterator[str]:
    for goal in goals:
        yield from (one for one in (goal.id, *(item.id for item in goal.items)) if one)


def _cleaned(goal: Goal) -> Goal:
    standard = _line(goal.label_in_standard or "")
    items = tuple(replace(item, label=_line(item.label)) for item in goal.items)
    return replace(goal, label=_line(goal.label), label_in_standard=standard or None, items=items)


def _line(text: str) -> str:
    return " ".join(texts.kept(text, MOST_TYPED).split("\n"))
