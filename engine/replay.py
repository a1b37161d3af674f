"""Replay: run the recorded commands again on the pinned version, and compare what follows.

`replay` makes the frames that a person steps through; `check_case` is the verdict alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import entries, eventlog, recount, secrecy, signing, versions
from engine.bpmn import state
from engine.bpmn.state import State
from engine.bpmn.steps import step
from engine.entries import Body, Kind
from engine.errors import NotFound, Refused
from engine.models import (
    Content,
    InstanceStatus,
    LogEntry,
    ProcessInstance,
    SigningRound,
    UserTask,
)
from engine.versions import Version


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that does not fit: the chain, the entry (0: after the last), a sentence."""

    chain: str
    seq: int
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """The sentence with its values."""
        return self.sentence.format(**self.values)


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
    table = ProcessInstance.__table__
    case = db.execute(select(table).where(table.c.id == instance_id)).mappings().one_or_none()
    if case is None:
        raise NotFound
    version = versions.of_case(db, case["version_id"])
    frames: list[Frame] = []
    try:
        difference = _run(db, instance_id, version, frames) or _compare_rows(db, dict(case), frames)
    except (LookupError, ValueError, TypeError, AttributeError):
        seq = frames[-1].seq + 1 if frames else 1
        sentence = "第 {seq} 条记录读不懂：它不是这个系统写下的。"
        difference = Difference(eventlog.case_chain(instance_id), seq, sentence, {"seq": seq})
    secret = secrecy.places(db, instance_id)
    frames = [frame.told_to(secret, reader) for frame in frames]
    return Replay(
        instance_id, version, tuple(frames), difference, sum(frame.erased for frame in frames)
    )


def _run(db: Session, instance_id: int, version: Version, frames: list[Frame]) -> Difference | None:
    for found in _frames(db, instance_id, version):
        if isinstance(found, Difference):
            return found
        frames.append(found)
    return None


