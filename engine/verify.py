"""Is the record whole? Walks every chain, checks seals and an anchored head, replays every case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import entries, eventlog, versions
from engine.comparing import Difference
from engine.entries import Kind
from engine.models import (
    Content,
    LogChain,
    LogEntry,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
)
from engine.replay import broken_link, check_case

PAGE: Final = 2_000


def verify(
    db: Session, *, instance_id: int | None = None, head: str | None = None
) -> Iterator[Difference]:
    """Everything that does not fit, one difference per chain; nothing if the record is whole.

    `head` is the hash of a seal that was kept outside: it must still be here, with all it bound.
    """
    if instance_id is not None:
        found = check_case(db, instance_id)
        if found is not None:
            yield found
        return
    for chain in (*eventlog.KEPT_TOGETHER, eventlog.SEAL):
        broken = list(_walk(db, chain))
        yield from broken or _kept(db, chain)
    yield from _seals(db)
    if head is not None:
        yield from _anchor(db, head)
    yield from _strangers(db)
    changed = dict(_versions(db))
    yield from changed.values()
    cases = select(ProcessInstance.id, ProcessInstance.version_id).order_by(ProcessInstance.id)
    for number, version_id in db.execute(cases).all():
        if version_id in changed:
            yield from _walk(db, eventlog.case_chain(number))
            continue
        found = check_case(db, number)
        if found is not None:
            yield found


def _versions(db: Session) -> Iterator[tuple[int, Difference]]:
    """Versions whose content is not what was published; their cases cannot be replayed."""
    entry, version = LogEntry.__table__, ProcessVersion.__table__
    told = db.execute(select(entry.c.body).where(entry.c.kind == Kind.VERSION_PUBLISHED))
    bodies = [body for body in map(_body, told.scalars()) if isinstance(body, dict)]
    asked = [body.get("asked", {}) for body in bodies]
    published = {(one.get("key"), one.get("number")): one.get("sha256") for one in asked}
    columns = (
        version.c.id,
        version.c.number,
        version.c.bpmn,
        version.c.forms,
        version.c.decisions,
        ProcessDefinition.key,
    )
    wanted = select(*columns).join(
        ProcessDefinition, ProcessDefinition.id == version.c.definition_id
    )
    for row in db.execute(wanted.order_by(version.c.id)):
        bpmn = row.bpmn.encode() if isinstance(row.bpmn, str) else bytes(row.bpmn)
        if published.get((row.key, row.number)) != versions.content_hash(
            bpmn, row.forms, row.decisions
        ):
            sentence = "流程“{key}”第 {number} 版现在的内容不是当时发布的内容。"
            values = {"key": row.key, "number": row.number}
            yield row.id, Difference(eventlog.HOUSE, 0, sentence, values)


def _walk(db: Session, chain: str) -> Iterator[Difference]:
    before, expected = eventlog.GENESIS, 1
    wanted = select(LogEntry.__table__).where(LogEntry.chain == chain).order_by(LogEntry.seq)
    with closing(db.execute(wanted.execution_options(yield_per=PAGE))) as rows:
        for row in rows:
            broken = broken_link(row, before, expected)
            if broken is not None:
                yield broken
                return
            before, expected = row.hash, row.seq + 1
    table = LogChain.__table__
    stands = db.execute(
        select(table.c.seq, table.c.hash).where(table.c.name == chain)
    ).one_or_none()
    if stands is not None and (stands.seq, stands.hash) != (expected - 1, before):
        sentence = "记录到第 {seq} 条为止，应当有 {expected} 条：最新的记录不见了，或多出了记录。"
        yield Difference(chain, expected, sentence, {"seq": expected - 1, "expected": stands.seq})


def _kept(db: Session, chain: str) -> Iterator[Difference]:
    """What was kept outside a chain that is whole is still what was written, or was erased."""
    wanted = select(LogEntry.seq, LogEntry.body).where(LogEntry.chain == chain)
    after = 0
    while rows := db.execute(
        wanted.where(LogEntry.seq > after).order_by(LogEntry.seq).limit(PAGE)
    ).all():
        after = rows[-1].seq
        bodies = [(row.seq, entries.read_body(row.body)) for row in rows]
        told = [(seq, body.asked.get("kept"), body.content) for seq, body in bodies if body.content]
        keys = [key for _seq, key, _hashed in told]
        found = select(Content.__table__).where(Content.__table__.c.id.in_(keys))
        contents = {row.id: row for row in db.execute(found)}
        for seq, key, hashed in told:
            content = contents.get(key)
            if content is None or (content.data and not _is_as_told(content, hashed)):
                sentence = "第 {seq} 条记录的内容与它的校验值不符。"
                yield Difference(chain, seq, sentence, {"seq": seq})
                return


def _is_as_told(content: Any, hashed: str) -> bool:
    return bool(content.sha256 == hashed) and eventlog.is_written(content)


def _seals(db: Session) -> Iterator[Difference]:
    """What each seal bound is still there, under the same hash; a damaged seal bound nothing."""
    rows = db.execute(
        select(LogEntry.__table__).where(LogEntry.chain == eventlog.SEAL).order_by(LogEntry.seq)
    )
    told: set[str] = set()
    for row in [one for one, is_whole in eventlog.judged(rows.all()) if is_whole]:
        for chain, seq, hashed in orjson.loads(row.body)["asked"]["heads"]:
            if chain not in told and _hash_at(db, chain, seq) != hashed:
                told.add(chain)
                sentence = "第 {seal} 号封存记下了这条链的第 {seq} 条，现在它不见了或不一样了。"
                yield Difference(chain, seq, sentence, {"seal": row.seq, "seq": seq})


def _hash_at(db: Session, chain: str, seq: int) -> str | None:
    found = select(LogEntry.hash).where(LogEntry.chain == chain, LogEntry.seq == seq)
    return db.execute(found).scalar_one_or_none()


def _anchor(db: Session, head: str) -> Iterator[Difference]:
    kept = select(LogEntry.seq).where(
        LogEntry.chain == eventlog.SEAL, LogEntry.hash == head.strip().lower()
    )
    if db.execute(kept).scalar_one_or_none() is None:
        newest = db.execute(
            select(LogEntry.seq)
            .where(LogEntry.chain == eventlog.SEAL)
            .order_by(LogEntry.seq.desc())
            .limit(1)
        ).scalar_one_or_none()
        sentence = (
            "保存在外面的校验值在这份记录里找不到（这里共有 {count} 次封存）："
            "记录被截短、改写，或换成了较早的备份。"
        )
        yield Difference(eventlog.SEAL, (newest or 0) + 1, sentence, {"count": newest or 0})


def _strangers(db: Session) -> Iterator[Difference]:
    """Entries in chains that belong to no case."""
    cases = {eventlog.case_chain(one) for one in db.execute(select(ProcessInstance.id)).scalars()}
    known = cases | {*eventlog.KEPT_TOGETHER, eventlog.SEAL}
    wanted = select(LogEntry.chain).distinct().order_by(LogEntry.chain)
    with closing(db.execute(wanted.execution_options(yield_per=PAGE)).scalars()) as chains:
        for chain in chains:
            if chain not in known:
                yield Difference(chain, 1, "这条链不属于任何流程。")


def export(db: Session, after: int, limit: int) -> list[dict[str, Any]]:
    """Log entries by number, as they stand, for checks from outside."""
    rows = db.execute(
        select(LogEntry.__table__).where(LogEntry.id > after).order_by(LogEntry.id).limit(limit)
    ).mappings()
    return [{**row, "body": _body(row["body"])} for row in rows]


def _body(text: str) -> Any:
    """What stands in an entry; the text itself where somebody has made it no JSON any more."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return str(text)
