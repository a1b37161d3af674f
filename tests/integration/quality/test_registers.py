"""Plans of the school and points of a year's work: who keeps them, who is offered which."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import people, roles
from engine.college import posts
from engine.college.errors import Empty
from engine.errors import Forbidden, NotFound
from engine.models import LogEntry, Role
from engine.people import SYSTEM
from quality import registers, subjects
from quality.registers import errors, plans, points, used
from quality.registers.plans import Given
from quality.registers.used import Named
from tests.college import SINCE
from tests.story import Story

GOALS = {"kind": "major", "period": "2026-2028"}
STANDARDS = {"kind": "major", "period": "2027"}


@pytest.fixture
def office(db, college):
    """Somebody of the quality office."""
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    return college.actor(db, "office")


@pytest.fixture
def head(db, college):
    """Whoever heads the college of the major."""
    post = posts.create(db, "head", "负责人", by=SYSTEM)
    who = college.users["reviewer"]
    posts.give(db, who, post, college.units["machine"], since=SINCE, by=SYSTEM)
    return people.actor(db, who)


def offered(db, source, college, told):
    subject = subjects.reference(college.subject)
    return [one.value for one in registers.SOURCES[source](db, subject, told)]


def test_goals_are_offered_the_plans_of_their_kind_and_years(db, college, office):
    given = Given("专业建设“十五五”规划", 2026, 2030, kinds=("major",))
    plan = plans.create(db, given, by=office)
    plans.create(db, Given("课程建设规划", 2026, 2030, kinds=("course",)), by=office)
    old = plans.create(db, Given("老规划", 2021, 2025, kinds=("major",)), by=office)
    assert offered(db, "school_plans", college, GOALS) == [f"{plan}:专业建设“十五五”规划"]
    assert offered(db, "school_plans", college, {**GOALS, "period": "2025-2027"}) == [
        f"{plan}:专业建设“十五五”规划",
        f"{old}:老规划",
    ]
    retired = Given("专业建设“十五五”规划", 2026, 2030, kinds=("major",), is_active=False)
    assert plans.change(db, plan, retired, by=office)
    assert not plans.change(db, plan, retired, by=office)
    assert offered(db, "school_plans", college, GOALS) == []
    assert offered(db, "school_plans", college, {}) == []
    assert [one.name for one in plans.listed(db)] == ["课程建设规划", "老规划"]
    kinds = list(db.execute(select(LogEntry.kind).order_by(LogEntry.seq.desc()).limit(1)).scalars())
    assert kinds == ["school_plan_changed"]


def test_a_sub_plan_stands_under_its_plan_and_goes_no_deeper(db, office):
    top = plans.create(db, Given("事业发展规划", 2026, 2030), by=office)
    below = plans.create(db, Given("专业建设规划", 2026, 2030, parent_id=top), by=office)
    other = plans.create(db, Given("另一个规划", 2027, 2031), by=office)
    assert [one.id for one in plans.listed(db)] == [other, top, below]
    with pytest.raises(errors.SubPlanOfSubPlan):
        plans.create(db, Given("更细的规划", 2026, 2030, parent_id=below), by=office)
    with pytest.raises(errors.SubPlanOfSubPlan):
        plans.change(db, top, Given("事业发展规划", 2026, 2030, parent_id=other), by=office)
    with pytest.raises(errors.PlanThere):
        plans.create(db, Given("事业发展规划", 2030, 2034), by=office)
    with pytest.raises(errors.YearsWrong):
        plans.create(db, Given("倒着的规划", 2030, 2026), by=office)
    with pytest.raises(Empty):
        plans.create(db, Given(" ", 2026, 2030), by=office)
    with pytest.raises(NotFound):
        plans.one(db, 999_999)


def test_standards_are_offered_the_points_of_the_school_and_of_their_units(db, college, office):
    points.add(db, 2027, None, ["1.1 深化产教融合", "", "（二）建设精品课程"], by=office)
    points.add(db, 2027, college.units["machine"], ["1 新增实训基地"], by=office)
    points.add(db, 2027, college.units["trade"], ["别人的要点"], by=office)
    points.add(db, 2026, None, ["去年的要点"], by=office)
    told = [one.partition(":")[2] for one in offered(db, "work_points", college, STANDARDS)]
    assert told == ["1.1 深化产教融合", "二 建设精品课程", "1 新增实训基地"]
    assert points.years(db) == [2027, 2026]
    assert [one[2] for one in points.owners(db, 2027)] == [2, 1, 1]


def test_pasted_lines_are_kept_all_or_none(db, office):
    with pytest.raises(errors.LineWrong, match="第 3 行：这一年已经有“深化产教融合”"):
        points.add(db, 2027, None, ["1 深化产教融合", "", "2 深化产教融合"], by=office)
    with pytest.raises(errors.LineWrong, match="第 2 行"):
        points.add(db, 2027, None, ["好", "太" * 501], by=office)
    with pytest.raises(errors.NoLines):
        points.add(db, 2027, None, ["", " "], by=office)
    with pytest.raises(errors.TooManyLines):
        points.add(db, 2027, None, [f"要点{number}" for number in range(201)], by=office)
    assert points.listed(db, 2027, None) == ()
    first, second = points.add(db, 2027, None, ["1 甲", "2 乙"], by=office)
    with pytest.raises(errors.PointThere):
        points.change(db, second, by=office, number="2", name="甲", is_active=True)
    assert points.change(db, first, by=office, number="1", name="甲", is_active=False)
    assert [one.name for one in points.listed(db, 2027, None)] == ["乙"]
    assert points.change(db, second, by=office, number="2", name="甲", is_active=True)


def test_a_head_keeps_what_is_of_the_unit_and_nothing_else(db, college, head):
    machine, trade = college.units["machine"], college.units["trade"]
    (point,) = points.add(db, 2027, machine, ["新增实训基地"], by=head)
    assert points.change(db, point, by=head, number="", name="新增两个实训基地", is_active=True)
    for unit in (None, trade):
        with pytest.raises(errors.MayNotKeep):
            points.add(db, 2027, unit, ["别人的"], by=head)
        with pytest.raises(errors.MayNotKeep):
            plans.create(db, Given("规划", 2026, 2030, unit_id=unit), by=head)
    plan = plans.create(db, Given("学院规划", 2026, 2030, unit_id=machine), by=head)
    with pytest.raises(errors.MayNotKeep):
        plans.change(db, plan, Given("学院规划", 2026, 2030), by=head)
    with pytest.raises(Forbidden):
        points.add(db, 2027, machine, ["不是负责人"], by=college.actor(db, "leader"))


def test_a_plan_shows_the_published_goals_that_name_it(db, college, office, sessions):
    plan = plans.create(db, Given("专业建设规划", 2026, 2030, kinds=("major",)), by=office)
    chosen = f"{plan}:专业建设规划"

    def naming(values):
        table = [{**row, "school_plan": chosen} for row in values["goals"][:2]]
        return {**values, "goals": [*table, *values["goals"][2:]]}

    Story(db, sessions, college).publish_goals(naming)
    (use,) = used.of(db, college.actor(db, "leader"), Named.PLAN, plan).items
    assert (use.number, len(use.rows)) == (1, 2)
    assert used.of(db, college.actor(db, "stranger"), Named.PLAN, plan).items == ()
    assert used.of(db, college.actor(db, "leader"), Named.PLAN, plan + 1).items == ()
