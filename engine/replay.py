"""Replay: run the recorded commands again on the pinned version, and compare what follows.

`replay` makes the frames that a person steps through; `check_case` is the verdict alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import comparing, entries, eventlog, secrecy, versions
from engine.bpmn import state
from engine.bpmn.state import State
from engine.bpmn.steps import step
from engine.comparing import Difference
from engine.entries import Body, Kind
from engine.errors import NotFound, Refused
from engine.models import Content, LogEntry, ProcessInstance
from engine.versions import Version

Contents = Mapping[str, Any]
"""The rows of what was written in a case, by their hashes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry replayed: what was done, by whom, and where the case stood after it."""

    seq: int
    at: datetime
    kind: Kind
    by: str
    body: Body
    written: Mapping[str, Any]
    erased: bool
    state: State
    version: Version
    hash: str
    hidden: bool = False

    @property
    def shown(self) -> Body:
        """What was recorded, with the vote that was written apart while it was secret."""
        vote = self.written.get("vote")
        return replace(self.body, asked={**self.body.asked, "outcome": vote}) if vote else self.body

    def told_to(self, secret: frozenset[str], reader: int | None) -> Frame:
        """The frame as this reader may know it: a secret vote is told without what was said."""
        if not secrecy.is_secret(secret, self.kind, self.by, self.body, reader):
            return self
        written = {name: self.written[name] for name in ("values",) if name in self.written}
        return replace(self, written=written, hidden=True)


@dataclass(frozen=True, slots=True)
class Replay:
    """The frames up to the first difference; `difference` is None where all is as recorded."""

    instance_id: int
    version: Version
    frames: tuple[Frame, ...]
    difference: Difference | None
    erased: int = 0


def replay(db: Session, instance_id: int, *, reader: int | None = None) -> Replay:
    """Run a case again from its log. Raises `NotFound`.

    Opinions of a vote that is secret and open are left out, but for those of `reader`.
    """
    found = _again_from_log(db, instance_id)
    secret = secrecy.places(db, instance_id)
    return replace(found, frames=tuple(one.told_to(secret, reader) for one in found.frames))


def check_case(db: Session, instance_id: int) -> Difference | None:
    """The verdict alone. Raises `NotFound`."""
    return _again_from_log(db, instance_id).difference


def _again_from_log(db: Session, instance_id: int) -> Replay:
    table = ProcessInstance.__table__
    case = db.execute(select(table).where(table.c.id == instance_id)).mappings().one_or_none()
    if case is None:
        raise NotFound
    version = versions.of_case(db, case["version_id"])
    frames: list[Frame] = []
    try:
        contents = _contents(db, instance_id)
        hashes = {row.id: hashed for hashed, row in contents.items()}
        difference = _run(db, instance_id, version, contents, frames) or comparing.compare(
            db, dict(case), frames, hashes
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        seq = frames[-1].seq + 1 if frames else 1
        sentence = "第 {seq} 条记录读不懂：它不是这个系统写下的。"
        difference = Difference(eventlog.case_chain(instance_id), seq, sentence, {"seq": seq})
    erased = sum(frame.erased for frame in frames)
    return Replay(instance_id, version, tuple(frames), difference, erased)


def _run(
    db: Session, instance_id: int, version: Version, contents: Contents, frames: list[Frame]
) -> Difference | None:
    for found in _frames(db, instance_id, version, contents):
        if isinstance(found, Difference):
            return found
        frames.append(found)
    return None


def _frames(
    db: Session, instance_id: int, version: Version, contents: Contents
) -> Iterator[Frame | Difference]:
    chain = eventlog.case_chain(instance_id)
    rows = db.execute(
        select(LogEntry.__table__).where(LogEntry.chain == chain).order_by(LogEntry.seq)
    )
    before, expected, here = eventlog.GENESIS, 1, state.EMPTY
    for row in rows:
        broken = broken_link(row, before, expected)
        if broken is not None:
            yield broken
            return
        body = entries.read_body(row.body)
        content = contents.get(body.content) if body.content else None
        salt, data = (content.salt, content.data) if content is not None else (b"", b"")
        if body.content and (
            content is None or (data and hashlib.sha256(salt + data).hexdigest() != body.content)
        ):
            yield Difference(
                chain, row.seq, "第 {seq} 条记录的内容与它的校验值不符。", {"seq": row.seq}
            )
            return
        written = orjson.loads(data) if data else {}
        at = datetime.fromisoformat(row.at)
        version = versions.after(db, version, Kind(row.kind), body.asked)
        result = _again(version, here, body, written, at, chain, row.seq)
        if isinstance(result, Difference):
            yield result
            return
        here = result
        erased = bool(body.content) and not data
        kind = Kind(row.kind)
        yield Frame(row.seq, at, kind, row.by, body, written, erased, here, version, row.hash)
        before, expected = row.hash, row.seq + 1


def broken_link(row: Any, before: str, expected: int) -> Difference | None:
    """Whether this entry continues its chain: the next number, the hash before it, its own hash."""
    if row.seq != expected:
        sentence = "第 {expected} 条记录不见了，后面接着第 {seq} 条。"
        return Difference(row.chain, expected, sentence, {"expected": expected, "seq": row.seq})
    if not eventlog.is_recorded(row, before):
        sentence = "第 {seq} 条记录被改动过：它与自己的校验值，或与前一条的校验值不符。"
        return Difference(row.chain, row.seq, sentence, {"seq": row.seq})
    return None


def _contents(db: Session, instance_id: int) -> Contents:
    table = Content.__table__
    columns = select(table.c.id, table.c.sha256, table.c.salt, table.c.data)
    return {
        row.sha256: row for row in db.execute(columns.where(table.c.instance_id == instance_id))
    }


def _again(
    version: Version,
    here: State,
    body: Body,
    written: Mapping[str, Any],
    at: datetime,
    chain: str,
    seq: int,
) -> State | Difference:
    words = body.asked.get("command")
    if words is None:
        return here
    command = entries.read_command(words, written.get("data", {}))
    try:
        taken = step(version.process, here, command, at)
    except Refused as refused:
        sentence = "第 {seq} 条记录的操作重演时被拒绝：{why}"
        return Difference(chain, seq, sentence, {"seq": seq, "why": str(refused)})
    again = {"effects": [entries.effect_words(one) for one in taken.effects], "path": taken.path}
    if orjson.dumps(again, option=orjson.OPT_SORT_KEYS) != orjson.dumps(
        dict(body.followed), option=orjson.OPT_SORT_KEYS
    ):
        return Difference(chain, seq, "第 {seq} 条记录重演的结果与当时记下的不同。", {"seq": seq})
    return taken.state
