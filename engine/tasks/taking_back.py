"""Taking back what one has just handed on (拿回), while nobody has opened what it led to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog, instances, people, permissions
from engine.bpmn import state
from engine.bpmn.commands import TakeBack, Then
from engine.bpmn.steps import Step
from engine.entries import Body, Kind, read_body
from engine.errors import InstanceNotRunning, Refused
from engine.forms import texts
from engine.instances import Act
from engine.models import InstanceStatus, LogEntry, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.held import Held, hold_done

OPEN = (TaskStatus.READY, TaskStatus.CLAIMED, TaskStatus.WAITING)


class NotYours(Refused):
    """The task was closed by other means than a decision."""

    sentence = "这一项不是办完的，不能拿回。"


class NothingOpened(Refused):
    """The decision has led to no step that still waits."""

    sentence = "后面的步骤已经办过或已经结束，不能再拿回。"


class SeenAlready(Refused):
    """Whoever is next has opened it."""

    sentence = "{who}已于{at}打开下一步“{step}”，不能再拿回；需要改动请请对方退回。"


class CalledIsOver(Refused):
    """The case was called by another, which has gone on with its result."""

    sentence = "这个下级流程已经办结，上一级流程已经接着办，不能再拿回。"


class NotDecided(Refused):
    """The vote has not decided the step, so it has opened nothing."""

    sentence = "这一步的票还没有齐，已经投的票不能拿回。"


class DoneFor(Refused):
    """It was done in the place of somebody for whom this person acts no longer."""

    sentence = "这一项是替{who}办的；您现在不能替{who}办，也就不能拿回。"


def take_back(db: Session, task_id: int, *, by: Actor, reason: str = "") -> Step | None:
    """Undo what finishing this task has led to. Raises `SeenAlready`, `NothingOpened`."""
    held = hold_done(db, task_id, Action.TASK_TAKE_BACK, by=by)
    if held.case.status != InstanceStatus.RUNNING:
        raise CalledIsOver if held.case.parent_id is not None else InstanceNotRunning
    if held.status != TaskStatus.COMPLETED:
        raise NotYours
    principal = _principal(db, held, by)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    token, then = _led_to(db, held)
    act = Act(
        Kind.TASK_TAKEN_BACK,
        TakeBack(token, held.element_id, then),
        asked={"task": held.id, "element": held.element_id},
        content={"comment": reason} if reason else {},
        goes_to=principal or by.id,
    )
    return instances.perform(db, held.case, act, by=by)


def _principal(db: Session, held: Held, by: Actor) -> int | None:
    """In whose place it was done: theirs it is again. Raises `DoneFor`."""
    table = UserTask.__table__
    wanted = select(table.c.done_for).where(table.c.id == held.id)
    principal: int | None = db.execute(wanted).scalar_one()
    if principal is None or permissions.may(by, Action.TASK_ACT_FOR, held):
        return principal
    stands_in = (one.id for one in by.deputy_for if one.covers(held.definition))
    if principal not in stands_in:
        raise DoneFor(who=people.names(db, [principal]).get(principal, "…"))
    return principal


def _led_to(db: Session, held: Held) -> tuple[str, Then]:
    """A place that this task's decision led to; all of them still wait, and nobody saw any."""
    seq, decision = _decision(db, held)
    trail = _trail(db, held, seq, decision)
    tokens = state.load(held.case.state).tokens
    if not trail.waits:
        at_join = [str(one.id) for one in tokens if one.via in trail.path]
        if not at_join:
            raise NothingOpened
        return at_join[0], Then.THROUGH_STEPS
    if not {str(one.id) for one in tokens}.issuperset(trail.waits):
        raise NothingOpened
    task = UserTask.__table__
    seen = (task.c.status, task.c.seen_at, task.c.assignee_id, task.c.completed_by)
    rows = db.execute(
        select(*seen, task.c.token, task.c.name, task.c.element_id)
        .where(task.c.instance_id == held.case.id)
        .where(task.c.token.in_((*trail.waits, *trail.passed)))
        .order_by(task.c.id)
        .with_for_update()
    ).all()
    for row in rows:
        _require_unseen(db, row, passed=row.token in trail.passed)
    elements = {row.element_id for row in rows if row.token in trail.waits}
    return next(iter(trail.waits)), _then(db, held, seq, elements)


@dataclass(slots=True)
class _Trail:
    """Where a decision led: places that wait, places passed since without anybody, and the path."""

    waits: dict[str, None] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    path: set[str] = field(default_factory=set)

    def follow(self, body: Body) -> None:
        """Go on over what an act opened."""
        for one in body.followed.get("effects", ()):
            if one["was"] == "Opened" and one["waits_for"] != "inside":
                self.waits[str(one["token"])] = None
        self.path |= set(body.followed.get("path", ()))

    def pass_by(self, body: Body) -> None:
        """Go on over an act of the system, if it closed a place on this trail."""
        effects = body.followed.get("effects", ())
        closed = {str(one["token"]) for one in effects if one["was"] == "Closed"}
        if closed.isdisjoint(self.waits):
            return
        self.passed |= closed & self.waits.keys()
        self.waits = {one: None for one in self.waits if one not in closed}
        self.follow(body)


def _trail(db: Session, held: Held, seq: int, decision: Body) -> _Trail:
    """Steps that passed by themselves, services and skipped approvers, are gone over."""
    trail = _Trail()
    trail.follow(decision)
    later = db.execute(
        select(LogEntry.body)
        .where(
            LogEntry.chain == eventlog.case_chain(held.case.id),
            LogEntry.seq > seq,
            LogEntry.by == people.SYSTEM.mark,
        )
        .order_by(LogEntry.seq)
    )
    for row in later:
        trail.pass_by(read_body(row.body))
    return trail


def _require_unseen(db: Session, row: Any, *, passed: bool) -> None:
    if row.completed_by is not None or (row.status not in OPEN and not passed):
        raise NothingOpened
    if row.seen_at is not None:
        who = people.names(db, [row.assignee_id]).get(row.assignee_id, "对方")
        raise SeenAlready(who=who, at=row.seen_at, step=row.name)


def _decision(db: Session, held: Held) -> tuple[int, Body]:
    rows = _entries(db, held, (Kind.TASK_COMPLETED, Kind.TASK_VOTED), f'"task":{held.id}')
    for row in rows:
        body = read_body(row.body)
        if body.asked.get("task") != held.id:
            continue
        if "command" not in body.asked:
            raise NotDecided
        return row.seq, body
    raise NothingOpened


def _then(db: Session, held: Held, seq: int, elements: set[str]) -> Then:
    """Whether the step was rework that went straight back to whoever had returned it."""
    for row in _entries(db, held, (Kind.TASK_RETURNED,), f'"to":"{held.element_id}"'):
        asked: Mapping[str, Any] = read_body(row.body).asked
        if row.seq < seq and asked.get("to") == held.element_id:
            went_back = asked.get("then") == Then.BACK_TO_ME and asked.get("element") in elements
            return Then.BACK_TO_ME if went_back else Then.THROUGH_STEPS
    return Then.THROUGH_STEPS


def _entries(db: Session, held: Held, kinds: tuple[Kind, ...], holding: str) -> list[Any]:
    """Entries of the case of these kinds that hold a text, the newest first."""
    found = db.execute(
        select(LogEntry.seq, LogEntry.body)
        .where(
            LogEntry.chain == eventlog.case_chain(held.case.id),
            LogEntry.kind.in_(kinds),
            LogEntry.body.contains(holding, autoescape=True),
        )
        .order_by(LogEntry.seq.desc())
    )
    return list(found)
