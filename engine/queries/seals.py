"""The seals of the record, and the newest acts outside cases, for auditors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import entries, eventlog, people
from engine.entries import Kind
from engine.models import LogEntry, Post, Unit


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal: its number and hash, when, and how many chains it bound."""

    seq: int
    at: datetime
    hash: str
    chains: int


@dataclass(frozen=True, slots=True)
class HouseLine:
    """An act outside cases; `asked` is what the log says of it, `about` whom and what by name."""

    seq: int
    at: datetime
    kind: str
    who: str
    asked: Mapping[str, Any]
    about: tuple[str, ...]


def newest(db: Session, limit: int) -> tuple[Seal, ...]:
    """The newest seals, the newest first."""
    rows = db.execute(
        select(LogEntry.seq, LogEntry.at, LogEntry.hash, LogEntry.body)
        .where(LogEntry.chain == eventlog.SEAL)
        .order_by(LogEntry.seq.desc())
        .limit(limit)
    )
    return tuple(
        Seal(row.seq, datetime.fromisoformat(row.at), row.hash, _chains(row.body)) for row in rows
    )


def _chains(body: str) -> int:
    return len(orjson.loads(body)["asked"]["heads"])


def find(db: Session, hashed: str) -> Seal | None:
    """The seal with this hash; None where this is not the record that the hash was kept of."""
    row = db.execute(
        select(LogEntry.seq, LogEntry.at, LogEntry.hash, LogEntry.body).where(
            LogEntry.chain == eventlog.SEAL, LogEntry.hash == hashed.strip().lower()
        )
    ).one_or_none()
    if row is None:
        return None
    return Seal(row.seq, datetime.fromisoformat(row.at), row.hash, _chains(row.body))


def house(db: Session, limit: int) -> tuple[HouseLine, ...]:
    """The newest acts outside cases, the newest first."""
    rows = db.execute(
        select(LogEntry.seq, LogEntry.at, LogEntry.kind, LogEntry.by, LogEntry.body)
        .where(LogEntry.chain == eventlog.HOUSE)
        .order_by(LogEntry.seq.desc())
        .limit(limit)
    ).all()
    asked = [entries.read_body(row.body).asked for row in rows]
    ids = {row.by: people.marked(row.by) for row in rows}
    concerned = (one.get("user_id") or one.get("user") for one in asked)
    names = people.names(db, [*ids.values(), *concerned])
    places = _names(db, Unit, asked, "unit_id"), _names(db, Post, asked, "post_id")
    return tuple(
        HouseLine(
            row.seq,
            datetime.fromisoformat(row.at),
            Kind(row.kind),
            names.get(ids[row.by] or 0, ""),
            said,
            _about(said, names, *places),
        )
        for row, said in zip(rows, asked, strict=True)
    )


def _names(
    db: Session, table: type[Unit | Post], asked: list[Mapping[str, Any]], word: str
) -> dict[int, str]:
    wanted = {one[word] for one in asked if word in one}
    found = select(table.id, table.name).where(table.id.in_(wanted))
    return {row.id: row.name for row in db.execute(found)}


def _about(
    asked: Mapping[str, Any], names: dict[int, str], units: dict[int, str], posts: dict[int, str]
) -> tuple[str, ...]:
    """The person, unit and post that an act names by number, as they are called now."""
    person = asked.get("user_id") or asked.get("user") or 0
    found = (
        names.get(person),
        units.get(asked.get("unit_id", 0)),
        posts.get(asked.get("post_id", 0)),
    )
    return tuple(one for one in found if one)
