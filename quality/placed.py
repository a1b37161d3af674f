"""What the flows ask of a subject to find its way: variables that their gateways read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.models import Holding, Post, Unit, UnitAbove
from quality.kinds import SubjectKind
from quality.units import COLLEGE


def asked_of(db: Session, subject: Row[Any], kind: SubjectKind) -> dict[str, bool]:
    """Whether it belongs to a college, to the department that leads its kind, to the sample.

    Until a year draws its sample, the school reviews the pilots.
    """
    above = (
        exists()
        .where(UnitAbove.unit_id == subject.unit_id, UnitAbove.above_id == Unit.id)
        .where(Unit.kind == COLLEGE)
    )
    leads = (
        exists()
        .where(Holding.unit_id == subject.unit_id, Holding.post_id == Post.id)
        .where(Post.key == kind.lead, people.in_force(Holding, clock.today()))
    )
    in_college, is_lead_unit = db.execute(select(above, leads)).one()
    return {
        "in_college": bool(in_college),
        "is_lead_unit": bool(is_lead_unit),
        "sampled": subject.is_pilot,
    }
