"""One person as pages show them: what is known, the roles of the product, the work at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.college import witness
from engine.college.witness import Witness
from engine.errors import NotFound
from engine.models import RoleGrant, TaskStatus, User, UserTask

_user = User.__table__
COLUMNS = (
    "id",
    "username",
    "name",
    "number",
    "is_active",
    "is_external",
    "employer",
    "email",
    "phone",
    "id_number",
    "created_at",
    "left_on",
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody. `phone` and `id_number` are whole: pages mask them."""

    id: int
    username: str
    name: str
    number: str | None
    is_active: bool
    is_external: bool
    employer: str
    email: str
    phone: str
    id_number: str
    created_at: datetime
    left_on: date | None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role of the product that somebody has, and who gave it."""

    role: str
    since: date
    until: date | None
    given: Witness | None


def one(db: Session, user_id: int) -> Person:
    """What is known of a person. Raises `NotFound`."""
    row = db.execute(
        select(*(_user.c[name] for name in COLUMNS)).where(_user.c.id == user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Person(*row)


def roles(db: Session, user_id: int) -> tuple[RoleHeld, ...]:
    """The roles of the product that a person has today."""
    rows = db.execute(
        select(RoleGrant.role, RoleGrant.since, RoleGrant.until, RoleGrant.given_seq)
        .where(RoleGrant.user_id == user_id, people.in_force(RoleGrant, clock.today()))
        .order_by(RoleGrant.id)
    ).all()
    told = witness.of(db, [row.given_seq for row in rows])
    return tuple(
        RoleHeld(row.role, row.since, row.until, told.get(row.given_seq or 0)) for row in rows
    )


def open_tasks(db: Session, user_id: int) -> int:
    """How much work a person has in hand."""
    held = select(func.count()).where(
        UserTask.assignee_id == user_id,
        UserTask.status.in_((TaskStatus.READY, TaskStatus.CLAIMED)),
    )
    return db.execute(held).scalar_one()


def called(db: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """People as a field names them, by id: the name with the number, or the user name."""
    wanted = {one for one in user_ids if one is not None}
    if not wanted:
        return {}
    columns = select(_user.c.id, _user.c.name, _user.c.number, _user.c.username)
    rows = db.execute(columns.where(_user.c.id.in_(wanted)))
    return {row.id: f"{row.name}（{row.number or row.username}）" for row in rows}
