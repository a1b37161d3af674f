"""Roles of the product: dated, given by others, logged; nobody runs, secures and audits at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, entries, people, roles
from engine.college import persons
from engine.errors import Forbidden, NotFound, ReasonRequired
from engine.models import LogEntry, LogMention, Role, RoleGrant
from engine.people import SYSTEM, Actor
from tests.college import College


@pytest.fixture
def security(db: Session, college: College) -> Actor:
    """The security administrator."""
    college.users["security"] = persons.create(db, "security", "施守正", by=SYSTEM)
    roles.give(db, college.users["security"], Role.SECURITY_ADMIN, by=SYSTEM)
    return college.actor(db, "security")


def newest(db: Session) -> tuple[str, str, dict[str, object]]:
    """Kind, author and what was asked of the newest entry."""
    row = db.execute(select(LogEntry).order_by(LogEntry.id.desc()).limit(1)).scalar_one()
    return row.kind, row.by, dict(entries.read_body(row.body).asked)


def test_a_role_counts_from_its_first_day_to_its_last(
    db: Session, college: College, security: Actor
) -> None:
    user, today = college.users["office"], clock.today()
    for since, until, has in ((0, None, True), (-3, 0, True), (1, None, False)):
        first = today + timedelta(days=since)
        last = None if until is None else today + timedelta(days=until)
        roles.give(db, user, Role.OPERATOR, by=security, since=first, until=last)
        assert (Role.OPERATOR in people.actor(db, user).roles) is has
        roles.take(db, user, Role.OPERATOR, by=security)
        assert Role.OPERATOR not in people.actor(db, user).roles


def test_giving_and_taking_are_recorded_about_the_person(
    db: Session, college: College, security: Actor
) -> None:
    user = college.users["office"]
    number = roles.give(db, user, Role.OPERATOR, by=security)
    told = {"user": user, "role": "operator", "since": clock.today().isoformat(), "until": ""}
    assert newest(db) == ("role_given", security.mark, told)
    roles.take(db, user, Role.OPERATOR, by=security)
    assert newest(db) == ("role_taken", security.mark, {"user": user, "role": "operator"})
    row = db.get(RoleGrant, number)
    assert row is not None
    about = select(LogMention.seq).where(LogMention.thing == f"user:{user}")
    assert {row.given_seq, row.ended_seq} <= set(db.execute(about).scalars())


def test_a_role_taken_and_given_again_on_one_day_counts(
    db: Session, college: College, security: Actor
) -> None:
    user = college.users["office"]
    first = roles.give(db, user, Role.OPERATOR, by=security)
    roles.take(db, user, Role.OPERATOR, by=security)
    assert roles.give(db, user, Role.OPERATOR, by=security) == first
    assert Role.OPERATOR in people.actor(db, user).roles


GROUPED = [(one, group) for group, members in roles.GROUPS.items() for one in sorted(members)]


@pytest.mark.parametrize(("held", "group"), GROUPED)
def test_nobody_has_roles_of_two_of_the_three_groups(
    db: Session, college: College, security: Actor, held: Role, group: str
) -> None:
    user = college.users["office"]
    roles.give(db, user, held, by=security)
    for role in Role:
        if role == held:
            continue
        other = roles.group_of(role)
        if other in ("", group):
            roles.give(db, user, role, by=security)
            roles.take(db, user, role, by=security)
            continue
        with pytest.raises(roles.ConflictingRoles) as refused:
            roles.give(db, user, role, by=security)
        for label in (roles.LABELS[held], roles.LABELS[role]):
            assert label in str(refused.value)


def test_roles_of_two_groups_may_follow_each_other_but_never_overlap(
    db: Session, college: College, security: Actor
) -> None:
    user, today = college.users["office"], clock.today()
    later = today + timedelta(days=10)
    roles.give(db, user, Role.OPERATOR, by=security, until=later - timedelta(days=1))
    with pytest.raises(roles.ConflictingRoles):
        roles.give(db, user, Role.AUDITOR, by=security, since=later - timedelta(days=1))
    roles.give(db, user, Role.AUDITOR, by=security, since=later)
    with pytest.raises(roles.ConflictingRoles):
        roles.give(db, user, Role.PEOPLE_ADMIN, by=security)


def test_nobody_changes_their_own_rights(db: Session, security: Actor) -> None:
    assert security.id is not None
    for act in (roles.give, roles.take):
        with pytest.raises(roles.NotYourOwnRights):
            act(db, security.id, Role.STAFF, by=security)


def test_only_the_security_admin_gives_and_takes(db: Session, college: College) -> None:
    for name in ("admin", "auditor", "office"):
        for act in (roles.give, roles.take):
            with pytest.raises(Forbidden):
                act(db, college.users["stranger"], Role.STAFF, by=college.actor(db, name))


def test_the_last_security_admin_stays(db: Session, college: College, security: Actor) -> None:
    assert security.id is not None
    second = college.users["office"]
    until = clock.today() + timedelta(days=30)
    roles.give(db, second, Role.SECURITY_ADMIN, by=SYSTEM, until=until)
    with pytest.raises(roles.LastSecurityAdmin):  # the other ends by itself one day
        roles.take(db, security.id, Role.SECURITY_ADMIN, by=SYSTEM)
    with pytest.raises(roles.LastSecurityAdmin):
        persons.leave(db, security.id, by=SYSTEM, on=clock.today())
    third = college.users["reviewer"]
    roles.give(db, third, Role.SECURITY_ADMIN, by=security)
    roles.take(db, security.id, Role.SECURITY_ADMIN, by=college.actor(db, "reviewer"))
    with pytest.raises(roles.LastSecurityAdmin):
        roles.take(db, third, Role.SECURITY_ADMIN, by=college.actor(db, "office"))


def test_what_makes_no_sense_is_refused(db: Session, college: College, security: Actor) -> None:
    user, today = college.users["office"], clock.today()
    yesterday = today - timedelta(days=1)
    with pytest.raises(roles.RoleEndsBeforeItBegins):
        roles.give(db, user, Role.STAFF, by=security, until=yesterday)
    with pytest.raises(roles.RoleEndedAlready):
        roles.give(db, user, Role.STAFF, by=security, since=yesterday, until=yesterday)
    with pytest.raises(roles.RoleNotHeld):
        roles.take(db, user, Role.STAFF, by=security)
    with pytest.raises(NotFound):
        roles.give(db, 999_999, Role.STAFF, by=security)
    roles.give(db, user, Role.STAFF, by=security)
    with pytest.raises(roles.RoleHeldAlready):
        roles.give(db, user, Role.STAFF, by=security, since=today + timedelta(days=5))


def test_an_outside_person_is_an_external_expert_without_being_told_so(db: Session) -> None:
    outside = persons.create(db, "guest", "陆远", by=SYSTEM, is_external=True, employer="机床厂")
    assert people.actor(db, outside).roles == {Role.EXTERNAL_EXPERT}


def test_looking_as_another_person_is_recorded_and_bounded(
    db: Session, college: College, security: Actor
) -> None:
    assert security.id is not None
    user = college.users["leader"]
    roles.begin_test(db, user, by=security, reason="核对可见范围")
    told = {"user": user, "what": "begun", "reason": "核对可见范围"}
    assert newest(db) == ("rights_tested", security.mark, told)
    roles.end_test(db, user, by=security)
    assert newest(db)[2] == {"user": user, "what": "ended"}
    with pytest.raises(ReasonRequired):
        roles.begin_test(db, user, by=security, reason=" ")
    for nobody in (security.id, college.users["auditor"]):
        with pytest.raises(roles.CannotTestAs):
            roles.begin_test(db, nobody, by=security, reason="看看")
    with pytest.raises(Forbidden):
        roles.begin_test(db, user, by=college.actor(db, "admin"), reason="看看")
