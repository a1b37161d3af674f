"""Bringing in subjects: told apart by kind and code, checked as the register checks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row as Kept
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.college import parts
from engine.models import User
from engine.people import Actor
from engine.permissions import Action
from quality import errors, kinds, subjects
from quality.imports import faults, there
from quality.imports.columns import Promised, Row, Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.kinds import SubjectKind
from quality.models import Subject
from quality.subjects import Given, described

UNKNOWN_KIND: Final = "没有“{text}”这一类主体，可以填：{known}。"
UNKNOWN_PARENT: Final = "没有代码为“{text}”的上级主体，它应该是：{wanted}。"
PARENT_IN_ERROR: Final = "上级主体“{text}”在“主体”表里的那一行有错，请先改好。"
CLOSED: Final = "“{name}”已经停用，请先在它的页面上恢复，再导入。"
OTHER_NAME: Final = "这一类主体的名称随单位或人员而定，现在是“{name}”，请改成一样的或留空。"
CIRCLE: Final = "主体不能是自己的上级：{path}。"

HEADER: Final = ("hours", "credits", "applies_to")
"""The columns that are fields of a head, of whatever kind."""
_table = Subject.__table__
BETWEEN: Final = "·"


def kind_meant(text: str) -> SubjectKind | None:
    """The kind of subject that a cell means: its label, its short name or its key."""
    return next((one for one in kinds.every() if text in (one.label, one.short, one.key)), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """A subject to be entered, or what is to be changed of one; its owner, from a day on.

    `above` is the key of a parent that the same file brings.
    """

    given: Given
    since: date | None
    subject_id: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    has_new_owner: bool = False
    above: str = ""


@dataclass(slots=True)
class _Read:
    """A row as it was read: what it says, of which subject, and which parts wait for other rows."""

    row: Row
    given: Given
    old: Kept[Any] | None
    waits: set[str]
    above: str = ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What cells may refer to: what is there, and what the same file brings, by key."""

    places: there.Units
    people: Mapping[str, Any]
    subjects: Mapping[tuple[str, str], Kept[Any]]
    codes: Mapping[int, str]
    numbers: Mapping[int, str]
    units_coming: Mapping[str, RowAction]
    people_coming: Mapping[str, RowAction]
    subjects_coming: dict[str, RowAction]


class SubjectWorker:
    """Compares and applies the sheet of subjects."""

    right = Action.SUBJECT_EDIT
    portion = 2_000

    def key(self, values: Mapping[str, Any]) -> str:
        """Kind and code."""
        text, code = values.get("kind") or "", values.get("code") or ""
        kind = kind_meant(text)
        return f"{kind.key if kind else text}{BETWEEN}{code}" if text and code else ""

    def within(self, rows: list[Row]) -> list[Row]:
        """The same subject twice; parents before what is below them, by kind, then by line."""
        first: dict[str, Row] = {}
        for row in rows:
            before = first.setdefault(row.key, row) if row.key else row
            if before is not row:
                said = {"line": before.line, "text": row.values["code"]}
                row.faults.append(Fault("code", faults.TWICE, said))
        ranks = {key: rank for rank, key in enumerate(kinds.KEYS)}
        depth = {id(row): _depth(row, first) for row in rows}
        return sorted(
            rows, key=lambda row: (ranks.get(row.key.partition(BETWEEN)[0], 0), depth[id(row)])
        )

    def compare(self, db: Session, rows: Sequence[Row], promised: Promised) -> dict[int, Verdict]:
        """New subjects, and known ones of which the file says something else."""
        around = _around(db, rows, promised)
        found: dict[int, Verdict] = {}
        read = []
        for row in rows:
            kind = kind_meant(row.values.get("kind", ""))
            if kind is None and "kind" in row.values:
                known = "、".join(one.short for one in kinds.every())
                said = {"text": row.values["kind"], "known": known}
                row.faults.append(Fault("kind", UNKNOWN_KIND, said))
            if kind is None or "code" not in row.values:
                found[row.number] = wrong(row.faults)
            else:
                read.append(_read(row, kind, around))
        olds = {one.old.id for one in read if one.old is not None}
        near = described.around(db, [one.given for one in read], ids=olds)
        for one in read:
            one.given = described.settle(one.given, near)
            verdict = _verdict(one, near, around)
            found[one.row.number] = verdict
            around.subjects_coming[one.row.key] = verdict.action
        return found

    def apply(
        self, db: Session, rows: Sequence[Row], verdicts: Mapping[int, Verdict], *, by: Actor
    ) -> None:
        """Enter the new ones, parents before what is below them; change the others."""
        plans: list[Plan] = [verdicts[row.number].plan for row in rows]
        waiting = [plan for plan in plans if plan.subject_id is None]
        while waiting:
            coming = {f"{plan.given.kind}{BETWEEN}{plan.given.code}" for plan in waiting}
            now = [plan for plan in waiting if plan.above not in coming] or waiting
            _enter(db, now, by=by)
            waiting = [plan for plan in waiting if plan not in now]
        changed = [plan for plan in plans if plan.subject_id is not None]
        parents = _parents(db, changed)
        changes = {
            plan.subject_id or 0: {**plan.changes, **_parent(plan, parents)}
            for plan in changed
            if plan.changes
        }
        if changes:
            subjects.change_all(db, changes, by=by)
        for plan in changed:
            if plan.subject_id is not None and plan.has_new_owner:
                since = plan.since or clock.today()
                subjects.give_owner(db, plan.subject_id, plan.given.owner_id, since=since, by=by)


