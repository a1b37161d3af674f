"""Cases for the table of verbs: each signing rule in each place, and what people do there.

A cell begins a case, brings it to `review`, says one verb, walks to the end, and must replay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, sessionmaker

from engine import (
    clock,
    copies,
    definitions,
    deputies,
    instances,
    jobs,
    moving,
    replay,
    tasks,
    versions,
)
from engine import db as database
from engine.bpmn.commands import Then
from engine.models import Deputy, ProcessInstance, UserTask
from engine.people import SYSTEM, Actor
from engine.permissions import Action, may
from engine.tasks.held import Glance
from tests.college import College
from tests.integration.engine import flow

SIGNERS: Final = ("reviewer", "reviewer2", "office")
WHO: Final = ",".join(f"user:{name}" for name in SIGNERS)
RULES: Final[Mapping[str, str]] = {
    "any": "any",
    "all": "all",
    "sequence": "sequence",
    "ratio": "ratio 2/3; abstain=out",
    "weights": "weights 3; weights=user:reviewer:2; abstain=out",
}
PLACES: Final[Mapping[str, str]] = {
    "plain": "plain step",
    "parallel": "parallel branch",
    "inside": "sub-process",
    "called": "called process",
    "second": "second pass after a return",
}
VERBS_OF_STEP: Final = (
    "approve,refuse,abstain,return,reassign,lend,add_signer,remove_signer,extend,step_aside"
)
OPEN: Final = ("ready", "claimed")
MOST_STEPS: Final = 60


def _block(rule: str) -> tuple[str, list[tuple[str, str]]]:
    """`prepare`, `review` and what follows a refusal: the part that stands in each place."""
    verbs = VERBS_OF_STEP if rule != "any" else VERBS_OF_STEP.replace("abstain,", "")
    nodes = (
        flow.step("prepare")
        + flow.step(
            "review", WHO, verbs=verbs, signing=RULES[rule], returns_to="any,initiator", due="P3D"
        )
        + '<bpmn:exclusiveGateway id="which" default="which__merged"/>'
        '<bpmn:intermediateThrowEvent id="noted" name="noted"/>'
        '<bpmn:exclusiveGateway id="merged"/>'
    )
    return nodes, [("prepare", "review"), ("review", "which"), ("noted", "merged")]


def _lines(pairs: list[tuple[str, str]]) -> str:
    drawn = "".join(flow.line(*pair) for pair in pairs)
    refused = flow.line("which", "noted", "outcome == 'refuse'")
    return drawn + flow.line("which", "merged") + refused


def diagrams(rule: str, place: str) -> list[bytes]:
    """The flow of a cell; a called one before the one that calls it."""
    nodes, pairs = _block(rule)
    key = f"table_{rule}_{place}"
    submit, last = flow.step("submit"), flow.step("last", "user:auditor", returns_to="initiator")
    if place in ("plain", "second"):
        row = [*_row(("start", "submit", "prepare")), *_row(("merged", "last", "end"))]
        return [flow.process(key, submit + nodes + last, _lines(pairs + row))]
    if place == "parallel":
        more = '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
        other = flow.step("other", "user:auditor")
        row = [
            *_row(("start", "submit", "fork", "prepare")),
            *_row(("fork", "other", "join")),
            *_row(("merged", "join", "last", "end")),
        ]
        return [flow.process(key, submit + more + nodes + other + last, _lines(pairs + row))]
    if place == "inside":
        inner = _lines([*pairs, ("in_start", "prepare"), ("merged", "in_end")])
        sub = (
            f'<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="in_start"/>{nodes}'
            f'<bpmn:endEvent id="in_end"/>{inner}</bpmn:subProcess>'
        )
        row = _row(("start", "submit", "sub", "last", "end"))
        drawn = "".join(flow.line(*pair) for pair in row)
        return [flow.process(key, submit + sub + last, drawn)]
    child = _lines([*pairs, ("start", "prepare"), ("merged", "end")])
    call = f'<bpmn:callActivity id="call" name="call" calledElement="{key}_child"/>'
    row = _row(("start", "submit", "call", "last", "end"))
    drawn = "".join(flow.line(*pair) for pair in row)
    return [
        flow.process(f"{key}_child", nodes, child),
        flow.process(key, submit + call + last, drawn),
    ]


def _row(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Neighbours in a row."""
    return list(pairwise(names))