def _frames(db: Session, instance_id: int, version: Version) -> Iterator[Frame | Difference]:
    chain = eventlog.case_chain(instance_id)
    contents = _contents(db, instance_id)
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
        salt, data = contents.get(body.content, (b"", b"")) if body.content else (b"", b"")
        known = body.content in contents
        if body.content and (
            not known or (data and hashlib.sha256(salt + data).hexdigest() != body.content)
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
        yield Frame(row.seq, at, Kind(row.kind), row.by, body, written, erased, here, row.hash)
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


def _contents(db: Session, instance_id: int) -> dict[str, tuple[bytes, bytes]]:
    table = Content.__table__
    rows = db.execute(
        select(table.c.sha256, table.c.salt, table.c.data).where(table.c.instance_id == instance_id)
    )
    return {row.sha256: (row.salt, row.data) for row in rows}


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


def _compare_rows(db: Session, case: Mapping[str, Any], frames: list[Frame]) -> Difference | None:
    """The rows that people work with say the same as the record."""
    chain, last = eventlog.case_chain(case["id"]), frames[-1] if frames else None
    if (last.seq if last else 0) != case["log_seq"]:
        sentence = "记录到第 {seq} 条为止，应当有 {expected} 条：最新的记录不见了，或多出了记录。"
        return Difference(
            chain,
            (last.seq if last else 0) + 1,
            sentence,
            {"seq": last.seq if last else 0, "expected": case["log_seq"]},
        )
    head = db.execute(
        select(LogEntry.hash).where(LogEntry.chain == chain, LogEntry.seq == case["log_seq"])
    ).scalar_one_or_none()
    if head != case["log_hash"]:
        return Difference(chain, case["log_seq"], "流程登记的校验值与最后一条记录不符。")
    if last is not None and state.dump(last.state) != case["state"]:
        return Difference(chain, 0, "流程现在的位置与记录重演的结果不同。")
    if case["status"] != _status(frames):
        return Difference(chain, 0, "流程登记的状态与记录重演的结果不同。")
    return _compare_tasks(db, case["id"], frames)


def _status(frames: list[Frame]) -> str:
    """What became of a case by its record."""
    if frames and frames[-1].state.ended:
        return frames[-1].state.ended
    stands = [frame.kind for frame in frames if frame.kind in _STANDS]
    is_held = stands[-1:] == [Kind.INSTANCE_SUSPENDED]
    return (InstanceStatus.SUSPENDED if is_held else InstanceStatus.RUNNING).value


def _compare_tasks(db: Session, instance_id: int, frames: list[Frame]) -> Difference | None:
    chain = eventlog.case_chain(instance_id)
    try:
        record = recount.read(frames)
    except recount.Miscounted as wrong:
        sentence = "第 {seq} 条记录的表决结果与重新计票的不同。"
        return Difference(chain, wrong.seq, sentence, {"seq": wrong.seq})
    stands = _tasks(db, instance_id)
    for key in sorted(record.tasks.keys() | stands.keys()):
        told, stood = record.tasks.get(key), stands.get(key)
        if told is None or stood is None or not _is_as_told(told, stood):
            sentence = "任务“{element}”现在的样子与记录不同。"
            element = told.element if told is not None else (stood or ("",))[0]
            return Difference(chain, 0, sentence, {"element": element})
    return _compare_rounds(db, instance_id, record)


def _tasks(db: Session, instance_id: int) -> dict[tuple[str, int], tuple[Any, ...]]:
    """The tasks as they stand, by place and seat."""
    table = UserTask.__table__
    columns = select(
        table.c.token,
        table.c.seat,
        table.c.element_id,
        table.c.number,
        table.c.status,
        table.c.outcome,
        table.c.completed_by,
        table.c.assignee_id,
        table.c.done_for,
        table.c.weight,
        table.c.part,
    )
    rows = db.execute(columns.where(table.c.instance_id == instance_id).order_by(table.c.id))
    return {
        (row.token, row.seat): (
            row.element_id,
            row.number,
            _STATUS.get(row.status, recount.CLOSED),
            row.outcome,
            row.completed_by,
            row.assignee_id,
            row.done_for,
            row.weight,
            row.part,
        )
        for row in rows
    }


def _is_as_told(told: recount.Task, stood: tuple[Any, ...]) -> bool:
    element, number, status, outcome, *rest = stood
    is_outcome = told.outcome in (outcome, recount.UNKNOWN)
    seat = [told.who, told.holder, told.done_for, told.weight, told.part]
    same = (told.element, told.number, told.status) == (element, number, status)
    return is_outcome and same and seat == rest


def _compare_rounds(db: Session, instance_id: int, record: recount.Record) -> Difference | None:
    table = SigningRound.__table__
    rows = db.execute(select(table).where(table.c.instance_id == instance_id)).mappings()
    stands = {row["token"]: dict(row) for row in rows}
    for token in sorted(record.rounds.keys() | stands.keys()):
        told, stood = record.rounds.get(token), stands.get(token)
        if told is None or stood is None or not _is_counted(told, stood):
            sentence = "会签的计票与记录不同。"
            return Difference(eventlog.case_chain(instance_id), 0, sentence)
    return None


def _is_counted(told: recount.Round, stood: Mapping[str, Any]) -> bool:
    if (told.rule, told.outcome) != (stood["rule"], stood["outcome"]):
        return False
    if bool(stood["hidden"]) != signing.rule(told.rule).hidden:
        return False
    return told.tally is None or all(
        value == stood[name] for name, value in asdict(told.tally).items()
    )


_STANDS: Final = frozenset({Kind.INSTANCE_SUSPENDED, Kind.INSTANCE_RESUMED, Kind.INSTANCE_REOPENED})
_STATUS: Mapping[str, str] = {
    "ready": recount.OPEN,
    "claimed": recount.OPEN,
    "waiting": recount.WAITING,
}
