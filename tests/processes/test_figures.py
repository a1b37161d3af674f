"""Figures 3 to 9 where they say nothing: one's own office, no college, no leader, nobody there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import clock, instances, people, tasks
from engine.models import Holding, Post, ProcessInstance, TaskCandidate, TaskStatus, Unit, UserTask
from engine.queries import coming, task_page
from quality import chains, kinds, subjects
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.rows import GRID
from tests.demo_college import PEOPLE
from web.demo import organisation
from web.demo.college import TOLD
from web.demo.documents import open_task

CODES = organisation.codes(TOLD, PEOPLE)
YEAR = clock.today().year + 1
GOALS = {"stage": "goal", "period": f"{YEAR}-{YEAR + 2}"}


pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def house(db):
    return House(db)


class House:
    """The demo college, and what happens in it next."""

    def __init__(self, db):
        self.db = db

    def subject(self, kind, *conditions):
        wanted = select(Subject.__table__).where(Subject.kind == kind, *conditions)
        return self.db.execute(wanted.order_by(Subject.id).limit(1)).one()

    def in_unit(self, kind, code):
        return self.subject(kind, Subject.unit_id == self.unit(code))

    def handed_in(self, subject, by=None):
        """Goals begun for a subject and handed in: the case."""
        person = people.actor(self.db, by or subject.owner_id)
        case = instances.start(
            self.db,
            chains.definition(self.db, kinds.get(subject.kind), Stage.GOAL),
            by=person,
            subject=subjects.reference(subject.id),
            values=GOALS,
        )
        content = select(ProcessInstance.content_id).where(ProcessInstance.id == case)
        values = instances.values(self.db, self.db.execute(content).scalar_one())
        rows = [{**row, "description": "三年内达到省内同类前列"} for row in values["goals"]]
        filled = {"goals": rows}
        tasks.complete(self.db, open_task(self.db, case).id, by=person, values=filled)
        return case

    def at(self, case):
        """Which step is open, and whom it is offered to."""
        task = open_task(self.db, case)
        keys = select(TaskCandidate.key).where(TaskCandidate.task_id == task.id)
        return task.element, set(self.db.execute(keys).scalars())

    def unit(self, code):
        return self.db.execute(select(Unit.id).where(Unit.code == CODES[code])).scalar_one()

    def holder(self, post, code):
        held = select(Holding.user_id).join(Post, Post.id == Holding.post_id)
        here = held.where(Post.key == post, Holding.unit_id == self.unit(code))
        today = people.in_force(Holding, clock.today())
        return self.db.execute(here.where(today).limit(1)).scalar_one()

    def vacate(self, post, unit_id=None):
        """Nobody holds a post any more, in one unit or anywhere."""
        posts = select(Post.id).where(Post.key == post).scalar_subquery()
        gone = update(Holding).where(Holding.post_id == posts)
        if unit_id is not None:
            gone = gone.where(Holding.unit_id == unit_id)
        self.db.execute(gone.values(until=clock.today() - timedelta(days=1)))


def test_the_office_that_checks_does_not_check_what_it_hands_in_itself(house):
    case = house.handed_in(house.in_unit("functional_department", "party_office"))
    assert house.at(case) == ("leader_approval", {f"p:leader:{house.unit('party_office')}"})
    other = house.handed_in(house.in_unit("functional_department", "finance"))
    assert house.at(other) == ("party_office_review", {"p:party_office"})


def test_a_college_goes_to_its_contact_leader_and_a_department_to_its_leader(house):
    for kind, code, step, post in (
        ("secondary_college", "vehicle", "contact_leader_approval", "contact_leader"),
        ("functional_department", "finance", "leader_approval", "leader"),
    ):
        case = house.handed_in(house.in_unit(kind, code))
        office = people.actor(house.db, house.holder("party_office", "party_office"))
        tasks.complete(house.db, open_task(house.db, case).id, by=office, values=None)
        assert house.at(case) == (step, {f"p:{post}:{house.unit(code)}"})


def test_whoever_writes_is_told_the_way_of_this_document_and_no_other(house):
    for kind, code, told in (
        ("functional_department", "party_office", ["分管领导审定"]),
        ("functional_department", "finance", ["党政办公室审核", "分管领导审定"]),
        ("secondary_college", "vehicle", ["党政办公室审核", "联系领导审定"]),
    ):
        subject = house.in_unit(kind, code)
        person = people.actor(house.db, subject.owner_id)
        flow = chains.definition(house.db, kinds.get(kind), Stage.GOAL)
        about = {"subject": subjects.reference(subject.id), "values": GOALS}
        case = instances.start(house.db, flow, by=person, **about)
        task = task_page.one(house.db, person, open_task(house.db, case).id)
        found = [one.name for one in coming.ahead(house.db, task)]
        assert found == [*told, "上传诊改信息平台"]


def test_staff_of_a_department_are_approved_by_its_head(house):
    clerk = house.in_unit("teacher", "it")
    case = house.handed_in(clerk)
    assert house.at(case) == ("head_approval", {f"p:head:{house.unit('it')}"})
    lecturer = house.in_unit("teacher", "machine_electric")
    case = house.handed_in(lecturer)
    assert house.at(case) == ("college_approval", {f"p:college_reviewer:{house.unit('machine')}"})


def test_nobody_decides_on_what_is_theirs(house):
    """The reviewer of a college who is a teacher there: the others decide, and the head above."""
    lecturer = house.in_unit("teacher", "design_visual")
    reviewer = house.holder("college_reviewer", "design")
    assert reviewer != lecturer.owner_id
    post = select(Post.id).where(Post.key == "college_reviewer").scalar_subquery()
    mine = update(Holding).where(Holding.post_id == post, Holding.user_id == reviewer)
    house.db.execute(mine.values(user_id=lecturer.owner_id))
    element, keys = house.at(house.handed_in(lecturer))
    assert element == "college_approval"
    assert keys
    assert f"u:{lecturer.owner_id}" not in keys
    assert all(key.startswith("u:") for key in keys)


def test_where_a_team_has_no_leader_the_head_of_its_unit_begins(house):
    major = house.in_unit("major", "design_space")
    subjects.give_owner(house.db, major.id, None, since=clock.today(), by=people.SYSTEM)
    head = house.holder("head", "design_space")
    case = house.handed_in(major, by=head)
    assert house.at(case) == ("college_review", {f"p:college_reviewer:{house.unit('design')}"})


def test_where_nobody_holds_a_post_the_quality_office_has_the_step(house):
    house.vacate("hr_office")
    case = house.handed_in(house.in_unit("teaching_staff_team", "vehicle"))
    assert house.at(case) == ("hr_office_review", {"r:quality_office"})


def test_a_student_is_approved_by_the_counsellor_of_the_class_or_else_by_the_college(house):
    student = house.in_unit("student", "information_1")
    here = house.unit("information_1")
    case = house.handed_in(student)
    assert house.at(case) == ("counsellor_approval", {f"p:counsellor:{here}"})
    house.vacate("counsellor", here)
    other = house.subject("student", Subject.unit_id == here, Subject.id != student.id)
    case = house.handed_in(other)
    college = house.unit("information")
    assert house.at(case) == ("counsellor_approval", {f"p:college_reviewer:{college}"})


def test_the_school_reviews_the_pilots_and_nothing_else(house):
    done = select(UserTask.element_id).where(UserTask.status == TaskStatus.COMPLETED)
    drawn = (
        select(ProcessInstance.id, Subject.is_pilot)
        .join(DocumentVersion, DocumentVersion.instance_id == ProcessInstance.id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .join(Subject, Subject.id == Document.subject_id)
        .where(Document.stage == Stage.COLLECTION)
    )
    ended = house.db.execute(drawn).all()
    assert {row.is_pilot for row in ended} == {True, False}
    for row in ended:
        steps = set(house.db.execute(done.where(UserTask.instance_id == row.id)).scalars())
        assert ("sampling_review" in steps) == row.is_pilot
        assert "superior_review" in steps


def test_who_reviews_a_collection_writes_the_review_and_nothing_else(house):
    waiting = select(UserTask.instance_id).where(
        UserTask.element_id == "superior_review", UserTask.status.in_(("ready", "claimed"))
    )
    case = house.db.execute(waiting.limit(1)).scalar_one()
    task = open_task(house.db, case)
    by = people.actor(house.db, task.person)
    grid = GRID[Stage.COLLECTION]
    content = select(ProcessInstance.content_id).where(ProcessInstance.id == case)
    before = instances.values(house.db, house.db.execute(content).scalar_one())
    posted = [
        {**row, "review": "相符", "conclusion": "改掉", "sampling": "改掉", "problem": "改掉"}
        for row in before[grid]
    ]
    tasks.complete(house.db, task.id, by=by, values={grid: posted})
    after = instances.values(house.db, house.db.execute(content).scalar_one())
    assert {row["review"] for row in after[grid]} == {"相符"}
    for old, new in zip(before[grid], after[grid], strict=True):
        for column in ("conclusion", "sampling", "problem"):
            assert new[column] == old[column]
