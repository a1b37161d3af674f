"""People: the keys their work stands under, today and not yesterday; passwords; and the policy."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, people, permissions
from engine.college import posts
from engine.errors import Forbidden, NotFound
from engine.models import Holding, LogEntry, Role, User
from engine.people import PUBLIC, SYSTEM, Actor
from engine.permissions import Action
from tests.college import College


def test_a_person_has_keys_for_what_they_are_and_hold(db: Session, college: College) -> None:
    reviewer, admin = college.actor(db, "reviewer"), college.actor(db, "admin")
    machine = college.units["machine"]
    own = {f"u:{reviewer.id}", "p:college_reviewer", f"p:college_reviewer:{machine}"}
    assert (reviewer.keys, reviewer.units, reviewer.roles) == (own, {machine}, frozenset())
    assert admin.keys == {f"u:{admin.id}", "r:process_admin"}
    assert (reviewer.mark, SYSTEM.mark) == (f"user:{reviewer.id}", "system")


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [(0, None, True), (0, 0, True), (-9, 0, True), (-9, None, True), (1, None, False),
     (-9, -1, False)],
)  # fmt: skip
def test_a_post_counts_from_its_first_day_to_its_last(
    db: Session, college: College, since: int, until: int | None, *, holds: bool
) -> None:
    day = clock.today()
    posts.give(
        db,
        college.users["auditor"],
        college.posts["academic_affairs"],
        college.units["trade"],
        since=day + timedelta(days=since),
        until=None if until is None else day + timedelta(days=until),
        by=SYSTEM,
    )
    assert ("p:academic_affairs" in college.actor(db, "auditor").keys) is holds


def test_who_left_does_nothing_more(db: Session, college: College) -> None:
    user = college.users["leader"]
    db.execute(update(User).where(User.id == user).values(is_active=False))
    for nobody in (user, 999_999):
        with pytest.raises(NotFound):
            people.actor(db, nobody)


def test_passwords_are_kept_as_hashes_and_compared(db: Session, college: College) -> None:
    user = college.users["leader"]
    people.set_password(db, user, "新的口令", by=SYSTEM)
    stored = db.execute(select(User.password_hash).where(User.id == user)).scalar_one()
    assert "新的口令" not in str(stored)
    assert people.password_matches(stored, "新的口令")
    for kept, given in (
        (stored, "test-password"),
        (stored, "\ud800"),
        (None, "x"),
        ("no hash", "x"),
    ):
        assert not people.password_matches(kept, given)
    kinds = db.execute(select(LogEntry.kind).order_by(LogEntry.id.desc()).limit(1)).scalar_one()
    assert kinds == "password_changed"


def test_names_are_found_for_those_there_are(db: Session, college: College) -> None:
    leader = college.users["leader"]
    assert people.names(db, [leader, None, 999_999]) == {leader: "吴允恭"}
    assert db.execute(select(Holding.since).limit(1)).scalar_one() == date(2020, 1, 1)


class Thing:
    """A task, and the case it belongs to: held by 2, offered to a post, started by 1."""

    assignee_id: int | None = 2
    candidate_keys = frozenset({"u:2", "p:dean"})
    started_by: int | None = 1
    completed_by: int | None = None


class Offered(Thing):
    """The same, held by nobody, started by the system."""

    assignee_id = None
    started_by = None


ADMIN, QUALITY, AUDITOR = Role.PROCESS_ADMIN, Role.QUALITY_OFFICE, Role.AUDITOR
OPERATOR, PEOPLE, SECURITY = Role.OPERATOR, Role.PEOPLE_ADMIN, Role.SECURITY_ADMIN
EVERYBODY = frozenset({"initiator", "holder", "candidate", "stranger", "student", *Role})
STAFF = frozenset({"candidate", *Role}) - {Role.EXTERNAL_EXPERT}
PERSONS = {
    "initiator": Actor(1, "一", frozenset(), frozenset({"u:1"})),
    "holder": Actor(2, "二", frozenset(), frozenset({"u:2"})),
    "candidate": Actor(3, "三", frozenset(), frozenset({"u:3", "p:dean"})),
    "stranger": Actor(4, "四", frozenset(), frozenset({"u:4"})),
    "student": Actor(6, "六", frozenset(), frozenset({"u:6", "p:student", "p:student:9"})),
    "system": SYSTEM,
    "public": PUBLIC,
} | {str(role): Actor(5, role, frozenset({role}), frozenset({"u:5"})) for role in Role}

MAY: dict[Action, frozenset[str]] = {
    Action.CALENDAR_EDIT: frozenset({ADMIN, QUALITY, "system"}),
    Action.DEPUTY_EDIT: STAFF,
    Action.DUE_CHANGE: frozenset({ADMIN}),
    Action.INSTANCE_MOVE: frozenset({ADMIN}),
    Action.INSTANCE_REOPEN: frozenset({ADMIN}),
    Action.INSTANCE_SUSPEND: frozenset({ADMIN}),
    Action.INSTANCE_WITHDRAW: frozenset({"initiator"}),
    Action.NOTICE_EDIT: frozenset({ADMIN}),
    Action.TASK_ACT_FOR: frozenset({ADMIN}),
    Action.TASK_ADD_SIGNER: frozenset({"holder"}),
    Action.TASK_COPY: frozenset({"initiator", "holder", "candidate"}),
    Action.TASK_EXTEND: frozenset({"holder"}),
    Action.TASK_LEND: frozenset({"holder"}),
    Action.TASK_STEP_ASIDE: frozenset({"holder"}),
    Action.TASK_TAKE_BACK: frozenset(),
    Action.TASK_URGE: frozenset({"initiator", QUALITY, ADMIN}),
    Action.WORK_HAND_OVER: frozenset({PEOPLE, ADMIN}),
    Action.COMMITTEE_EDIT: frozenset({PEOPLE, QUALITY}),
    Action.COMMITTEE_VIEW: STAFF,
    Action.DEFINITION_EDIT: frozenset({ADMIN}),
    Action.DEFINITION_PUBLISH: frozenset({ADMIN, "system"}),
    Action.DEFINITION_VIEW: EVERYBODY,
    Action.IMPORT_RUN: frozenset({PEOPLE, QUALITY}),
    Action.INCIDENT_RESOLVE: frozenset({ADMIN, OPERATOR}),
    Action.INCIDENT_VIEW: frozenset({ADMIN, OPERATOR, AUDITOR}),
    Action.INSTANCE_CANCEL: frozenset({ADMIN}),
    Action.INSTANCE_REPLAY: frozenset({ADMIN, QUALITY, AUDITOR}),
    Action.INSTANCE_START: EVERYBODY | {"system"},
    Action.INSTANCE_VIEW_ANY: frozenset({ADMIN, QUALITY, AUDITOR, OPERATOR}),
    Action.JOB_VIEW: frozenset({ADMIN, OPERATOR}),
    Action.LOG_EXPORT: frozenset({AUDITOR, OPERATOR}),
    Action.MESSAGE_DELIVER: frozenset({ADMIN, "system"}),
    Action.PERSON_EDIT: frozenset({PEOPLE, "system"}),
    Action.PERSON_LET_IN: frozenset({PEOPLE}),
    Action.PERSON_VIEW: STAFF,
    Action.PERSON_VIEW_SENSITIVE: frozenset({PEOPLE}),
    Action.POST_EDIT: frozenset({PEOPLE, "system"}),
    Action.REGISTER_EDIT: frozenset({QUALITY, "system"}),
    Action.RIGHTS_EDIT: frozenset({SECURITY, "system"}),
    Action.RIGHTS_TEST: frozenset({SECURITY}),
    Action.RIGHTS_VIEW: frozenset({SECURITY, AUDITOR}),
    Action.SETTING_EDIT: frozenset({SECURITY}),
    Action.SUBJECT_EDIT: frozenset({QUALITY, PEOPLE, "system"}),
    Action.SUBJECT_START: EVERYBODY,
    Action.SUBJECT_VIEW: EVERYBODY,
    Action.TEMPLATE_EDIT: EVERYBODY,
    Action.TASK_CLAIM: frozenset({"holder"}),
    Action.TASK_COMPLETE: frozenset({"holder"}),
    Action.TASK_REASSIGN: frozenset({"holder", ADMIN}),
    Action.TASK_RELEASE: frozenset({"holder", ADMIN}),
    Action.TASK_RETURN: frozenset({"holder"}),
    Action.TASK_VIEW: frozenset({"initiator", "holder", "candidate", AUDITOR, ADMIN, QUALITY}),
    Action.UNIT_EDIT: frozenset({PEOPLE, "system"}),
    Action.UNIT_VIEW: STAFF,
}
OFFERED = {
    Action.INSTANCE_WITHDRAW: frozenset(),
    Action.TASK_ADD_SIGNER: frozenset({"holder", "candidate"}),
    Action.TASK_COPY: frozenset({"holder", "candidate"}),
    Action.TASK_EXTEND: frozenset({"holder", "candidate"}),
    Action.TASK_LEND: frozenset({"holder", "candidate"}),
    Action.TASK_STEP_ASIDE: frozenset({"holder", "candidate"}),
    Action.TASK_URGE: frozenset({QUALITY, ADMIN}),
    Action.TASK_CLAIM: frozenset({"holder", "candidate"}),
    Action.TASK_COMPLETE: frozenset({"holder", "candidate"}),
    Action.TASK_REASSIGN: frozenset({"holder", "candidate", ADMIN}),
    Action.TASK_RELEASE: frozenset({ADMIN}),
    Action.TASK_RETURN: frozenset({"holder", "candidate"}),
    Action.TASK_VIEW: frozenset({"holder", "candidate", AUDITOR, ADMIN, QUALITY}),
}


@pytest.mark.parametrize("action", Action)
def test_the_policy_is_this_table(action: Action) -> None:
    for thing, table in ((Thing(), MAY), (Offered(), MAY | OFFERED)):
        allowed = {name for name, one in PERSONS.items() if permissions.may(one, action, thing)}
        assert allowed == table[action]
        for name, one in PERSONS.items():
            if name in allowed:
                permissions.require(one, action, thing)
            else:
                with pytest.raises(Forbidden):
                    permissions.require(one, action, thing)


def test_managing_people_and_being_one_are_told_apart() -> None:
    assert permissions.is_.is_people_admin(PERSONS[PEOPLE], None)
    assert not permissions.is_.is_people_admin(PERSONS["stranger"], None)
