"""Steps that several sign: who has a seat, what each act of one changes, whose turn is next.

A round is one place of the kernel with a task for each seat. What is counted is `engine.signing`;
here the count is read and written, and never the votes before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine import assignment, people, recusals, signing
from engine.assignment import Found
from engine.bpmn import dialect
from engine.bpmn.dialect import Method, Signing, Who
from engine.bpmn.effects import Opened
from engine.bpmn.process import Element
from engine.models import (
    Role,
    SigningRound,
    TaskPart,
    TaskStatus,
    UserTask,
)
from engine.scene import NEVER, Scene
from engine.signing import Tally, Verdict

Deadline = Callable[[Sequence[int]], datetime | None]
"""When what opens now is due, with its rungs put down for these seats."""

_TASKS: Final = UserTask.__table__
_ROUNDS: Final = SigningRound.__table__
_COUNTED: Final = tuple(Tally.__dataclass_fields__)
_AFTER: Final = (
    (_TASKS.c.instance_id == _ROUNDS.c.instance_id)
    & (_TASKS.c.token == _ROUNDS.c.token)
    & (_TASKS.c.follows == bindparam("here"))
    & (_TASKS.c.status == TaskStatus.WAITING.value)
)
_ROUND: Final = (
    select(
        _ROUNDS,
        _TASKS.c.id.label("task_id"),
        _TASKS.c.seat,
        _TASKS.c.assignee_id,
        _TASKS.c.candidates,
        _TASKS.c.due_at,
        _TASKS.c.returned,
    )
    .outerjoin(_TASKS, _AFTER)
    .where(_ROUNDS.c.instance_id == bindparam("case"), _ROUNDS.c.token == bindparam("place"))
    .order_by(_TASKS.c.seat)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A seat whose turn has not come."""

    task_id: int
    seat: int
    assignee_id: int | None
    candidates: tuple[str, ...]
    due_at: datetime | None
    returned: bool


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands, and who is next after the seat that acts."""

    text: str
    rule: Signing
    tally: Tally
    hidden: bool
    opened_at: datetime
    next: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that begins: whose it is, or the keys it is offered to."""

    number: int
    assignee_id: int | None
    keys: tuple[str, ...]
    weight: int = 1
    turn: int = 1
    follows: int = 0
    part: TaskPart = TaskPart.SIGNER
    added_by: int | None = None

    def words(self) -> list[Any]:
        """As the log keeps it."""
        offered = [] if self.assignee_id is not None else [list(self.keys)]
        whose = [self.number, self.assignee_id, self.weight, self.follows, self.part.value]
        return whose + offered


def written(element: Element) -> str:
    """The signing rule of a step as drawn; "" where whoever acts first decides."""
    text = element.properties.get(dialect.SIGNING, "")
    return text if text and signing.rule(text).method is not Method.ANY else ""


def is_round(element: Element) -> bool:
    """Whether several sign this step."""
    return bool(written(element))


def begin(scene: Scene, effect: Opened, element: Element, found: Found, deadline: Deadline) -> bool:
    """Give everybody found a seat. False where nobody needs to be asked: one task is enough."""
    settled = {person for person, _why in found.settled}
    if settled and settled >= set(found.people):
        return False
    rule = signing.rule(written(element))
    barred = recusals.recused(scene.db, element, scene.about)
    away = [one for one in found.people if one in barred]
    voters = [one for one in found.people if one not in barred and one not in settled]
    weights = _weights(scene, rule)
    if len(voters) > dialect.MAX_SEATS:
        _told(scene, effect, element, _TOO_MANY, most=dialect.MAX_SEATS, count=len(voters))
        voters = []
    elif not voters and not found.fallback:
        _told(scene, effect, element, recusals.NOBODY_LEFT)
    seats = [
        Seat(
            number,
            person,
            (people.user_key(person),),
            weights.get(person, 1),
            *((number, number - 1) if rule.method is Method.SEQUENCE else (1, 0)),
        )
        for number, person in enumerate(voters, start=1)
    ] or [Seat(1, None, (people.role_key(Role.PROCESS_ADMIN),))]
    tally = signing.opened([seat.weight for seat in seats], [weights.get(one, 1) for one in away])
    for person in [one for one in found.people if one in settled and one not in barred]:
        weight = weights.get(person, 1)
        tally = signing.voted(
            rule, signing.seated(tally, weight), TaskPart.SIGNER, weight, signing.APPROVE
        )
    if not rule.is_share and tally.weight < rule.need:
        _told(scene, effect, element, _TOO_LIGHT, need=str(rule.need), weight=tally.weight)
    open_now = [seat.number for seat in seats if not seat.follows]
    due = deadline(open_now)
    for seat in seats:
        row = _row(scene, effect.token, element, effect.number, seat, due)
        scene.writes.opened.append(row | {"returned": scene.returned})
    scene.writes.rounds.append(
        {
            "token": effect.token,
            "rule": written(element),
            "hidden": rule.hidden,
            "opened_at": scene.now,
            **_counted(tally, None, scene),
        }
    )
    scene.known[f"round {effect.token}"] = {
        "rule": written(element),
        "seats": [seat.words() for seat in seats],
        "tally": asdict(tally),
        "recused": away,
    }
    return True


