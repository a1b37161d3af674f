"""Who is missing from a list that says it is complete: shown, and gone only when confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.college import parts, persons
from engine.models import Holding, TaskStatus, Unit, User, UserTask
from engine.people import Actor, in_force
from quality.imports import rows, there
from quality.imports.columns import Row, Verdict
from quality.imports.models import RowAction

SHEET: Final = "people"
_user, _holding, _unit, _task = (
    User.__table__,
    Holding.__table__,
    Unit.__table__,
    UserTask.__table__,
)


def find(db: Session, import_id: int, *, but: int) -> int:
    """Add a row for each person who holds a post in a unit that the list names, and is not in it.

    Nobody from outside, nobody without a number, and never `but`, who brings the list. Returns how
    many rows were added.
    """
    table = rows.TABLE
    kept = db.execute(
        select(table.c.key, table.c.data).where(
            table.c.import_id == import_id, table.c.sheet == SHEET
        )
    ).all()
    listed = {row.key for row in kept}
    places = there.units(db)
    named = {
        places.by_code[code].id
        for text in {orjson.loads(row.data).get("unit", "") for row in kept}
        if isinstance(code := places.find(text, "unit", {}), str)
    }
    missing = [person for person in _held_in(db, named) if person.number not in listed]
    missing = [person for person in missing if person.id != but]
    if not missing:
        return 0
    first = db.execute(
        select(func.max(table.c.number)).where(table.c.import_id == import_id)
    ).scalar_one()
    tasks = _open_tasks(db, [person.id for person in missing])
    added = [
        {
            "import_id": import_id,
            "number": first + place,
            "sheet": SHEET,
            "line": 0,
            "action": RowAction.LEAVE.value,
            "is_done": False,
            "key": person.number,
            "data": orjson.dumps({"number": person.number, "name": person.name}).decode(),
            "was": orjson.dumps({"unit": person.unit, "tasks": tasks.get(person.id, 0)}).decode(),
            "reasons": "[]",
        }
        for place, person in enumerate(missing, start=1)
    ]
    db.execute(insert(table), added)
    return len(added)


def _held_in(db: Session, unit_ids: set[int]) -> list[Any]:
    """Who of the college holds a post today in one of these units, each once, by number."""
    found: dict[int, Any] = {}
    for portion in parts.chunks(sorted(unit_ids)):
        wanted = (
            select(_user.c.id, _user.c.number, _user.c.name, _unit.c.name.label("unit"))
            .join(_holding, _holding.c.user_id == _user.c.id)
            .join(_unit, _unit.c.id == _holding.c.unit_id)
            .where(
                _holding.c.unit_id.in_(portion),
                in_force(Holding, clock.today()),
                _user.c.is_active,
                _user.c.is_external.is_(False),
                _user.c.number.is_not(None),
            )
            .order_by(_user.c.number, _unit.c.position, _unit.c.id)
        )
        for row in db.execute(wanted):
            found.setdefault(row.id, row)
    return list(found.values())


def _open_tasks(db: Session, user_ids: Sequence[int]) -> dict[int, int]:
    """How many open tasks each of these people holds."""
    found: dict[int, int] = {}
    for portion in parts.chunks(user_ids):
        wanted = (
            select(_task.c.assignee_id, func.count().label("tasks"))
            .where(
                _task.c.assignee_id.in_(portion),
                _task.c.status.in_((TaskStatus.READY, TaskStatus.CLAIMED)),
            )
            .group_by(_task.c.assignee_id)
        )
        found |= {row.assignee_id: row.tasks for row in db.execute(wanted)}
    return found


def compare(db: Session, leaving: Sequence[Row]) -> dict[int, Verdict]:
    """Who of them is still there to leave."""
    people = there.people(db, "number", [row.key for row in leaving])
    return {
        row.number: Verdict(RowAction.LEAVE, {}, plan=people[row.key].id)
        if row.key in people and people[row.key].is_active
        else Verdict(RowAction.SAME, {})
        for row in leaving
    }


def apply(db: Session, leaving: Sequence[Row], verdicts: Any, *, by: Actor) -> None:
    """Let them leave, as of today."""
    for row in leaving:
        persons.leave(db, verdicts[row.number].plan, by=by, on=clock.today())
