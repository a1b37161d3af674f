"""Secret votes: until the decision nobody but its author learns what a vote or opinion says.

Every door that tells what is written in entries asks here first.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import people
from engine.entries import Body, Kind
from engine.models import InstanceStatus, ProcessInstance, SigningRound
from engine.people import Actor

_ROUNDS: Final = SigningRound.__table__
OPINIONS: Final = frozenset({Kind.TASK_VOTED, Kind.TASK_GIVEN_BACK})
"""The entries that may be secret: where there is none of them, nobody need ask for `places`."""


def places(db: Session, instance_id: int) -> frozenset[str]:
    """The places of a case where votes are their authors' alone, since nothing is decided yet."""
    case = ProcessInstance.__table__
    rows = db.execute(
        select(_ROUNDS.c.token)
        .join(case, case.c.id == _ROUNDS.c.instance_id)
        .where(_ROUNDS.c.instance_id == instance_id, _ROUNDS.c.hidden, _ROUNDS.c.outcome.is_(None))
        .where(case.c.status.in_((InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)))
    )
    return frozenset(rows.scalars())


def reader(person: Actor) -> int | None:
    """Whose secrets may be told: nobody's, where somebody tries this person's eyes on."""
    return person.id if person.seen_by is None else None


def is_secret(secret: frozenset[str], kind: str, by: str, body: Body, reader: int | None) -> bool:
    """Whether a reader may not know what this entry says of a vote."""
    if not secret or kind not in OPINIONS or body.asked.get("token") not in secret:
        return False
    return reader is None or reader not in (
        people.marked(by),
        body.asked.get("for"),
        body.asked.get("to"),
    )