_TOO_MANY: Final = "“{step}”最多由 {most} 人会签，按规则找到了 {count} 人，已交给流程管理员处理。"
_TOO_LIGHT: Final = "“{step}”各人的权重合计 {weight}，达不到要求的 {need}，不可能通过。"
_NO_CHAIR: Final = "“{step}”平票，没有找到可以决定的主持人，已交给流程管理员决定。"


def _told(scene: Scene, effect: Opened, element: Element, sentence: str, **values: object) -> None:
    recusals.tell(scene, effect.token, element, sentence, **values)


def _weights(scene: Scene, rule: Signing) -> dict[int, int]:
    """What each person's vote weighs; whoever several rules name has the greatest weight."""
    found: dict[int, int] = {}
    for who, weight in rule.weights:
        for person in assignment.resolve(scene.db, Who(None, (who,)), scene.about).people:
            found[person] = max(weight, found.get(person, 0))
    return found


def _row(
    scene: Scene, token: str, element: Element, number: int, seat: Seat, due: datetime | None
) -> dict[str, Any]:
    is_open = not seat.follows
    held = TaskStatus.CLAIMED if seat.assignee_id is not None else TaskStatus.READY
    return {
        "token": token,
        "element_id": element.id,
        "name": element.label,
        "number": number,
        "assignee_id": seat.assignee_id,
        "returned": False,
        "opened_at": scene.now,
        "completed_at": None,
        "due_at": due if is_open else None,
        "status": (held if is_open else TaskStatus.WAITING).value,
        "candidates": orjson.dumps(seat.keys).decode(),
        "keys": list(seat.keys) if is_open else [],
        "sort_at": due or NEVER,
        "seat": seat.number,
        "turn": seat.turn,
        "follows": seat.follows,
        "part": seat.part.value,
        "weight": seat.weight,
        "added_by": seat.added_by,
    }


def _counted(tally: Tally, verdict: Verdict | None, scene: Scene) -> dict[str, Any]:
    outcome = verdict.outcome if verdict else ""
    return {
        **asdict(tally),
        "outcome": outcome or None,
        "decided_at": scene.now if outcome else None,
    }


def load(db: Session, instance_id: int, token: str, seat: int) -> Round | None:
    """The round at a place, with the seats that open after `seat`; None where there is none."""
    here = {"case": instance_id, "place": token, "here": seat}
    rows = db.execute(_ROUND, here).mappings().all()
    if not rows:
        return None
    first = rows[0]
    waiting = tuple(
        Waiting(
            row["task_id"],
            row["seat"],
            row["assignee_id"],
            tuple(orjson.loads(row["candidates"])),
            row["due_at"],
            bool(row["returned"]),
        )
        for row in rows
        if row["task_id"] is not None
    )
    tally = Tally(**{name: first[name] for name in _COUNTED})
    text = first["rule"]
    return Round(
        text, signing.rule(text), tally, bool(first["hidden"]), first["opened_at"], waiting
    )


def leave(scene: Scene, status: TaskStatus, outcome: str | None) -> None:
    """The seat that acts closes."""
    scene.writes.closed.append(
        {
            "token": scene.token,
            "seat": scene.seat,
            "status": status.value,
            "completed_at": scene.now,
            "completed_by": scene.by.id if status != TaskStatus.REMOVED else None,
            "outcome": outcome,
            "done_for": scene.done_for,
        }
    )


