"""Whether every file that rows name is there and unchanged, and is the one the record tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog
from engine.entries import Kind, read_body
from engine.models import LogEntry, LogMention
from engine.sentence import Sentence
from quality.evidence.models import EvidenceFile
from quality.evidence.store import Store

PORTION: Final = 500
_file = EvidenceFile.__table__


def verify(db: Session, store: Store) -> Iterator[Sentence]:
    """Everything that does not fit, a sentence each; nothing where all is whole."""
    judged: dict[str, bool] = {}
    after = 0
    while rows := db.execute(
        select(_file).where(_file.c.id > after).order_by(_file.c.id).limit(PORTION)
    ).all():
        after = rows[-1].id
        told = _told(db, [row.evidence_id for row in rows])
        for row in rows:
            place = {"id": row.evidence_id, "number": row.number}
            if told.get((row.evidence_id, row.number)) != row.sha256:
                said = "佐证材料 {id} 第 {number} 版和上传时的记录不一样。"
                yield Sentence(said, **place)
            if row.sha256 not in judged:
                judged[row.sha256] = store.is_whole(row.sha256)
            if not judged[row.sha256]:
                yield Sentence(_lost(store, row.sha256), **place)


def _lost(store: Store, sha256: str) -> str:
    if store.size(sha256) is None:
        return "佐证材料 {id} 第 {number} 版的文件不见了。"
    return "佐证材料 {id} 第 {number} 版的文件内容变了。"


def _told(db: Session, ids: list[int]) -> Mapping[tuple[int, int], str]:
    """The hash that the record has for each number of these pieces."""
    about = [f"evidence:{one}" for one in sorted(set(ids))]
    numbers = select(LogMention.seq).where(LogMention.thing.in_(about))
    wanted = select(LogEntry.body).where(
        LogEntry.chain == eventlog.HOUSE,
        LogEntry.seq.in_(numbers),
        LogEntry.kind.in_((Kind.EVIDENCE_UPLOADED, Kind.EVIDENCE_REPLACED)),
    )
    found: dict[tuple[int, int], str] = {}
    for body in db.execute(wanted).scalars():
        asked: Mapping[str, Any] = read_body(body).asked
        found[asked["evidence"], asked["number"]] = asked["file"]
    return found
