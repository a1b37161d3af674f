"""What every act of one seat in a round has in common: count, see what that decides, go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import (
    effects,
    eventlog,
    instances,
    people,
    picks,
    predicates,
    recusals,
    rounds,
    signing,
)
from engine.assignment import About
from engine.bpmn import state
from engine.bpmn.commands import Complete
from engine.bpmn.steps import Step
from engine.entries import Kind, read_body
from engine.errors import NotFound, Refused
from engine.instances import Act
from engine.models import Content, LogEntry, Role, TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.rounds import Deadline, Round
from engine.scene import Scene
from engine.signing import Tally, Verdict
from engine.tasks.held import Held


class SignsAlready(Refused):
    """One person has one seat in a round."""

    sentence = "{who}已经在这一步的会签人里，或已回避。"


class MustStepAside(Refused):
    """The step's rule keeps this person away from it."""

    sentence = "按这一步的回避规则，{who}不能办理。"


@dataclass(frozen=True, slots=True)
class SeatAct:
    """What one seat does: how it closes, what is asked and written, and the count after it.

    `more` brings further rows where the round goes on.
    """

    kind: Kind
    status: TaskStatus
    tally: Tally
    outcome: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] | None = None
    more: Callable[[Scene], None] | None = None


def stood(db: Session, held: Held) -> Round:
    """The round in which a task is a seat."""
    found = rounds.load(db, held.case.id, held.token, held.seat)
    if found is None:
        raise NotFound
    return found


def perform(db: Session, held: Held, before: Round, act: SeatAct, *, by: Actor) -> Step | None:
    """Do what a seat does; the act that decides the round completes its place."""
    tally, verdict, asks_chair = signing.settle(before.rule, act.tally)
    is_over = verdict is not None
    data = _data(db, held, act, tally, verdict) if is_over else {}
    content = dict(act.content)
    if data:
        content["data"] = data
    if act.filled is not None:
        content["values"] = act.filled

    def rows(scene: Scene) -> None:
        rounds.leave(scene, act.status, act.outcome)
        rounds.count(scene, tally, verdict)
        if is_over:
            return
        rounds.turn(scene, before.next, deadline(scene, held))
        element = scene.version.process.elements[held.element_id]
        if asks_chair:
            away = act.status is TaskStatus.STEPPED_ASIDE
            barred = frozenset({scene.done_for or by.id or 0}) if away else frozenset()
            due = deadline(scene, held)
            rounds.chair(scene, element, held.number, before.rule, due, barred)
        if act.more is not None:
            act.more(scene)

    return instances.perform(
        db,
        held.case,
        Act(
            act.kind,
            Complete(held.token, data) if is_over else None,
            asked=held.asked(by, **act.asked),
            known={"seen": held.case.content_hash, **act.known},
            content=content,
            values_changed=act.filled is not None,
            token=held.token,
            seat=held.seat,
            outcome=act.outcome,
            rows=rows,
            goes_to=straight_back(db, held) if is_over else None,
            done_for=predicates.in_place_of(by, held),
        ),
        by=by,
    )


def deadline(scene: Scene, held: Held) -> Deadline:
    """When a seat of this round that opens now is due."""
    element = scene.version.process.elements[held.element_id]
    return partial(effects.deadline, scene, element, held.token)


def _data(
    db: Session, held: Held, act: SeatAct, tally: Tally, verdict: Verdict | None
) -> dict[str, Any]:
    """What conditions may read of the round: how it was decided, and the form as it stands."""
    case, reads = held.case, held.case.version.process.reads
    stands = act.filled
    if stands is None and case.version.form(held.element_id) is not None:
        stands = instances.values(db, case.content_id)
    told = {
        **(stands or {}),
        "outcome": verdict.outcome if verdict else "",
        "approved": tally.approved,
        "refused": tally.refused,
        "abstained": tally.abstained,
    }
    known = {name: value for name, value in told.items() if name in reads}
    return known | _picked(db, held, act) if picks.due(case.version, held.element_id) else known


def _picked(db: Session, held: Held, act: SeatAct) -> dict[str, list[int]]:
    """Everybody whom a signer of this round picked for a later step, in the order of the votes."""
    rows = db.execute(
        select(LogEntry.body)
        .where(
            LogEntry.chain == eventlog.case_chain(held.case.id),
            LogEntry.kind == Kind.TASK_VOTED,
        )
        .order_by(LogEntry.seq)
    )
    votes = [body for row in rows if (body := read_body(row.body)).asked.get("token") == held.token]
    hashes = [body.content for body in votes if body.content]
    kept = db.execute(
        select(Content.sha256, Content.data).where(
            Content.instance_id == held.case.id, Content.sha256.in_(hashes)
        )
    )
    written = {row.sha256: orjson.loads(row.data) if row.data else {} for row in kept}
    said = [written.get(one, {}).get("picked", {}) for one in hashes]
    return picks.together([*said, act.content.get("picked", {})])


def may_sign(db: Session, held: Held, user_id: int) -> None:
    """Go on only if this person may take a seat here. Raises `SignsAlready`, `MustStepAside`."""
    if held.seat and user_id in rounds.seated(db, held.case.id, held.token):
        raise SignsAlready(who=people.names(db, [user_id]).get(user_id, "…"))
    case = held.case
    about = About(case.subject, case.started_by, case.id, case.version)
    element = case.version.process.elements[held.element_id]
    barred = recusals.recused(db, element, about) | recusals.declared(db, case.id, held.token)
    if user_id in barred:
        raise MustStepAside(who=people.names(db, [user_id]).get(user_id, "…"))


def may_act(db: Session, held: Held, by: Actor) -> None:
    """Go on unless who acts, or in whose place it is done, must step aside from this step.

    It is asked where the work came to somebody in another's place, or back to an administrator
    because nobody was left. Raises `MustStepAside`.
    """
    principal = predicates.in_place_of(by, held)
    is_left_over = people.role_key(Role.PROCESS_ADMIN) in held.candidate_keys
    if principal is None and not is_left_over:
        return
    case = held.case
    element = case.version.process.elements[held.element_id]
    about = About(case.subject, case.started_by, case.id, case.version)
    barred = recusals.recused(db, element, about) | recusals.declared(db, case.id, held.token)
    away = next((one for one in (by.id, principal) if one in barred), None)
    if away is not None:
        raise MustStepAside(who=people.names(db, [away]).get(away, by.name))


def straight_back(db: Session, held: Held) -> int | None:
    """The person who sent the work back to be reworked and returned straight to them.

    Who was only added to a step does not hold it: it is then for whom it was for at first.
    """
    where = state.load(held.case.state)
    token = next(one for one in where.tokens if str(one.id) == held.token)
    if not token.back:
        return None
    table = UserTask.__table__
    row = db.execute(
        select(func.coalesce(table.c.done_for, table.c.completed_by).label("who"), table.c.part)
        .where(
            table.c.instance_id == held.case.id,
            table.c.element_id == token.back[0],
            table.c.status == TaskStatus.RETURNED,
            table.c.completed_by.is_not(None),
        )
        .order_by(table.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or row.part == TaskPart.ADDED else row.who
