"""The record: append-only chains of entries, contents under salted hashes, seals over all heads.

A chain's name is `case:42` for one case, `house` for acts outside cases, `door` for signing in and
out, `seal` for the seals.
The hash of an entry is SHA-256 over seven lines: the hash before, chain, seq, at, kind, by, body.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, hotpath
from engine.entries import Body, Kind
from engine.errors import CannotKeep
from engine.models import Content, LogChain, LogEntry, LogMention, ProcessInstance

GENESIS: Final = "0" * 64
HOUSE: Final = "house"
DOOR: Final = "door"
SEAL: Final = "seal"
KEPT_TOGETHER: Final = (HOUSE, DOOR)
"""The chains that belong to no case and are sealed with the cases."""
HEADS_PER_SEAL: Final = 1_000
LATE_COMMITS: Final = 20_000
"""How many ids a transaction still open at the last seal may lie behind: looked at again."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the number and hash of its newest entry."""

    seq: int
    hash: str


EMPTY: Final = Head(0, GENESIS)


def case_chain(instance_id: int) -> str:
    """The name of a case's chain."""
    return f"case:{instance_id}"


def digest(before: str, chain: str, seq: int, at: str, kind: str, by: str, body: str) -> str:
    """The hash of an entry; anybody can compute it from an export."""
    lines = f"{before}\n{chain}\n{seq}\n{at}\n{kind}\n{by}\n{body}"
    return hashlib.sha256(lines.encode()).hexdigest()


def judged(rows: Iterable[Any], after: int = 0) -> Iterator[tuple[Any, bool]]:
    """Each entry of a chain past `after`, in order, and whether it is as it was recorded.

    The rows begin with the entry `after` itself, which is only asked for its hash.
    """
    before = "" if after else GENESIS
    for row in rows:
        if row.seq > after:
            yield row, is_recorded(row, before)
        before = row.hash


def is_recorded(row: Any, before: str) -> bool:
    """Whether an entry has the hash that follows from what it says and from the hash before it."""
    hashed = digest(before, row.chain, row.seq, row.at, row.kind, row.by, row.body)
    return bool(hashed == row.hash)


def moment(at: datetime) -> str:
    """A time as the log writes it: ISO 8601, UTC, microseconds."""
    return at.isoformat(timespec="microseconds")


def entry(
    chain: str, head: Head, kind: Kind, *, by: str, at: datetime, body: Body
) -> dict[str, Any]:
    """The row that follows `head`, whose chain the caller has locked."""
    text, seq, when = body.text(), head.seq + 1, moment(at)
    hashed = digest(head.hash, chain, seq, when, kind.value, by, text)
    return {
        "chain": chain,
        "seq": seq,
        "at": when,
        "kind": kind.value,
        "by": by,
        "body": text,
        "hash": hashed,
    }


@dataclass(frozen=True, slots=True)
class Fact:
    """An act outside any case. `about` names the things it is about (`user:5`, `unit:3`).

    `private` is what must be erasable one day: it is kept outside the log under a salted hash, and
    the entry's `asked` says under which key (`kept`).
    """

    kind: Kind
    asked: Mapping[str, Any]
    known: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    private: Mapping[str, Any] = field(default_factory=dict)


def record(  # noqa: PLR0913  (what a fact says, by keyword)
    db: Session,
    kind: Kind,
    *,
    by: str,
    asked: Mapping[str, Any],
    known: Mapping[str, Any] | None = None,
    about: tuple[str, ...] = (),
    private: Mapping[str, Any] | None = None,
    chain: str = HOUSE,
) -> Head:
    """Record an act outside any case, in the house chain unless another is named."""
    fact = Fact(kind, asked, known or {}, about, private or {})
    return record_all(db, [fact], by=by, chain=chain)[0]


