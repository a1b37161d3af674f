"""What is there already, as rows are compared with it: units, posts, people, who holds what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import clock
from engine.college import parts
from engine.models import Holding, Post, Unit, User
from quality.imports import faults
from quality.imports.columns import Promised
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.values import half

_unit, _post = Unit.__table__, Post.__table__
_user, _holding = User.__table__, Holding.__table__
NAMED: Final = 12
ZEROS: Final = 4
"""How many leading zeros a spreadsheet is likely to have dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit; those it refers to by their codes."""

    id: int
    code: str
    name: str
    kind: str
    parent: str | None
    campus: str | None
    position: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Units:
    """All units by code, by name where a name is alone, and by code without leading zeros."""

    by_code: Mapping[str, Place]
    by_name: Mapping[str, Place]
    by_figures: Mapping[str, str]

    def find(self, text: str, column: str, promised: Mapping[str, RowAction]) -> str | Fault:
        """The code of the unit that a cell means, or why it means none."""
        place = self.by_code.get(text)
        if place is None and text in promised:
            is_wrong = promised[text] is RowAction.ERROR
            return Fault(column, faults.UNIT_IN_ERROR, {"text": text}) if is_wrong else text
        place = place or self.by_name.get(text)
        if place is None:
            meant = self.by_figures.get(text.lstrip("0")) if text.isdecimal() else None
            if meant is not None:
                said = {"text": text, "meant": meant}
                return Fault(column, faults.UNKNOWN_UNIT_ZEROS, said)
            return Fault(column, faults.UNKNOWN_UNIT, {"text": text})
        if place.until is not None and place.until < clock.today():
            return Fault(column, faults.UNIT_CLOSED, {"text": text})
        return place.code


def units(db: Session) -> Units:
    """All units; a college has some hundreds."""
    rows = db.execute(select(_unit)).all()
    codes = {row.id: row.code for row in rows}
    by_code = {
        row.code: Place(
            row.id,
            row.code,
            row.name,
            row.kind,
            codes.get(row.parent_id),
            codes.get(row.campus_id),
            row.position,
            row.until,
        )
        for row in rows
    }
    named: dict[str, list[Place]] = {}
    for place in by_code.values():
        named.setdefault(half(place.name), []).append(place)
    by_name = {name: places[0] for name, places in named.items() if len(places) == 1}
    figures = {code.lstrip("0"): code for code in by_code if code.isdecimal()}
    return Units(by_code, by_name, figures)


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts in use, by name and by key."""

    ids: Mapping[str, int]
    names: Sequence[str]

    def find(self, text: str) -> int | Fault:
        """The post that a cell means, or why it means none."""
        found = self.ids.get(text)
        if found is None:
            known = "、".join(self.names[:NAMED]) + ("…" if len(self.names) > NAMED else "")
            return Fault("post", faults.UNKNOWN_POST, {"text": text, "known": known})
        return found


def posts(db: Session) -> Posts:
    """The posts in use."""
    wanted = select(_post.c.id, _post.c.key, _post.c.name).where(_post.c.is_active)
    rows = db.execute(wanted.order_by(_post.c.position, _post.c.id)).all()
    ids = {row.key: row.id for row in rows} | {row.name: row.id for row in reversed(rows)}
    return Posts(ids, [row.name for row in rows])


def people(db: Session, column: str, values: Iterable[str]) -> dict[str, Any]:
    """People by number, username or id number, of those values that somebody has."""
    found: dict[str, Any] = {}
    field: ColumnElement[str] = _user.c[column]
    for portion in parts.chunks(sorted({value for value in values if value})):
        for row in db.execute(select(_user).where(field.in_(portion))):
            found[getattr(row, column)] = row
    return found


def with_zeros(db: Session, numbers: Iterable[str]) -> dict[str, Any]:
    """People whose number is one of these with zeros before it, by the number without."""
    meant = {
        number.zfill(len(number) + zeros): number
        for number in numbers
        if number.isdecimal() and not number.startswith("0")
        for zeros in range(1, ZEROS + 1)
    }
    return {meant[number]: row for number, row in people(db, "number", meant).items()}


Held = dict[tuple[int, int, int], list[Any]]


def held(db: Session, user_ids: Iterable[int]) -> Held:
    """What people hold or held, by person, post and unit."""
    found: Held = {}
    for portion in parts.chunks(sorted(set(user_ids))):
        for row in db.execute(select(_holding).where(_holding.c.user_id.in_(portion))):
            if row.until is None or row.until >= row.since:
                found.setdefault((row.user_id, row.post_id, row.unit_id), []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class Give:
    """A post to be given. `unit_id` is None as long as its unit is only promised."""

    post_id: int
    unit_id: int | None
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class End:
    """A holding to be ended."""

    holding_id: int
    until: date
    was: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """The days a row says; None where it says none."""

    since: date | None
    until: date | None


Given = Give | End | Fault | None


def judged(there: Sequence[Any], post_id: int, unit_id: int | None, period: Period) -> Given:
    """What a row that says "holds this post here in this period" would do."""
    today, until = clock.today(), period.until
    if period.since is None:
        same = [row for row in there if row.until is None or row.until >= today]
    else:
        same = [row for row in there if row.since == period.since]
    if same:
        return _same(same[0], until)
    since = period.since or today
    if until is not None and until < since:
        said = {"until": until.isoformat(), "since": since.isoformat()}
        return Fault("until", faults.ENDS_BEFORE, said)
    for row in there:
        if row.since <= (until or date.max) and since <= (row.until or date.max):
            return Fault("since", faults.HELD_ALREADY, {"since": row.since.isoformat()})
    return Give(post_id, unit_id, since, until)


def _same(row: Any, until: date | None) -> Given:
    if until is None or until == row.until:
        return None
    if until < row.since:
        said = {"until": until.isoformat(), "since": row.since.isoformat()}
        return Fault("until", faults.ENDS_BEFORE, said)
    if row.until is not None and until > row.until:
        return Fault("until", faults.ENDS_EARLIER, {"until": row.until.isoformat()})
    return End(row.id, until, row.until)


def placed_all(
    rows: Sequence[Any], places: Units, known: Posts, promised: Promised
) -> dict[int, tuple[int, str] | list[Fault]]:
    """Of each row that names post and unit: both, or its faults; asks the file once for all."""
    texts = {row.values["unit"] for row in rows if row.values.get("unit")}
    coming = promised("units", {text for text in texts if text not in places.by_code})
    found: dict[int, tuple[int, str] | list[Fault]] = {}
    for row in rows:
        post, unit = row.values.get("post"), row.values.get("unit")
        if post is None and unit is None:
            continue
        if post is None or unit is None:
            sentence = faults.UNIT_WITHOUT_POST if post is None else faults.POST_WITHOUT_UNIT
            found[row.number] = [Fault("post" if post is None else "unit", sentence)]
            continue
        both = (known.find(post), places.find(unit, "unit", coming))
        wrong = [one for one in both if isinstance(one, Fault)]
        found[row.number] = wrong or both  # type: ignore[assignment]  # no fault is left in both
    return found
