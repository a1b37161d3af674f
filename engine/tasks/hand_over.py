"""Handing a task to somebody else for good (转办)."""

from __future__ import annotations

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import assignment, effects, incidents, instances, people, predicates
from engine.entries import Kind
from engine.errors import CannotAssign, ReasonRequired, UnknownOutcome
from engine.instances import Act
from engine.models import Role, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.tasks import lending, persons, seats
from engine.tasks.decide import opinion
from engine.tasks.held import Held, OwnCase, hold


class HoldsItAlready(CannotAssign):
    """The task is with this person already."""

    sentence = "这项任务已经在{name}手里，请选别人。"


def reassign(db: Session, task_id: int, *, by: Actor, to: int, reason: str) -> None:
    """Give an open task to another person, with a reason. Administrators may do it for others."""
    held = hold(db, task_id, Action.TASK_REASSIGN, by=by)
    _require_verb(held, by)
    if Role.PROCESS_ADMIN not in by.roles:
        lending.require_not_lent(db, held)
    reason = opinion(reason)
    if not reason:
        raise ReasonRequired
    name = persons.for_step(db, held, [to])[to]
    if to == held.assignee_id:
        raise HoldsItAlready(name=name)
    _require_apart(db, held, to, by)
    pass_on(db, held, to=to, by=by, reason=reason)


def pass_on(db: Session, held: Held, *, to: int, by: Actor, reason: str, **asked: object) -> None:
    """Give a held task, open or waiting for its turn, to another person. Who may was asked.

    Raises `SignsAlready`, `MustStepAside`.
    """
    seats.may_sign(db, held, to)
    key = people.user_key(to)
    table = UserTask.__table__
    changed: dict[str, object] = {
        "assignee_id": to,
        "candidates": orjson.dumps([key]).decode(),
        "lent_by": None,
    }
    waits = held.status == TaskStatus.WAITING
    if not waits:
        changed["status"] = TaskStatus.CLAIMED
    db.execute(update(table).where(table.c.id == held.id).values(changed))
    holder_left = held.assignee_id and assignment.one_person(db, held.assignee_id) is None
    if holder_left or people.role_key(Role.PROCESS_ADMIN) in held.candidate_keys:
        incidents.somebody_found(db, held.case.id, held.token, by_id=by.id)
    if not waits:
        effects.take_out(db, held.id)
        effects.offer(db, held.id, (key,), held.due_at, returned=held.returned)
    said = held.asked(by, token=held.token, to=to, **asked)
    act = Act(Kind.TASK_REASSIGNED, asked=said, content={"comment": reason}, is_on_hold=True)
    instances.perform(db, held.case, act, by=by)
    if to != by.id and not waits:
        lending.tell_given(db, held, to, by=by)


def _require_apart(db: Session, held: Held, to: int, by: Actor) -> None:
    """Who began the case makes no step of others their own: as deputy or administrator."""
    is_own = predicates.is_assignee(by, held) or predicates.is_candidate(by, held)
    is_own = is_own or held.element_id == held.case.version.first_step
    if to == by.id == held.started_by and not is_own:
        holder = held.assignee_id or predicates.in_place_of(by, held) or 0
        raise OwnCase(who=people.names(db, [holder]).get(holder, "办理人"))


def _require_verb(held: Held, by: Actor) -> None:
    """A step that does not offer it is passed on by administrators alone."""
    offered = {verb.key for verb in held.case.version.verbs(held.element_id)}
    if "reassign" not in offered and Role.PROCESS_ADMIN not in by.roles:
        raise UnknownOutcome(outcome="转办")
