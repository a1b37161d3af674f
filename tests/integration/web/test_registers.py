"""The pages of plans, work points and standards: entered, refused in place, found where used."""

from __future__ import annotations

import re

import pytest

from engine import roles
from engine.models import Role
from engine.people import SYSTEM
from quality.registers import plans, points


@pytest.fixture
def office(db, college, browser):
    """Somebody of the quality office with a browser, and what a form of theirs carries."""
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.commit()
    client = browser("office")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/plans/new").text)

    def post(place, **given):
        return client.post(place, data={"csrf_token": token[1], **given})

    return client, post


def test_a_plan_is_entered_changed_and_retired(db, office):
    client, post = office
    wrong = post("/plans", name="专业建设规划", first_year="2030", last_year="2026", kinds="major")
    assert wrong.status_code >= 400
    assert 'value="专业建设规划"' in wrong.text
    assert 'value="major" checked' in wrong.text
    assert "请填写年份" in post("/plans", name="专业建设规划", first_year="", last_year="x").text
    given = {"name": "专业建设规划", "first_year": "2026", "last_year": "2030", "kinds": "major"}
    made = post("/plans", **given)
    assert made.status_code == 303
    place = made.headers["Location"]
    assert "2026–2030" in client.get(place).text
    assert "专业建设规划" in client.get("/plans").text
    assert post(place, **given).status_code == 303
    (plan,) = plans.listed(db, retired=True)
    assert (plan.is_active, plan.kinds) == (False, ("major",))
    assert "专业建设规划" not in client.get("/plans").text
    assert "已停用" in client.get("/plans?retired=1").text


def test_points_are_pasted_and_what_was_typed_stays_when_a_line_is_wrong(db, office):
    client, post = office
    lines = "1.1 深化产教融合\n\n（二）建设精品课程\n1.1 深化产教融合"
    wrong = post("/points", year="2026", unit="", lines=lines)
    assert wrong.status_code >= 400
    assert "第 4 行" in wrong.text
    assert "（二）建设精品课程" in wrong.text
    assert post("/points", year="2026", unit="", lines=lines[:-10]).status_code == 303
    first, second = points.listed(db, 2026, None)
    assert "深化产教融合" in client.get("/points?year=2026").text
    changed = post(f"/points/{first.id}", number="1", name="深化产教融合和科教融汇", is_active="1")
    assert changed.status_code == 303
    taken = post(f"/points/{second.id}", number="", name="深化产教融合和科教融汇", is_active="1")
    assert "已经有" in taken.text
    assert "科教融汇" in client.get(f"/points/{first.id}").text


def test_who_keeps_nothing_reads_and_is_refused(office, browser):
    _client, post = office
    post("/plans", name="专业建设规划", first_year="2026", last_year="2030")
    reader = browser("leader")
    assert "登记规划" not in reader.get("/plans").text
    assert reader.get("/plans/new").status_code == 403
    assert reader.get("/points/new").status_code == 403
    assert reader.get("/standards").status_code == 200


def test_a_standard_is_registered_and_says_where_it_stands(college, office):
    client, post = office
    unit = str(college.units["machine"])
    wrong = post("/standards", name="实训中心场地标准", kind="work", unit=unit, category="")
    assert "请选择工作标准的类别" in wrong.text
    given = {"name": "实训中心场地标准", "kind": "work", "unit": unit, "category": "场地标准"}
    made = post("/standards", **given)
    assert made.status_code == 303
    place = made.headers["Location"]
    assert "还没有制定" in client.get(place).text
    assert "实训中心场地标准" in client.get(f"/standards?kind=work&due=1&unit={unit}").text
    refused = post(f"{place}/revision")
    assert refused.status_code >= 400
    assert "没有已发布的流程" in refused.text
    laid = post("/standards/catalogue")
    assert laid.status_code == 303
    assert "毕业设计基本标准" in client.get("/standards?kind=basic").text
    retired = post(place, name="实训中心场地标准", category="场地标准")
    assert retired.status_code == 303
    assert "实训中心场地标准" not in client.get("/standards?kind=work").text
