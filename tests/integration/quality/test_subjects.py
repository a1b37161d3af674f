"""Subjects: who may start work for them, what is offered, and which unit is theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from engine import decisions, definitions, handlers
from engine.college import persons, posts, units
from engine.errors import NotFound
from engine.models import PostKind
from engine.people import SYSTEM
from quality import chains, errors, subjects
from quality.models import Subject
from quality.subjects import Wanted
from tests.college import SINCE
from tests.integration.engine import flow
from tests.story import GOALS, Story


@pytest.fixture
def story(db, sessions, college):
    return Story(db, sessions, college)


@pytest.mark.parametrize(
    ("name", "may"),
    [("leader", True), ("admin", True), ("reviewer", False), ("office", False), ("auditor", False)],
)
def test_who_may_start_work_for_a_subject(story, name, may):
    person = story.person(name)
    page = subjects.startable(story.db, person)
    assert [one.subject.name for one in page.items] == ["工业机器人技术"] * may
    if not may:
        with pytest.raises(errors.MayNotStart):
            story.start(GOALS, by=name)
        return
    (one,) = page.items
    assert {offer.definition for offer in one.offers} == {"approval_major"}
    assert next(offer for offer in one.offers if offer.stage == "goal").may
    assert story.start(GOALS, by=name)


def test_what_can_be_started_is_what_the_table_of_chains_names(story):
    db, leader = story.db, story.person("leader")
    told = chains.FILE.read_bytes().replace(b'"approval_major"', b'"for_majors"')
    decisions.save(db, told, by=SYSTEM)
    assert subjects.startable(db, leader).items == ()
    definitions.publish(db, flow.chain("for_majors", flow.step("one")), by=SYSTEM, note="test")
    (one,) = subjects.startable(db, leader).items
    assert {offer.definition for offer in one.offers} == {"for_majors"}


def test_somebody_with_the_post_in_the_subjects_unit_may_start(story):
    db, college = story.db, story.college
    for name, unit, may in (("second", "machine", True), ("other", "trade", False)):
        college.users[name] = persons.create(db, name, name, by=SYSTEM)
        post = college.posts["major_leader"]
        posts.give(db, college.users[name], post, college.units[unit], since=SINCE, by=SYSTEM)
        assert bool(subjects.startable(db, story.person(name)).items) is may


def test_what_is_under_way_is_offered_with_its_case(story):
    case = story.start(GOALS)
    (one,) = subjects.startable(story.db, story.person("leader")).items
    (offer,) = [offer for offer in one.offers if offer.period == "2026-2028"]
    assert (offer.instance_id, offer.may) == (case, False)


def test_an_inactive_subject_is_not_started(story):
    table = Subject.__table__
    story.db.execute(update(table).values(is_active=False))
    assert subjects.startable(story.db, story.person("leader")).items == ()
    with pytest.raises(errors.SubjectInactive):
        story.start(GOALS)


def test_a_flow_for_another_kind_is_refused(story):
    course = subjects.create(
        story.db,
        "course",
        "C001",
        "工业机器人编程",
        story.college.units["machine"],
        by=SYSTEM,
        owner_id=story.college.users["leader"],
    )
    story.college = type(story.college)(
        story.college.users, story.college.units, story.college.posts, course
    )
    with pytest.raises(errors.WrongDefinition, match="approval_course"):
        story.start(GOALS)


def test_subjects_are_listed_in_pages_at_the_same_cost(story, engine):
    db, machine = story.db, story.college.units["machine"]
    for number in range(25):
        subjects.create(db, "major", f"9{number:04}", f"专业{number}", machine, by=SYSTEM)
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    leader = story.person("leader")
    sent.clear()
    page = subjects.startable(db, leader, limit=20)
    assert (len(page.items), len(sent)) == (20, 5)
    last = subjects.startable(db, leader, limit=20, after=page.next)
    assert (len(last.items), last.next) == (6, None)
    sent.clear()
    assert len(subjects.visible(db, leader, Wanted(kind="major", text="专业2")).items) == 6
    assert len(sent) == 2
    assert subjects.visible(db, story.person("stranger")).items == ()


def test_a_subject_is_read_by_those_who_may_know_of_it(story):
    row = subjects.one(story.db, story.person("reviewer"), story.college.subject)
    assert (row.name, row.unit, row.owner) == ("工业机器人技术", "智能制造学院", "吴允恭")
    with pytest.raises(NotFound):
        subjects.one(story.db, story.person("stranger"), story.college.subject)
    with pytest.raises(NotFound):
        subjects.create(story.db, "club", "1", "社团", row.unit_id, by=SYSTEM)


def test_words_of_assignment_rules_find_units(story):
    db, college = story.db, story.college
    section = units.create(
        db, "robots", "机器人教研室", "section", by=SYSTEM, parent=college.units["machine"]
    )
    office = college.units["academic_affairs"]
    below = subjects.create(db, "major", "460304", "智能机器人技术", section, by=SYSTEM)
    department = subjects.create(db, "functional_department", "jwc", "教务处", office, by=SYSTEM)
    leader, nobody = college.users["leader"], college.users["admin"]
    looks_after = posts.create(db, "contact", "联系领导", by=SYSTEM, kind=PostKind.LEADER)
    for user in (leader, nobody):
        before = SINCE - timedelta(days=1)
        posts.give(db, user, looks_after, college.units["trade"], since=before, by=SYSTEM)
    for word, referred, unit in (
        ("subject.unit", subjects.reference(below), section),
        ("subject.college", subjects.reference(below), college.units["machine"]),
        ("subject.college", subjects.reference(department), office),
        ("subject.college", "subject:999999", None),
        ("subject.unit", "something else", None),
        ("initiator.unit", str(leader), college.units["machine"]),
        ("initiator.college", str(leader), college.units["machine"]),
        ("initiator.unit", str(nobody), None),
        ("initiator.college", str(nobody), None),
    ):
        assert handlers.RESOLVERS[word](db, referred) == unit, (word, referred)
