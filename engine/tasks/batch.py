"""One decision on many tasks: each as it would have been alone, with a result for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Refused, TooLarge
from engine.models import UserTask
from engine.people import Actor
from engine.sentence import Sentence
from engine.tasks.decide import complete

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one task: done, or why not."""

    task_id: int
    refusal: Refused | None = None


def complete_many(
    db: Session, task_ids: Iterable[int], *, by: Actor, outcome: str = "approve", comment: str = ""
) -> tuple[Result, ...]:
    """Decide each of these tasks; one that is refused undoes nothing of the others.

    The results are in the order asked. Cases are locked in the order of their numbers, so that two
    who decide heaps in the same cases do not wait for each other in a ring. Raises `TooLarge`.
    """
    ids = tuple(dict.fromkeys(task_ids))
    if len(ids) > MOST:
        raise TooLarge(most=Sentence("{count} 项", count=MOST))
    found = {
        one: _one(db, one, by=by, outcome=outcome, comment=comment) for one in _by_case(db, ids)
    }
    return tuple(found[one] for one in ids)


def _by_case(db: Session, ids: Sequence[int]) -> list[int]:
    """The tasks in the order of their cases; those that are not there at the end."""
    table = UserTask.__table__
    rows = db.execute(select(table.c.id, table.c.instance_id).where(table.c.id.in_(ids)))
    case = {row.id: row.instance_id for row in rows}
    return sorted(ids, key=lambda one: (one not in case, case.get(one, 0), one))


def _one(db: Session, task_id: int, *, by: Actor, outcome: str, comment: str) -> Result:
    try:
        with db.begin_nested():
            complete(db, task_id, by=by, outcome=outcome, comment=comment)
    except Refused as refusal:
        return Result(task_id, refusal)
    return Result(task_id)
