"""Subjects of a person who leaves: they get another owner."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, handing_over, handlers
from engine.handing_over import NotTheirsAnyMore, Sort, Thing, Work
from engine.handing_over.things import MOST
from quality import kinds, subjects
from quality.models import Subject


def listed(db: Session, user_id: int) -> list[Thing]:
    """Subjects this person answers for, without those that are the person."""
    table = Subject.__table__
    rows = db.execute(
        select(table.c.id, table.c.name, table.c.unit_id)
        .where(table.c.owner_id == user_id, table.c.is_active)
        .where(table.c.kind.not_in([kind.key for kind in kinds.every() if kind.is_a_person]))
        .order_by(table.c.id)
        .limit(MOST)
    )
    return [Thing("subject", str(row.id), row.name, unit_id=row.unit_id) for row in rows]


def give(db: Session, one: Work) -> None:
    """Let another person answer for the subject from now on."""
    table = Subject.__table__
    owner = select(table.c.owner_id).where(table.c.id == int(one.reference), table.c.is_active)
    if one.to is None or db.execute(owner).scalar_one_or_none() != one.user_id:
        raise NotTheirsAnyMore
    subjects.give_owner(db, int(one.reference), one.to, since=clock.today(), by=one.by)


def register() -> None:
    """Let subjects stand on the list of a leaver, and lists be worked off."""
    handing_over.register("subject", Sort("诊改主体", listed, give))
    handlers.background(handing_over.TOPIC)(handing_over.work)