def _enter(db: Session, plans: Sequence[Plan], *, by: Actor) -> None:
    parents = _parents(db, plans)
    fresh: dict[date | None, list[Given]] = {}
    for plan in plans:
        fresh.setdefault(plan.since, []).append(replace(plan.given, **_parent(plan, parents)))
    for since, given in fresh.items():
        subjects.create_all(db, given, by=by, since=since)


def _parents(db: Session, plans: Iterable[Plan]) -> dict[str, int]:
    """The subjects that plans wait for, by key, as far as they are there by now."""
    codes = {plan.above.partition(BETWEEN)[2] for plan in plans if plan.above}
    return {f"{kind}{BETWEEN}{code}": row.id for (kind, code), row in _subjects(db, codes).items()}


def _parent(plan: Plan, parents: Mapping[str, int]) -> dict[str, Any]:
    """The parent that a plan waited for. Raises `UnknownParent` where it did not come."""
    if not plan.above:
        return {}
    if plan.above not in parents:
        raise errors.UnknownParent
    return {"parent_id": parents[plan.above]}


def _depth(row: Row, first: Mapping[str, Row]) -> int:
    """How many subjects of its own kind in the file it stands below; a circle is its fault."""
    kind, _, _code = row.key.partition(BETWEEN)
    way = [row]
    if kind not in kinds.KEYS or kind not in kinds.get(kind).register.parents:
        return len(way)
    while (above := first.get(f"{kind}{BETWEEN}{way[-1].values.get('parent') or ''}")) is not None:
        if above in way:
            path = " → ".join(one.values["code"] for one in [*way, above])
            row.faults.append(Fault("parent", CIRCLE, {"path": path[:200]}))
            break
        way.append(above)
    return len(way)


def _around(db: Session, rows: Sequence[Row], promised: Promised) -> _Around:
    def said(name: str) -> set[str]:
        return {row.values[name] for row in rows if row.values.get(name)}

    places = there.units(db)
    numbers = said("owner") | said("code")
    people = there.people(db, "username", numbers) | there.people(db, "number", numbers)
    known = _subjects(db, said("code") | said("parent"))
    texts = said("unit") | said("code")
    above = {
        f"{key}{BETWEEN}{row.values['parent']}"
        for row in rows
        if row.values.get("parent") and (kind := kind_meant(row.values.get("kind", "")))
        for key in kind.register.parents
    }
    owner_ids = {one.owner_id for one in known.values() if one.owner_id is not None}
    return _Around(
        places,
        people,
        known,
        _codes(db, {one.parent_id for one in known.values() if one.parent_id is not None}),
        _numbers(db, owner_ids),
        promised("units", {text for text in texts if text not in places.by_code}),
        promised("people", numbers - set(people)),
        {**promised("subjects", above), **{row.key: RowAction.UNREAD for row in rows if row.key}},
    )


def _subjects(db: Session, codes: Iterable[str]) -> dict[tuple[str, str], Kept[Any]]:
    found: dict[tuple[str, str], Kept[Any]] = {}
    for portion in parts.chunks(sorted(codes)):
        for row in db.execute(select(_table).where(_table.c.code.in_(portion))):
            found[row.kind, row.code] = row
    return found


