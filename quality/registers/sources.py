"""What the tables of goals and standards offer to choose from: `school_plans`, `work_points`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.forms import choices
from engine.forms.model import Option
from engine.models import UnitAbove
from quality import kinds, periods, subjects
from quality.models import Subject
from quality.registers.models import SchoolPlan, WorkPoint

MOST: Final = 500
_plan, _point = SchoolPlan.__table__, WorkPoint.__table__


def school_plans(db: Session, _subject: str | None, told: Mapping[str, Any]) -> Sequence[Option]:
    """The plans in use from which goals of this kind come, for years of the document."""
    kind, period = told.get("kind"), _period(told)
    if kind not in kinds.KEYS or period is None:
        return ()
    wanted = (
        select(_plan.c.id, _plan.c.name)
        .where(_plan.c.is_active, _plan.c.kinds.contains(f'"{kind}"', autoescape=True))
        .where(_plan.c.first_year <= period.last, _plan.c.last_year >= period.first)
        .order_by(_plan.c.first_year.desc(), _plan.c.id)
        .limit(MOST)
    )
    return [choices.option(row.id, row.name) for row in db.execute(wanted)]


def work_points(db: Session, subject: str | None, told: Mapping[str, Any]) -> Sequence[Option]:
    """The points of the document's year: the school's, then those of the subject's units."""
    period = _period(told)
    if period is None:
        return ()
    above = UnitAbove.__table__
    mine = (
        select(above.c.above_id)
        .join(Subject, Subject.unit_id == above.c.unit_id)
        .where(Subject.id == _number(subject))
    )
    wanted = (
        select(_point.c.id, _point.c.number, _point.c.name)
        .where(_point.c.is_active, _point.c.year == period.first)
        .where(or_(_point.c.unit_id.is_(None), _point.c.unit_id.in_(mine)))
        .order_by(_point.c.unit_id.is_not(None), _point.c.unit_id, _point.c.id)
        .limit(MOST)
    )
    return [
        choices.option(row.id, f"{row.number} {row.name}".strip()) for row in db.execute(wanted)
    ]


def _period(told: Mapping[str, Any]) -> periods.Period | None:
    with suppress(ValueError):
        return periods.stored(str(told.get("period") or ""))
    return None


def _number(subject: str | None) -> int | None:
    with suppress(NotFound):
        return subjects.read_reference(subject or "")
    return None
