"""More people for one step (加签), before, beside or after somebody, and fewer again (减签)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import effects, hotpath, instances, people, permissions, predicates, rounds, signing
from engine.bpmn import dialect
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import CannotAssign, Forbidden, NotFound, ReasonRequired, Refused, TaskNotOpen
from engine.forms import texts
from engine.instances import Act
from engine.models import TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.rounds import Round, Seat
from engine.scene import Scene
from engine.signing import Tally
from engine.tasks import lending, persons, seats
from engine.tasks.held import Held, hold, of_row, require_offered
from engine.tasks.seats import SignsAlready

_TASKS = UserTask.__table__


class Where(StrEnum):
    """When added signers sign: before whoever adds them, at the same time, or after."""

    BEFORE = "before"
    BESIDE = "beside"
    AFTER = "after"


class TooManySigners(Refused):
    """A round has a bound."""

    sentence = "一步最多 {most} 人会签。"


class LastSigner(Refused):
    """Somebody must be left to decide."""

    sentence = "这是最后一位会签人，不能减去；可以转办。"


class ChairDecides(Refused):
    """On a tie the chair is asked; nobody takes that away."""

    sentence = "平票由主持人决定，不能减去；可以转办。"


@dataclass(frozen=True, slots=True)
class _Plan:
    """The new seats, and what becomes of the one who adds them."""

    seats: tuple[Seat, ...]
    waits: bool
    last: int


def add(
    db: Session,
    task_id: int,
    *,
    by: Actor,
    people: Sequence[int],
    where: str = Where.BESIDE,
    reason: str = "",
) -> None:
    """Add signers to an open task; a plain step becomes a round with the holder's seat.

    Raises `SignsAlready`, `TooManySigners`, and what `hold` raises.
    """
    held = hold(db, task_id, Action.TASK_ADD_SIGNER, by=by)
    lending.require_not_lent(db, held)
    require_offered(held, "add_signer", "加签")
    seats.may_act(db, held, by)
    if where not in set(Where):
        raise CannotAssign(rule=str(where))
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    named = persons.for_step(db, held, people)
    holder = held.assignee_id or predicates.in_place_of(by, held) or by.id
    before = seats.stood(db, held) if held.seat else None
    _require_room(db, held, named, holder, before)
    first = rounds.next_number(db, held.case.id, held.token) if held.seat else 2
    own = held.seat or 1
    plan = _planned(own, first, list(named), Where(where), held.turn or 1, by.id)
    tally = before.tally if before is not None else signing.opened([1], [])
    for _seat in plan.seats:
        tally = signing.added(tally)
    held = replace(held, seat=own)
    act = Act(
        Kind.SIGNER_ADDED,
        asked=held.asked(by, people=list(named), where=str(where)),
        known=_links(held, before, plan) | {"holder": holder},
        content={"comment": reason},
        token=held.token,
        seat=own,
        rows=lambda scene: _add(scene, held, plan, tally, before, holder),
        done_for=predicates.in_place_of(by, held),
    )
    instances.perform(db, held.case, act, by=by)


def _require_room(
    db: Session, held: Held, named: dict[int, str], holder: int | None, before: Round | None
) -> None:
    for one, name in named.items():
        if one == holder:
            raise SignsAlready(who=name)
        seats.may_sign(db, held, one)
    standing = before.tally.seats + before.tally.added_left if before is not None else 1
    if standing + len(named) > dialect.MAX_SEATS:
        raise TooManySigners(most=dialect.MAX_SEATS)


def _planned(
    own: int, first: int, named: list[int], where: Where, turn: int, by_id: int | None
) -> _Plan:
    """Before and after, one signs after the other; beside, all at once."""
    numbers = [own if where is Where.AFTER else 0, *range(first, first + len(named))]
    made = [
        Seat(
            number,
            person,
            (people.user_key(person),),
            turn=turn,
            follows=0 if where is Where.BESIDE else behind,
            part=TaskPart.ADDED,
            added_by=by_id,
        )
        for person, (behind, number) in zip(named, pairwise(numbers), strict=True)
    ]
    return _Plan(tuple(made), where is Where.BEFORE, numbers[-1])


def _links(held: Held, before: Round | None, plan: _Plan) -> dict[str, Any]:
    """What changes among the seats that were there: who waits for whom from now on."""
    known: dict[str, Any] = {"seen": held.case.content_hash}
    if before is None:
        known["round"] = {"rule": "any"}
    if plan.waits:
        known["waits"] = {str(held.seat): plan.last}
    elif any(seat.follows for seat in plan.seats) and before is not None and before.next:
        known["waits"] = {str(one.seat): plan.last for one in before.next}
    return known


def _add(
    scene: Scene,
    held: Held,
    plan: _Plan,
    tally: Tally,
    before: Round | None,
    holder: int | None,
) -> None:
    element = scene.version.process.elements[held.element_id]
    changed: dict[str, Any] = {"assignee_id": holder}
    if before is None:
        _begin(scene, tally)
        changed |= {"seat": held.seat, "turn": 1}
    else:
        rounds.count(scene, tally, None)
        if not plan.waits and plan.seats[0].follows:
            _relink(scene, held, held.seat, plan.last)
    if plan.waits:
        changed |= {"status": TaskStatus.WAITING, "follows": plan.last}
        effects.take_out(scene.db, held.id)
    elif held.assignee_id is None:
        changed["status"] = TaskStatus.CLAIMED
        effects.take_out(scene.db, held.id)
        key = people.user_key(holder or 0)
        effects.offer(scene.db, held.id, (key,), held.due_at, returned=held.returned)
    scene.db.execute(update(_TASKS).where(_TASKS.c.id == held.id).values(changed))
    rounds.seat_more(scene, element, held.number, plan.seats, seats.deadline(scene, held))


def _begin(scene: Scene, tally: Tally) -> None:
    scene.writes.rounds.append(
        {
            "token": scene.token,
            "rule": "any",
            "hidden": False,
            "opened_at": scene.now,
            **asdict(tally),
            "outcome": None,
            "decided_at": None,
        }
    )


def _relink(scene: Scene, held: Held, behind: int, last: int) -> None:
    """Whoever waited for one seat waits for another from now on."""
    waits = (_TASKS.c.instance_id == scene.instance_id) & (_TASKS.c.token == held.token)
    waits &= (_TASKS.c.follows == behind) & (_TASKS.c.status == TaskStatus.WAITING)
    scene.db.execute(update(_TASKS).where(waits).values(follows=last))


def remove(db: Session, task_id: int, *, by: Actor, reason: str = "") -> Step | None:
    """Take a seat out of its round: whoever added the signer, or the process administrators.

    Returns the kernel's step if the others have decided. Raises `LastSigner`, `ChairDecides`.
    """
    held = _to_remove(db, task_id, by)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    before = seats.stood(db, held)
    if held.part == TaskPart.CHAIR:
        raise ChairDecides
    tally = signing.removed(before.tally, held.part, held.weight)
    cast = tally.approved + tally.refused + tally.abstained
    if held.part != TaskPart.ADDED and not tally.left and not cast:
        raise LastSigner
    known: dict[str, Any] = {}
    if held.status == TaskStatus.WAITING:
        known["waits"] = {str(one.seat): held.follows for one in before.next}
        behind = replace(before, next=())
    else:
        behind = before

    def more(scene: Scene) -> None:
        if held.status == TaskStatus.WAITING:
            _relink(scene, held, held.seat, held.follows)

    act = seats.SeatAct(
        Kind.SIGNER_REMOVED,
        TaskStatus.REMOVED,
        tally,
        known=known,
        content={"comment": reason},
        more=more,
    )
    return seats.perform(db, held, behind, act, by=by)


def _to_remove(db: Session, task_id: int, by: Actor) -> Held:
    found = hotpath.lock_task(db, task_id)
    if found is None:
        raise NotFound
    held = of_row(db, *found)
    is_admin = predicates.is_process_admin(by, held)
    is_adder = held.part == TaskPart.ADDED and held.added_by == by.id
    if not is_admin and not is_adder:
        raise Forbidden if permissions.may(by, Action.TASK_VIEW, held) else NotFound
    if held.status not in (*effects.OPEN, TaskStatus.WAITING):
        who = people.names(db, [held.completed_by])
        raise TaskNotOpen(
            who=who.get(held.completed_by or 0, "系统"), at=held.completed_at, task=task_id
        )
    if not held.seat:
        raise LastSigner
    return held
