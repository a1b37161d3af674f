"""The case of a document: goals, standards, plan … of one subject, on their way to publication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.handlers import Opening
from engine.models import ProcessInstance
from engine.people import Actor
from quality import (
    births,
    chains,
    errors,
    kinds,
    offers,
    periods,
    placed,
    rows,
    sharing,
    subjects,
    units,
)
from quality.births import Birth
from quality.kinds import SubjectKind
from quality.models import Document, DocumentStatus, Stage, Subject
from quality.offers import Standing
from quality.periods import Period

_document = Document.__table__


class DocumentCase:
    """Opens the case of a document, ties the document to it, and unties it at the end."""

    def open(
        self,
        db: Session,
        definition: str,
        *,
        by: Actor,
        subject: str | None,
        values: Mapping[str, Any],
    ) -> Opening:
        """Check that this may be started and say how it begins. Raises `quality.errors`."""
        row = _subject(db, subject)
        kind = kinds.get(row.kind)
        _require_startable(db, row, by)
        stage, period = _asked(values)
        expected = chains.definition(db, kind, stage)
        if expected != definition:
            raise errors.WrongDefinition(
                name=row.name, kind=kind.label, expected=expected, definition=definition
            )
        standing = subjects.standing(db, [row.id], lock=True).get(row.id, [])
        refusal = offers.refusal(kind, row.name, standing, stage, period)
        if refusal is not None:
            raise refusal
        birth = births.born(db, kind, standing, stage, period)
        head = _header(db, row, kind, standing, stage, period)
        return Opening(
            title=offers.title(kind, row.name, stage, period),
            business_key=_business_key(db, row, stage, period),
            subject=subject,
            variables={
                "stage": stage.value,
                "period": period.key,
                "kind": kind.key,
                "template": birth.template,
                "made_from": birth.made_from,
                **placed.asked_of(db, row, kind),
            },
            values={**head, rows.GRID[stage]: birth.filled},
            offered={**head, rows.GRID[stage]: birth.offered, **_last(stage, birth)},
        )

    def opened(self, db: Session, instance_id: int, opening: Opening) -> None:
        """Tie the document to its case; the first case of a document makes its row."""
        instance = ProcessInstance.__table__
        reference = select(instance.c.subject).where(instance.c.id == instance_id)
        subject_id = subjects.read_reference(db.execute(reference).scalar_one())
        stage, period = opening.variables["stage"], opening.variables["period"]
        tied = {"status": DocumentStatus.IN_APPROVAL, "instance_id": instance_id}
        changed = (
            update(_document)
            .where(
                _document.c.subject_id == subject_id,
                _document.c.stage == stage,
                _document.c.period == period,
            )
            .values(tied)
            .returning(_document.c.id)
        )
        if db.execute(changed).one_or_none() is None:
            identity = {"subject_id": subject_id, "stage": stage, "period": period}
            db.execute(insert(Document), {**identity, **tied, "version_number": 0})

    def ended(self, db: Session, instance_id: int, how: str) -> None:  # noqa: ARG002  (a case type is told)
        """Untie the document; what ended without being published was withdrawn."""
        here = _document.c.instance_id == instance_id
        given_up = here & (_document.c.status == DocumentStatus.IN_APPROVAL)
        db.execute(update(_document).where(given_up).values(status=DocumentStatus.WITHDRAWN))
        db.execute(update(_document).where(here).values(instance_id=None))


def _last(stage: Stage, birth: Birth) -> dict[str, Any]:
    """The text of the document before this one, to be shown beside and taken over."""
    if not birth.last:
        return {}
    return {"last": {rows.GRID[stage]: birth.last}, "last_period": birth.last_period}


def _subject(db: Session, reference: str | None) -> Row[Any]:
    subject_id = subjects.read_reference(reference or "")
    table = Subject.__table__
    row = db.execute(select(table).where(table.c.id == subject_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _require_startable(db: Session, row: Row[Any], by: Actor) -> None:
    table = Subject.__table__
    allowed = select(table.c.id).where(table.c.id == row.id, sharing.may_start(db, by))
    if db.execute(allowed).one_or_none() is None:
        raise errors.MayNotStart(name=row.name)
    if not row.is_active:
        raise errors.SubjectInactive(name=row.name)


def _asked(values: Mapping[str, Any]) -> tuple[Stage, Period]:
    unknown = sorted(values.keys() - {"stage", "period"})
    if unknown:
        raise errors.UnknownValues(names="、".join(unknown)[:200])
    written = values.get("stage")
    if not isinstance(written, str) or written not in periods.LENGTH:
        raise errors.UnknownStage
    stage = Stage(written)
    return stage, periods.read(stage, values.get("period"))


def _business_key(db: Session, row: Row[Any], stage: Stage, period: Period) -> str:
    """Unique for each work on the document: two started at once collide here."""
    key = f"{row.kind}:{row.code}/{stage}/{period.key}#"
    instance = ProcessInstance.__table__
    before = select(func.count()).where(
        instance.c.subject == subjects.reference(row.id),
        instance.c.business_key.startswith(key, autoescape=True),
    )
    return f"{key}{db.execute(before).scalar_one() + 1}"


def _header(
    db: Session,
    row: Row[Any],
    kind: SubjectKind,
    standing: list[Standing],
    stage: Stage,
    period: Period,
) -> dict[str, str]:
    """The fields at the head of the form; the approver is known only when it is published."""
    own: dict[str, str] = orjson.loads(row.header)
    known = {
        "code": row.code,
        "name": row.name,
        "college": units.college_of(db, row.unit_id)[1],
        "period": _period_text(standing, stage, period),
    }
    return {
        one.key: own.get(one.key, "") if one.is_own else known.get(one.source, "")
        for one in kind.header
    }


def _period_text(standing: list[Standing], stage: Stage, period: Period) -> str:
    goals = offers.goals_for(standing, period.first) if stage is not Stage.GOAL else None
    if goals is None:
        return f"{period.text} 年"
    return f"{period.text} 年（建设期限 {periods.stored(goals.period).text} 年）"