@dataclass
class Cell:
    """One case at its step `review`, and how people act on it."""

    db: Session
    sessions: sessionmaker[Session]
    college: College
    rule: str
    place: str
    root: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The person called so, as they were when first asked for."""
        if name not in self.actors:
            self.actors[name] = self.college.actor(self.db, name)
        return self.actors[name]

    def go(self) -> None:
        """Commit, and let the jobs of called cases run."""
        self.db.commit()
        for _round in range(10):
            if not jobs.run_due(self.sessions, "table"):
                break
        database.begin_writing(self.db)

    def reach(self) -> None:
        """Begin the case and bring it to `review`; for a second pass return it once."""
        key = f"table_{self.rule}_{self.place}"
        self.root = instances.start(self.db, key, by=self.actor("leader"))
        self.go()
        self.on(until="review")
        if self.place == "second":
            self.on(until="last")
            (row,) = self.open("last")
            tasks.send_back(self.db, row.id, by=self.actor("auditor"), reason="再来一遍")
            self.on(until="review")

    def cases(self) -> list[int]:
        """The case and those it called."""
        table = ProcessInstance.__table__
        mine = or_(table.c.id == self.root, table.c.parent_id == self.root)
        return list(self.db.execute(select(table.c.id).where(mine).order_by(table.c.id)).scalars())

    def open(self, element: str = "") -> list[Row[Any]]:
        """Open tasks, at one element or all."""
        table = UserTask.__table__
        wanted = table.c.instance_id.in_(self.cases()) & table.c.status.in_(OPEN)
        if element:
            wanted &= table.c.element_id == element
        return list(self.db.execute(select(table).where(wanted).order_by(table.c.id)))

    def seats(self) -> list[Row[Any]]:
        """All rows of the step, open or not."""
        table = UserTask.__table__
        mine = table.c.instance_id.in_(self.cases()) & (table.c.element_id == "review")
        return list(self.db.execute(select(table).where(mine)))

    def row(self, task_id: int) -> Row[Any]:
        """A task as it stands."""
        return self.db.execute(select(UserTask.__table__).where(UserTask.id == task_id)).one()

    def holder(self, task_id: int) -> Actor:
        """Somebody who may do this task."""
        seen: Glance = tasks.glance(self.db, task_id)
        for name in self.college.users:
            one = self.actor(name)
            if may(one, Action.TASK_COMPLETE, seen) and not one.deputy_for:
                return one
        message = f"nobody can do {task_id}"
        raise AssertionError(message)

    def on(self, *, until: str = "", outcome: str = "approve", only: str = "") -> None:
        """Everybody does what waits for them, until a step waits, or nothing does."""
        for _step in range(MOST_STEPS):
            rows = self.open(only)
            if not rows or (until and any(row.element_id == until for row in rows)):
                return
            rows.sort(key=lambda one: (one.element_id == "other", one.id))
            row = next((one for one in rows if one.element_id != until), rows[0])
            said = outcome if row.element_id == "review" else "approve"
            tasks.complete(self.db, row.id, by=self.holder(row.id), outcome=said, comment="意见")
            self.go()
        message = "the case does not come to an end"
        raise AssertionError(message)

    def end(self) -> None:
        """Walk to the end and compare each record with the tables."""
        self.on()
        for case in self.cases():
            stands = select(ProcessInstance.status).where(ProcessInstance.id == case)
            status = self.db.execute(stands).scalar_one()
            assert status in ("completed", "cancelled"), (self.rule, self.place, status)
            found = replay.replay(self.db, case)
            assert found.difference is None, (self.rule, self.place, found.difference)

    def first(self) -> tuple[int, Actor]:
        """The first open seat of the step, and who may act on it."""
        row = self.open("review")[0]
        return row.id, self.holder(row.id)


def approve(cell: Cell) -> None:
    cell.on(only="review")
    assert not cell.open("review")


def refuse(cell: Cell) -> None:
    cell.on(only="review", outcome="refuse")
    assert not cell.open("review")


def abstain(cell: Cell) -> None:
    task, by = cell.first()
    tasks.complete(cell.db, task, by=by, outcome="abstain", comment="不了解")
    assert cell.row(task).outcome == "abstain"


def _return(to: str, then: Then) -> Callable[[Cell], None]:
    def deed(cell: Cell) -> None:
        task, by = cell.first()
        tasks.send_back(cell.db, task, by=by, to=to, then=then, reason="请改")
        assert cell.row(task).status == "returned"
        assert not cell.open("review")
        assert len(cell.open("submit") + cell.open("prepare")) == 1
        cell.on(until="review")

    return deed


def reassign(cell: Cell) -> None:
    task, by = cell.first()
    tasks.reassign(cell.db, task, by=by, to=cell.college.users["stranger"], reason="请代办")
    tasks.complete(cell.db, task, by=cell.actor("stranger"), comment="同意")
    assert cell.row(task).completed_by == cell.college.users["stranger"]


def lend(cell: Cell) -> None:
    task, by = cell.first()
    tasks.lend(cell.db, task, by=by, to=cell.college.users["stranger"], reason="请看")
    tasks.complete(cell.db, task, by=cell.actor("stranger"), comment="我看可以")
    assert (cell.row(task).status, cell.row(task).assignee_id) == ("claimed", by.id)
    tasks.complete(cell.db, task, by=by, comment="同意")


def copy(cell: Cell) -> None:
    task, by = cell.first()
    tasks.copy(cell.db, task, by=by, to=[cell.college.users["stranger"]])
    case = cell.row(task).instance_id
    assert copies.is_unread(cell.db, case, cell.college.users["stranger"])
    assert tasks.read_copy(cell.db, case, by=cell.actor("stranger"))


def urge(cell: Cell) -> None:
    task, _by = cell.first()
    tasks.urge(cell.db, task, by=cell.actor("leader"))


def extend(cell: Cell) -> None:
    task, by = cell.first()
    due = cell.row(task).due_at
    until = due + timedelta(days=2)
    small = tasks.ask_extension(cell.db, task, by=by, until=until, reason="材料多")
    flow.do(cell.db, small, "decide", by=cell.actor("admin"))
    assert (cell.row(task).due_at, cell.row(task).due_first) == (until, due)


def withdraw(cell: Cell) -> None:
    tasks.withdraw(cell.db, cell.root, by=cell.actor("leader"), reason="漏了附件")
    cell.go()
    assert [row.element_id for row in cell.open()] == ["submit"]


def take_back(cell: Cell) -> None:
    task = 0
    while cell.open("review"):
        task, by = cell.first()
        tasks.complete(cell.db, task, by=by, comment="同意")
        cell.go()
    tasks.take_back(cell.db, task, by=by, reason="再看看")
    assert cell.open("review")


def deputy(cell: Cell) -> None:
    task, by = cell.first()
    today = clock.today()
    number = deputies.appoint(
        cell.db, by=by, user_id=cell.college.users["stranger"], since=today, until=today
    )
    cell.actors.clear()
    tasks.complete(cell.db, task, by=cell.actor("stranger"), comment="代为同意")
    row = cell.row(task)
    assert (row.completed_by, row.done_for) == (cell.college.users["stranger"], by.id)
    table = Deputy.__table__
    cell.db.execute(table.delete().where(table.c.id == number))
    cell.actors.clear()


def on_behalf(cell: Cell) -> None:
    task, by = cell.first()
    tasks.on_behalf(cell.db, task, by=cell.actor("admin"), of=by.id or 0, reason="本人住院")
    assert cell.row(task).done_for == by.id


def _add(where: str) -> Callable[[Cell], None]:
    def deed(cell: Cell) -> None:
        task, by = cell.first()
        stranger = cell.college.users["stranger"]
        tasks.add_signers(cell.db, task, by=by, people=[stranger], where=where, reason="请一起看")
        assert any(row.assignee_id == stranger for row in cell.seats())

    return deed


def remove_signer(cell: Cell) -> None:
    task, by = cell.first()
    stranger = cell.college.users["stranger"]
    tasks.add_signers(cell.db, task, by=by, people=[stranger], where="beside", reason="请看")
    (added,) = (row for row in cell.open("review") if row.assignee_id == stranger)
    tasks.remove_signer(cell.db, added.id, by=by, reason="不用了")
    assert cell.row(added.id).status == "removed"


def step_aside(cell: Cell) -> None:
    task, by = cell.first()
    tasks.step_aside(cell.db, task, by=by, reason="本人课程")
    cell.go()
    assert all(row.assignee_id != by.id for row in cell.open("review"))


def move(cell: Cell) -> None:
    task, _by = cell.first()
    case = cell.row(task).instance_id
    version = select(ProcessInstance.version_id).where(ProcessInstance.id == case)
    here = versions.of_case(cell.db, cell.db.execute(version).scalar_one())
    begins = f'<bpmn:process id="{here.key}"'.encode()
    xml = next(one for one in diagrams(cell.rule, cell.place) if begins in one)
    newer = xml.replace(b'name="prepare"', f'name="prepare {case}"'.encode())
    published = definitions.publish(cell.db, newer, by=SYSTEM, note="newer")
    there = versions.numbered(cell.db, here.key, published.number)
    moving.move(cell.db, case, (here, there), by=cell.actor("admin"), reason="换新版")
    assert cell.db.execute(version).scalar_one() == there.id


def cancel(cell: Cell) -> None:
    instances.cancel(cell.db, cell.root, by=cell.actor("admin"), reason="不办了")
    cell.go()
    assert not cell.open()


VERBS: Final[Mapping[str, Callable[[Cell], None]]] = {
    "approve 同意": approve,
    "refuse 不同意": refuse,
    "abstain 弃权": abstain,
    "return to the initiator, through the steps 退回": _return("initiator", Then.THROUGH_STEPS),
    "return to the initiator, straight back": _return("initiator", Then.BACK_TO_ME),
    "return to the step before, through the steps": _return("prepare", Then.THROUGH_STEPS),
    "return to the step before, straight back": _return("prepare", Then.BACK_TO_ME),
    "reassign 转办": reassign,
    "lend and give back 委派": lend,
    "deputy 代理": deputy,
    "on behalf 代办": on_behalf,
    "add a signer before 加签": _add("before"),
    "add a signer beside": _add("beside"),
    "add a signer after": _add("after"),
    "remove a signer 减签": remove_signer,
    "step aside 回避": step_aside,
    "copy and read 抄送、已阅": copy,
    "urge 催办": urge,
    "extension 延期申请": extend,
    "withdraw 撤回": withdraw,
    "take back 拿回": take_back,
    "move to another version 迁移": move,
    "cancel 撤销": cancel,
}
