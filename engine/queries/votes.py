"""A step that several sign, as its page shows it: who has a seat, who has voted, what stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import people, secrecy, signing
from engine.bpmn.dialect import Signing
from engine.models import SigningRound, TaskStatus, UserTask
from engine.people import Actor
from engine.queries import cases
from engine.queries.task_page import Task
from engine.signing import Tally

_TASKS, _ROUNDS = UserTask.__table__, SigningRound.__table__


@dataclass(frozen=True, slots=True)
class SeatView:
    """One seat. `outcome` is "" while nobody may know it, or nothing was said yet.

    `by` acted, `done_for` is in whose place; `lent_by` gets it back; `follows` is the seat it
    waits for (0: none).
    """

    task_id: int
    seat: int
    turn: int
    follows: int
    person_id: int | None
    person: str
    part: str
    status: str
    weight: int
    outcome: str
    by: str
    done_for: str
    added_by: str
    lent_by: str
    completed_at: datetime | None
    is_mine: bool

    @property
    def has_voted(self) -> bool:
        """Whether this seat's vote is in."""
        return self.status == TaskStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round. `tally` is None while it is secret; then only how many votes are in is told."""

    text: str
    rule: Signing
    seats: tuple[SeatView, ...]
    is_secret: bool
    tally: Tally | None
    recused: int
    outcome: str
    opened_at: datetime
    decided_at: datetime | None

    @property
    def voted(self) -> int:
        """How many votes are in."""
        return sum(seat.has_voted for seat in self.seats)

    @property
    def wanted(self) -> int:
        """How many seats vote, or have voted."""
        gone = (TaskStatus.STEPPED_ASIDE, TaskStatus.REMOVED)
        return sum(seat.status not in gone for seat in self.seats)


def of_task(db: Session, person: Actor, task: Task) -> RoundView | None:
    """The round that a task is a seat of, for somebody who may see the task; None for a plain one.

    Three statements, however many seats there are.
    """
    if not task.seat:
        return None
    place = (task.instance_id, task.token)
    found = db.execute(
        select(_ROUNDS).where(_ROUNDS.c.instance_id == place[0], _ROUNDS.c.token == place[1])
    ).mappings()
    row = found.one_or_none()
    if row is None:
        return None
    seats = db.execute(
        select(_TASKS)
        .where(_TASKS.c.instance_id == place[0], _TASKS.c.token == place[1])
        .order_by(_TASKS.c.turn, _TASKS.c.seat)
    ).all()
    secret = task.token in secrecy.places(db, task.instance_id) if row["hidden"] else False
    named = [
        one
        for seat in seats
        for one in (
            seat.assignee_id,
            seat.completed_by,
            seat.done_for,
            seat.added_by,
            seat.lent_by,
        )
    ]
    names = people.names(db, named)
    words = cases.key_words(db, {key for seat in seats for key in _keys(seat)})
    tally = Tally(**{name: row[name] for name in Tally.__dataclass_fields__})
    voters = [seat for seat in seats if seat.part in ("signer", "holder")]
    return RoundView(
        row["rule"],
        signing.rule(row["rule"]),
        tuple(_seat(seat, names, words, person, secret=secret) for seat in seats),
        secret,
        None if secret else tally,
        max(0, tally.seats - sum(seat.status != TaskStatus.REMOVED for seat in voters)),
        row["outcome"] or "",
        row["opened_at"],
        row["decided_at"],
    )


def _keys(seat: Any) -> tuple[str, ...]:
    return tuple(orjson.loads(seat.candidates)) if seat.assignee_id is None else ()


def _seat(seat: Any, names: dict[int, str], words: Any, person: Actor, *, secret: bool) -> SeatView:
    reader = secrecy.reader(person)
    is_mine = reader is not None and reader in (seat.assignee_id, seat.completed_by, seat.done_for)
    told = seat.outcome if seat.status == TaskStatus.COMPLETED else None
    return SeatView(
        seat.id,
        seat.seat,
        seat.turn,
        seat.follows,
        seat.assignee_id,
        names.get(seat.assignee_id, "") or "、".join(words[key] for key in _keys(seat)),
        seat.part,
        seat.status,
        seat.weight,
        told if told and (is_mine or not secret) else "",
        names.get(seat.completed_by, ""),
        names.get(seat.done_for, ""),
        names.get(seat.added_by, ""),
        names.get(seat.lent_by, ""),
        seat.completed_at,
        is_mine,
    )
