"""Two at once: one gets it, the other is refused by name; the tree and the seats stay sound."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.college import committees, errors, persons, posts, units
from engine.db import begin_writing
from engine.errors import Refused
from engine.models import Holding, Unit, UnitAbove
from engine.people import SYSTEM
from tests.college import SINCE


@pytest.fixture
def at_once(sessions):
    """Does two things at the same moment, each in its own transaction; what came of each."""

    def run(*acts):
        ready = Barrier(len(acts))

        def act(do):
            ready.wait()
            with sessions() as db:
                begin_writing(db)
                try:
                    do(db)
                except Refused as refused:
                    return type(refused)
                db.commit()
                return None

        with ThreadPoolExecutor(len(acts)) as pool:
            return sorted(map(str, pool.map(act, acts)))

    return run


def refused(kind):
    return sorted(["None", str(kind)])


@pytest.mark.parametrize(
    ("do", "refusal"),
    [
        (lambda db: persons.create(db, "new", "新", by=SYSTEM), errors.UsernameTaken),
        (
            lambda db: persons.create(db, str(id(db)), "新", by=SYSTEM, number="1"),
            errors.NumberTaken,
        ),
        (lambda db: units.create(db, "new", "新", "department", by=SYSTEM), errors.CodeTaken),
        (lambda db: posts.create(db, "new", "新", by=SYSTEM), errors.KeyTaken),
        (lambda db: committees.create(db, "new", "新", "office", by=SYSTEM), errors.KeyTaken),
    ],
)
@pytest.mark.usefixtures("college")
def test_what_must_be_alone_is(at_once, do, refusal):
    assert at_once(do, do) == refused(refusal)


def test_a_number_given_to_two_is_given_to_one(at_once, college):
    acts = [
        lambda db, name=name: persons.change(db, college.users[name], by=SYSTEM, number="7")
        for name in ("leader", "office")
    ]
    assert at_once(*acts) == refused(errors.NumberTaken)


def test_a_post_is_held_once(at_once, college, sessions):
    user, post = college.users["office"], college.posts["college_reviewer"]
    unit = college.units["machine"]
    acts = [
        lambda db, since=since: posts.give(db, user, post, unit, since=since, by=SYSTEM)
        for since in (SINCE, clock.today())
    ]
    assert at_once(*acts) == refused(errors.PostHeldAlready)
    with sessions() as db:
        held = select(func.count()).where(Holding.user_id == user, Holding.post_id == post)
        assert db.execute(held).scalar_one() == 1


def test_two_units_do_not_become_each_others_parents(at_once, college, sessions, db):
    school = college.units["school"]
    one, two = (
        units.create(db, code, code, "department", by=SYSTEM, parent=school) for code in "ab"
    )
    db.commit()
    came = at_once(
        lambda db: units.change(db, one, by=SYSTEM, parent=two),
        lambda db: units.change(db, two, by=SYSTEM, parent=one),
    )
    assert came == refused(errors.UnitBelowItself)
    with sessions() as after:
        parents = dict(after.execute(select(Unit.id, Unit.parent_id)).all())
        for unit in parents:
            above = select(func.count()).where(UnitAbove.unit_id == unit)
            steps, here = 0, unit
            while here is not None:
                steps, here = steps + 1, parents[here]
            assert after.execute(above).scalar_one() == steps


def test_a_unit_is_closed_or_filled(at_once, college, db):
    unit = units.create(db, "new", "新处", "department", by=SYSTEM)
    db.commit()
    today = clock.today()
    came = at_once(
        lambda db: units.close(db, unit, by=SYSTEM, on=today),
        lambda db: posts.give(
            db,
            college.users["office"],
            college.posts["academic_affairs"],
            unit,
            since=today,
            by=SYSTEM,
        ),
    )
    assert came in (refused(errors.UnitNotEmpty), refused(errors.UnitClosed))


def test_somebody_leaves_or_gets_a_post(at_once, college, sessions):
    user, today = college.users["office"], clock.today()
    at_once(
        lambda db: persons.leave(db, user, by=SYSTEM, on=today),
        lambda db: posts.give(
            db,
            user,
            college.posts["college_reviewer"],
            college.units["machine"],
            since=today,
            by=SYSTEM,
        ),
    )
    with sessions() as db:
        lasting = select(func.count()).where(Holding.user_id == user, Holding.until.is_(None))
        assert db.execute(lasting).scalar_one() == 0
