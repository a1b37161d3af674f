"""Committees in pages: what is missing, members by seat, the rule as fields, seats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import clock
from engine.college import committees, persons
from engine.people import SYSTEM
from tests.integration.web.office import statements
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import errors, keeper, send

RULE = {
    "size": {"least": 5},
    "odd": True,
    "chair": {"least": 1, "most": 1},
    "external": {"least": 1, "most": 1},
}


@pytest.fixture
def desk(app, db, browser):  # noqa: ARG001  (the application is there first)
    keeper(db)
    db.commit()
    return browser("keeper")


@pytest.fixture
def group(db, desk):  # noqa: ARG001  (the administrator is there first)
    """A working group whose rule asks for five, odd, one chair, one from outside."""
    made = committees.create(
        db,
        "group",
        "部门诊改工作组",
        "working_group",
        by=SYSTEM,
        duties=["制订标准", "组织诊断"],
        rule=RULE,
        term_years=3,
    )
    db.commit()
    return made


def test_a_list_tells_the_state_of_each(app, db, desk, group):
    page = Paper.open(desk, "/committees")
    assert "还缺 4 项" in page.text
    few = statements(app, lambda: desk.get("/committees"))
    for number in range(10):
        committees.create(db, f"g{number}", f"组{number}", "office", by=SYSTEM, rule=RULE)
    db.commit()
    assert statements(app, lambda: desk.get("/committees")) == few
    assert group


def test_a_page_lists_what_is_missing_duties_and_the_rule(desk, group):
    page = Paper.open(desk, f"/committees/{group}")
    assert page.says(".lacks li") == [
        "还缺 5 人：总人数至少 5 人，现有 0 人。",
        "总人数应为奇数，现有 0 人。",
        "还缺 1 名组长：应有 1 名，现有 0 名。",
        "还缺 1 名校外专家：应有 1 名，现有 0 名。",
    ]
    assert "制订标准" in page.text
    assert "组长 1 名" in page.text


def test_people_are_seated_for_a_term_until_nothing_is_missing(db, desk, group):
    persons.create(db, "guest", "郭靖", by=SYSTEM, is_external=True, employer="某某企业")
    db.commit()
    page = None
    since = clock.today().isoformat()
    for who, seat in (
        ("leader", "chair"),
        ("reviewer", "deputy"),
        ("reviewer2", "member"),
        ("office", "member"),
        ("guest", "member"),
    ):
        form = Paper.open(desk, f"/committees/{group}/seats/new")
        page = send(form, who=who, seat=seat, since=since)
        assert page.status == 200, errors(page)
    assert page.says(".lacks li") == []
    assert "齐" in page.says(".top .badge")
    assert page.says("tr.kind") == ["组长 1 人", "副组长 1 人", "组员 3 人"]
    last = clock.today().replace(year=clock.today().year + 3) - timedelta(days=1)
    assert f"至 {last.year}年{last.month}月{last.day}日" in page.text
    twice = send(
        Paper.open(desk, f"/committees/{group}/seats/new"), who="guest", seat="member", since=since
    )
    assert twice.status == 422
    assert "时间重叠" in errors(twice)[0]
    (first, *_rest) = [one for one in page.links("tbody a") if one.startswith("/seats/")]
    gone = send(Paper.open(desk, first))
    assert "解聘" in gone.text


def test_a_term_that_runs_out_is_marked(db, desk, group, college):
    today = clock.today()
    for name, days in (("leader", 30), ("reviewer", 300)):
        committees.seat(
            db,
            group,
            college.users[name],
            since=today - timedelta(days=100),
            until=today + timedelta(days=days),
            by=SYSTEM,
        )
    db.commit()
    page = Paper.open(desk, f"/committees/{group}")
    rows = [row for row in page.says("tbody tr") if "快到期" in row]
    assert len(rows) == 1
    assert "吴允恭" in rows[0]


def test_a_rule_is_edited_as_fields(desk, group):
    page = send(
        Paper.open(desk, f"/committees/{group}/edit"),
        size_least="7",
        external_most="2",
        college_internal="2",
        college_external="2",
        duties="一条\n\n两条",
    )
    assert "总人数至少 7 名" in page.text
    assert "校外专家 1 至 2 名" in page.text
    assert "每个二级学院推荐校内专家 2 名、校外专家 2 名" in page.text
    assert "智能制造学院" in page.text
    assert "0 / 2" in page.text
    assert "组成规则" in page.text
    form, other = (Paper.open(desk, f"/committees/{group}/edit") for _window in range(2))
    assert "没有改动" in send(form).text
    send(form, duties="新的职责")
    assert "别人改过这里" in send(other).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"size_least": "9", "size_most": "5"}, "最多不能小于最少"),
        ({"size_least": "很多"}, "请填 0 到"),
        ({"term_years": "99"}, "请填 1 到 20"),
        ({"name": ""}, "请填写这一项"),
    ],
)
def test_what_is_wrong_stands_at_its_field(desk, group, typed, sentence):
    page = send(Paper.open(desk, f"/committees/{group}/edit"), **typed)
    assert page.status == 422
    assert sentence in errors(page)[0]
    name, value = next(iter(typed.items()))
    assert page.tree.xpath(f"//input[@name='{name}']/@value") == [value]


def test_a_committee_is_added_and_closed(desk):
    page = send(
        Paper.open(desk, "/committees/new"), name="诊改平台组", key="platform", size_least="3"
    )
    assert "诊改平台组" in page.says("h1")
    done = send(Paper.open(desk, f"{page.path}/closure"))
    assert "撤销委员会或工作组" in done.text


def test_a_teacher_reads_and_does_not_change(browser, group):
    teacher = browser("leader")
    page = Paper.open(teacher, f"/committees/{group}")
    assert page.status == 200
    assert "聘任" not in " ".join(page.says(".top"))
    for path in (f"/committees/{group}/edit", f"/committees/{group}/seats/new", "/seats/1/end"):
        assert teacher.get(path).status_code == 403


def test_a_day_no_college_knows_is_refused_at_its_field(desk, group):
    """The last day there is has no day after it to reckon with."""
    page = Paper.open(desk, f"/committees/{group}?on=9999-12-31")
    assert "年份应在 1900 到 2199 之间" in page.text


def test_more_at_least_than_at_most_is_said_at_the_pair(desk):
    form = Paper.open(desk, "/committees/new")
    page = send(form, name="组", key="g2", size_least=9, size_most=3)
    assert errors(page) == ["最多不能小于最少。"]
