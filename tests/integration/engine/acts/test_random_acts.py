"""Everything that can be asked, at random, of flows drawn at random: nothing is lost, all replays.

What holds after every act is in `standing`; what the token game has to say, in `token_game`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, decisions, handlers, suspending
from engine import db as database
from engine.models import Deputy, Incident, Job, Subscription
from tests import college as places
from tests.college import ROOT, College
from tests.integration.engine.acts import drawing, running, verbs, walk
from tests.integration.engine.acts.walk import ALIVE, Walk
from tests.integration.engine.deadlines import ladders

SOAK: Final = bool(os.environ.get("ZHENGAI_SOAK"))
EXAMPLES: Final = {"sqlite": 1_000, "postgresql": 200} if SOAK else {"sqlite": 6, "postgresql": 3}
MOST_ACTS: Final = 40
TIME_PASSES: Final = 0.25
ACTS: Final = {**verbs.VERBS, **running.VERBS}
UNKNOWN_TO_THE_GAME: Final = frozenset(
    {"send back", "on behalf", "take back", "withdraw", "reopen", "cancel"}
)
FORWARD: Final = 0.4
"""How many walks do only what the token game has rules for, so that it follows to the end."""


@pytest.fixture
def ready(db: Session, college: College) -> Iterator[College]:
    """What drawn flows refer to: a policy, a flow to call, the work of service tasks."""
    handlers.HANDLERS[drawing.TOPIC] = walk.work
    ladders.usual(db, college.actor(db, "admin"))
    places.publish(db, drawing.called(Random(1)))
    for one in drawing.rules():
        decisions.save(db, one, by=college.actor(db, "admin"))
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    yield college
    del handlers.HANDLERS[drawing.TOPIC]


def next_monday() -> datetime:
    """When walks begin: the roles of the college are in force from the day it was made."""
    days = timedelta(days=7 - clock.now().weekday())
    return (clock.now() + days).replace(hour=2, minute=0, second=0, microsecond=0)


def wander(one: Walk) -> None:
    """Random people do random things until the case is over, and stays so, or they had enough."""
    left_out = UNKNOWN_TO_THE_GAME if one.random.random() < FORWARD else frozenset()
    deck = [name for name, (share, _verb) in ACTS.items() for _card in range(share)]
    deck = [name for name in deck if name not in left_out]
    for _act in range(MOST_ACTS):
        if one.random.random() < TIME_PASSES:
            one.pass_time(one.random.choice(running.SPANS))
            continue
        name = one.random.choice(deck)
        note(name)
        one.act(name, ACTS[name][1])
        if one.root().status not in ALIVE and one.random.random() < 0.5:
            return


def clear(db: Session) -> None:
    """Leave nothing of a walk that would go on in the next one, however it ended."""
    db.rollback()
    database.begin_writing(db)
    walk.breaks(now=False)
    db.execute(update(Incident).values(job_id=None))
    for model in (Job, Subscription, Deputy):
        db.execute(delete(model))


def end(one: Walk) -> None:
    """Let everything come to its end."""
    with clock.freeze(one.now):
        admin = one.actor("admin")
        if suspending.is_suspended(one.db, one.drawn.key):
            suspending.resume_flow(one.db, one.drawn.key, by=admin)
    one.finish()
    one.met["followed to the end"] += one.game.is_told


@pytest.mark.timeout(4 * 3_600 if SOAK else 300)
def test_whatever_is_asked_of_a_case_nothing_is_lost_and_all_replays(
    db: Session, sessions: sessionmaker[Session], ready: College
) -> None:
    met: Counter[str] = Counter()
    numbers = count(1)
    db.commit()

    @settings(
        max_examples=EXAMPLES[db.get_bind().dialect.name],
        derandomize=not SOAK,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def whatever(random: Random) -> None:
        clear(db)
        drawn = drawing.draw(random, f"walk_{next(numbers)}")
        older, newer = drawn.files()
        places.publish(db, older)
        one = Walk(db, sessions, ready, random, drawn, next_monday()).begin()
        places.publish(db, newer)
        wander(one)
        end(one)
        met.update(one.met)
        met["told to the token game"] += one.game.steps

    whatever()
    assert min(met[name] for name in ("complete", "refused", "told to the token game")) > 0
