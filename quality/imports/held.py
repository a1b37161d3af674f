"""Bringing in posts held: who, which post, where, from when to when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine.college import posts
from engine.college.posts import NewHolding
from engine.people import Actor
from engine.permissions import Action
from quality.imports import faults, there
from quality.imports.columns import Promised, Row, Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.there import End, Give, Period


@dataclass(frozen=True, slots=True)
class Plan:
    """A post to be given to a person, or a holding to be ended."""

    user_id: int | None
    given: Give | End


class HoldingWorker:
    """Compares and applies the sheet of posts held."""

    right = Action.POST_EDIT
    portion = 2_000

    def key(self, values: Mapping[str, Any]) -> str:
        """Person, post and unit, as they are written."""
        named = [str(values.get(name) or "") for name in ("number", "post", "unit")]
        return "·".join(named)[:200] if any(named) else ""

    def within(self, rows: list[Row]) -> list[Row]:
        """The same post of the same person in overlapping periods."""
        before: dict[str, list[Row]] = {}
        for row in rows:
            since, until = row.values.get("since"), row.values.get("until")
            if since is not None and until is not None and until < since:
                said = {"until": until.isoformat(), "since": since.isoformat()}
                row.faults.append(Fault("until", faults.ENDS_BEFORE, said))
                continue
            again = next((one for one in before.get(row.key, ()) if _overlap(one, row)), None)
            if again is not None:
                row.faults.append(Fault("since", faults.TWICE_HELD, {"line": again.line}))
            before.setdefault(row.key, []).append(row)
        return rows

    def compare(self, db: Session, rows: Sequence[Row], promised: Promised) -> dict[int, Verdict]:
        """New holdings, and old ones that end on another day."""
        places, known = there.units(db), there.posts(db)
        numbers = {row.values["number"] for row in rows if row.values.get("number")}
        people = there.people(db, "number", numbers)
        coming = promised("people", numbers)
        named = there.placed_all(rows, places, known, promised)
        held = there.held(db, [person.id for person in people.values()])
        found: dict[int, Verdict] = {}
        for row in rows:
            person = people.get(row.values.get("number", ""))
            problem = _unfit(row, person, coming)
            where = named.get(row.number, [])
            faulty = [*row.faults, *([problem] if problem else [])]
            if isinstance(where, list) or faulty:
                found[row.number] = wrong(faulty + (where if isinstance(where, list) else []))
                continue
            post_id, code = where
            place = places.by_code.get(code)
            unit_id = place.id if place else None
            period = Period(row.values.get("since"), row.values.get("until"))
            mine = held.get((person.id, post_id, unit_id), []) if person and unit_id else []
            found[row.number] = _verdict(there.judged(mine, post_id, unit_id, period), person)
        return found

    def apply(
        self, db: Session, rows: Sequence[Row], verdicts: Mapping[int, Verdict], *, by: Actor
    ) -> None:
        """Give the new ones together, end the others one by one."""
        give_or_end(db, [verdicts[row.number].plan for row in rows], by=by)


def give_or_end(db: Session, plans: Sequence[Plan], *, by: Actor) -> None:
    """Give all posts that are to be given, and end what is to be ended."""
    fresh = [
        NewHolding(
            plan.user_id, plan.given.post_id, plan.given.unit_id, plan.given.since, plan.given.until
        )
        for plan in plans
        if isinstance(plan.given, Give) and plan.user_id is not None and plan.given.unit_id
    ]
    if fresh:
        posts.give_all(db, fresh, by=by)
    for plan in plans:
        if isinstance(plan.given, End):
            posts.end(db, plan.given.holding_id, by=by, on=plan.given.until)


def _overlap(one: Row, other: Row) -> bool:
    begins, ends = one.values.get("since"), one.values.get("until")
    since, until = other.values.get("since"), other.values.get("until")
    return (since or date.min) <= (ends or date.max) and (begins or date.min) <= (until or date.max)


def _unfit(row: Row, person: Any, coming: Mapping[str, RowAction]) -> Fault | None:
    """Why nothing can be given to whom the row names."""
    number, name = row.values.get("number"), row.values.get("name")
    if number is None:
        return None
    action = coming.get(number)
    if person is None:
        if action is None:
            return Fault("number", faults.UNKNOWN_PERSON, {"text": number})
        is_wrong = action is RowAction.ERROR
        return Fault("number", faults.PERSON_IN_ERROR, {"text": number}) if is_wrong else None
    if not person.is_active and action not in (RowAction.ADD, RowAction.CHANGE):
        return Fault("number", faults.PERSON_LEFT, {"who": person.name})
    if name is not None and name != person.name and action is not RowAction.CHANGE:
        said = {"number": number, "who": person.name, "name": name}
        return Fault("name", faults.OTHER_NAME, said)
    return None


def _verdict(given: there.Given, person: Any) -> Verdict:
    if given is None:
        return Verdict(RowAction.SAME, {})
    if isinstance(given, Fault):
        return wrong([given])
    plan = Plan(person.id if person else None, given)
    if isinstance(given, End):
        was = {"until": given.was.isoformat() if given.was else ""}
        return Verdict(RowAction.CHANGE, was, plan=plan)
    return Verdict(RowAction.ADD, {}, plan=plan)
