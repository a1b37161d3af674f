"""Random acts under random signing rules, in every place of a flow: nothing is lost, all replays.

A place that waits for people has a task that is open, and a task that is open has its place.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import instances, replay, tasks
from engine.bpmn import state
from engine.bpmn.commands import Then
from engine.bpmn.process import Kind
from engine.errors import Refused
from engine.models import ProcessInstance, SigningRound, TaskCandidate, UserTask
from engine.people import Actor
from engine.permissions import Action, may
from engine.versions import of_case
from tests import college as places
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import EVERY_VERB

SOAK: Final = bool(os.environ.get("ZHENGAI_SOAK"))
CASES: Final = 150 if SOAK else 10
ACTS: Final = 40
OPEN: Final = ("ready", "claimed")
PEOPLE: Final = ("reviewer", "reviewer2", "office", "stranger", "auditor", "admin")
METHODS: Final = (
    "any",
    "all",
    "sequence",
    "ratio 1/2",
    "ratio 2/3",
    "weights 3; weights=user:reviewer:2,user:office:2",
)
OPTIONS: Final = ("early=yes", "abstain=out", "abstain=against", "quorum=1/2", "hidden")


def rule(random: Random) -> str:
    """A signing rule."""
    method = random.choice(METHODS)
    if method == "any":
        return method
    more = [one for one in OPTIONS if random.random() < 0.3]
    if "abstain=out" in more and "abstain=against" in more:
        more.remove("abstain=out")
    if method == "ratio 1/2" and random.random() < 0.5:
        more += ["tie=chair", f"chair=user:{random.choice(PEOPLE)}"]
    return "; ".join([method, *more])


def signed(random: Random, name: str) -> str:
    """A step that a few people sign."""
    who = random.sample(PEOPLE, random.randint(1, 4))
    more = {"recuse": f"user:{random.choice(PEOPLE)}"} if random.random() < 0.2 else {}
    groups = ",".join(f"user:{one}" for one in who)
    verbs = EVERY_VERB if name == "first" else EVERY_VERB.replace("refuse,", "")
    return flow.step(
        name, groups, verbs=verbs, signing=rule(random), returns_to="any,initiator", **more
    )


def drawn(random: Random, key: str) -> bytes:
    """submit, a signed step, two in parallel, one in a sub-process; a refusal ends what follows."""
    inner = (
        '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="in"/>'
        f'{signed(random, "inside")}<bpmn:endEvent id="out"/>'
        f"{flow.line('in', 'inside')}{flow.line('inside', 'out')}</bpmn:subProcess>"
    )
    nodes = "".join(
        (
            flow.step("submit"),
            signed(random, "first"),
            '<bpmn:exclusiveGateway id="which" default="which__fork"/>',
            '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>',
            signed(random, "left"),
            signed(random, "right"),
            inner,
            '<bpmn:exclusiveGateway id="merged" default="merged__end"/>',
        )
    )
    pairs = [
        ("start", "submit"),
        ("submit", "first"),
        ("first", "which"),
        ("which", "fork"),
        ("fork", "left"),
        ("fork", "right"),
        ("left", "join"),
        ("right", "join"),
        ("join", "sub"),
        ("sub", "merged"),
        ("merged", "end"),
    ]
    lines = "".join(flow.line(*pair) for pair in pairs)
    lines += flow.line("which", "merged", "outcome == 'refuse'")
    return flow.process(key, nodes, lines)


@dataclass
class Walk:
    """One case, and random people who do random things to it."""

    db: Session
    college: College
    random: Random
    case: int
    met: Counter[str] = field(default_factory=Counter)

    def actor(self, name: str) -> Actor:
        """The person called so."""
        return self.college.actor(self.db, name)

    def rows(self) -> list[Row[Any]]:
        """The tasks of the case."""
        table = UserTask.__table__
        mine = select(table).where(table.c.instance_id == self.case).order_by(table.c.id)
        return list(self.db.execute(mine))

    def act(self) -> bool:
        """Somebody does something. False where nothing waits any more."""
        live = [row for row in self.rows() if row.status in OPEN]
        if not live:
            return False
        row = self.random.choice(live)
        seen = tasks.glance(self.db, row.id)
        able = [one for one in map(self.actor, self.college.users) if may(one, DO, seen)]
        by = self.random.choice(able)
        name = self.random.choices(list(ACTS_BY), [6, 2, 1, 1, 1, 1, 1, 1, 1])[0]
        try:
            with self.db.begin_nested():
                ACTS_BY[name](self, row, by)
            self.met[name] += 1
        except Refused as refusal:
            self.met[f"refused {type(refusal).__name__}"] += 1
        self.check()
        return True

    def person(self) -> int:
        """Anybody."""
        return self.college.users[self.random.choice(list(self.college.users))]

    def check(self) -> None:
        """Places and tasks fit, and the record says the same."""
        table = ProcessInstance.__table__
        case = self.db.execute(select(table).where(table.c.id == self.case)).one()
        process = of_case(self.db, case.version_id).process
        waits = {
            str(one.id)
            for one in state.load(case.state).tokens
            if process.elements[one.element].kind is Kind.USER and not one.stuck
        }
        rows = self.rows()
        waiting = [row for row in rows if row.status in (*OPEN, "waiting")]
        assert {row.token for row in waiting if row.status in OPEN} == waits
        assert {row.token for row in waiting} <= waits
        offered = set(self.db.execute(select(TaskCandidate.task_id)).scalars())
        assert {row.id for row in waiting if row.status in OPEN} <= offered
        assert offered.isdisjoint({row.id for row in rows if row.status not in OPEN})
        seats = [row for row in waiting if row.seat]
        rounds = self.db.execute(
            select(SigningRound.__table__).where(SigningRound.__table__.c.instance_id == self.case)
        ).mappings()
        for one in rounds:
            mine = [row for row in seats if row.token == one["token"]]
            if one["outcome"] is not None:
                assert not mine
            elif mine:
                group = [row.weight for row in mine if row.part in ("signer", "holder")]
                assert one["left"] == sum(group)
                assert one["added_left"] == sum(row.part == "added" for row in mine)
        found = replay.replay(self.db, self.case)
        assert found.difference is None, found.difference.text()


DO: Final = Action.TASK_COMPLETE


def complete(walk: Walk, row: Row[Any], by: Actor) -> None:
    said = walk.random.choice(["approve"] * 4 + ["refuse", "abstain"])
    tasks.complete(walk.db, row.id, by=by, outcome=said, comment="意见")


def send_back(walk: Walk, row: Row[Any], by: Actor) -> None:
    then = walk.random.choice(list(Then))
    to = walk.random.choice(["initiator", "submit", "first", "left"])
    tasks.send_back(walk.db, row.id, by=by, to=to, then=then, reason="请改")


def reassign(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.reassign(walk.db, row.id, by=by, to=walk.person(), reason="请办")


def add(walk: Walk, row: Row[Any], by: Actor) -> None:
    where = walk.random.choice(["before", "beside", "after"])
    people = [walk.person() for _one in range(walk.random.randint(1, 2))]
    tasks.add_signers(walk.db, row.id, by=by, people=people, where=where, reason="一起看")


def remove(walk: Walk, _row: Row[Any], by: Actor) -> None:
    seats = [one for one in walk.rows() if one.seat and one.status in (*OPEN, "waiting")]
    if seats:
        admin = walk.actor("admin")
        one = walk.random.choice(seats)
        tasks.remove_signer(walk.db, one.id, by=walk.random.choice([by, admin]), reason="不必")


def aside(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.step_aside(walk.db, row.id, by=by, reason="利害关系")


def lend(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.lend(walk.db, row.id, by=by, to=walk.person(), reason="请看")


def claim(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.claim(walk.db, row.id, by=by)


def release(walk: Walk, row: Row[Any], by: Actor) -> None:
    tasks.release(walk.db, row.id, by=by)


ACTS_BY: Final[Mapping[str, Callable[[Walk, Row[Any], Actor], None]]] = {
    "complete": complete,
    "send_back": send_back,
    "reassign": reassign,
    "add": add,
    "remove": remove,
    "aside": aside,
    "lend": lend,
    "claim": claim,
    "release": release,
}


def test_random_acts_lose_no_place_and_no_task_and_replay(db: Session, college: College) -> None:
    met: Counter[str] = Counter()
    for seed in range(CASES):
        random = Random(seed)
        key = f"random_{seed}"
        places.publish(db, drawn(random, key))
        walk = Walk(db, college, random, instances.start(db, key, by=college.actor(db, "leader")))
        flow.do(db, walk.case, "submit", by=walk.actor("leader"))
        for _act in range(ACTS):
            if not walk.act():
                break
        for _act in range(6 * ACTS):
            live = [row for row in walk.rows() if row.status in OPEN]
            if not live:
                break
            seen = tasks.glance(db, live[0].id)
            by = next(one for one in map(walk.actor, college.users) if may(one, DO, seen))
            tasks.complete(db, live[0].id, by=by, comment="好")
        walk.check()
        assert flow.status(db, walk.case) == "completed", seed
        met += walk.met
    assert min(met[name] for name in ("complete", "send_back", "add", "aside", "reassign")) > 3
