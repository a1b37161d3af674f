"""Who answers for a subject and who belongs to its team (专业带头人及团队), now and before.

Periods are days, both included. A row is never deleted: ending it sets its last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, permissions
from engine.college.errors import EndedAlready, PeriodEndsBeforeItBegins
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import User
from engine.people import Actor
from engine.permissions import Action
from quality import errors, kinds, pages
from quality.models import Subject, SubjectMember, SubjectOwner
from quality.subjects import kept

_subject, _member, _owner = Subject.__table__, SubjectMember.__table__, SubjectOwner.__table__


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Somebody who answers for a subject, or works in its team, from one day to another.

    `has_left` says that the person is no longer there, whatever the period says.
    """

    id: int
    user_id: int
    name: str
    since: date | None
    until: date | None
    is_now: bool
    has_left: bool


def give_owner(
    db: Session, subject_id: int, user_id: int | None, *, since: date, by: Actor
) -> bool:
    """Let somebody (or, with None, nobody) answer for a subject from a day on, today at the latest.

    False where it is the same person already.
    """
    permissions.require(by, Action.SUBJECT_EDIT)
    row = kept.locked(db, [subject_id])[subject_id]
    if row.owner_id == user_id:
        return False
    _require_changeable_owner(db, row, user_id, since)
    asked = {"owner_id": [row.owner_id, user_id]}
    (head,) = eventlog.record_all(
        db, [kept.changed(row, asked, since=since.isoformat())], by=by.mark
    )
    open_ones = (_owner.c.subject_id == subject_id) & _owner.c.until.is_(None)
    ended = {"until": date.fromordinal(since.toordinal() - 1), "ended_seq": head.seq}
    db.execute(update(_owner).where(open_ones).values(ended))
    if user_id is not None:
        given = {"subject_id": subject_id, "user_id": user_id, "since": since}
        db.execute(insert(_owner), {**given, "given_seq": head.seq})
    db.execute(update(_subject).where(_subject.c.id == subject_id).values(owner_id=user_id))
    return True


def _require_changeable_owner(db: Session, row: Any, user_id: int | None, since: date) -> None:
    if kinds.get(row.kind).is_a_person:
        raise errors.OwnerIsThePerson(name=row.name)
    if since > clock.today():
        raise errors.NotYet(on=since)
    if user_id is not None:
        user = db.execute(select(User.name, User.is_active).where(User.id == user_id)).one_or_none()
        if user is None:
            raise errors.UnknownPerson(written=user_id)
        if not user.is_active:
            raise errors.OwnerLeft(who=user.name)
    present = (
        select(_owner.c.since, User.name)
        .join(User, User.id == _owner.c.user_id)
        .where(_owner.c.subject_id == row.id, _owner.c.until.is_(None), _owner.c.since > since)
    )
    later = db.execute(present.limit(1)).one_or_none()
    if later is not None:
        raise errors.OwnerSinceTooEarly(who=later.name, since=later.since)


def join(
    db: Session,
    subject_id: int,
    user_id: int,
    *,
    since: date,
    by: Actor,
    until: date | None = None,
) -> int:
    """Put somebody into the team of a subject. Returns the number of the membership."""
    permissions.require(by, Action.SUBJECT_EDIT)
    row = kept.locked(db, [subject_id])[subject_id]
    if not row.is_active:
        raise errors.SubjectInactive(name=row.name)
    user = db.execute(select(User.name, User.is_active).where(User.id == user_id)).one_or_none()
    if user is None:
        raise errors.UnknownPerson(written=user_id)
    if not user.is_active:
        raise errors.MemberLeft(who=user.name)
    if until is not None and until < since:
        raise PeriodEndsBeforeItBegins(since=since, until=until)
    _require_no_overlap(db, row, user_id, since, until)
    asked = {
        "subject": subject_id,
        "user": user_id,
        "since": since.isoformat(),
        "until": until.isoformat() if until is not None else None,
    }
    told = kept.about(subject_id, user_id)
    head = eventlog.record(db, Kind.MEMBER_GIVEN, by=by.mark, asked=asked, about=told)
    given = {
        "subject_id": subject_id,
        "user_id": user_id,
        "since": since,
        "until": until,
        "given_seq": head.seq,
    }
    added: int = db.execute(insert(_member).returning(_member.c.id), given).scalar_one()
    return added


def _require_no_overlap(
    db: Session, row: Any, user_id: int, since: date, until: date | None
) -> None:
    overlap = (
        select(_member.c.since, User.name)
        .join(User, User.id == _member.c.user_id)
        .where(
            _member.c.subject_id == row.id,
            _member.c.user_id == user_id,
            or_(_member.c.until.is_(None), _member.c.until >= since),
        )
    )
    if until is not None:
        overlap = overlap.where(_member.c.since <= until)
    found = db.execute(overlap.limit(1)).one_or_none()
    if found is not None:
        raise errors.MemberAlready(who=found.name, name=row.name, since=found.since)


def leave(db: Session, subject_id: int, member_id: int, *, on: date, by: Actor) -> None:
    """Let somebody's last day in the team of a subject be `on`."""
    permissions.require(by, Action.SUBJECT_EDIT)
    mine = (_member.c.id == member_id) & (_member.c.subject_id == subject_id)
    row = db.execute(select(_member).where(mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.until is not None and row.until <= on:
        raise EndedAlready(until=row.until)
    if on < row.since:
        raise PeriodEndsBeforeItBegins(since=row.since, until=on)
    asked = {"subject": subject_id, "user": row.user_id, "until": on.isoformat()}
    told = kept.about(subject_id, row.user_id)
    head = eventlog.record(db, Kind.MEMBER_ENDED, by=by.mark, asked=asked, about=told)
    db.execute(update(_member).where(mine).values(until=on, ended_seq=head.seq))


def owners(db: Session, subject_id: int) -> tuple[TeamRow, ...]:
    """Who answers for a subject, and who did, the last first."""
    return _read(db, _owner, subject_id)


def members(db: Session, subject_id: int) -> tuple[TeamRow, ...]:
    """Who is in the team of a subject, and who was, those of today first."""
    return _read(db, _member, subject_id)


def _read(db: Session, table: Any, subject_id: int) -> tuple[TeamRow, ...]:
    today = clock.today()
    wanted = (
        select(
            table.c.id,
            table.c.user_id,
            User.name,
            User.is_active,
            table.c.since,
            table.c.until,
        )
        .join(User, User.id == table.c.user_id)
        .where(
            table.c.subject_id == subject_id,
            # who was put there by mistake and replaced on the same day never was
            or_(table.c.since.is_(None), table.c.until.is_(None), table.c.until >= table.c.since),
        )
        .order_by(table.c.until.is_not(None), table.c.until.desc(), table.c.id.desc())
        .limit(pages.MOST)
    )
    rows = db.execute(wanted).all()
    return tuple(
        TeamRow(
            row.id,
            row.user_id,
            row.name,
            row.since,
            row.until,
            is_now=_is_now(row, today),
            has_left=not row.is_active,
        )
        for row in rows
    )


def _is_now(row: Row[Any], today: date) -> bool:
    has_begun = row.since is None or row.since <= today
    return has_begun and (row.until is None or row.until >= today)
