"""Who keeps plans and work points: the quality office all, heads those of their units."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import permissions
from engine import predicates as is_
from engine.models import UnitAbove
from engine.people import Actor
from engine.permissions import Action
from quality.registers.errors import MayNotKeep

_OF_A_UNIT: Final = f"{is_.HEAD}:"


def keeps_all(person: Actor) -> bool:
    """Whether this person keeps what is the school's, and every unit's."""
    return is_.is_quality_office(person, None) or is_.is_system(person, None)


def units(db: Session, person: Actor) -> frozenset[int] | None:
    """The units whose plans and points this person keeps; None for all. One statement at most."""
    if keeps_all(person):
        return None
    keys = (key for key in person.keys if key.startswith(_OF_A_UNIT))
    heads = [int(key.removeprefix(_OF_A_UNIT)) for key in keys]
    if not heads:
        return frozenset()
    above = UnitAbove.__table__
    below = select(above.c.unit_id).where(above.c.above_id.in_(heads))
    return frozenset(db.execute(below).scalars())


def require(db: Session, person: Actor, *unit_ids: int | None) -> None:
    """Go on only if this person keeps what is of all these units (None: the school's)."""
    permissions.require(person, Action.REGISTER_EDIT)
    kept = units(db, person)
    if kept is not None and not set(unit_ids) <= kept:
        raise MayNotKeep
