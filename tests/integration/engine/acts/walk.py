"""One case, those it called and those about it, and random people who do random things to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, instances, jobs, messages, suspending, tasks
from engine import db as database
from engine.errors import Refused
from engine.handlers import ServiceCall
from engine.models import (
    Incident,
    IncidentStatus,
    Job,
    ProcessInstance,
    Subscription,
    UserTask,
)
from engine.people import Actor
from engine.permissions import Action, may
from tests.college import College
from tests.integration.engine.acts.drawing import Drawn
from tests.integration.engine.acts.standing import stands
from tests.integration.engine.acts.token_game import TokenGame
from tests.token_model import generator

OPEN: Final = ("ready", "claimed")
ALIVE: Final = ("running", "suspended")
MOST_ROUNDS: Final = 60
MOST_JOBS: Final = 50
BROKEN: Final = "the outside world does not answer"
DO: Final = Action.TASK_COMPLETE

Verb = Callable[["Walk"], None]


def work(_db: Session, call: ServiceCall) -> Mapping[str, Any]:
    """The work behind the service tasks of drawn flows; now and then it goes wrong.

    What it finds differs from turn to turn of a walk, so that work that goes round comes out of it.
    """
    if _broken:
        raise ConnectionError(BROKEN)
    _worked[call.element_id] += 1
    chance = Random(f"{call.element_id} {_worked[call.element_id]}")
    return {name: chance.random() < 0.5 for name in generator.TOGGLES}


_broken: list[bool] = []
_worked: Counter[str] = Counter()


def breaks(*, now: bool) -> None:
    """From here on, service tasks do not succeed, or do again."""
    _broken[:] = [True] * now


@dataclass
class Walk:
    """A case that was begun; `met` counts what was done, and what was refused."""

    db: Session
    sessions: sessionmaker[Session]
    college: College
    random: Random
    drawn: Drawn
    now: datetime
    case: int = 0
    before: int = 0
    runs: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    people: dict[str, Actor] = field(default_factory=dict)
    game: TokenGame = field(init=False)

    def begin(self) -> Walk:
        """Start the case."""
        _worked.clear()
        table = ProcessInstance.__table__
        self.before = max(self.db.execute(select(table.c.id)).scalars(), default=0)
        self.game = TokenGame(self.drawn)
        values = generator.answers(self.random)
        with clock.freeze(self.now):
            self.case = instances.start(
                self.db, self.drawn.key, by=self.actor("leader"), values=values
            )
        self.keep()
        self.check()
        return self

    def keep(self) -> None:
        """Commit, and go on writing."""
        self.db.commit()
        database.begin_writing(self.db)

    def actor(self, name: str) -> Actor:
        """The person called so, as of now."""
        if name not in self.people:
            with clock.freeze(self.now):
                self.people[name] = self.college.actor(self.db, name)
        return self.people[name]

    def anybody(self) -> int:
        """The number of some person."""
        return self.college.users[self.random.choice(list(self.college.users))]

    def called(self, user_id: int) -> Actor:
        """The person with this number."""
        return self.actor(next(one for one, its in self.college.users.items() if its == user_id))

    def cases(self) -> Sequence[Row[Any]]:
        """The case, those it called, and those in which somebody asks for more time."""
        table = ProcessInstance.__table__
        mine = select(table).where(table.c.id > self.before)
        return self.db.execute(mine.order_by(table.c.id)).all()

    def root(self) -> Row[Any]:
        """The case itself."""
        return self.cases()[0]

    def tasks(self, *statuses: str) -> Sequence[Row[Any]]:
        """Tasks of the cases in these statuses."""
        table = UserTask.__table__
        mine = (table.c.instance_id > self.before) & table.c.status.in_(statuses)
        return self.db.execute(select(table).where(mine).order_by(table.c.id)).all()

    def able(self, task_id: int) -> list[Actor]:
        """Those who may do a task now."""
        seen = tasks.glance(self.db, task_id)
        able = [one for one in map(self.actor, self.college.users) if may(one, DO, seen)]
        assert able, seen
        return able

    def one_task(self) -> tuple[Row[Any], Actor] | None:
        """A task that is open, and somebody who may do it."""
        live = self.tasks(*OPEN)
        if not live:
            return None
        row = self.random.choice(live)
        return row, self.random.choice(self.able(row.id))

    def act(self, name: str, verb: Verb) -> None:
        """Somebody does something, or is refused."""
        self.now += timedelta(minutes=1)
        try:
            with clock.freeze(self.now), self.db.begin_nested():
                verb(self)
            self.met[name] += 1
        except Refused as refusal:
            self.met[f"refused {type(refusal).__name__}"] += 1
            self.met["refused"] += 1
        self.keep()
        self.check()

    def pass_time(self, span: timedelta) -> None:
        """Some time later, all that is due by then is done."""
        self.now += span
        self.people.clear()
        self.db.commit()
        with clock.freeze(self.now):
            for _round in range(MOST_JOBS):
                if not jobs.run_due(self.sessions, "walk"):
                    break
            else:
                message = "the work for later never ends"
                raise AssertionError(message)
        database.begin_writing(self.db)
        self.check()

    def check(self) -> None:
        """Everything stands as it should, and the token game stands where the case does."""
        failed = select(Job.last_error).where(Job.last_error.is_not(None))
        for error in self.db.execute(failed).scalars():
            assert BROKEN in error, error
        frames = stands(self.db, self.before)
        self.game.follow(frames[self.case])

    def finish(self) -> None:
        """Everything is mended and everybody agrees, until the case is over, if it ever can be."""
        breaks(now=False)
        for _round in range(MOST_ROUNDS):
            alive = [one for one in self.cases() if one.status in ALIVE]
            if not alive:
                return
            with clock.freeze(self.now):
                self._mend(alive)
            self.keep()
            self.pass_time(timedelta(hours=2))
        where = [(one.id, one.status, one.state) for one in self.cases() if one.status in ALIVE]
        assert not self.drawn.is_sound, where

    def _mend(self, alive: Sequence[Row[Any]]) -> None:
        admin = self.actor("admin")
        for case in alive:
            if case.status == "suspended" and self._status(case.id) == "suspended":
                suspending.resume(self.db, case.id, by=admin)
        for incident in self.incidents():
            if incident.element_id is not None and not self._is_with_somebody(incident):
                jobs.retry(self.db, incident.id, by=admin)
        for row in self.tasks(*OPEN):
            if self._is_open(row.id):
                self._agree_to(row)
        for row in self.subscriptions("message"):
            messages.deliver(self.db, row.instance_id, row.name, by=admin)

    def _agree_to(self, row: Row[Any]) -> None:
        """Have it done; where those it is with must step aside, give it to somebody else."""
        by, admin = self.random.choice(self.able(row.id)), self.actor("admin")
        ways = [lambda: tasks.complete(self.db, row.id, by=by, comment="好")]
        ways += [
            partial(tasks.reassign, self.db, row.id, by=admin, to=to, reason="请办")
            for to in self.college.users.values()
        ]
        for way in ways:
            with suppress(Refused), self.db.begin_nested():
                way()
                return

    def _status(self, case: int) -> str:
        table = ProcessInstance.__table__
        found = self.db.execute(select(table.c.status).where(table.c.id == case))
        return str(found.scalar_one())

    def _is_open(self, task_id: int) -> bool:
        return any(row.id == task_id for row in self.tasks(*OPEN))

    def _is_with_somebody(self, incident: Row[Any]) -> bool:
        """Whether a task waits where the incident is, which people do without its being tried."""
        here = (incident.instance_id, incident.token)
        return any((row.instance_id, row.token) == here for row in self.tasks(*OPEN))

    def incidents(self) -> Sequence[Row[Any]]:
        """What is open of the cases."""
        table = Incident.__table__
        mine = (table.c.instance_id > self.before) & (table.c.status == IncidentStatus.OPEN)
        return self.db.execute(select(table).where(mine).order_by(table.c.id)).all()

    def subscriptions(self, kind: str) -> Sequence[Row[Any]]:
        """Places of the cases that wait for a message or a signal."""
        table = Subscription.__table__
        mine = (table.c.instance_id > self.before) & (table.c.kind == kind)
        return self.db.execute(select(table).where(mine).order_by(table.c.id)).all()


def keys_of(row: Row[Any]) -> list[str]:
    """Whom a task is offered to."""
    found: list[str] = orjson.loads(row.candidates)
    return found
