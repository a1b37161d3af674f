"""Whether the rows that people work with say what the record says, column by column.

What the record does not tell is not compared: entries say more in each release than in the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import case_told, eventlog, recount, signing
from engine.bpmn import state
from engine.bpmn.state import State
from engine.entries import Kind
from engine.models import Copy, InstanceStatus, SigningRound, UserTask
from engine.recount import UNKNOWN


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


class Frame(recount.Frame, Protocol):
    """What is read of an entry, where the case stood after it, and its hash."""

    @property
    def state(self) -> State:
        """Where the case stood after it."""

    @property
    def hash(self) -> str:
        """Its hash."""


Contents = Mapping[int, str]
"""The hash of each content of a case, by its key."""


def compare(
    db: Session, case: Mapping[str, Any], frames: Sequence[Frame], contents: Contents
) -> Difference | None:
    """The first row that says something else than the entries of its case."""
    return next(_differences(db, case, frames, contents), None)


def _differences(
    db: Session, case: Mapping[str, Any], frames: Sequence[Frame], contents: Contents
) -> Iterator[Difference]:
    chain, last = eventlog.case_chain(case["id"]), frames[-1] if frames else None
    seq = last.seq if last else 0
    if seq != case["log_seq"]:
        sentence = "记录到第 {seq} 条为止，应当有 {expected} 条：最新的记录不见了，或多出了记录。"
        values = {"seq": seq, "expected": case["log_seq"]}
        yield Difference(chain, seq + 1, sentence, values)
        return
    if (last.hash if last else None) != case["log_hash"]:
        yield Difference(chain, case["log_seq"], "流程登记的校验值与最后一条记录不符。")
    if last is not None and state.dump(last.state) != case["state"]:
        yield Difference(chain, 0, "流程现在的位置与记录重演的结果不同。")
    if case["status"] != _status(frames):
        yield Difference(chain, 0, "流程登记的状态与记录重演的结果不同。")
    told = case_told.read(frames)
    yield from _case(chain, case, told, contents)
    try:
        record = recount.read(frames)
    except recount.Miscounted as wrong:
        sentence = "第 {seq} 条记录的表决结果与重新计票的不同。"
        yield Difference(chain, wrong.seq, sentence, {"seq": wrong.seq})
        return
    yield from _tasks(db, chain, case["id"], record)
    yield from _rounds(db, chain, case["id"], record)
    yield from _copies(db, chain, case["id"], told)


def _status(frames: Sequence[Frame]) -> str:
    """What became of a case by its record."""
    if frames and frames[-1].state.ended:
        return frames[-1].state.ended
    stands = [frame.kind for frame in frames if frame.kind in _STANDS]
    is_held = stands[-1:] == [Kind.INSTANCE_SUSPENDED]
    return (InstanceStatus.SUSPENDED if is_held else InstanceStatus.RUNNING).value


def _case(
    chain: str, case: Mapping[str, Any], told: case_told.Told, contents: Contents
) -> Iterator[Difference]:
    """The case's own row, and the form values it holds."""
    stands = {
        **case,
        "variables": orjson.loads(case["variables"]),
        "content_id": contents.get(case["content_id"], ""),
        "offered_id": contents.get(case["offered_id"], ""),
    }
    for column, sentence in _CASE_SENTENCES.items():
        if told.row.get(column, UNKNOWN) not in (UNKNOWN, stands[column]):
            yield Difference(chain, 0, sentence)


def _tasks(
    db: Session, chain: str, instance_id: int, record: recount.Record
) -> Iterator[Difference]:
    table = UserTask.__table__
    rows = db.execute(_OF_TASKS.where(table.c.instance_id == instance_id).order_by(table.c.id))
    stands = {(row.token, row.seat): row for row in rows}
    for key in sorted(record.tasks.keys() | stands.keys()):
        told, stood = record.tasks.get(key), stands.get(key)
        if told is None or stood is None:
            element = told.element if told is not None else stood.element_id if stood else ""
            yield Difference(chain, 0, _OTHER_TASK, {"element": element})
            return
        said = _said(stood)
        for column, sentence in _TASK_SENTENCES.items():
            if getattr(told, column) not in (UNKNOWN, said[column]):
                values = {"element": told.name, "seq": told.opened_by}
                yield Difference(chain, 0, sentence, values)


def _said(row: Any) -> dict[str, Any]:
    """What the row of a task says, by the names of the record."""
    return {
        "element": row.element_id,
        "number": row.number,
        "status": _STATUS.get(row.status, recount.CLOSED),
        "outcome": row.outcome,
        "who": row.completed_by,
        "holder": row.assignee_id,
        "done_for": row.done_for,
        "weight": row.weight,
        "part": row.part,
        "follows": row.follows,
        "name": row.name,
        "candidates": frozenset(orjson.loads(row.candidates)),
        "due": row.due_at,
        "due_first": row.due_first,
        "lent_by": row.lent_by,
        "added_by": row.added_by,
    }


