"""Who is to choose the people of a later step, and the check of what they chose.

A choice is a variable of the case under a name that no expression can read or write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.assignment import MOST_NAMED
from engine.bpmn import dialect, state
from engine.bpmn.dialect import RuleKind
from engine.errors import NobodyThere, NotStaff, PickMissing, TooManyPicked
from engine.models import User
from engine.versions import Version


@dataclass(frozen=True, slots=True)
class Due:
    """A step whose people are chosen now; `chosen` are those of an earlier pass."""

    element_id: str
    name: str
    chosen: tuple[int, ...] = ()


def due(version: Version, element_id: str, stands: str = "") -> tuple[Due, ...]:
    """The steps whose people are to be chosen by whoever completes this one.

    `stands` is the case's state as kept: what was chosen before is offered again.
    """
    if not any(name.startswith(dialect.PICKED) for name in version.process.reads):
        return ()
    data = state.load(stands).data if stands else {}
    found = []
    for step in version.process.user_tasks():
        for rule in dialect.who(step.attributes).rules:
            if rule.kind is RuleKind.PICK and _picker(version, rule.key) == element_id:
                kept = data.get(dialect.PICKED + step.id)
                found.append(Due(step.id, step.label, _people(kept)))
                break
    return tuple(found)


def _people(kept: object) -> tuple[int, ...]:
    return tuple(one for one in kept if type(one) is int) if isinstance(kept, list) else ()


def _picker(version: Version, key: str) -> str:
    return version.first_step if key == RuleKind.INITIATOR else key


def checked(
    db: Session, version: Version, element_id: str, picks: Mapping[str, Sequence[int]] | None
) -> dict[str, list[int]]:
    """The variables that keep what was chosen at this step. Nothing may be left open.

    Raises `PickMissing`, `TooManyPicked`, `NobodyThere`, `NotStaff`.
    """
    kept: dict[str, list[int]] = {}
    for one in due(version, element_id):
        chosen = list(dict.fromkeys((picks or {}).get(one.element_id, ())))
        if not chosen:
            raise PickMissing(step=one.name)
        if len(chosen) > MOST_NAMED:
            raise TooManyPicked(step=one.name, most=MOST_NAMED)
        _require_staff(db, chosen)
        kept[dialect.PICKED + one.element_id] = chosen
    return kept


def _require_staff(db: Session, chosen: Sequence[int]) -> None:
    works_here = people.works_here(clock.today()).label("works_here")
    rows = db.execute(
        select(User.id, User.name, works_here).where(User.id.in_(chosen), User.is_active)
    ).all()
    if len(rows) < len(chosen):
        raise NobodyThere
    for row in rows:
        if not row.works_here:
            raise NotStaff(name=row.name)


def together(chosen: Iterable[Mapping[str, Sequence[int]]]) -> dict[str, list[int]]:
    """The choices of several signers as one: each person once, no more than a step may name."""
    found: dict[str, dict[int, None]] = {}
    for one in chosen:
        for name, persons in one.items():
            found.setdefault(name, {}).update(dict.fromkeys(persons))
    return {name: list(persons)[:MOST_NAMED] for name, persons in found.items()}
