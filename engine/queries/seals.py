"""The seals of the record, and the newest acts outside cases, for auditors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine import entries, eventlog, people
from engine.entries import Kind
from engine.models import LogEntry, Post, ProcessDefinition, Unit


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal: its number and hash, when, and how many chains it bound; damaged without these."""

    seq: int
    at: datetime | None
    hash: str
    chains: int | None


@dataclass(frozen=True, slots=True)
class HouseLine:
    """An act outside cases; `asked` is what the log says of it, `about` whom and what by name.

    One that is not as it was recorded has no `kind`, and tells nothing but its number.
    """

    seq: int
    at: datetime | None
    kind: Kind | None
    who: str
    asked: Mapping[str, Any]
    about: tuple[str, ...]


def newest(db: Session, limit: int) -> tuple[Seal, ...]:
    """The newest seals, the newest first."""
    return tuple(_seal(row, is_whole) for row, is_whole in _newest(db, eventlog.SEAL, limit))


def _newest(db: Session, chain: str, limit: int) -> list[tuple[Any, bool]]:
    """The newest entries of a chain, the newest first, each with whether it is as recorded."""
    wanted = select(LogEntry.__table__).where(LogEntry.chain == chain)
    rows = db.execute(wanted.order_by(LogEntry.seq.desc()).limit(limit + 1)).all()[::-1]
    return list(eventlog.judged(rows, rows[0].seq if len(rows) > limit else 0))[::-1]


def _seal(row: Any, is_whole: bool) -> Seal:  # noqa: FBT001  (as `judged` told it)
    if not is_whole:
        return Seal(row.seq, None, row.hash, None)
    heads = entries.read_body(row.body).asked["heads"]
    return Seal(row.seq, datetime.fromisoformat(row.at), row.hash, len(heads))


def find(db: Session, hashed: str) -> Seal | None:
    """The seal with this hash; None where this is not the record that the hash was kept of."""
    seal = LogEntry.chain == eventlog.SEAL
    seq = db.execute(
        select(LogEntry.seq).where(seal, LogEntry.hash == hashed.strip().lower())
    ).scalar_one_or_none()
    if seq is None:
        return None
    pair = select(LogEntry.__table__).where(seal, LogEntry.seq.in_((seq - 1, seq)))
    ((row, is_whole),) = eventlog.judged(db.execute(pair.order_by(LogEntry.seq)), seq - 1)
    return _seal(row, is_whole)


def house(db: Session, limit: int, chain: str = eventlog.HOUSE) -> tuple[HouseLine, ...]:
    """The newest acts outside cases (or of those at the door), the newest first."""
    rows = _newest(db, chain, limit)
    asked = [entries.read_body(row.body).asked if is_whole else {} for row, is_whole in rows]
    ids = {row.by: people.marked(row.by) for row, is_whole in rows if is_whole}
    concerned = (one.get("user_id") or one.get("user") for one in asked)
    names = people.names(db, [*ids.values(), *concerned])
    places = (
        _names(db, Unit, asked, Unit.id, "unit_id"),
        _names(db, Post, asked, Post.id, "post_id"),
        _names(db, ProcessDefinition, asked, ProcessDefinition.key, "key"),
    )
    return tuple(
        HouseLine(
            row.seq,
            datetime.fromisoformat(row.at),
            Kind(row.kind),
            names.get(ids[row.by] or 0, ""),
            said,
            _about(said, names, *places),
        )
        if is_whole
        else HouseLine(row.seq, None, None, "", said, ())
        for (row, is_whole), said in zip(rows, asked, strict=True)
    )


def _names(
    db: Session,
    table: type[Unit | Post | ProcessDefinition],
    asked: list[Mapping[str, Any]],
    by: InstrumentedAttribute[Any],
    word: str,
) -> dict[Any, str]:
    wanted = {one[word] for one in asked if word in one}
    found = select(by, table.name).where(by.in_(wanted))
    return {row[0]: row.name for row in db.execute(found)}


def _about(
    asked: Mapping[str, Any],
    names: dict[int, str],
    units: dict[int, str],
    posts: dict[int, str],
    flows: dict[str, str],
) -> tuple[str, ...]:
    """The person, unit, post and flow that an act names, as they are called now."""
    person = asked.get("user_id") or asked.get("user") or 0
    found = (
        names.get(person),
        units.get(asked.get("unit_id", 0)),
        posts.get(asked.get("post_id", 0)),
        flows.get(asked.get("key", "")),
    )
    return tuple(one for one in found if one)