def differences(before: Row[Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What an entry says of a changed row: each value that differs, as it was and as it is."""
    return {
        word: [getattr(before, word), value]
        for word, value in after.items()
        if getattr(before, word) != value
    }


def record_all(db: Session, facts: Sequence[Fact], *, by: str, chain: str = HOUSE) -> list[Head]:
    """Record acts outside any case, one after the other, in a few statements however many."""
    contents = _keep_all(db, [fact.private for fact in facts if fact.private])
    bodies = []
    for fact in facts:
        if fact.private:
            kept, hashed = next(contents)
            bodies.append(Body({**fact.asked, "kept": kept}, fact.known, content=hashed))
        else:
            bodies.append(Body(fact.asked, fact.known))
    kinds = [fact.kind for fact in facts]
    heads = _grow(db, chain, list(zip(kinds, bodies, strict=True)), by=by)
    mentions = [
        {"thing": thing, "seq": head.seq}
        for fact, head in zip(facts, heads, strict=True)
        for thing in dict.fromkeys(fact.about)
    ]
    if mentions:
        db.execute(insert(LogMention.__table__), mentions)
    return heads


def _keep_all(db: Session, written: list[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Store contents outside any act: their keys and hashes, in order."""
    if not written:
        return iter(())
    rows = [{**salted(data), "instance_id": None} for data in written]
    table = Content.__table__
    added = insert(table).returning(table.c.sha256, table.c.id)
    keys = {row.sha256: row.id for row in db.execute(added, rows)}
    return ((keys[row["sha256"]], row["sha256"]) for row in rows)


def _grow(db: Session, chain: str, acts: list[tuple[Kind, Body]], *, by: str) -> list[Head]:
    table = LogChain.__table__
    columns = select(table.c.seq, table.c.hash).where(table.c.name == chain).with_for_update()
    row = db.execute(columns).one_or_none()
    if row is None:
        _begin(db, chain)
        row = db.execute(columns).one()
    head, at, added, heads = Head(row.seq, row.hash), clock.now(), [], []
    for kind, body in acts:
        added.append(entry(chain, head, kind, by=by, at=at, body=body))
        head = Head(added[-1]["seq"], added[-1]["hash"])
        heads.append(head)
    db.execute(insert(LogEntry.__table__), added)
    db.execute(update(table).where(table.c.name == chain).values(seq=head.seq, hash=head.hash))
    return heads


def _begin(db: Session, chain: str) -> None:
    """The first entry of a chain; whoever else begins it at this moment has begun it for us."""
    with suppress(IntegrityError), db.begin_nested():
        db.execute(insert(LogChain), {"name": chain, "seq": 0, "hash": GENESIS})


def salted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The content row of what was written in an act; its `sha256` is what the log holds."""
    salt, written = secrets.token_bytes(16), as_json(data)
    return {"salt": salt, "data": written, "sha256": hashlib.sha256(salt + written).hexdigest()}


def is_written(row: Any) -> bool:
    """Whether a content is what was written: salt and data still lead to its hash."""
    return bool(hashlib.sha256(bytes(row.salt) + bytes(row.data)).hexdigest() == row.sha256)


def as_json(data: Mapping[str, Any], *, in_order: bool = True) -> bytes:
    """What was written, as it is stored. Raises `CannotKeep` for what JSON has no way to say.

    What is hashed has its names `in_order`, so that it is written in one way alone.
    """
    try:
        return orjson.dumps(dict(data), option=orjson.OPT_SORT_KEYS if in_order else None)
    except orjson.JSONEncodeError as problem:
        raise CannotKeep from problem


def keep(db: Session, instance_id: int | None, data: Mapping[str, Any]) -> tuple[int, str]:
    """Store a content outside an act. Returns its key, and its hash for the log."""
    row = salted(data)
    added = insert(Content.__table__).returning(Content.__table__.c.id)
    return db.execute(added, {**row, "instance_id": instance_id}).scalar_one(), row["sha256"]


def contents(db: Session, content_id: int | None) -> dict[str, Any]:
    """What was kept under this key; empty where nothing was, or where it was erased."""
    if content_id is None:
        return {}
    ((data,),) = hotpath.read(db, "content", {"content": content_id})
    return orjson.loads(data) if data else {}


def seal(db: Session) -> Head | None:
    """Bind the heads of all chains that grew since the last seal. None if nothing did.

    The hash returned is what is anchored outside: a later record that no longer leads to it has
    been shortened, rewritten or put back from an older copy.
    """
    table = LogEntry.__table__
    seals = select(table.c.body).where(table.c.chain == SEAL)
    last = db.execute(seals.order_by(table.c.seq.desc()).limit(1)).scalar_one_or_none()
    looked = (orjson.loads(last)["asked"]["reached"] if last else 0) - LATE_COMMITS
    newest = db.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    grown = select(table.c.chain).distinct().where(table.c.id > looked, table.c.chain != SEAL)
    bound = {
        (chain, seq)
        for body in db.execute(seals.where(table.c.id > looked)).scalars()
        for chain, seq, _hash in orjson.loads(body)["asked"]["heads"]
    }
    every = _heads(db, sorted(db.execute(grown).scalars()))
    heads = [one for one in every if (one[0], one[1]) not in bound]
    head: Head | None = None
    for start in range(0, len(heads), HEADS_PER_SEAL):
        asked = {"heads": heads[start : start + HEADS_PER_SEAL], "reached": newest}
        (head,) = _grow(db, SEAL, [(Kind.SEALED, Body(asked=asked))], by="system")
    return head


def newest_seal(db: Session) -> Head | None:
    """The number and hash of the newest seal."""
    newest = select(LogEntry.seq, LogEntry.hash).where(LogEntry.chain == SEAL)
    row = db.execute(newest.order_by(LogEntry.seq.desc()).limit(1)).one_or_none()
    return Head(row.seq, row.hash) if row else None


def _heads(db: Session, chains: list[str]) -> list[list[Any]]:
    cases = [int(name.partition(":")[2]) for name in chains if name.startswith("case:")]
    heads = [
        [row.name, row.seq, row.hash]
        for row in db.execute(
            select(LogChain.name, LogChain.seq, LogChain.hash)
            .where(LogChain.name.in_(KEPT_TOGETHER))
            .order_by(LogChain.name)
        )
        if row.name in chains
    ]
    for start in range(0, len(cases), HEADS_PER_SEAL):
        columns = select(ProcessInstance.id, ProcessInstance.log_seq, ProcessInstance.log_hash)
        part = columns.where(ProcessInstance.id.in_(cases[start : start + HEADS_PER_SEAL]))
        heads += [[case_chain(row.id), row.log_seq, row.log_hash] for row in db.execute(part)]
    return heads
