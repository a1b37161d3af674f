"""The register of subjects as programs keep it: what they send, and one subject in full."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from engine.errors import Refused
from engine.models import Unit, User
from engine.sentence import Sentence
from quality import kinds, subjects
from quality.subjects import SubjectRow, TeamRow, described
from web.api import told
from web.api.fields import Anything, Choice, Flag, Json, ListOf, Number, Object, Shape, Text, Who
from web.api.preconditions import etag
from web.api.routing import Malformed
from web.api.schemas import KEY, WORD, Person
from web.session import db

DAY: Final = 10


class SubjectChange(Shape):
    """What is said of a subject; what is left out stays as it is, or empty in a new one."""

    code = Text(described.MAX_CODE, "Of a tied kind, that of the unit or the person.")
    name = Text(described.MAX_NAME, "Of a tied kind, that of the unit or the person.")
    unit = Text(KEY, "Code of a unit.", least=1)
    owner = Who(KEY, "User name or number of the account; null for nobody.", nullable=True)
    since = Text(DAY, "From which day the owner is one: 2026-09-01; today without it.")
    parent = Number("Number of the subject it belongs to.", least=1, nullable=True)
    header = Anything("The fields at the head of its tables that are its own, by key.")
    is_pilot = Flag("A pilot: it goes ahead of the others.")


class SubjectAsked(SubjectChange):
    """A subject to be entered."""

    kind = Choice(kinds.KEYS, required=True)


class Member(Shape):
    """Somebody who answers for a subject or is in its team, from one day to another."""

    id = Number(required=True)
    person = Object(Person, required=True)
    since = Text(DAY, required=True, nullable=True)
    until = Text(DAY, required=True, nullable=True)
    is_now = Flag(required=True)


class SubjectInFull(told.Subject):
    """A subject with its head, and who answered for it and was in its team when."""

    header = Anything("Values that the register keeps, by key.", required=True)
    closed_on = Text(DAY, required=True, nullable=True)
    parent_name = Text(WORD, required=True)
    owners = ListOf(Object(Member), required=True)
    members = ListOf(Object(Member), required=True)


def in_full(row: SubjectRow) -> Json:
    """One subject as an answer tells it."""
    return {
        **brief(row),
        "header": dict(row.header),
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
        "parent_name": row.parent,
        "owners": _people(subjects.owners(db(), row.id)),
        "members": _people(subjects.members(db(), row.id)),
    }


def brief(row: SubjectRow) -> Json:
    """One subject as a list tells it."""
    owner = {"id": row.owner_id, "name": row.owner} if row.owner_id is not None else None
    return {
        "id": row.id,
        "kind": row.kind,
        "kind_label": row.kind_label,
        "code": row.code,
        "name": row.name,
        "unit": row.unit,
        "unit_code": row.unit_code,
        "owner": owner,
        "parent": row.parent_id,
        "is_pilot": row.is_pilot,
        "is_active": row.is_active,
    }


def _people(rows: Iterable[TeamRow]) -> list[Json]:
    return [
        {
            "id": one.id,
            "person": {"id": one.user_id, "name": one.name},
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
            "is_now": one.is_now,
        }
        for one in rows
    ]


def tag(row: SubjectRow) -> str:
    """The tag of a subject as it stands."""
    return etag("subject", *(value for _name, value in sorted(in_columns(row).items())), row.id)


def in_columns(row: SubjectRow) -> dict[str, Any]:
    """What may be changed of a subject, by column."""
    return {
        "code": row.code,
        "name": row.name,
        "unit_id": row.unit_id,
        "parent_id": row.parent_id,
        "owner_id": row.owner_id,
        "header": dict(row.header),
        "is_pilot": row.is_pilot,
    }


def columns(asked: Json) -> dict[str, Any]:
    """What a request says, by column. Raises `Malformed`, each fault at its path."""
    faults: dict[str, Sentence] = {}
    found: dict[str, Any] = {
        name: asked[name] for name in ("code", "name", "is_pilot") if name in asked
    }
    if "parent" in asked:
        found["parent_id"] = asked["parent"]
    if "unit" in asked:
        unit = select(Unit.id).where(Unit.code == asked["unit"])
        found["unit_id"] = db().execute(unit).scalar_one_or_none()
        if found["unit_id"] is None:
            faults["unit"] = Sentence("没有代码为“{code}”的单位。", code=asked["unit"])
    if "owner" in asked:
        found["owner_id"] = _owner(asked["owner"], faults)
    if "header" in asked:
        found["header"] = asked["header"]
        faults |= {
            f"header/{key}"[:WORD]: Sentence("这里要填文字或数字。")
            for key, value in asked["header"].items()
            if isinstance(value, bool) or not isinstance(value, str | int | float | None)
        }
    if faults:
        raise Malformed(faults, {})
    return found


def _owner(named: str | int | None, faults: dict[str, Sentence]) -> int | None:
    if named is None:
        return None
    wanted = User.id == named if isinstance(named, int) else User.username == named
    found = db().execute(select(User.id).where(wanted)).scalar_one_or_none()
    if found is None:
        faults["owner"] = Sentence("没有账号“{named}”。", named=named)
    return found


def day(asked: Json) -> date | None:
    """The day a request names. Raises `Malformed`."""
    written = asked.get("since")
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as problem:
        wrong = Sentence("“{written}”不是日期，请写成 2026-09-01 的样子。", written=written)
        raise Malformed({"since": wrong}, {}) from problem


def require_sound(problems: Iterable[tuple[str, Refused]]) -> None:
    """Go on only if nothing is wrong. Raises `Malformed`, each fault at its path."""
    faults = {
        place.replace(".", "/")[:WORD]: Sentence(refusal.sentence, **refusal.values)
        for place, refusal in reversed(list(problems))
    }
    if faults:
        raise Malformed(faults, {})
