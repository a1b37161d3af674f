"""Standards of units: registered, revised by their unit, approved, in force for three years."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engine import clock, instances, tasks
from engine.college import posts
from engine.models import ProcessInstance
from engine.people import SYSTEM
from quality import shipped, standards
from quality.registers.errors import MayNotKeep
from quality.standards import Due, catalogue, errors, versions
from quality.standards.models import StandardKind
from tests.college import SINCE, publish
from tests.story import Story

FLOW = "approval_work_standard"
SITE = "场地标准"


@pytest.fixture
def story(db, sessions, college):
    return people_of(db, sessions, college)


def people_of(db, sessions, college):
    """The flow of work standards, with the people that it needs."""
    for key, who, unit in (
        ("head", "reviewer", "machine"),
        ("party_office", "office", "academic_affairs"),
        ("contact_leader", "stranger", "machine"),
        ("leader", "stranger", "machine"),
    ):
        post = posts.create(db, key, key, by=SYSTEM)
        posts.give(db, college.users[who], post, college.units[unit], since=SINCE, by=SYSTEM)
    publish(db, shipped.bpmn(FLOW))
    return Story(db, sessions, college)


@pytest.fixture
def standard(db, college):
    return laid(db, college)


def laid(db, college):
    """A standard of a unit, without a version."""
    unit = college.units["machine"]
    return standards.create(
        db, StandardKind.WORK, "实训中心场地标准", unit, by=SYSTEM, category=SITE
    )


def begin(db, story, standard, by="leader"):
    subject = standards.reference(standard)
    return instances.start(db, FLOW, by=story.person(by), subject=subject)


def approve(db, story, standard, **said):
    case = begin(db, story, standard)
    values = story.values(case) | {"content": "一、场地基本信息", "note": "修订"} | said
    task = story.task(case)
    tasks.complete(db, task.id, by=story.person("leader"), values=values)
    for who in ("office", "stranger"):
        story.hand_in(case, who, comment="同意")
    assert story.run_jobs() == 1
    return case


def test_a_standard_is_revised_by_its_unit_approved_and_holds_for_three_years(db, story, standard):
    assert standards.one(db, standard).due is Due.NONE
    with clock.freeze(datetime(2027, 3, 2, 1, tzinfo=UTC)):
        case = begin(db, story, standard)
        written = story.values(case)
        assert (written["years"], written["category"]) == ("2027–2029", SITE)
        assert written["content"].startswith("场地基本信息：\n场地功能：")
        table = ProcessInstance.__table__
        title = select(table.c.title).where(table.c.id == case)
        assert db.execute(title).scalar_one() == "智能制造学院·实训中心场地标准（2027–2029）"
        with pytest.raises(errors.UnderRevision):
            begin(db, story, standard)
        with pytest.raises(errors.StandardBusy):
            standards.change(db, standard, by=SYSTEM, name="别的", category=SITE, is_active=True)
        instances.cancel(db, case, by=story.person("admin"), reason="重来")
        approve(db, story, standard)
        row = standards.one(db, standard)
        assert (row.number, row.years, row.instance_id) == (1, "2027–2029", None)
        assert row.due is Due.IN_FORCE
        found = versions.one(db, standard, 1)
        assert found.values["approved_by"] == "陈立新"
        assert found.values["content"] == "一、场地基本信息"
    with clock.freeze(datetime(2029, 3, 2, 1, tzinfo=UTC)):
        assert standards.one(db, standard).due is Due.THIS_YEAR
        assert [one.id for one in standards.listed(db, due=True).items] == [standard]
        approve(db, story, standard, content="一、场地基本信息（新）")
        row = standards.one(db, standard)
        assert (row.number, row.years, row.due) == (2, "2030–2032", Due.IN_FORCE)
        assert standards.listed(db, due=True).items == ()
    with clock.freeze(datetime(2033, 3, 2, 1, tzinfo=UTC)):
        assert standards.one(db, standard).due is Due.OVER
    assert [one.number for one in versions.listed(db, standard)] == [2, 1]
    story.is_as_recorded()


def test_only_who_works_there_revises_and_only_on_its_way(db, story, standard, college):
    with pytest.raises(errors.MayNotRevise):
        begin(db, story, standard, by="admin")
    with pytest.raises(errors.WhichStandard):
        instances.start(db, FLOW, by=story.person("leader"))
    basic = standards.create(
        db, StandardKind.BASIC, "毕业设计基本标准", college.units["machine"], by=SYSTEM
    )
    with pytest.raises(errors.WrongFlow):
        begin(db, story, basic)
    assert standards.change(db, standard, by=SYSTEM, name="旧标准", category=SITE, is_active=False)
    with pytest.raises(errors.Retired):
        begin(db, story, standard)
    assert [one.id for one in standards.listed(db).items] == [basic]
    assert len(standards.listed(db, retired=True, category=SITE).items) == 1
    assert standards.read_reference("subject:5") is None


def test_the_register_knows_each_name_once_and_work_standards_their_category(db, story, college):
    head, machine = story.person("reviewer"), college.units["machine"]
    made = standards.create(db, StandardKind.WORK, "甲", machine, by=head, category=SITE)
    assert not standards.change(db, made, by=head, name="甲", category=SITE, is_active=True)
    with pytest.raises(errors.StandardThere):
        standards.create(db, StandardKind.WORK, "甲", machine, by=head, category=SITE)
    with pytest.raises(errors.CategoryUnknown):
        standards.create(db, StandardKind.WORK, "乙", machine, by=head, category="别的")
    with pytest.raises(MayNotKeep):
        standards.create(db, StandardKind.BASIC, "乙", college.units["trade"], by=head)
    assert standards.units(db) == [(machine, "智能制造学院")]


def test_basic_standards_are_laid_once_for_the_departments_there_are(db, college):
    added, missing = standards.lay(db, by=SYSTEM)
    assert (added, len(missing)) == (11, 5)
    assert standards.lay(db, by=SYSTEM)[0] == 0
    page = standards.listed(db, kind="basic", unit_id=college.units["school"], limit=5)
    assert len(page.items) == 5
    assert page.next is not None
    assert sum(len(names) for names in catalogue.basic().values()) == 27
    assert len(catalogue.categories()) == 7
