"""The verbs beyond deciding, pressed on pages: each asks for what it needs, says what it did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import clock, tasks
from tests import college as places
from tests.college import ROOT
from tests.integration.engine import flow
from tests.integration.web.paper import Paper

REVIEW = "post:college_reviewer@unit:machine"
VERBS = "approve,return,reassign,lend,extend"


@pytest.fixture
def case(app, db, college):  # noqa: ARG001  (the application is there first)
    """A case that waits for the reviewers of a college."""
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    leader = college.actor(db, "leader")
    steps = (
        flow.step("submit"),
        flow.step("review", REVIEW, verbs=VERBS, due="P3D"),
        flow.step("last", "user:office"),
    )
    number = flow.begin(db, flow.chain("pressed", *steps), by=leader)
    flow.do(db, number, "submit", by=leader)
    db.commit()
    return number


@pytest.fixture
def review(db, case):
    return flow.open_tasks(db, case)["review"]


def send(browser, page, path, **fields):
    """Send a form of a page, with its token."""
    token = Paper.open(browser, page).all('meta[name="csrf-token"]')[0].get("content")
    return browser.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)


def test_six_buttons_at_most_stand_on_the_screen(browser, review):
    page = Paper.open(browser("reviewer"), f"/tasks/{review}")
    assert len(page.all(".verbs .btn")) <= 6
    assert page.says(".verbs .menu-list button")[-2:] == ["申请延期", "抄送"]


def test_the_first_step_is_handed_in_and_not_agreed_to(browser, db, college):
    leader = college.actor(db, "leader")
    xml = flow.chain("first", flow.step("submit"), flow.step("last", "user:office"))
    task = flow.open_tasks(db, flow.begin(db, xml, by=leader))["submit"]
    db.commit()
    page = Paper.open(browser("leader"), f"/tasks/{task}")
    assert page.says('button[name="outcome"]') == ["提交"]
    assert "已提交" in page.press("提交").says(".toast")[0]


def test_lending_asks_whom_and_why_and_the_task_comes_back(browser, college, review):
    mine, place = browser("reviewer"), f"/tasks/{review}"
    asked = send(mine, place, f"{place}/delegation", ask="lend")
    assert "委派给" in asked.text
    nobody = send(mine, place, f"{place}/delegation", lend_reason="请看")
    assert (nobody.status_code, "请选择委派给谁。" in nobody.text) == (422, True)
    assert "请看" in nobody.text
    office = str(college.users["office"])
    done = send(mine, place, f"{place}/delegation", lend_to=office, lend_reason="请看")
    assert done.status_code == 200
    theirs = Paper.open(browser("office"), place)
    assert "这是 周明岚 委派给您的。" in theirs.text
    assert "放回" not in theirs.text
    send(browser("office"), place, f"{place}/giving_back", comment="我看可以")
    again = Paper.open(mine, place)
    assert "我看可以" in again.text
    assert again.press("同意").status == 200


def test_whom_one_cannot_lend_to_is_said(browser, college, review):
    mine, place = browser("reviewer"), f"/tasks/{review}"
    own = str(college.users["reviewer"])
    for chosen, sentence in ((own, "不能委派给自己"), ("999999", "没有找到您选的人")):
        refused = send(mine, place, f"{place}/delegation", lend_to=chosen, lend_reason="请看")
        assert (refused.status_code, sentence in refused.text) == (422, True)


def test_what_was_written_about_a_task_that_went_elsewhere_is_shown(browser, college, review):
    reviewer, office = browser("reviewer"), str(college.users["office"])
    place = f"/tasks/{review}"
    send(reviewer, place, f"{place}/delegation", lend_to=office, lend_reason="请看")
    late = send(reviewer, place, f"{place}/completion", outcome="approve", comment="写了很久")
    assert late.status_code == 403
    assert "写了很久" in Paper(reviewer, late).says("#typed")[0]


def test_a_task_that_left_its_holders_hands_gives_back_what_they_typed(browser, college, review):
    reviewer, borrower, place = browser("reviewer"), browser("office"), f"/tasks/{review}"
    fields = {"lend_to": str(college.users["office"]), "lend_reason": "请看"}
    send(reviewer, place, f"{place}/delegation", **fields)
    Paper.open(borrower, place)
    send(reviewer, place, f"{place}/giving_back")
    typed = {"comment": "写了很久", "values[goals][g1][remark]": "也写了很久"}
    late = Paper(borrower, send(borrower, "/tasks/", f"{place}/giving_back", **typed))
    assert late.status == 409
    assert late.says("[data-sentence]") == ["这件事已经不在您手里，刚才的操作没有做。"]
    assert late.says("#typed .quote") == ["写了很久", "也写了很久"]
    assert "/tasks/" in late.links("header a")
    for stranger, number in (("stranger", review), ("office", 999_999)):
        person = browser(stranger)
        never = send(person, "/tasks/", f"/tasks/{number}/completion", **typed)
        assert (never.status_code, "不在您手里" in never.text) == (404, False)
        assert Paper(person, never).says("#typed .quote") == ["写了很久", "也写了很久"]
    assert borrower.get(place).status_code == 404


def test_several_people_get_a_copy_and_say_that_they_read_it(browser, college, case, review):
    mine, place = browser("reviewer"), f"/tasks/{review}"
    people = [str(college.users[name]) for name in ("stranger", "office")]
    send(mine, place, f"{place}/copies", copy_to=people, copy_reason="供参考")
    reader = browser("stranger")
    assert "未读" in Paper.open(reader, "/tasks/?box=cc").text
    page = Paper.open(reader, f"/instances/{case}")
    assert "已阅" in page.text
    send(reader, f"/instances/{case}", f"/instances/{case}/reading")
    assert "未读" not in Paper.open(reader, "/tasks/?box=cc").says(".item")[0]


def test_time_is_asked_for_and_given(browser, db, case, review):
    mine, place = browser("reviewer"), f"/tasks/{review}"
    refused = send(mine, place, f"{place}/extension", extend_reason="材料多")
    assert (refused.status_code, "请填写延到哪一天、几点。" in refused.text) == (422, True)
    until = (clock.now() + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M")
    send(mine, place, f"{place}/extension", extend_until=until, extend_reason="材料多")
    assert "还没有批" in Paper.open(mine, place).text
    gone = send(mine, place, f"{place}/extension/withdrawal")
    assert "延期申请已撤回。" in gone.text
    assert "还没有批" not in gone.text
    again = send(mine, place, f"{place}/extension/withdrawal")
    assert (again.status_code, "没有等着批的延期申请" in again.text) == (422, True)
    send(mine, place, f"{place}/extension", extend_until=until, extend_reason="材料多")
    admin = browser("admin")
    small = case + 2
    db.rollback()
    number = flow.open_tasks(db, small)["decide"]
    send(admin, f"/tasks/{number}", f"/tasks/{number}/completion", outcome="approve")
    assert "期限由" in Paper.open(mine, f"/instances/{case}").text


def test_the_initiator_urges_and_withdraws_from_the_case(browser, case):
    mine, place = browser("leader"), f"/instances/{case}"
    assert "已催办。" in send(mine, place, f"{place}/urge", note="请今天办").text
    again = send(mine, place, f"{place}/urge")
    assert (again.status_code, "您刚刚催过" in again.text) == (422, True)
    assert "已撤回" in send(mine, place, f"{place}/withdrawal", reason="漏了附件").text
    assert "催办" not in Paper.open(mine, place).says("button")
    self_urged = send(mine, place, f"{place}/urge")
    assert (self_urged.status_code, "现在等您自己办" in self_urged.text) == (422, True)
    assert "没有提交，不用撤回" in send(mine, place, f"{place}/withdrawal").text


def test_a_task_is_taken_back_until_somebody_opens_the_next(browser, db, case, review):
    mine, place = browser("reviewer"), f"/tasks/{review}"
    Paper.open(mine, place).press("同意")
    assert "拿回" in Paper.open(mine, place).text
    taken = send(mine, place, f"{place}/take_back")
    db.rollback()
    again = flow.open_tasks(db, case)["review"]
    assert ("已拿回" in taken.text, taken.request.path) == (True, f"/tasks/{again}")
    Paper.open(mine, f"/tasks/{again}").press("同意")
    db.rollback()
    last = flow.open_tasks(db, case)["last"]
    Paper.open(browser("office"), f"/tasks/{last}")
    refused = send(mine, f"/tasks/{again}", f"/tasks/{again}/take_back")
    assert (refused.status_code, "打开下一步" in refused.text) == (422, True)


def test_an_administrator_decides_in_the_place_of_another(browser, college, review):
    admin, place = browser("admin"), f"/tasks/{review}"
    assert "代办" in Paper.open(admin, place).text
    reviewer = str(college.users["reviewer"])
    without = send(admin, place, f"{place}/on_behalf", on_behalf_to=reviewer)
    assert (without.status_code, "请写明理由。" in without.text) == (422, True)
    send(admin, place, f"{place}/on_behalf", on_behalf_to=reviewer, on_behalf_reason="本人住院")
    assert "何知行 代 周明岚" in Paper.open(admin, place).text


def test_rows_are_chosen_looked_at_and_decided_together(browser, db, college, review):
    leader, more = college.actor(db, "leader"), []
    for _each in range(2):
        number = flow.begin(db, flow.chain("heap", flow.step("review", REVIEW)), by=leader)
        more.append(flow.open_tasks(db, number)["review"])
    tasks.complete(db, more[0], by=college.actor(db, "reviewer2"))
    db.commit()
    mine = browser("reviewer")
    assert "核对并一起办" in Paper.open(mine, "/tasks/?select=1").text
    chosen = [str(one) for one in (review, *more)]
    summary = send(mine, "/tasks/?select=1", "/tasks/batch/summary", task=chosen)
    assert "一起办理 2 项" in summary.text
    assert "选中的任务不在同一个步骤" in summary.text
    assert Paper(mine, summary).says('button[name="outcome"]') == ["同意"]
    done = send(mine, "/tasks/", "/tasks/batch", task=chosen, outcome="approve", comment="同意")
    assert "办好 2 项，共 3 项" in done.text
    assert "这项任务已经由郑怀瑾于" in done.text
    reloaded = mine.get("/tasks/batch/summary")
    assert (reloaded.status_code, reloaded.headers["Location"]) == (303, "/tasks/")
    nothing = send(mine, "/tasks/", "/tasks/batch/summary")
    assert (nothing.status_code, "请先选中要一起办的任务。" in nothing.text) == (422, True)


def test_a_batch_that_is_refused_keeps_what_was_chosen_and_written(browser, review):
    mine = browser("reviewer")
    fields = {"listed": str(review), "outcome": "approve", "comment": "都看过了"}
    nothing = Paper(mine, send(mine, "/tasks/", "/tasks/batch", **fields))
    assert (nothing.status, "请先选中要一起办的任务。" in nothing.text) == (422, True)
    assert nothing.all("textarea")[0].text_content().strip() == "都看过了"
    assert [one.get("value") for one in nothing.all('input[name="task"]')] == [str(review)]
    fields |= {"task": str(review), "comment": "长" * 10_000}
    long = Paper(mine, send(mine, "/tasks/", "/tasks/batch", **fields))
    assert long.status == 413
    assert len(long.all("textarea")[0].text_content().strip()) == 10_000


def test_a_deputy_is_appointed_sees_the_work_and_is_ended(browser, college, review):
    mine, today = browser("reviewer"), clock.today()
    until = (today + timedelta(days=3)).isoformat()
    wrong = send(mine, "/deputies", "/deputies", deputy_to="", since=today.isoformat(), until=until)
    assert (wrong.status_code, "请选择由谁代理。" in wrong.text) == (422, True)
    stranger = str(college.users["stranger"])
    fields = {"deputy_to": stranger, "since": today.isoformat(), "until": until}
    assert "代理已登记" in send(mine, "/deputies", "/deputies", **fields).text
    deputy = browser("stranger")
    assert "代 周明岚" in Paper.open(deputy, "/tasks/").text
    assert "您在代 周明岚 办理。" in Paper.open(deputy, f"/tasks/{review}").text
    other = browser("office")
    assert send(other, "/deputies", "/deputies/1/end").status_code == 404
    assert "代理已结束" in send(deputy, "/deputies", "/deputies/1/end").text
    assert "代 周明岚" not in Paper.open(deputy, "/tasks/").text


def test_signers_are_added_seen_and_taken_off(app, browser, db, college):  # noqa: ARG001  (as above)
    leader = college.actor(db, "leader")
    drawn = flow.step("review", REVIEW, verbs="approve,return,add_signer,step_aside")
    number = flow.begin(db, flow.chain("signers", drawn), by=leader)
    db.commit()
    task = flow.open_tasks(db, number)["review"]
    mine, place = browser("reviewer"), f"/tasks/{task}"
    office = str(college.users["office"])
    fields = {"add_signer_to": [office], "add_signer_when": "beside", "add_signer_reason": "请看"}
    assert "已加签。" in send(mine, place, f"{place}/signers", **fields).text
    page = Paper.open(mine, place)
    assert "0/2 人已签" in page.text
    signers = "".join(page.says(".seats li"))
    assert all(name in signers for name in ("李致远", "周明岚"))
    seat = page.all('input[name="remove_signer_to"]')[0].get("value")
    gone = {"remove_signer_to": seat, "remove_signer_reason": "不用了"}
    assert "已减签" in send(mine, place, f"{place}/removal", **gone).text
    assert Paper.open(mine, place).press("同意").status == 200
