"""The demo college: everybody is there, a case stands at each stage, and the record is whole."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest
from sqlalchemy import func, select

from engine import clock, people, verify
from engine.college import posts, seated, units
from engine.models import (
    Committee,
    Holding,
    Incident,
    LogEntry,
    Notification,
    Post,
    ProcessInstance,
    Unit,
    User,
    UserTask,
)
from quality import documents, kinds, subjects
from quality.evidence.models import Evidence
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.rows import GRID
from tests.demo_college import PEOPLE
from web import demo

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def installed(sessions):
    return sessions


@pytest.fixture
def reading(installed):
    with installed() as db:
        yield db


def person(db, username):
    return people.actor(
        db, db.execute(select(User.id).where(User.username == username)).scalar_one()
    )


def test_the_demo_is_whole(reading):
    assert [one.text() for one in verify.verify(reading)] == []
    assert reading.execute(select(func.count()).select_from(Incident)).scalar_one() == 0
    moments = list(reading.execute(select(LogEntry.at).order_by(LogEntry.id)).scalars())
    assert moments == sorted(moments)

    everybody = reading.execute(select(User.username, User.password_hash)).all()
    assert len(everybody) == PEOPLE
    assert {username for username, _name, _what in demo.ACCOUNTS} <= {
        one.username for one in everybody
    }
    assert people.password_matches(everybody[0].password_hash, demo.PASSWORD)

    states = Counter(reading.execute(select(ProcessInstance.status)).scalars())
    assert states.keys() == {"running", "completed", "cancelled"}
    waiting = select(UserTask.element_id, UserTask.returned).where(
        UserTask.status.in_(("ready", "claimed"))
    )
    places = set(map(tuple, reading.execute(waiting)))
    assert places >= {
        ("submit", False),
        ("submit", True),
        ("college_review", False),
        ("academic_affairs_approval", False),
        ("vote", False),
        ("superior_review", False),
    }
    notices = set(reading.execute(select(Notification.kind)).scalars())
    assert {"task_opened", "task_urged", "copied", "deputy"} <= notices

    leader = person(reading, "major_leader")
    begin = {one.subject.name: one for one in subjects.startable(reading, leader).items}
    robots = begin["工业机器人技术"].offers[0]
    assert (robots.stage, robots.published, robots.may) == ("goal", False, True)
    page = documents.published(reading, person(reading, "auditor"), documents.Wanted(kind="major"))
    assert Counter(row.stage for row in page.items) == {
        "goal": 8,
        "standard": 3,
        "plan": 1,
        "collection": 1,
    }
    shown = documents.version(reading, person(reading, "auditor"), page.items[-1].id)
    assert shown.values["approved_by"] == "李致远"
    assert "{" not in str(shown.values["goals"][0]["description"])


def test_there_are_documents_of_every_kind_done_and_under_way(reading):
    rows = select(Subject.kind, Document.stage, Document.status, Document.version_number)
    found = reading.execute(rows.join(Subject, Subject.id == Document.subject_id)).all()
    for kind in kinds.every():
        here = [row for row in found if row.kind == kind.key]
        assert {row.status for row in here} >= {"published", "in_approval"}, kind.key
        assert any(row.version_number for row in here)
    whole = [row.stage for row in found if row.kind == "course" and row.version_number]
    assert {"goal", "standard", "plan", "collection"} <= set(whole)


def test_a_standard_has_versions_and_a_year_after(reading):
    auditor = person(reading, "auditor")
    wanted = documents.Wanted(kind="course", stage="standard", text="46030501")
    later, row = documents.published(reading, auditor, wanted).items
    assert (int(later.period), row.number) == (int(row.period) + 1, 2)
    view = documents.version(reading, auditor, later.id)
    before = documents.before(reading, auditor, later)
    for number, newer in (
        (1, documents.version(reading, auditor, row.id)),
        (before.row.number, view),
    ):
        older = documents.version(reading, auditor, row.id, number)
        changed = len(documents.compare(older, newer))
        assert 0 < changed < len(newer.values["standards"]) * 3


def test_a_second_installation_is_refused(installed, tmp_path):
    with pytest.raises(demo.NotEmpty):
        demo.install(installed, tmp_path, people=PEOPLE)


def test_the_college_of_the_demo_is_complete(reading):
    day = clock.today()
    unit = Unit.__table__
    units_of = Counter(reading.execute(select(unit.c.kind)).scalars())
    assert tuple(units_of[kind] for kind in ("school", "campus", "department", "college")) == (
        1,
        2,
        12,
        6,
    )
    assert units_of["class"] == 12
    headed = (
        select(Holding.unit_id).join(Post, Post.id == Holding.post_id).where(Post.key == "head")
    )
    classes = {"class"}
    for row in reading.execute(select(unit)):
        if row.kind not in classes:
            here = headed.where(Holding.unit_id == row.id, people.in_force(Holding, day))
            assert reading.execute(here).first() is not None, row.name
        if row.kind not in {"school", "campus"}:
            assert units.campus(reading, row.id) is not None, row.name
    machine = reading.execute(select(unit.c.id).where(unit.c.code == "201")).scalar_one()
    for post in ("leader", "contact_leader"):
        assert [one.name for one in posts.held_on(reading, post, machine, day)] == ["宋维岳"]
    (first,) = reading.execute(select(unit.c.id).where(unit.c.code == f"201{day:%y}01")).scalars()
    assert [one.name for one in posts.held_on(reading, "counsellor", first, day)] == ["许佩文"]
    assert "林小满" in [one.name for one in posts.held_on(reading, "student", first, day)]
    numbers = reading.execute(select(User.number)).scalars().all()
    assert all(numbers)


def test_one_committee_of_the_demo_is_left_short(reading):
    day = clock.today()
    committees = reading.execute(select(Committee.id, Committee.key)).all()
    lacks = seated.lacks(reading, [one.id for one in committees], day)
    short = {
        one.key: [lack.text() for lack in lacks[one.id]] for one in committees if lacks[one.id]
    }
    assert short == {
        "group_students": [
            "还缺 1 人：总人数至少 5 人，现有 4 人。",
            "总人数应为奇数，现有 4 人。",
            "还缺 1 名校外专家：应有 1 名，现有 0 名。",
        ]
    }


def test_every_account_of_the_demo_has_what_it_is_for(reading):
    keys = {name: person(reading, name).keys for name, _shown, _what in demo.ACCOUNTS}
    for name, key in (
        ("major_leader", "p:major_leader"), ("course_leader", "p:course_leader"),
        ("college_reviewer", "p:college_reviewer"), ("college_reviewer2", "p:college_reviewer"),
        ("academic_affairs", "p:academic_affairs"), ("party_office", "p:party_office"),
        ("hr_office", "p:hr_office"), ("student_affairs", "p:student_affairs"),
        ("school_leader", "p:school_leader"), ("counsellor", "p:counsellor"),
        ("counsellor2", "p:counsellor"), ("teacher", "p:teacher"), ("student", "p:student"),
        ("student2", "p:student"), ("college_head", "p:head"),
        ("quality_office", "r:quality_office"), ("expert", "p:expert"),
        ("auditor", "r:auditor"), ("process_admin", "r:process_admin"),
        ("process_admin2", "r:process_admin"), ("people_admin", "r:people_admin"),
        ("operator", "r:operator"), ("security_admin", "r:security_admin"),
    ):  # fmt: skip
        assert key in keys.pop(name)
    assert keys == {}


def test_plans_of_the_demo_say_who_does_what_and_collections_cite_what_shows_it(reading):
    rows = {
        stage: [row for values in published(reading, stage) for row in values[GRID[stage]]]
        for stage in (Stage.PLAN, Stage.COLLECTION)
    }
    measures = [one for row in rows[Stage.PLAN] for one in row["measures"]]
    names = set(reading.execute(select(User.name)).scalars())
    assert measures
    assert all(one["owner"] in names and one["until"] and one["state"] for one in measures)
    cited = {one for row in rows[Stage.COLLECTION] for one in row["evidence"]}
    there = set(reading.execute(select(Evidence.id)).scalars())
    assert cited
    assert cited <= there
    for values in published(reading, Stage.PLAN):
        assert round(sum(row["weight"] for row in values["plans"]), 1) == 100


def published(db, stage):
    wanted = select(DocumentVersion.data).join(Document).where(Document.stage == stage)
    return [orjson.loads(data) for data in db.execute(wanted).scalars()]
