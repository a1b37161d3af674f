"""Bringing in people: told apart by their number, with the unit they belong to and their post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from engine.college import persons
from engine.college.persons import NewPerson
from engine.people import Actor
from engine.permissions import Action
from quality.imports import faults, held, there, values
from quality.imports.columns import Promised, Row, Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.there import End, Give, Period

FIELDS: Final = ("name", "username", "email", "phone", "id_number", "is_external", "employer")
RETURNS: Final = "returns"
"""Stands in `was` for somebody who left and is there again."""
_TWICE: Final = (
    ("number", faults.TWICE),
    ("username", faults.TWICE_USERNAME),
    ("id_number", faults.TWICE_ID_NUMBER),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row does to a person: who it is, what is known, the post to give or to end."""

    user_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    returns: bool = False
    given: Give | End | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class _There:
    """Everybody whom some row might mean."""

    numbers: Mapping[str, Any]
    usernames: Mapping[str, Any]
    id_numbers: Mapping[str, Any]
    zeros: Mapping[str, Any]


class PersonWorker:
    """Compares and applies the sheet of people."""

    right = Action.PERSON_EDIT
    portion = 2_000

    def key(self, values: Mapping[str, Any]) -> str:
        """The number."""
        return values.get("number") or ""

    def within(self, rows: list[Row]) -> list[Row]:
        """Numbers, user names and id numbers twice; periods that end before they begin."""
        first: dict[tuple[str, str], Row] = {}
        for row in rows:
            for name, sentence in _TWICE:
                value = row.values.get(name)
                if value is None:
                    continue
                before = first.setdefault((name, value), row)
                if before is not row:
                    said = {"line": before.line, "text": value if name != "id_number" else ""}
                    row.faults.append(Fault(name, sentence, said))
            since, until = row.values.get("since"), row.values.get("until")
            if since is not None and until is not None and until < since:
                said = {"until": until.isoformat(), "since": since.isoformat()}
                row.faults.append(Fault("until", faults.ENDS_BEFORE, said))
        return rows

    def compare(self, db: Session, rows: Sequence[Row], promised: Promised) -> dict[int, Verdict]:
        """New people, and known ones of whom the file says something else."""
        around = _around(db, rows)
        places, known = there.units(db), there.posts(db)
        named = there.placed_all(rows, places, known, promised)
        meant = {row.number: _meant(row, around) for row in rows}
        held_by = there.held(db, [one.id for one in meant.values() if one is not None])
        found: dict[int, Verdict] = {}
        for row in rows:
            person, where = meant[row.number], named.get(row.number)
            wrongs = [*row.faults, *_conflicts(row, person, around)]
            given: there.Given = None
            if isinstance(where, list):
                wrongs += where
            elif where is not None:
                post_id, code = where
                place = places.by_code.get(code)
                unit_id = place.id if place else None
                mine = held_by.get((person.id, post_id, unit_id), []) if person and unit_id else []
                given = there.judged(mine, post_id, unit_id, _period(row, person))
            if isinstance(given, Fault):
                found[row.number] = wrong([*wrongs, given])
            else:
                found[row.number] = wrong(wrongs) if wrongs else _verdict(row, person, given)
        return found

    def apply(
        self, db: Session, rows: Sequence[Row], verdicts: Mapping[int, Verdict], *, by: Actor
    ) -> None:
        """Add, take back, change, give posts: each for all rows together."""
        plans: list[Plan] = [verdicts[row.number].plan for row in rows]
        fresh = [plan for plan in plans if plan.user_id is None]
        ids = persons.create_all(db, [NewPerson(**plan.fields) for plan in fresh], by=by)
        added = {id(plan): user_id for plan, user_id in zip(fresh, ids, strict=True)}
        for plan in plans:
            if plan.returns and plan.user_id is not None:
                persons.take_back(db, plan.user_id, by=by)
        changes = {plan.user_id: plan.fields for plan in plans if plan.user_id and plan.fields}
        if changes:
            persons.change_all(db, changes, by=by)
        held.give_or_end(
            db,
            [
                held.Plan(plan.user_id or added[id(plan)], plan.given)
                for plan in plans
                if plan.given is not None
            ],
            by=by,
        )


def _period(row: Row, person: Any) -> Period:
    """The days a row says; whoever comes back begins again, whatever the old list says."""
    since = row.values.get("since")
    if since is not None and person is not None and not person.is_active:
        since = None if since <= (person.left_on or since) else since
    return Period(since, row.values.get("until"))


def _around(db: Session, rows: Sequence[Row]) -> _There:
    def said(name: str) -> set[str]:
        return {row.values[name] for row in rows if row.values.get(name)}

    numbers = there.people(db, "number", said("number"))
    new = said("number") - set(numbers)
    return _There(
        numbers,
        there.people(db, "username", said("username") | new),
        there.people(db, "id_number", said("id_number")),
        there.with_zeros(db, new),
    )


def _meant(row: Row, around: _There) -> Any:
    """Whom a row is about: by number, else somebody without one by user name and name."""
    number, username = row.values.get("number", ""), row.values.get("username")
    if number in around.numbers:
        return around.numbers[number]
    other = around.usernames.get(username or number)
    if other is not None and other.number is None and other.name == row.values.get("name"):
        return other
    return None


def _conflicts(row: Row, person: Any, around: _There) -> list[Fault]:
    """What the row says and somebody else has already."""
    found = []
    values = row.values
    number, name, id_number = values.get("number"), values.get("name"), values.get("id_number")
    if number is None:
        return []
    if person is None and number in around.zeros:
        said = {"meant": around.zeros[number].number, "who": around.zeros[number].name}
        found.append(Fault("number", faults.LOST_ZEROS, said))
    if person is not None and name not in (None, person.name):
        if id_number is not None and person.id_number not in ("", id_number):
            said = {"number": number, "who": person.name}
            found.append(Fault("number", faults.OTHER_PERSON, said))
    username = values.get("username") or ("" if person is not None else number)
    for column, text, taken, sentence in (
        ("username", username, around.usernames, faults.USERNAME_TAKEN),
        ("id_number", id_number, around.id_numbers, faults.ID_NUMBER_TAKEN),
    ):
        other = taken.get(text) if text else None
        if other is not None and (person is None or other.id != person.id):
            said = {"text": text, "who": other.name, "number": other.number or other.username}
            if column == "id_number":
                del said["text"]
            found.append(Fault(column, sentence, said))
    return found


def _verdict(row: Row, person: Any, given: Give | End | None) -> Verdict:
    values = {name: row.values[name] for name in FIELDS if row.values.get(name) is not None}
    if person is None:
        number = row.values["number"]
        fields = {"username": number, **values, "number": number}
        return Verdict(RowAction.ADD, {}, plan=Plan(None, fields, given=given))
    if person.number is None:
        values["number"] = row.values["number"]
    changed = {name: value for name, value in values.items() if value != getattr(person, name)}
    was = {name: _shown(getattr(person, name)) for name in changed}
    if not person.is_active:
        was[RETURNS] = person.left_on.isoformat() if person.left_on else ""
    if isinstance(given, Give):
        was["post"] = ""
    if isinstance(given, End):
        was["until"] = given.was.isoformat() if given.was else ""
    if not was:
        return Verdict(RowAction.SAME, {})
    plan = Plan(person.id, changed, not person.is_active, given, person.name)
    return Verdict(RowAction.CHANGE, was, plan=plan)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return values.yes_or_no(value)
    return "" if value is None else str(value)
