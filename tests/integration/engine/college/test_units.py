"""The tree of units: added by levels, moved with all below, closed when empty; refused by name."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine import clock
from engine.college import committees, errors, posts, units
from engine.college.units import NewUnit
from engine.errors import NotFound
from engine.models import Unit, UnitAbove
from engine.people import SYSTEM
from tests.college import SINCE

DAY = timedelta(days=1)


def pairs(db):
    """The tree as pairs, as the table has it."""
    table = UnitAbove.__table__
    rows = db.execute(select(table.c.unit_id, table.c.above_id, table.c.steps))
    return {tuple(row) for row in rows}


def computed(db):
    """The tree as pairs, followed from each unit to its parent."""
    parents = dict(db.execute(select(Unit.id, Unit.parent_id)).all())
    found = set()
    for unit in parents:
        above, steps = unit, 0
        while above is not None:
            found.add((unit, above, steps))
            above, steps = parents[above], steps + 1
    return found


@pytest.fixture
def section(db, college):
    """A 教研室 of the machine college with a class below it."""
    machine = college.units["machine"]
    made = units.create(db, "robots", "机器人教研室", "teaching_section", by=SYSTEM, parent=machine)
    units.create(db, "robots1", "机器人 2601 班", "class", by=SYSTEM, parent=made)
    return made


def test_a_tree_is_added_at_once_in_any_order(db):
    rows = [
        NewUnit("c1", "一班", "class", parent="jixie"),
        NewUnit("jixie", "机械学院", "college", parent="s", campus="east"),
        NewUnit("s", "示范学院", "school", since=SINCE),
        NewUnit("east", "东校区", "campus", parent="s"),
        NewUnit("jwc", "教务处", "department", parent="s", position=2),
    ]
    ids = units.create_all(db, rows, by=SYSTEM)
    assert pairs(db) == computed(db)
    assert len(pairs(db)) == 1 + 2 + 2 + 2 + 3
    by_code = dict(zip((row.code for row in rows), ids, strict=True))
    assert [unit.code for unit in units.above(db, by_code["c1"])] == ["jixie", "s"]
    assert units.campus(db, by_code["c1"]).code == "east"
    assert units.campus(db, by_code["east"]).code == "east"
    assert units.campus(db, by_code["jwc"]) is None
    found = db.execute(units.below([by_code["jixie"]])).scalars()
    assert set(found) == {by_code["jixie"], by_code["c1"]}


def test_a_unit_moves_with_all_below(db, college, section):
    trade = college.units["trade"]
    assert units.change(db, section, by=SYSTEM, parent=trade, name="机器人研究室")
    assert pairs(db) == computed(db)
    assert units.one(db, section).name == "机器人研究室"
    assert units.change(db, section, by=SYSTEM, parent=None)
    assert pairs(db) == computed(db)
    assert units.above(db, section) == []
    assert not units.change(db, section, by=SYSTEM, parent=None, position=0)


def test_a_unit_does_not_become_its_own_ancestor(db, college):
    school = college.units["school"]
    below = units.create(db, "dept", "下属处", "department", by=SYSTEM, parent=school)
    inner = units.create(db, "dept2", "内设处", "department", by=SYSTEM, parent=below)
    before = pairs(db)
    for parent in (below, inner):
        with pytest.raises(errors.UnitBelowItself, match="不能成为它的上级单位"):
            units.change(db, below, by=SYSTEM, parent=parent)
    assert pairs(db) == before == computed(db)


def test_the_pairs_are_those_of_the_tree_after_any_moves(db):
    dice = random.Random(20_261_122)
    top = units.create(db, "0", "处", "department", by=SYSTEM)
    made = [top]
    came = Counter()
    for number in range(1, 120):
        one, other = dice.choice(made), dice.choice(made)
        try:
            if number % 3:
                code = str(number)
                made.append(units.create(db, code, "处", "department", by=SYSTEM, parent=one))
                came["made"] += 1
            else:
                target = None if number % 21 == 0 else other
                came["moved"] += units.change(db, one, by=SYSTEM, parent=target)
        except errors.UnitBelowItself:
            came["refused"] += 1
    assert pairs(db) == computed(db)
    assert min(came["made"], came["moved"], came["refused"]) >= 5


def test_the_tree_has_a_depth(db, college):
    parent = college.units["school"]
    for level in range(19):
        parent = units.create(db, f"d{level}", "下属处", "department", by=SYSTEM, parent=parent)
    with pytest.raises(errors.TooDeep, match="单位最多 20 级"):
        units.create(db, "deep", "最下处", "department", by=SYSTEM, parent=parent)


WRONG = [
    ({"code": "machine"}, errors.CodeTaken, "单位代码“machine”已经是“智能制造学院”的"),
    ({"code": ""}, errors.Empty, "请填写单位代码"),
    ({"name": "长" * 201}, errors.PartTooLong, "“单位名称”太长，最多 200 个字"),
    ({"kind": "club"}, errors.UnknownUnitKind, "没有“club”这一类单位"),
    ({"kind": "school"}, errors.UnitMisplaced, "学校不能设在二级学院“智能制造学院”下面"),
    ({"kind": "college"}, errors.UnitMisplaced, "二级学院不能设在二级学院“智能制造学院”下面"),
    ({"parent": 999_999}, NotFound, ""),
    ({"campus": 999_999}, NotFound, ""),
]


@pytest.mark.parametrize(("parts", "refusal", "sentence"), WRONG)
def test_what_cannot_be_is_refused_by_name(db, college, section, parts, refusal, sentence):
    before = pairs(db)
    machine = college.units["machine"]
    good = {"code": "new", "name": "新室", "kind": "teaching_section", "parent": machine}
    with pytest.raises(refusal) as refused:
        units.create(db, **(good | parts), by=SYSTEM)
    assert str(refused.value).startswith(sentence)
    with pytest.raises(refusal):
        units.change(db, section, by=SYSTEM, **parts)
    assert pairs(db) == before


def test_a_campus_is_a_campus(db, college, section):
    with pytest.raises(errors.NotACampus, match="商贸学院"):
        units.change(db, section, by=SYSTEM, campus=college.units["trade"])
    with pytest.raises(errors.NotACampus):
        units.create(db, "x", "某处", "department", by=SYSTEM, campus=college.units["trade"])
    campus = units.create(db, "west", "西校区", "campus", by=SYSTEM, parent=college.units["school"])
    assert units.change(db, section, by=SYSTEM, campus=campus)
    assert units.campus(db, section).name == "西校区"
    assert units.change(db, section, by=SYSTEM, campus=None)
    assert units.campus(db, section) is None


def test_a_kind_changes_only_where_the_tree_allows_it(db, college, section):
    with pytest.raises(errors.UnitMisplaced):  # a class does not stand below a 科室
        units.change(db, section, by=SYSTEM, kind="section")
    office = college.units["academic_affairs"]
    with pytest.raises(errors.UnitMisplaced):
        units.change(db, section, by=SYSTEM, parent=college.units["school"])
    assert units.change(db, section, by=SYSTEM, parent=office)


@pytest.mark.usefixtures("college")
def test_a_list_of_units_is_added_whole_or_not_at_all(db):
    before = pairs(db)
    for last, refusal in (
        (NewUnit("a", "又一个", "department"), errors.WrittenTwice),
        (NewUnit("b", "没有上级", "department", parent="nowhere"), NotFound),
        (NewUnit("b", "互为上级", "department", parent="b"), NotFound),
    ):
        with pytest.raises(refusal):
            units.create_all(db, [NewUnit("a", "一处", "department"), last], by=SYSTEM)
        db.rollback()
    assert pairs(db) == before


def test_a_unit_is_closed_when_nothing_is_left_in_it(db, college, section):
    machine, today = college.units["machine"], clock.today()
    committees.create(db, "g", "工作组", "working_group", by=SYSTEM, unit_id=machine)
    with pytest.raises(errors.UnitNotEmpty) as refused:
        units.close(db, machine, by=SYSTEM, on=today)
    assert str(refused.value) == (
        "“智能制造学院”还有 3 个任职、1 个下级单位、1 个委员会或工作组，"
        "请先结束或调整它们，再撤销这个单位。"
    )
    (one,) = db.execute(units.below([section]).where(UnitAbove.steps == 1)).scalars()
    units.close(db, one, by=SYSTEM, on=today)
    units.close(db, section, by=SYSTEM, on=today)
    with pytest.raises(errors.EndedAlready):
        units.close(db, section, by=SYSTEM, on=today)
    with pytest.raises(NotFound):
        units.close(db, 999_999, by=SYSTEM, on=today)
    user, post = college.users["leader"], college.posts["major_leader"]
    with pytest.raises(errors.UnitClosed, match="已于"):
        posts.give(db, user, post, section, since=today, by=SYSTEM)
    young = units.create(db, "y", "新处", "department", by=SYSTEM, since=today)
    with pytest.raises(errors.PeriodEndsBeforeItBegins):
        units.close(db, young, by=SYSTEM, on=today - DAY)


def test_nothing_is_put_below_a_closed_unit(db, section):
    today = clock.today()
    closed = units.create(db, "old", "旧处", "department", by=SYSTEM)
    units.close(db, closed, by=SYSTEM, on=date(2025, 1, 1))
    with pytest.raises(errors.UnitClosed, match="“旧处”已于 2025-01-01 撤销"):
        units.create(db, "x", "新室", "section", by=SYSTEM, parent=closed)
    with pytest.raises(errors.UnitClosed):
        units.change(db, section, by=SYSTEM, parent=closed)
    past = units.create(
        db, "p", "旧室", "section", by=SYSTEM, parent=closed, since=date(2024, 1, 1)
    )
    assert units.one(db, past).since < today