def _codes(db: Session, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for portion in parts.chunks(sorted(ids)):
        wanted = select(_table.c.id, _table.c.code).where(_table.c.id.in_(portion))
        found |= {row.id: row.code for row in db.execute(wanted)}
    return found


def _numbers(db: Session, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for portion in parts.chunks(sorted(ids)):
        wanted = select(User.id, User.number, User.username).where(User.id.in_(portion))
        found |= {row.id: row.number or row.username for row in db.execute(wanted)}
    return found


def _read(row: Row, kind: SubjectKind, around: _Around) -> _Read:
    """What the row says of the subject."""
    values, waits = row.values, set[str]()
    old = around.subjects.get((kind.key, values["code"]))
    given = subjects.given_of(old) if old is not None else Given(kind.key, "", "", None)
    given = replace(given, code=values["code"])
    if "name" in values:
        given = replace(given, name=values["name"])
    if "pilot" in values:
        given = replace(given, is_pilot=values["pilot"])
    head: dict[str, Any] = {name: values[name] for name in HEADER if name in values}
    given = replace(given, header={**given.header, **head})
    is_of_unit = kind.register.tied == kinds.UNIT
    unit = values["code"] if is_of_unit else values.get("unit")
    if unit is not None:
        place = around.places.find(unit, "code" if is_of_unit else "unit", around.units_coming)
        if isinstance(place, Fault):
            row.faults.append(place)
        elif place in around.places.by_code:
            given = replace(given, unit_id=around.places.by_code[place].id)
        if isinstance(place, Fault) or place not in around.places.by_code:
            waits.add("unit")
    owner = values["code"] if kind.is_a_person else values.get("owner")
    if owner is not None:
        column = "code" if kind.is_a_person else "owner"
        given = _owned(row, given, column, owner, waits, around)
    read = _Read(row, given, old, waits)
    if "parent" in values:
        _place(read, kind, around)
    return read


def _owned(
    row: Row, given: Given, column: str, owner: str, waits: set[str], around: _Around
) -> Given:
    person = around.people.get(owner)
    if person is not None:
        return replace(given, owner_id=person.id)
    waits.add("owner")
    coming = around.people_coming.get(owner)
    if coming is None:
        row.faults.append(Fault(column, faults.UNKNOWN_PERSON, {"text": owner}))
    elif coming is RowAction.ERROR:
        row.faults.append(Fault(column, faults.PERSON_IN_ERROR, {"text": owner}))
    return given


def _place(read: _Read, kind: SubjectKind, around: _Around) -> None:
    code = read.row.values["parent"]
    # another kind's code, or a kind without parents: the register says what is wrong with it
    for key in (*kind.register.parents, *kinds.KEYS):
        if (key, code) in around.subjects:
            read.given = replace(read.given, parent_id=around.subjects[key, code].id)
            return
        above = f"{key}{BETWEEN}{code}"
        if key in kind.register.parents and above in around.subjects_coming:
            read.waits.add("parent")
            read.above = above
            return
    read.waits.add("parent")
    wanted = "、".join(kinds.get(one).label for one in kind.register.parents)
    said = {"text": code, "wanted": wanted or "—"}
    read.row.faults.append(Fault("parent", UNKNOWN_PARENT, said))


def _verdict(read: _Read, near: described.Around, around: _Around) -> Verdict:
    row, given, old, waits = read.row, read.given, read.old, read.waits
    since, kind = row.values.get("since"), kinds.get(given.kind)
    was = subjects.given_of(old) if old is not None else None
    found = list(row.faults)
    if old is not None and not old.is_active:
        found.append(Fault("", CLOSED, {"name": old.name}))
    if since is not None and since > near.today:
        found.append(Fault("since", errors.NotYet.sentence, {"on": since.isoformat()}))
    if around.subjects_coming.get(read.above) is RowAction.ERROR:
        found.append(Fault("parent", PARENT_IN_ERROR, {"text": row.values["parent"]}))
    if kind.register.tied in (kinds.UNIT, kinds.PERSON):
        typed = row.values.get("name")
        if typed is not None and not waits & {"unit", "owner"} and typed != given.name:
            found.append(Fault("name", OTHER_NAME, {"name": given.name}))
    subject_id = old.id if old is not None else None
    for place, refusal in described.problems(given, near, subject_id=subject_id, was=was):
        if place not in waits:
            column = place.removeprefix("header.")
            found.append(Fault(column, refusal.sentence, _told(refusal.values)))
    if found:
        return wrong(found)
    if was is None or old is None:
        return Verdict(RowAction.ADD, {}, plan=Plan(given, since, above=read.above))
    return _changed(read, was, around)


def _told(values: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _changed(read: _Read, was: Given, around: _Around) -> Verdict:
    given, waits, before = read.given, read.waits, was.header
    head = described.header(given)
    shown: dict[str, str] = {}
    changes: dict[str, Any] = {}
    for column, name in (("name", "name"), ("unit", "unit_id"), ("parent", "parent_id")):
        if getattr(given, name) != getattr(was, name) or column in waits:
            changes[name] = getattr(given, name)
            shown[column] = _shown(column, was, around)
    if given.is_pilot != was.is_pilot:
        changes["is_pilot"], shown["pilot"] = given.is_pilot, "是" if was.is_pilot else "否"
    if head != before:
        changes["header"] = head
        shown |= {
            one: described.typed(before.get(one))
            for one in HEADER
            if head.get(one) != before.get(one)
        }
    has_new_owner = given.owner_id != was.owner_id or "owner" in waits
    if has_new_owner:
        shown["owner"] = _shown("owner", was, around)
    if not shown:
        return Verdict(RowAction.SAME, {})
    subject_id, since = read.old.id if read.old else None, read.row.values.get("since")
    plan = Plan(given, since, subject_id, changes, has_new_owner, read.above)
    return Verdict(RowAction.CHANGE, shown, plan=plan)


def _shown(column: str, was: Given, around: _Around) -> str:
    """What a column of the file would have said of the subject as it is."""
    if column == "unit":
        units = {place.id: code for code, place in around.places.by_code.items()}
        return units.get(was.unit_id or 0, "")
    if column == "parent":
        return around.codes.get(was.parent_id or 0, "")
    return around.numbers.get(was.owner_id or 0, "") if column == "owner" else was.name
