"""Grants: given by another, with a reason, for days; found in one statement; ended at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from engine import clock, entries, grants, roles
from engine.college import persons
from engine.errors import Forbidden, NotFound, ReasonRequired, TextTooLong
from engine.grants import NewGrant
from engine.models import Grant, LogEntry, LogMention, Reach, Role
from engine.people import PUBLIC, SYSTEM, Actor
from engine.permissions import Action
from tests.college import College

SEE = Action.SUBJECT_VIEW
START = Action.SUBJECT_START


@pytest.fixture
def security(db: Session, college: College) -> Actor:
    """The security administrator."""
    college.users["security"] = persons.create(db, "security", "施守正", by=SYSTEM)
    roles.give(db, college.users["security"], Role.SECURITY_ADMIN, by=SYSTEM)
    return college.actor(db, "security")


@pytest.fixture
def asked(college: College) -> NewGrant:
    """A sound grant: the reviewers of a college read what is at or below it."""
    unit = college.units["machine"]
    return NewGrant("p:academic_affairs", SEE, Reach.BELOW, unit, "major", 2027, reason="专项检查")


def test_a_grant_is_a_scope_for_whoever_has_its_key(
    db: Session, college: College, security: Actor, asked: NewGrant
) -> None:
    number = grants.give(db, asked, by=security)
    office = college.actor(db, "office")
    (scope,) = [one for one in grants.scopes(db, office, SEE) if one.grant_id == number]
    assert scope.units == {college.units["machine"]}
    assert (scope.reach, scope.subject_kind, scope.year) == (Reach.BELOW, "major", 2027)
    assert number not in {
        one.grant_id for one in grants.scopes(db, college.actor(db, "leader"), SEE)
    }
    assert not [one for one in grants.scopes(db, office, START) if one.action == SEE]


@pytest.mark.parametrize(
    ("holder", "units"),
    [
        ("p:college_reviewer", ["machine"]),
        ("p:college_reviewer:{machine}", ["machine"]),
        ("u:{reviewer}", ["machine"]),
        ("p:college_reviewer:{trade}", None),
        ("p:major_leader", None),
        ("r:auditor", None),
    ],
)
def test_without_a_fixed_unit_it_starts_where_the_holder_holds_the_post(
    db: Session, college: College, security: Actor, holder: str, units: list[str] | None
) -> None:
    holder = holder.format(**college.units, reviewer=college.users["reviewer"])
    number = grants.give(db, NewGrant(holder, SEE, Reach.UNIT, reason="试"), by=security)
    found = {
        one.grant_id: one.units for one in grants.scopes(db, college.actor(db, "reviewer"), SEE)
    }
    expected = None if units is None else {college.units[one] for one in units}
    assert found.get(number) == expected


@pytest.mark.parametrize(
    ("since", "until", "counts"), [(0, None, True), (0, 0, True), (1, None, False), (-5, 3, True)]
)
def test_a_grant_counts_on_its_days(
    db: Session,
    college: College,
    security: Actor,
    asked: NewGrant,
    since: int,
    until: int | None,
    *,
    counts: bool,
) -> None:
    today = clock.today()
    days = {
        "since": today + timedelta(days=since),
        "until": None if until is None else today + timedelta(days=until),
    }
    number = grants.give(db, replace(asked, **days), by=security)
    found = {one.grant_id for one in grants.scopes(db, college.actor(db, "office"), SEE)}
    assert (number in found) is counts


def test_an_ended_grant_reaches_nothing_from_that_moment(
    db: Session, college: College, security: Actor, asked: NewGrant
) -> None:
    number = grants.give(db, asked, by=security)
    grants.end(db, number, by=security)
    found = {one.grant_id for one in grants.scopes(db, college.actor(db, "office"), SEE)}
    assert number not in found
    with pytest.raises(grants.GrantEnded):
        grants.end(db, number, by=security)
    with pytest.raises(NotFound):
        grants.end(db, 999_999, by=security)
    again = grants.give(db, asked, by=security)
    assert again != number


def test_giving_and_ending_are_recorded(
    db: Session, college: College, security: Actor, asked: NewGrant
) -> None:
    holder = f"u:{college.users['office']}"
    number = grants.give(db, replace(asked, holder=holder), by=security)
    row = db.execute(select(Grant).where(Grant.id == number)).scalar_one()
    entry = db.execute(
        select(LogEntry).where(LogEntry.chain == "house", LogEntry.seq == row.given_seq)
    ).scalar_one()
    assert (entry.kind, entry.by) == ("grant_given", security.mark)
    told = entries.read_body(entry.body).asked
    assert (told["holder"], told["reach"], told["reason"]) == (holder, "below", "专项检查")
    things = select(LogMention.thing).where(LogMention.seq == row.given_seq)
    assert set(db.execute(things).scalars()) == {
        f"user:{college.users['office']}",
        f"unit:{college.units['machine']}",
    }


def test_nobody_grants_to_themselves_or_takes_from_themselves(
    db: Session, security: Actor, asked: NewGrant
) -> None:
    for holder in (f"u:{security.id}", "r:security_admin", grants.EVERYBODY):
        with pytest.raises(roles.NotYourOwnRights):
            grants.give(db, replace(asked, holder=holder), by=security)
    everybody = select(Grant.id).where(Grant.holder == grants.EVERYBODY).limit(1)
    with pytest.raises(roles.NotYourOwnRights):
        grants.end(db, db.execute(everybody).scalar_one(), by=security)


def test_only_the_security_admin_grants(db: Session, college: College, asked: NewGrant) -> None:
    for name in ("admin", "auditor", "office"):
        with pytest.raises(Forbidden):
            grants.give(db, asked, by=college.actor(db, name))


WRONG = [
    ({"action": Action.TASK_CLAIM}, grants.NotGrantable),
    ({"holder": "p:nobody"}, grants.NoSuchHolder),
    ({"holder": "r:king"}, grants.NoSuchHolder),
    ({"holder": "u:999999"}, grants.NoSuchHolder),
    ({"holder": "u:" + "9" * 40}, grants.NoSuchHolder),
    ({"holder": "c:nobody"}, grants.NoSuchHolder),
    ({"holder": "'; --"}, grants.NoSuchHolder),
    ({"holder": ""}, grants.NoSuchHolder),
    ({"reach": Reach.ALL}, grants.ReachNeedsNoUnit),
    ({"reach": Reach.OWN}, grants.ReachNeedsNoUnit),
    ({"unit_id": 999_999}, NotFound),
    ({"year": 1999}, grants.YearOutOfRange),
    ({"year": 10_000}, grants.YearOutOfRange),
    ({"reason": "  "}, ReasonRequired),
    ({"reason": "长" * 2_001}, TextTooLong),
]


@pytest.mark.parametrize(("changes", "refusal"), WRONG)
def test_what_makes_no_sense_is_refused_by_name(
    db: Session,
    security: Actor,
    asked: NewGrant,
    changes: dict[str, object],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        grants.give(db, replace(asked, **changes), by=security)


def test_a_grant_that_is_there_already_is_not_given_twice(
    db: Session, security: Actor, asked: NewGrant
) -> None:
    today = clock.today()
    grants.give(db, replace(asked, until=today + timedelta(days=5)), by=security)
    with pytest.raises(grants.GrantedAlready):
        grants.give(db, asked, by=security)
    grants.give(db, replace(asked, since=today + timedelta(days=6)), by=security)
    grants.give(db, replace(asked, year=2028), by=security)
    with pytest.raises(grants.GrantEndsBeforeItBegins):
        grants.give(db, replace(asked, until=today - timedelta(days=1)), by=security)


def test_the_public_and_the_system_have_no_grants(db: Session, college: College) -> None:
    assert college.users
    assert grants.scopes(db, PUBLIC, SEE) == grants.scopes(db, SYSTEM, SEE) == ()


def test_scopes_cost_one_statement_however_many_grants_there_are(
    db: Session, college: College
) -> None:
    office, sent = college.actor(db, "office"), []
    connection = db.connection()
    event.listen(connection, "before_cursor_execute", lambda *told: sent.append(told[2]))
    found = grants.scopes(db, office, SEE)
    assert len(sent) == 1
    rows = [
        {"holder": f"u:{100_000 + number}", "action": SEE, "reach": "all",
         "since": clock.today(), "reason": ""}
        for number in range(500)
    ]  # fmt: skip
    db.execute(insert(Grant), rows)
    sent.clear()
    assert grants.scopes(db, office, SEE) == found
    assert len(sent) == 1


def test_lists_show_what_is_in_force_or_to_come(
    db: Session, security: Actor, asked: NewGrant
) -> None:
    first = grants.give(db, asked, by=security)
    later = replace(asked, year=2028, since=clock.today() + timedelta(days=9))
    second = grants.give(db, later, by=security)
    shown = [row.id for row in grants.listed(db, holders=[asked.holder])]
    assert shown[-2:] == [first, second]
    grants.end(db, first, by=security)
    assert first not in [row.id for row in grants.listed(db, limit=200)]
    assert [row.id for row in grants.listed(db, after=second - 1, limit=1)] == [second]
