"""What people do to tasks and to their cases, each at random in all it may choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from sqlalchemy import Row

from engine import clock, copies, deputies, tasks
from engine.bpmn.commands import Then
from engine.people import Actor
from tests.integration.engine.acts.walk import ALIVE, OPEN, Verb, Walk, keys_of

LIVE: Final = (*OPEN, "waiting")
OnTask = Callable[[Walk, Row[Any], Actor], None]


def on_task(deed: OnTask) -> Verb:
    """What somebody does who has an open task; nothing where none is open."""

    @wraps(deed)
    def verb(walk: Walk) -> None:
        found = walk.one_task()
        if found is not None:
            deed(walk, *found)

    return verb


@on_task
def complete(walk: Walk, row: Row[Any], by: Actor) -> None:
    said = walk.random.choice(["approve"] * 4 + ["refuse", "abstain"])
    tasks.complete(walk.db, row.id, by=by, outcome=said, comment="意见")


def complete_many(walk: Walk) -> None:
    rows = walk.tasks(*OPEN)
    if rows:
        by = walk.random.choice(walk.able(rows[0].id))
        tasks.complete_many(walk.db, [row.id for row in rows], by=by, comment="一并同意")


@on_task
def send_back(walk: Walk, row: Row[Any], by: Actor) -> None:
    then = walk.random.choice(list(Then))
    steps = [one.id for one in walk.drawn.graph.nodes.values() if one.kind == "task"]
    to = walk.random.choice(["initiator", *steps])
    tasks.send_back(walk.db, row.id, by=by, to=to, then=then, reason="请改")


@on_task
def reassign(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.reassign(walk.db, row.id, by=by, to=walk.anybody(), reason="请办")


@on_task
def add_signers(walk: Walk, row: Row[Any], by: Actor) -> None:
    where = walk.random.choice(["before", "beside", "after"])
    people = [walk.anybody() for _one in range(walk.random.randint(1, 2))]
    tasks.add_signers(walk.db, row.id, by=by, people=people, where=where, reason="一起看")


@on_task
def remove_signer(walk: Walk, _row: Row[Any], by: Actor) -> None:
    seats = [one for one in walk.tasks(*LIVE) if one.seat]
    if seats:
        one = walk.random.choice(seats)
        by = walk.random.choice([by, walk.actor("admin")])
        tasks.remove_signer(walk.db, one.id, by=by, reason="不必")


@on_task
def step_aside(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.step_aside(walk.db, row.id, by=by, reason="利害关系")


@on_task
def lend(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.lend(walk.db, row.id, by=by, to=walk.anybody(), reason="请看")


def give_back(walk: Walk) -> None:
    lent = [row for row in walk.tasks(*OPEN) if row.lent_by is not None]
    if lent:
        row = walk.random.choice(lent)
        by = walk.called(walk.random.choice([row.lent_by, row.assignee_id]))
        tasks.give_back(walk.db, row.id, by=by, comment="我看可以")


@on_task
def claim(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.claim(walk.db, row.id, by=by)


@on_task
def release(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.release(walk.db, row.id, by=by)


@on_task
def copy(walk: Walk, row: Row[Any], by: Actor) -> None:
    if walk.random.random() < 0.5:
        tasks.copy(walk.db, row.id, by=by, to=[walk.anybody()], note="请知悉")
    else:
        tasks.copy_case(walk.db, walk.case, by=walk.actor("leader"), to=[walk.anybody()])


def read_copy(walk: Walk) -> None:
    for user_id in walk.college.users.values():
        if copies.is_unread(walk.db, walk.case, user_id):
            tasks.read_copy(walk.db, walk.case, by=walk.called(user_id))


@on_task
def look(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.seen(walk.db, row.id, by=by)
    tasks.save_draft(walk.db, row.id, by=by, values={}, revision=0)


@on_task
def urge(walk: Walk, row: Row[Any], _by: Actor) -> None:
    if walk.random.random() < 0.5:
        tasks.urge(walk.db, row.id, by=walk.actor("leader"), note="请尽快")
    else:
        tasks.urge_case(walk.db, row.instance_id, by=walk.actor("admin"))


def withdraw(walk: Walk) -> None:
    case = walk.random.choice(walk.cases())
    tasks.withdraw(walk.db, case.id, by=walk.actor("leader"), reason="漏了附件")


def take_back(walk: Walk) -> None:
    done = [row for row in walk.tasks("completed") if row.completed_by is not None]
    if done:
        row = walk.random.choice(done[-3:])
        tasks.take_back(walk.db, row.id, by=walk.called(row.completed_by), reason="再看看")


def ask_extension(walk: Walk) -> None:
    rows = [row for row in walk.tasks(*OPEN) if row.due_at is not None]
    if rows:
        row = walk.random.choice(rows)
        by = walk.random.choice(walk.able(row.id))
        until = row.due_at + timedelta(days=walk.random.randint(1, 5))
        tasks.ask_extension(walk.db, row.id, by=by, until=until, reason="材料多")


@on_task
def on_behalf(walk: Walk, row: Row[Any], by: Actor) -> None:
    said = walk.random.choice(["approve", "approve", "refuse", "return"])
    admin = walk.actor("admin")
    tasks.on_behalf(walk.db, row.id, by=admin, of=by.id or 0, reason="本人住院", outcome=said)


@on_task
def appoint_deputy(walk: Walk, _row: Row[Any], by: Actor) -> None:
    today = clock.today()
    until = today + timedelta(days=1)
    walk.people.clear()
    deputies.appoint(walk.db, by=by, user_id=walk.anybody(), since=today, until=until)


@on_task
def act_as_deputy(walk: Walk, row: Row[Any], _by: Actor) -> None:
    """Somebody decides who may do so only in another's place."""
    own = {f"u:{row.assignee_id}"} if row.assignee_id else set(keys_of(row))
    able = [one for one in walk.able(row.id) if one.deputy_for and not one.keys & own]
    if able:
        tasks.complete(walk.db, row.id, by=walk.random.choice(able), comment="代为同意")
        walk.met["acted as deputy"] += 1


def reopen(walk: Walk) -> None:
    over = [one for one in walk.cases() if one.status not in ALIVE]
    if over:
        case = walk.random.choice(over)
        tasks.reopen(walk.db, case.id, by=walk.actor("admin"), reason="发现新材料")


VERBS: Final[Mapping[str, tuple[int, Verb]]] = {
    "complete": (14, complete),
    "complete many": (2, complete_many),
    "send back": (4, send_back),
    "reassign": (2, reassign),
    "add signers": (2, add_signers),
    "remove signer": (2, remove_signer),
    "step aside": (2, step_aside),
    "lend": (2, lend),
    "give back": (1, give_back),
    "claim": (2, claim),
    "release": (2, release),
    "copy": (1, copy),
    "read copy": (1, read_copy),
    "look": (1, look),
    "urge": (1, urge),
    "withdraw": (1, withdraw),
    "take back": (3, take_back),
    "ask extension": (2, ask_extension),
    "on behalf": (2, on_behalf),
    "appoint deputy": (1, appoint_deputy),
    "act as deputy": (2, act_as_deputy),
    "reopen": (3, reopen),
}
"""Each with its share."""
