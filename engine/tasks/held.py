"""A task looked at, or held with its case locked while somebody acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import effects, hotpath, instances, people, permissions, predicates
from engine.bpmn import dialect
from engine.errors import Forbidden, NotFound, Refused, TaskNotOpen, UnknownOutcome
from engine.instances import Case
from engine.models import (
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    TaskStatus,
    UserTask,
)
from engine.people import Actor
from engine.permissions import Action


class NotYourTurn(Refused):
    """The seat opens when those before it have acted."""

    sentence = "还没有轮到这一席：等排在前面的人办完，它会出现在待办里。"


class TaskOpen(Refused):
    """The task still waits to be done."""

    sentence = "这项任务还没有办，不用拿回。"


class OwnCase(Forbidden):
    """Nobody decides for another in a case that they began themselves."""

    sentence = (
        "这件事是您发起的，您不能替{who}办，也不能转给自己办；"
        "请等{who}本人办，或请（其他）流程管理员转办、代办。"
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A task as the rules need it; `case` is its locked case."""

    id: int
    case: Case
    token: str
    element_id: str
    name: str
    number: int
    status: str
    assignee_id: int | None
    candidates: str
    due_at: datetime | None
    returned: bool
    completed_by: int | None
    completed_at: datetime | None
    seat: int
    turn: int
    follows: int
    part: str
    weight: int
    added_by: int | None
    lent_by: int | None
    seen_at: datetime | None

    @property
    def definition(self) -> str:
        """The key of the flow."""
        return self.case.version.key

    @property
    def candidate_keys(self) -> frozenset[str]:
        """The keys it is offered to."""
        return frozenset(orjson.loads(self.candidates))

    def asked(self, by: Actor, **more: object) -> dict[str, object]:
        """What an entry about this task begins with: which, where, and in whose place."""
        principal = predicates.in_place_of(by, self)
        named = {} if principal is None else {"for": principal}
        seat = {"token": self.token, "seat": self.seat} if self.seat else {}
        return {"task": self.id, "element": self.element_id, **named, **seat, **more}

    @property
    def started_by(self) -> int | None:
        """Who started the case."""
        return self.case.started_by


@dataclass(frozen=True, slots=True)
class Glance:
    """What the policy asks about a task that is only looked at."""

    assignee_id: int | None
    candidate_keys: frozenset[str]
    started_by: int | None
    completed_by: int | None
    definition: str


def hold(db: Session, task_id: int, action: Action, *, by: Actor) -> Held:
    """The task with its case locked, read after the wait, open, and this person may do `action`.

    Raises `NotFound` for somebody who may not know of it, `TaskNotOpen`, `Forbidden`, `OwnCase`.
    """
    found = hotpath.lock_task(db, task_id)
    if found is None:
        raise NotFound
    held = of_row(db, *found)
    if not permissions.may(by, Action.TASK_VIEW, held):
        raise NotFound
    if held.status == TaskStatus.WAITING:
        raise NotYourTurn
    if held.status not in effects.OPEN:
        who = people.names(db, [held.completed_by])
        raise TaskNotOpen(
            who=who.get(held.completed_by or 0, "系统"), at=held.completed_at, task=task_id
        )
    _require(db, by, action, held)
    return held


def _require(db: Session, by: Actor, action: Action, held: Held) -> None:
    if permissions.may(by, action, held):
        return
    principal = predicates.in_place_of(by, held)
    if principal is not None and predicates.is_initiator(by, held):
        raise OwnCase(who=people.names(db, [principal]).get(principal, "…"))
    raise Forbidden


def hold_of(db: Session, task_id: int, user_id: int) -> Held | None:
    """A task with its case locked, if this person alone has it: open, or waiting for its turn."""
    found = hotpath.lock_task(db, task_id)
    if found is None:
        return None
    held = of_row(db, *found)
    is_theirs = user_id in (held.assignee_id, held.lent_by) or (
        held.assignee_id is None and held.candidate_keys == {people.user_key(user_id)}
    )
    is_open = held.status in (*effects.OPEN, TaskStatus.WAITING)
    return held if is_theirs and is_open else None


def hold_done(db: Session, task_id: int, action: Action, *, by: Actor) -> Held:
    """A finished task with its case locked, and this person may do `action`. Raises `TaskOpen`."""
    found = hotpath.lock_task(db, task_id)
    if found is None:
        raise NotFound
    held = of_row(db, *found)
    if not permissions.may(by, Action.TASK_VIEW, held):
        raise NotFound
    if held.status in effects.OPEN:
        raise TaskOpen
    permissions.require(by, action, held)
    return held


def require_offered(held: Held, key: str, word: str) -> None:
    """Go on only if the step offers this verb. Raises `UnknownOutcome`."""
    if not dialect.offers(held.case.version.verbs(held.element_id), key):
        raise UnknownOutcome(outcome=word)


def look(db: Session, task_id: int, *, by: Actor) -> Glance:
    """Check that this person may see the task. Raises `NotFound`: no hint that it exists."""
    seen = glance(db, task_id)
    if not permissions.may(by, Action.TASK_VIEW, seen):
        raise NotFound
    return seen


def glance(db: Session, task_id: int) -> Glance:
    """What the policy asks about a task, whoever looks. Raises `NotFound`."""
    table, case = UserTask.__table__, ProcessInstance.__table__
    version, definition = ProcessVersion.__table__, ProcessDefinition.__table__
    row = db.execute(
        select(
            table.c.assignee_id,
            table.c.candidates,
            table.c.completed_by,
            func.coalesce(case.c.successor_id, case.c.started_by).label("started_by"),
            definition.c.key,
        )
        .join(case, case.c.id == table.c.instance_id)
        .join(version, version.c.id == case.c.version_id)
        .join(definition, definition.c.id == version.c.definition_id)
        .where(table.c.id == task_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    keys = frozenset(orjson.loads(row.candidates))
    return Glance(row.assignee_id, keys, row.started_by, row.completed_by, row.key)


def of_row(db: Session, case: hotpath.Row, task: hotpath.Row) -> Held:
    """A locked row of a task and of its case as the rules need them."""
    more = {"returned": bool(task["returned"]), "case": instances.case_of(db, case)}
    return Held(**{**task, **more})
