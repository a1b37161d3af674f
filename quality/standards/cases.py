"""The case of a standard: revised by its unit, approved, published for three years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, people
from engine import predicates as is_
from engine.errors import NotFound
from engine.handlers import Opening, ServiceCall
from engine.models import Committee, Holding, Post, ProcessInstance, Unit, UnitAbove
from engine.people import Actor
from quality import publishing
from quality.standards import catalogue, errors, register
from quality.standards.models import CollegeStandard, CollegeStandardVersion, StandardKind
from quality.standards.register import StandardRow
from quality.units import COLLEGE

CASES: Final[Mapping[StandardKind, str]] = {
    StandardKind.WORK: "quality.work_standard",
    StandardKind.BASIC: "quality.basic_standard",
}
FLOWS: Final[Mapping[StandardKind, str]] = {
    StandardKind.WORK: "approval_work_standard",
    StandardKind.BASIC: "approval_basic_standard",
}
TOPIC: Final = "quality.publish_standard"
PARTY_OFFICE: Final = "party_office"
COMMITTEE: Final = "quality_committee"
HEAD: Final = ("name", "category", "unit", "years", "approved_by", "note")
_REFERENCE: Final = re.compile(r"standard:([1-9][0-9]{0,17})", re.ASCII)
_table, _version = CollegeStandard.__table__, CollegeStandardVersion.__table__


def reference(standard_id: int) -> str:
    """How a case, or an entry of the record, names its standard."""
    return f"standard:{standard_id}"


def read_reference(written: str) -> int | None:
    """The standard's id; None for what names none."""
    found = _REFERENCE.fullmatch(written)
    return int(found[1]) if found is not None else None


def unit_of(db: Session, written: str) -> int | None:
    """The unit that keeps the standard a case names."""
    wanted = select(_table.c.unit_id).where(_table.c.id == read_reference(written))
    return db.execute(wanted).scalar_one_or_none()


def may_revise(db: Session, person: Actor, row: StandardRow) -> bool:
    """Whether this person works in the unit that keeps it, or in one above; or is the quality's."""
    if is_.is_quality_office(person, None):
        return True
    if not is_.is_staff(person, None) or not person.units:
        return False
    above = UnitAbove.__table__
    mine = exists().where(above.c.unit_id == row.unit_id, above.c.above_id.in_(person.units))
    return bool(db.execute(select(mine)).scalar_one())


class StandardCase:
    """Opens the case of a standard, ties it to the case, and unties it at the end."""

    def __init__(self, kind: StandardKind) -> None:
        self.kind = kind

    def open(
        self,
        db: Session,
        definition: str,  # noqa: ARG002  (a case type is told)
        *,
        by: Actor,
        subject: str | None,
        values: Mapping[str, Any],  # noqa: ARG002  (what is revised, the subject says)
    ) -> Opening:
        """Check that this may be revised and say how it begins. Raises `CannotStart`."""
        standard_id = read_reference(subject or "")
        if standard_id is None:
            raise errors.WhichStandard
        db.execute(select(_table.c.id).where(_table.c.id == standard_id).with_for_update())
        row = register.one(db, standard_id)
        if row.kind is not self.kind:
            raise errors.WrongFlow(name=row.name)
        if not may_revise(db, by, row):
            raise errors.MayNotRevise(name=row.name, unit=row.unit)
        if not row.is_active:
            raise errors.Retired(name=row.name)
        if row.instance_id is not None:
            raise errors.UnderRevision(name=row.name)
        first = _first_year(row)
        last = first + catalogue.years() - 1
        head = {
            "name": row.name,
            "category": row.category,
            "unit": row.unit,
            "years": f"{first}–{last}",
        }
        in_college, is_lead_unit = _placed(db, row.unit_id)
        return Opening(
            title=f"{row.unit}·{row.name}（{first}–{last}）",
            business_key=_business_key(db, row.id),
            subject=subject,
            variables={
                "kind": row.kind.value,
                "first_year": first,
                "last_year": last,
                "in_college": in_college,
                "is_lead_unit": is_lead_unit,
            },
            values={**_before(db, row), **head},
        )

    def opened(self, db: Session, instance_id: int, opening: Opening) -> None:  # noqa: ARG002  (a case type is told)
        """Tie the standard to its case."""
        instance = ProcessInstance.__table__
        subject = select(instance.c.subject).where(instance.c.id == instance_id)
        standard_id = read_reference(db.execute(subject).scalar_one())
        tied = update(_table).where(_table.c.id == standard_id).values(instance_id=instance_id)
        db.execute(tied)

    def ended(self, db: Session, instance_id: int, how: str) -> None:  # noqa: ARG002  (a case type is told)
        """Untie it."""
        here = _table.c.instance_id == instance_id
        db.execute(update(_table).where(here).values(instance_id=None))


