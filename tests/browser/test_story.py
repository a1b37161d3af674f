"""The main story: goals and yearly standards of a major, from the first word to the replay."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.person import Person

MAJOR = "工业机器人技术"
GOALS, STANDARDS = "专业建设目标", "专业建设质量标准"
OWN = "产教融合共同体建设目标"
REASON = "第 3 条请写明到 2028 年的比例；第 5 条与人力资源处的数据不一致。"
COLUMNS = ("performance", "assurance", "process")
STANDARD = ("每学年不少于 4 项", "专项经费与双师教师", "立项、中期、验收")
SECOND = "到 2028 年，项目化课程占专业课的比例不低于 80%。"


def test_goals_and_standards_from_the_first_word_to_the_replay(enter: Enter) -> None:
    leader = enter("major_leader")
    reviewer, office = enter("college_reviewer"), enter("academic_affairs")
    write_goals(leader)
    return_goals(reviewer)
    mend_goals(leader)
    approve_goals(reviewer, office)
    find_goals_published(leader)
    write_standards(leader)
    approve_standards(reviewer, office)
    find_standards_published(leader)
    replay_goals(enter("auditor"))


def write_goals(leader: Person) -> None:
    page = leader.page
    leader.photograph("01-inbox-leader")
    acts.begin(page, MAJOR, GOALS)
    leader.photograph("02-goals-empty")
    grid = acts.rows(page, "goals")
    expect(grid).to_have_count(11)
    for row in grid.all():
        label = row.locator(".form-name").inner_text()
        acts.cell(row, "description").fill(f"{label}：三年内建成省内一流的专业。")
        acts.cell(row, "remark").fill("质量管理处每学年核对一次。")
    page.get_by_role("button", name="加一行", exact=True).click()
    expect(grid).to_have_count(12)
    own = grid.last
    own.get_by_label("这一行的名称").fill(OWN)
    acts.cell(own, "description").fill("与江华精密机械有限公司共建一个产教融合共同体。")
    acts.wait_saved(page)
    leader.photograph("03-goals-filled")

    page.goto("/instances")
    acts.open_from_inbox(page, MAJOR)
    grid = acts.rows(page, "goals")
    expect(grid).to_have_count(12)
    expect(grid.last.get_by_label("这一行的名称")).to_have_value(OWN)
    expect(acts.cell(grid.nth(10), "remark")).to_have_value("质量管理处每学年核对一次。")
    acts.press(page, "提交")
    acts.told(page, "现在到二级学院审核")
    leader.photograph("04-goals-submitted")


def return_goals(reviewer: Person) -> None:
    page = reviewer.page
    page.goto("/")
    row = page.locator("#rows [data-item]").filter(has_text=MAJOR)
    row.click()
    expect(page.locator("#preview").get_by_role("heading", name=re.compile(MAJOR))).to_be_visible()
    reviewer.photograph("05-inbox-reviewer")
    acts.open_from_inbox(page, MAJOR)
    expect(page.locator("[data-grid=goals] textarea")).to_have_count(0)
    reviewer.photograph("06-review")
    acts.press(page, "退回")
    dialog = page.get_by_role("dialog", name="退回")
    dialog.get_by_label("理由").fill(REASON)
    reviewer.photograph("07-return-dialog")
    dialog.get_by_role("button", name="退回给 吴允恭").click()
    acts.told(page, "现在到提交")


def mend_goals(leader: Person) -> None:
    page = leader.page
    acts.open_from_inbox(page, MAJOR)
    expect(page.get_by_text(REASON).first).to_be_visible()
    leader.photograph("08-returned-to-leader")
    grid = acts.rows(page, "goals")
    acts.cell(grid.nth(2), "description").fill(SECOND)
    acts.cell(grid.nth(4), "remark").fill("已与人力资源处的台账核对。")
    acts.agree(page, "提交", "已按意见改了两处。")
    acts.told(page, "现在到二级学院审核")


def approve_goals(reviewer: Person, office: Person) -> None:
    page = reviewer.page
    acts.open_from_inbox(page, MAJOR)
    expect(page.get_by_text("改了 2 处")).to_be_visible()
    expect(page.locator("td.is-changed")).to_have_count(2)
    expect(page.locator("td.is-changed").first).to_contain_text("改")
    expect(page.locator("td.is-changed").first).to_contain_text(SECOND)
    page.get_by_text("逐处查看").click()
    reviewer.photograph("09-review-second-pass")
    acts.agree(page, "审核通过", "修改到位，同意。")
    acts.told(page, "现在到教务处审定")

    page = office.page
    acts.open_from_inbox(page, MAJOR)
    office.photograph("10-approval")
    acts.agree(page, "审定通过", "审定通过。")
    acts.told(page, "已审定通过")


def find_goals_published(leader: Person) -> None:
    page = leader.page
    acts.find_case(page, f"{MAJOR}·{GOALS}")
    acts.wait_ended(page)
    leader.photograph("11-case-ended")
    page.get_by_role("link", name="看文档").click()
    expect(page.get_by_role("main")).to_contain_text(OWN)
    expect(page.get_by_role("main")).to_contain_text(SECOND)
    leader.photograph("12-document")
    page.goto("/documents")
    expect(page.get_by_role("main")).to_contain_text(MAJOR)
    leader.photograph("13-documents")


def write_standards(leader: Person) -> None:
    page = leader.page
    acts.begin(page, MAJOR, STANDARDS)
    grid = acts.rows(page, "standards")
    groups = page.locator("[data-grid=standards] tbody[data-goal]")
    expect(page.locator("[data-grid=standards] tr[data-row]:not([data-own])")).to_have_count(41)
    expect(groups.filter(has_not_text=OWN)).to_have_count(10)
    expect(groups.filter(has_text=OWN)).to_have_count(1)
    block = "\n".join("\t".join(STANDARD) for _row in grid.all())
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    acts.cell(grid.first, "performance").focus()
    page.keyboard.press("ControlOrMeta+V")
    expect(page.locator("[data-grid-note]")).to_contain_text(f"粘贴了 {grid.count()} 行 3 列")
    for column, text in zip(COLUMNS, STANDARD, strict=True):
        expect(acts.cell(grid.last, column)).to_have_value(text)
    for name in page.get_by_label("这一行的名称").all():
        if not name.input_value():
            name.fill("共同体理事会每年开会次数")
    acts.wait_saved(page)
    leader.photograph("14-standards-filled")
    acts.press(page, "提交")
    acts.told(page, "现在到二级学院审核")


def approve_standards(reviewer: Person, office: Person) -> None:
    for person, verb in ((reviewer, "审核通过"), (office, "审定通过")):
        acts.open_from_inbox(person.page, f"{MAJOR}·{STANDARDS}")
        expect(acts.rows(person.page, "standards").first).to_be_visible()
        person.photograph(f"15-standards-{verb}")
        acts.agree(person.page, verb, "同意。")
        acts.told(person.page, f"已{verb}")


def find_standards_published(leader: Person) -> None:
    page = leader.page
    acts.find_case(page, f"{MAJOR}·{STANDARDS}")
    acts.wait_ended(page)
    page.get_by_role("link", name="看文档").click()
    expect(page.get_by_role("main")).to_contain_text("行业企业参与度")
    leader.photograph("16-standards-document")


def replay_goals(auditor: Person) -> None:
    page = auditor.page
    acts.find_case(page, f"{MAJOR}·{GOALS}")
    page.get_by_role("link", name="回放").click()
    expect(page.get_by_text("记录完整。")).to_be_visible()
    auditor.photograph("17-replay")
    entries = page.locator("[data-replay-list] li")
    count = entries.count()
    page.locator("[data-replay-player]").get_by_role("slider").focus()
    page.keyboard.press("Home")
    seen = []
    for _entry in range(count):
        seen.append(page.locator("[data-replay-moment]").inner_text())
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == count
    assert any(REASON in moment for moment in seen)
    assert sum("二级学院审核" in moment and "同意" in moment for moment in seen) >= 1
    auditor.photograph("18-replay-end")