def rest(scene: Scene) -> dict[str, Any]:
    """What becomes of the other seats of a round that is over: nobody needs them."""
    return {
        "token": scene.token,
        "but": scene.seat,
        "status": TaskStatus.NOT_NEEDED.value,
        "completed_at": scene.now,
        "completed_by": None,
        "outcome": None,
        "done_for": None,
    }


def count(scene: Scene, tally: Tally, verdict: Verdict | None) -> None:
    """Write the count, and in words what it decides."""
    row = {"token": scene.token, **_counted(tally, verdict, scene)}
    scene.writes.counted.append(row)
    if verdict is not None and verdict.outcome:
        scene.known["decided"] = {**asdict(verdict), "tally": asdict(tally)}


def turn(scene: Scene, waiting: Iterable[Waiting], deadline: Deadline) -> None:
    """Open the seats whose turn has come."""
    for one in waiting:
        due = one.due_at or deadline((one.seat,))
        held = TaskStatus.CLAIMED if one.assignee_id is not None else TaskStatus.READY
        alone = one.assignee_id is not None
        scene.writes.turned.append(
            {
                "task_id": one.task_id,
                "status": held.value,
                "opened_at": scene.now,
                "due_at": due,
                "keys": [people.user_key(one.assignee_id or 0)] if alone else list(one.candidates),
                "sort_at": due or NEVER,
                "returned": one.returned,
            }
        )


def seat_more(
    scene: Scene, element: Element, number: int, seats: Iterable[Seat], deadline: Deadline
) -> None:
    """Open more seats in a round that goes on, at the `number`-th pass of its step."""
    more = list(seats)
    open_now = [seat.number for seat in more if not seat.follows]
    due = deadline(open_now) if open_now else None
    for seat in more:
        scene.writes.opened.append(_row(scene, scene.token or "", element, number, seat, due))
    scene.known["seats"] = [seat.words() for seat in more]


def next_number(db: Session, instance_id: int, token: str) -> int:
    """The number of the next seat in a round."""
    newest = select(func.coalesce(func.max(_TASKS.c.seat), 0)).where(
        _TASKS.c.instance_id == instance_id, _TASKS.c.token == token
    )
    return int(db.execute(newest).scalar_one()) + 1


def chair(
    scene: Scene,
    element: Element,
    number: int,
    rule: Signing,
    deadline: Deadline,
    barred: frozenset[int],
) -> None:
    """Ask the chair, since as many are for it as against it; nobody there, the administrators."""
    chairs = _chairs(scene, element, rule)
    barred |= recusals.recused(scene.db, element, scene.about)
    barred |= recusals.declared(scene.db, scene.instance_id, scene.token or "")
    able = [one for one in chairs if one not in barred]
    keys = tuple(people.user_key(one) for one in able) or (people.role_key(Role.PROCESS_ADMIN),)
    if not able:
        recusals.tell(scene, scene.token or "", element, _NO_CHAIR)
    next_seat = next_number(scene.db, scene.instance_id, scene.token or "")
    seat = Seat(next_seat, able[0] if len(able) == 1 else None, keys, weight=0, part=TaskPart.CHAIR)
    seat_more(scene, element, number, [seat], deadline)


def _chairs(scene: Scene, element: Element, rule: Signing) -> tuple[int, ...]:
    if rule.chair is not None:
        return assignment.resolve(scene.db, Who(None, (rule.chair,)), scene.about).people
    return assignment.for_step(scene.db, element, scene.about).chairs


def seated(db: Session, instance_id: int, token: str) -> frozenset[int]:
    """Everybody who has or had a seat in a round or stepped aside; who was taken out, has none."""
    who = (_TASKS.c.assignee_id, _TASKS.c.lent_by, _TASKS.c.completed_by, _TASKS.c.done_for)
    rows = select(*who).where(
        _TASKS.c.instance_id == instance_id,
        _TASKS.c.token == token,
        _TASKS.c.part != "chair",
        _TASKS.c.status != TaskStatus.REMOVED,
    )
    return frozenset(one for row in db.execute(rows) for one in row if one is not None)