def _first_year(row: StandardRow) -> int:
    """This year; the year after a version that still holds to its end, where that is this one."""
    this = clock.today().year
    return this + 1 if row.number and row.last_year == this else this


def _before(db: Session, row: StandardRow) -> dict[str, Any]:
    """What the newest version says, to be revised; a first one has the parts of its category."""
    here = (_version.c.standard_id == row.id) & (_version.c.number == row.number)
    data = db.execute(select(_version.c.data).where(here)).scalar_one_or_none()
    if data is not None:
        told: dict[str, Any] = orjson.loads(data)
        return {name: value for name, value in told.items() if name not in HEAD}
    wanted = catalogue.categories().get(row.category, ())
    return {"content": "\n".join(f"{part}：" for part in wanted)} if wanted else {}


def _placed(db: Session, unit_id: int) -> tuple[bool, bool]:
    """Whether the unit belongs to a college, and whether it is the office that reviews."""
    above = (
        exists()
        .where(UnitAbove.unit_id == unit_id, UnitAbove.above_id == Unit.id)
        .where(Unit.kind == COLLEGE)
    )
    leads = (
        exists()
        .where(Holding.unit_id == unit_id, Holding.post_id == Post.id)
        .where(Post.key == PARTY_OFFICE, people.in_force(Holding, clock.today()))
    )
    in_college, is_lead_unit = db.execute(select(above, leads)).one()
    return bool(in_college), bool(is_lead_unit)


def _business_key(db: Session, standard_id: int) -> str:
    """Unique for each revision: two started at once collide here."""
    key = f"{reference(standard_id)}#"
    instance = ProcessInstance.__table__
    mine = instance.c.business_key.startswith(key, autoescape=True)
    before = db.execute(select(func.count()).where(mine)).scalar_one()
    return f"{key}{before + 1}"


def publish(db: Session, call: ServiceCall) -> Mapping[str, Any]:
    """Write the case's values as the standard's next version. A second call changes nothing."""
    done = select(_version.c.id).where(_version.c.instance_id == call.instance_id)
    if db.execute(done).one_or_none() is not None:
        return {}
    here = select(_table).where(_table.c.instance_id == call.instance_id).with_for_update()
    standard = db.execute(here).one_or_none()
    if standard is None:
        raise NotFound
    number = standard.version_number + 1
    signed = {"approved_by": _approver(db, StandardKind(standard.kind), call.instance_id)}
    row = {
        "standard_id": standard.id,
        "number": number,
        "data": orjson.dumps({**call.values, **signed}).decode(),
        "first_year": call.variables["first_year"],
        "last_year": call.variables["last_year"],
        "instance_id": call.instance_id,
        "published_at": clock.now(),
    }
    db.execute(insert(_version), row)
    changed = update(_table).where(_table.c.id == standard.id)
    db.execute(changed.values(version_number=number))
    return {}


def _approver(db: Session, kind: StandardKind, instance_id: int) -> str:
    """The committee that voted on a basic standard; of a work standard, who approved last."""
    if kind is StandardKind.WORK:
        return publishing.approver(db, instance_id)
    named = select(Committee.name).where(Committee.key == COMMITTEE)
    return db.execute(named).scalar_one_or_none() or ""
