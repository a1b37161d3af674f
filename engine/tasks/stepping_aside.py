"""Stepping aside from a decision because of an interest in it (回避), with the reason."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import (
    assignment,
    effects,
    instances,
    people,
    predicates,
    recusals,
    rounds,
    signing,
)
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import ReasonRequired
from engine.forms import texts
from engine.instances import Act
from engine.models import Role, TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.rounds import Seat
from engine.scene import Scene
from engine.tasks import lending, seats
from engine.tasks.held import Held, hold

NOBODY_LEFT = "“{step}”的办理人都已回避，已交给流程管理员办理或转办。"


def step_aside(db: Session, task_id: int, *, by: Actor, reason: str) -> Step | None:
    """Leave the decision to the others; where nobody is left, the administrators get it.

    Returns the kernel's step if the others have decided.
    """
    held = hold(db, task_id, Action.TASK_STEP_ASIDE, by=by)
    lending.require_not_lent(db, held)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    if held.seat:
        return _leave_seat(db, held, by, reason)
    act = Act(
        Kind.TASK_STEPPED_ASIDE,
        asked=held.asked(by, token=held.token),
        content={"comment": reason},
        rows=lambda scene: _leave_to_others(scene, held, by),
    )
    return instances.perform(db, held.case, act, by=by)


def _leave_seat(db: Session, held: Held, by: Actor, reason: str) -> Step | None:
    before = seats.stood(db, held)
    tally = signing.stepped_aside(before.tally, held.part, held.weight)
    is_group = held.part in (TaskPart.SIGNER, TaskPart.HOLDER)
    is_empty = is_group and signing.is_deserted(before.rule, tally)
    if is_empty:
        tally = signing.seated(tally, 1)

    def more(scene: Scene) -> None:
        if not is_empty:
            return
        element = scene.version.process.elements[held.element_id]
        number = rounds.next_number(db, held.case.id, held.token)
        others = [] if rounds.written(element) else _others(scene, held, by)
        seat = Seat(number, None, _keys(scene, held, others))
        rounds.seat_more(scene, element, held.number, [seat], seats.deadline(scene, held))

    act = seats.SeatAct(
        Kind.TASK_STEPPED_ASIDE,
        TaskStatus.STEPPED_ASIDE,
        tally,
        content={"comment": reason},
        more=more,
    )
    return seats.perform(db, held, before, act, by=by)


def _leave_to_others(scene: Scene, held: Held, by: Actor) -> None:
    """A plain step is offered to all it is for but those who stepped aside."""
    left = _others(scene, held, by)
    keys = _keys(scene, held, left)
    changed: dict[str, Any] = {
        "assignee_id": None,
        "status": TaskStatus.READY,
        "candidates": orjson.dumps(keys).decode(),
    }
    table = UserTask.__table__
    scene.db.execute(update(table).where(table.c.id == held.id).values(changed))
    effects.take_out(scene.db, held.id)
    effects.offer(scene.db, held.id, keys, held.due_at, returned=held.returned)
    scene.known[f"for {held.token}"] = {"assignee_id": None, "keys": keys, "people": left}


def _others(scene: Scene, held: Held, by: Actor) -> list[int]:
    """Whom the step is for, but those who stepped aside from it."""
    element = scene.version.process.elements[held.element_id]
    leaves = predicates.in_place_of(by, held) or by.id or 0
    away = recusals.declared(scene.db, held.case.id, held.token) | {leaves}
    named = [int(key[2:]) for key in sorted(held.candidate_keys) if key.startswith("u:")]
    left = [one for one in named if one not in away]
    if left:
        return left
    found = assignment.for_step(scene.db, element, scene.about).people
    barred = away | recusals.recused(scene.db, element, scene.about)
    return [one for one in found if one not in barred]


def _keys(scene: Scene, held: Held, left: list[int]) -> tuple[str, ...]:
    """Whom it is offered to: those who are left, else the administrators, who are told why."""
    if left:
        return tuple(people.user_key(one) for one in left)
    element = scene.version.process.elements[held.element_id]
    recusals.tell(scene, held.token, element, NOBODY_LEFT)
    return (people.role_key(Role.PROCESS_ADMIN),)
