"""The tree of units as pairs (`UnitAbove`): kept in step when a unit is added or moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, delete, insert, literal, select, true
from sqlalchemy.orm import Session

from engine.college import parts
from engine.college.errors import TooDeep, UnitBelowItself
from engine.models import Unit, UnitAbove

PAIRS: Final = UnitAbove.__table__
DEEPEST: Final = 20
_unit = Unit.__table__


def lock(db: Session) -> None:
    """Let nobody else change the tree until the transaction ends: the topmost units are locked."""
    top = select(_unit.c.id).where(_unit.c.parent_id.is_(None)).order_by(_unit.c.id)
    db.execute(top.with_for_update())


def upwards(unit_id: int) -> Select[Any]:
    """A unit and those above it, the nearest first."""
    return (
        select(_unit)
        .join(PAIRS, PAIRS.c.above_id == _unit.c.id)
        .where(PAIRS.c.unit_id == unit_id)
        .order_by(PAIRS.c.steps)
    )


def add(db: Session, ids: Sequence[int]) -> None:
    """Pair new units, all of one level, with themselves and all above them."""
    db.execute(insert(PAIRS), [{"unit_id": one, "above_id": one, "steps": 0} for one in ids])
    higher = select(_unit.c.id, PAIRS.c.above_id, PAIRS.c.steps + 1).join(
        PAIRS, PAIRS.c.unit_id == _unit.c.parent_id
    )
    for portion in parts.chunks(ids):
        here = higher.where(_unit.c.id.in_(portion))
        db.execute(insert(PAIRS).from_select(["unit_id", "above_id", "steps"], here))
        _refuse_depth(db, portion)


def move(db: Session, unit_id: int, parent_id: int | None) -> None:
    """Put a unit with all below it under another unit, or under none."""
    moved = select(PAIRS.c.unit_id).where(PAIRS.c.above_id == unit_id)
    inside = PAIRS.alias("inside")
    is_inside = select(inside.c.unit_id).where(inside.c.above_id == unit_id)
    db.execute(delete(PAIRS).where(PAIRS.c.unit_id.in_(moved), PAIRS.c.above_id.not_in(is_inside)))
    if parent_id is None:
        return
    over, under = PAIRS.alias("over"), PAIRS.alias("under")
    steps = over.c.steps + under.c.steps + literal(1)
    pairs = (
        select(under.c.unit_id, over.c.above_id, steps)
        .select_from(over.join(under, true()))
        .where(over.c.unit_id == parent_id, under.c.above_id == unit_id)
    )
    db.execute(insert(PAIRS).from_select(["unit_id", "above_id", "steps"], pairs))
    below = select(PAIRS.c.unit_id).where(PAIRS.c.above_id == unit_id)
    _refuse_depth(db, list(db.execute(below).scalars()))


def refuse_circle(db: Session, unit: Row[Any], parent: Row[Any]) -> None:
    """Refuse a parent that is the unit itself or stands below it."""
    below = select(PAIRS.c.unit_id).where(PAIRS.c.unit_id == parent.id, PAIRS.c.above_id == unit.id)
    if db.execute(below).one_or_none() is not None:
        raise UnitBelowItself(name=unit.name, parent=parent.name)


def _refuse_depth(db: Session, ids: Sequence[int]) -> None:
    for portion in parts.chunks(ids):
        deep = select(_unit.c.name).join(PAIRS, PAIRS.c.unit_id == _unit.c.id)
        deep = deep.where(PAIRS.c.unit_id.in_(portion), PAIRS.c.steps >= DEEPEST).limit(1)
        name = db.execute(deep).scalar_one_or_none()
        if name is not None:
            raise TooDeep(most=DEEPEST, name=name)
