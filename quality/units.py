"""The tree of units, read upwards from a subject and downwards from a post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from engine.models import Unit

COLLEGE: Final = "college"
DEEPEST: Final = 20


def college_of(db: Session, unit_id: int) -> tuple[int, str]:
    """The nearest college at or above a unit; where there is none, the unit itself. Id and name."""
    table = Unit.__table__
    up = (
        select(table.c.id, table.c.parent_id, literal(0).label("steps"))
        .where(table.c.id == unit_id)
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(table.c.id, table.c.parent_id, up.c.steps + 1)
        .join(up, table.c.id == up.c.parent_id)
        .where(up.c.steps < DEEPEST)
    )
    above = db.execute(
        select(table.c.id, table.c.name, table.c.kind)
        .join(up, up.c.id == table.c.id)
        .order_by(up.c.steps)
    ).all()
    found = next((unit for unit in above if unit.kind == COLLEGE), above[0])
    return found.id, found.name


def at_or_below(unit_ids: Iterable[int]) -> Select[tuple[int]]:
    """The units in these and under them, as a subquery."""
    table = Unit.__table__
    tree = select(table.c.id).where(table.c.id.in_(unit_ids)).cte("below", recursive=True)
    tree = tree.union(select(table.c.id).join(tree, table.c.parent_id == tree.c.id))
    return select(tree.c.id)