def _rounds(
    db: Session, chain: str, instance_id: int, record: recount.Record
) -> Iterator[Difference]:
    table = SigningRound.__table__
    rows = db.execute(select(table).where(table.c.instance_id == instance_id)).mappings()
    stands = {row["token"]: dict(row) for row in rows}
    for token in sorted(record.rounds.keys() | stands.keys()):
        told, stood = record.rounds.get(token), stands.get(token)
        if told is None or stood is None or not _is_counted(told, stood):
            yield Difference(chain, 0, "会签的计票与记录不同。")


def _is_counted(told: recount.Round, stood: Mapping[str, Any]) -> bool:
    if (told.rule, told.outcome) != (stood["rule"], stood["outcome"]):
        return False
    if bool(stood["hidden"]) != signing.rule(told.rule).hidden:
        return False
    return told.tally is None or all(
        value == stood[name] for name, value in asdict(told.tally).items()
    )


def _copies(
    db: Session, chain: str, instance_id: int, told: case_told.Told
) -> Iterator[Difference]:
    table = Copy.__table__
    columns = select(table.c.user_id, table.c.sent_by, table.c.read_at)
    rows = db.execute(columns.where(table.c.instance_id == instance_id)).all()
    if Counter((row.user_id, row.sent_by) for row in rows) != told.copies:
        yield Difference(chain, 0, "抄送给谁、由谁抄送，与记录不同。")
    if Counter(row.user_id for row in rows if row.read_at is None) != told.unread:
        yield Difference(chain, 0, "抄送有没有读过，与记录不同。")


_STANDS: Final = frozenset({Kind.INSTANCE_SUSPENDED, Kind.INSTANCE_RESUMED, Kind.INSTANCE_REOPENED})
_STATUS: Final[Mapping[str, str]] = {
    "ready": recount.OPEN,
    "claimed": recount.OPEN,
    "waiting": recount.WAITING,
}
_OF_TASKS: Final = select(
    *(
        UserTask.__table__.c[name]
        for name in (
            "token",
            "seat",
            "element_id",
            "number",
            "status",
            "outcome",
            "completed_by",
            "assignee_id",
            "done_for",
            "weight",
            "part",
            "follows",
            "name",
            "candidates",
            "due_at",
            "due_first",
            "lent_by",
            "added_by",
        )
    )
)
_OTHER_TASK: Final = "任务“{element}”现在的样子与记录不同。"
_TASK_SENTENCES: Final[Mapping[str, str]] = {
    "element": _OTHER_TASK,
    "number": _OTHER_TASK,
    "part": _OTHER_TASK,
    "status": "第 {seq} 条记录开出的任务“{element}”，办没办完与记录不同。",
    "outcome": "第 {seq} 条记录开出的任务“{element}”，办理结果与记录不同。",
    "who": "第 {seq} 条记录开出的任务“{element}”，由谁办理与记录不同。",
    "done_for": "第 {seq} 条记录开出的任务“{element}”，替谁办理与记录不同。",
    "holder": "第 {seq} 条记录开出的任务“{element}”，在谁手里与记录不同。",
    "lent_by": "第 {seq} 条记录开出的任务“{element}”，由谁委派与记录不同。",
    "candidates": "第 {seq} 条记录开出的任务“{element}”，谁可以办理与记录不同。",
    "due": "第 {seq} 条记录开出的任务“{element}”，期限与记录不同。",
    "due_first": "第 {seq} 条记录开出的任务“{element}”，原来的期限与记录不同。",
    "follows": "第 {seq} 条记录开出的任务“{element}”，排在谁后面与记录不同。",
    "weight": "第 {seq} 条记录开出的任务“{element}”，票的权重与记录不同。",
    "added_by": "第 {seq} 条记录开出的任务“{element}”，由谁加签与记录不同。",
    "name": "第 {seq} 条记录开出的任务“{element}”，名称与记录不同。",
}
_CASE_SENTENCES: Final[Mapping[str, str]] = {
    "version_id": "流程登记的版本与记录不同。",
    "title": "流程的标题与发起时记下的不同。",
    "subject": "流程办的是哪一项，与发起时记下的不同。",
    "business_key": "流程的业务编号与发起时记下的不同。",
    "variables": "流程发起时的变量与记录不同。",
    "parent_id": "流程由哪个流程调用，与发起时记下的不同。",
    "parent_token": "流程由哪个流程调用，与发起时记下的不同。",
    "started_by": "流程由谁发起与记录不同。",
    "successor_id": "流程由谁接手与记录不同。",
    "content_hash": "流程现在的表单内容与记录不同。",
    "content_id": "流程现在的表单内容与记录不同。",
    "offered_id": "流程发起时的表单内容与记录不同。",
}
