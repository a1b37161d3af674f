"""Sending work back to an earlier step (退回), with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import hotpath, instances, predicates, rounds
from engine.bpmn import dialect, returns
from engine.bpmn.commands import Return, Then
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import CannotReturn, ReasonRequired, UnknownOutcome
from engine.instances import Act
from engine.models import TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.scene import Scene
from engine.tasks import lending, seats
from engine.tasks.decide import opinion
from engine.tasks.held import Held, hold
from engine.versions import Version


@dataclass(frozen=True, slots=True)
class Target:
    """An earlier step that work may go back to; `words` are what a request may call it."""

    element_id: str
    name: str
    words: tuple[str, ...]

    @property
    def word(self) -> str:
        """The word for people's choice: `initiator`, `previous` or the element's id."""
        return self.words[0]


def send_back(
    db: Session,
    task_id: int,
    *,
    by: Actor,
    to: str = "initiator",
    then: str = Then.THROUGH_STEPS,
    reason: str = "",
) -> Step | None:
    """Return a task to `to`: an element id, `initiator` or `previous`. Raises `CannotReturn`."""
    held = hold(db, task_id, Action.TASK_RETURN, by=by)
    if "return" not in {verb.key for verb in held.case.version.verbs(held.element_id)}:
        raise UnknownOutcome(outcome="退回")
    lending.require_not_lent(db, held)
    seats.may_act(db, held, by)
    reason = opinion(reason)
    if not reason:
        raise ReasonRequired
    targets = return_targets(db, held.case.version, held.case.id, held.element_id)
    target = next((one for one in targets if to in (one.element_id, *one.words)), None)
    if target is None or then not in set(Then):
        raise CannotReturn(to=to)
    act = Act(
        Kind.TASK_RETURNED,
        Return(held.token, target.element_id, Then(then)),
        content={"comment": reason},
        token=held.token,
        seat=held.seat,
        rows=_leave if held.seat else None,
        outcome="return",
        asked=held.asked(by, to=target.element_id, then=then),
        known={"seen": held.case.content_hash},
        goes_to=_who_did(db, held, target.element_id),
        done_for=predicates.in_place_of(by, held),
    )
    return instances.perform(db, held.case, act, by=by)


def _leave(scene: Scene) -> None:
    """One signer's return closes the whole round; the others are not needed."""
    rounds.leave(scene, TaskStatus.RETURNED, "return")


def return_targets(
    db: Session, version: Version, instance_id: int, element_id: str
) -> tuple[Target, ...]:
    """The earlier steps that this step may send this case back to, nearest last."""
    done = [one for (one,) in hotpath.read(db, "done", {"case": instance_id})]
    return targets_among(version, done, element_id)


def targets_among(version: Version, done: Iterable[str], element_id: str) -> tuple[Target, ...]:
    """Those among the elements that are done."""
    process = version.process
    here = (one for one in dict.fromkeys(done) if one in process.elements)  # it may have moved
    earlier = [one for one in here if returns.is_earlier(process, one, element_id)]
    written = process.elements[element_id].properties.get(dialect.RETURNS_TO, "")
    words = dialect.returns_to(written) if written else dialect.RETURNS_USUAL
    meant: dict[str, tuple[str, ...]] = {}
    for word in words:
        for one in _meant(word, version.first_step, earlier):
            said = [one if word == "any" else word]
            if word == "any" and one == version.first_step:
                said.append("initiator")
            meant[one] = (*meant.get(one, ()), *said)
    return tuple(
        Target(one, process.elements[one].label, meant[one]) for one in earlier if one in meant
    )


def _meant(word: str, first_step: str, earlier: list[str]) -> list[str]:
    """The steps that a word of `returns_to` names."""
    if word == "any":
        return earlier
    if word == "previous":
        return earlier[-1:]
    return [first_step if word == "initiator" else word]


def _who_did(db: Session, held: Held, element_id: str) -> int | None:
    """Whoever did the target step last does it again; who was added to it is not its holder."""
    table = UserTask.__table__
    return db.execute(
        select(func.coalesce(table.c.done_for, table.c.completed_by))
        .where(
            table.c.instance_id == held.case.id,
            table.c.element_id == element_id,
            table.c.status == TaskStatus.COMPLETED,
            table.c.part != TaskPart.ADDED,
        )
        .order_by(table.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
