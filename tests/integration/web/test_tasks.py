"""The inbox and a task's page, used as people without any script use them."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from engine import clock, instances, tasks
from engine.db import begin_writing
from engine.models import ProcessInstance, TaskCandidate, UserTask
from quality import subjects
from tests.integration.web.office import statements
from tests.integration.web.paper import Paper
from tests.story import GOALS, filled

TITLE = "工业机器人技术·专业建设目标（2026–2028）"


class Desk:
    """The case of figure 4, and the people around it. The session holds nothing between acts."""

    def __init__(self, db, college, browser):
        self.db, self.college, self.browser = db, college, browser
        self.case = instances.start(
            begin_writing(db),
            "approval_major",
            by=college.actor(db, "leader"),
            subject=subjects.reference(college.subject),
            values=GOALS,
        )
        db.commit()

    def task(self, element=None):
        table = UserTask.__table__
        wanted = select(table.c.id).where(table.c.instance_id == self.case)
        if element:
            wanted = wanted.where(table.c.element_id == element)
        found = self.db.execute(wanted.order_by(table.c.id.desc()).limit(1)).scalar_one()
        self.db.rollback()
        return found

    def page(self, name, element=None):
        return Paper.open(self.browser(name), f"/tasks/{self.task(element)}")

    def submitted(self):
        task, case = self.task(), ProcessInstance.__table__
        begin_writing(self.db)
        content = select(case.c.content_id).where(case.c.id == self.case)
        values = instances.values(self.db, self.db.execute(content).scalar_one())
        written = filled(values, "goals", "description")
        tasks.complete(self.db, task, by=self.college.actor(self.db, "leader"), values=written)
        self.db.commit()
        return self


@pytest.fixture
def desk(app, db, college, browser):  # noqa: ARG001  (the application is there first)
    return Desk(db, college, browser)


def test_the_front_door_leads_to_what_waits(desk):
    page = Paper.open(desk.browser("leader"), "/")
    assert page.path == "/tasks/"
    assert page.says(".item .ti") == [TITLE]
    assert page.links(".item") == [f"/tasks/{desk.task()}"]
    assert "吴允恭" in page.says(".item .m")[0]
    empty = Paper.open(desk.browser("reviewer"), "/tasks/")
    assert "都办完了" in empty.text


def test_each_box_shows_its_own(desk):
    leader = desk.browser("leader")
    started = Paper.open(leader, "/tasks/?box=started")
    assert started.says(".item .ti") == [TITLE]
    assert "吴允恭" in started.says(".item .m")[0]
    for box in ("done", "drafts"):
        assert Paper.open(leader, f"/tasks/?box={box}").says(".item") == []
    assert Paper.open(leader, "/tasks/?due=overdue").says(".item") == []
    assert Paper.open(leader, "/tasks/?due=returned").status == 200


@pytest.mark.parametrize(
    "asked",
    [
        "after=x,1",
        "after=0001-01-01T00:00:00%2B14:00,1",
        "after=2026-01-01T00:00:00,99999999999999999999",
        "task=99999999999999999999",
        "task=-1",
        "box=%00&due=%F0",
    ],
)
def test_a_bent_address_shows_the_first_page(desk, asked):
    page = Paper.open(desk.browser("leader"), f"/tasks/?{asked}")
    assert (page.status, page.says(".item .ti")) == (200, [TITLE])


def test_a_form_that_is_not_right_comes_back_with_everything_typed(desk):
    page = desk.page("leader").press("加一行").press("提交", applies_to="2031 级", comment="请审核")
    assert page.status == 422
    assert page.says(".form-label .err") == ["请写上这一行的名称，或者删去这一行。"]
    kept = dict(page.fields())
    assert (kept["values[applies_to]"], kept["comment"]) == ("2031 级", "请审核")
    goal = page.says(".form-name")[0]
    assert page.says("#form-errors li")[0] == f"请填写“{goal}”的“描述”。"
    assert len(page.says("#form-errors li")) == 11 + 1 + 1
    assert set(page.says("td .err")) == {"请填写"}
    mended = page.press("提交", label="产教融合特色", description="写明")
    assert mended.says(".toast")[0].startswith("已提交")


def test_a_table_without_any_row_is_refused_and_stays_without(desk):
    page = desk.page("leader")
    for _row in page.all("tr[data-row]"):
        page = page.press("删去")
    assert page.says("tr[data-row]") == []
    page = page.press("保存草稿").press("提交")
    assert page.status == 422
    (said,) = page.says("#form-errors li")
    assert said.endswith("至少要有 1 行：请取回没有采用的模板行，或者加上自己的行。")
    assert page.says("tr[data-row]") == []
    assert page.press("取回").press("提交", description="写明").says(".toast")


def test_submitting_goes_on_and_says_where_it_is(desk):
    page = desk.page("leader").press(
        "提交", applies_to="2027 级", description="写明", comment="请审"
    )
    assert page.path.startswith("/tasks/")
    (toast,) = page.says(".toast")
    assert toast == f"已提交：{TITLE}。现在到二级学院审核，在 智能制造学院·二级学院审核岗 处。"
    assert Paper.open(desk.browser("reviewer"), "/tasks/").says(".item .ti") == [TITLE]


def test_too_long_a_text_is_said_at_its_cell_and_nothing_is_lost(desk):
    long = "长" * 20_001
    page = desk.page("leader").press("提交", applies_to=long, comment="意见在")
    assert page.status == 422
    kept = dict(page.fields())
    assert kept["comment"] == "意见在"
    assert page.says(".form-errors") != []


def test_a_draft_is_saved_without_a_script_and_by_one(desk):
    page = desk.page("leader").press("保存草稿", applies_to="2028 级")
    assert dict(page.fields())["values[applies_to]"] == "2028 级"
    assert page.says(".toast") == ["草稿已保存。"]
    assert Paper.open(page.browser, "/tasks/?box=drafts").says(".item .ti") == [TITLE]
    put = _put(page, {"values": {"applies_to": "2029 级"}, "revision": 1})
    assert put.status_code == 200
    assert put.json["revision"] == 2
    stale = _put(page, {"values": {"applies_to": "老的"}, "revision": 1})
    assert stale.status_code == 412
    standing = stale.json["conflict"]
    assert (standing["revision"], standing["by"]) == (2, "")
    assert standing["values"]["applies_to"] == "2029 级"
    assert all("goal_label" not in row for row in standing["values"]["goals"])
    for wrong in ({"values": [], "revision": 2}, {"values": {}}, [], None, {"revision": 2}):
        assert _put(page, wrong).status_code == 422
    refused = _put(page, {"values": {"invented": 1}, "revision": 2})
    assert refused.json["errors"].keys() == {"invented"}


def _put(page, body):
    token = dict(page.fields())["csrf_token"]
    path = page.all("[data-draft-url]")[0].get("data-draft-url")
    return page.browser.put(path, json=body, headers={"X-CSRF-Token": token})


def test_a_draft_saved_elsewhere_shows_both(desk):
    mine, other = desk.page("leader"), desk.page("leader")
    other.press("保存草稿", applies_to="别处写的")
    page = mine.press("保存草稿", applies_to="这里写的")
    assert page.status == 412
    assert dict(page.fields())["values[applies_to]"] == "这里写的"
    assert page.says(".task-changes td") == ["别处写的", "这里写的"]
    assert page.press("保存草稿").status == 200
    assert dict(desk.page("leader").fields())["values[applies_to]"] == "这里写的"


@pytest.mark.parametrize("verb", ["completion", "return", "draft", "extension/withdrawal"])
def test_the_address_of_a_verb_leads_to_its_task(desk, verb):
    place = f"/tasks/{desk.task()}"
    assert desk.browser("leader").get(f"{place}/{verb}").headers["Location"] == place
    assert desk.browser("stranger").get(f"{place}/{verb}").status_code == 404


def test_a_draft_is_thrown_away_after_asking(desk):
    page = desk.page("leader").press("保存草稿", applies_to="写坏了")
    (ask,) = page.all("#discard form")
    typed = {one.get("name"): one.get("value") for one in ask.iter("input")}
    _put(page, {"values": {"applies_to": "还是不对"}, "revision": 1})  # by this very person
    done = page.browser.post(ask.get("action"), data=typed, follow_redirects=True)
    page = Paper(page.browser, done)
    assert "草稿已放弃" in page.says(".toast")[0]
    assert dict(page.fields())["values[applies_to]"] != "写坏了"
    assert Paper.open(page.browser, "/tasks/?box=drafts").says(".item .ti") == []
    again = page.browser.post(ask.get("action"), data=typed)
    assert again.status_code == 303  # there is nothing left: nothing happens


def test_a_row_button_works_without_a_script(desk):
    page = desk.page("leader")
    count = len(page.all("tr[data-row]"))
    after = page.press("加一行", applies_to="2027 级")
    assert len(after.all("tr[data-own]")) == 1
    assert len(after.all("tr[data-row]")) == count + 1
    assert dict(after.fields())["values[applies_to]"] == "2027 级"


def test_a_return_asks_where_to_and_needs_a_reason(desk):
    page = desk.submitted().page("reviewer").press("退回", comment="先写在意见里")
    assert page.status == 200
    assert dict(page.fields())["return_reason"] == "先写在意见里"
    assert "退回给 吴允恭" in page.text
    refused = page.press("退回给", return_reason=" ", comment="")
    assert refused.status == 422
    assert refused.says("#return .err") == ["请写明理由。"]
    cancelled = page.press("取消")
    assert dict(cancelled.fields())["comment"] == "先写在意见里"
    done = refused.press("退回给", return_reason="请补充备注")
    assert done.says(".toast") == [f"已退回：{TITLE}。现在到提交，在 吴允恭 处。"]
    back = desk.page("leader")
    assert "周明岚于" in back.text
    assert any("请补充备注" in one for one in back.says(".callout"))
    assert "第 2 遍" in back.text


def test_the_second_time_what_changed_is_marked(desk):
    desk.submitted().page("reviewer").press("退回").press("退回给", return_reason="请改")
    desk.page("leader").press("提交", applies_to="2030 级", description="重写")
    page = desk.page("reviewer")
    assert "办理后改了 12 处" in page.text
    assert len(page.says(".form-chg")) == 12
    assert page.says(".task-changes tbody tr")[0].endswith("2030 级")
    assert [one.split()[0] for one in page.says(".column h3")] == ["审批·第", "第"]


def test_what_was_sent_twice_is_done_once_and_said_kindly(desk):
    page = desk.submitted().page("reviewer")
    page.press("审核通过", comment="同意")
    again = page.press("审核通过", comment="同意，第二次")
    assert again.status == 409
    assert "您刚才的操作没有再做一次。" in again.text
    assert again.says("#typed") == ["同意，第二次"]
    assert again.fields("task-form") != []
    assert again.all(".verbs") == []


def test_a_colleague_who_comes_too_late_reads_who_was_first(desk):
    desk.submitted()
    asking = desk.page("reviewer2").press("退回")
    deciding = desk.page("reviewer2")
    desk.page("reviewer").press("审核通过", comment="同意")
    for late in (
        asking.press("退回给", return_reason="要改"),
        deciding.press("退回", comment="要改"),
    ):
        assert late.status == 409
        assert "这项任务已经由周明岚于" in late.text
        assert late.says("#typed") == ["要改"]


def test_what_is_typed_into_a_finished_task_is_still_there_to_copy(desk):
    one, other = desk.page("leader"), desk.page("leader")
    one.press("提交", description="写明")
    late = other.press("提交", description="第二个窗口写的", comment="话")
    assert late.status == 409
    assert late.says(".form-text").count("第二个窗口写的") == 11
    assert _put(other, {"values": {}, "revision": 0}).status_code == 410


def test_taking_and_putting_back(desk):
    page = desk.submitted().page("reviewer").press("领取", comment="不丢")
    assert page.path == f"/tasks/{desk.task()}"
    other = desk.page("reviewer2")
    assert "周明岚正在办这一项" in other.text
    assert other.all(".verbs") == []
    token = next(value for name, value in page.fields() if name == "csrf_token")
    refused = other.send(f"/tasks/{desk.task()}/claim", other.fields())
    assert refused.status == 409
    assert "周明岚已经在办这项任务。" in refused.text
    assert token
    assert "领取" in page.press("放回").says(".verbs")[0]


def test_handing_over_to_a_person_found_by_name(desk):
    page = desk.submitted().page("reviewer").press("转办")
    found = page.press("查找", reassign_q="郑")
    assert "郑怀瑾" in found.text
    assert "智能制造学院·二级学院审核岗" in found.text
    nobody = found.send(
        f"/tasks/{desk.task()}/reassignment",
        [pair for pair in found.fields() if pair[0] != "reassign_to"],
    )
    assert (nobody.status, nobody.says(".callout b")[0]) == (422, "请选择转办给谁。")
    done = found.press("转办", reassign_reason="我在外地")
    assert done.says(".toast") == [f"已转办：{TITLE}。现在到二级学院审核，在 郑怀瑾 处。"]
    assert Paper.open(desk.browser("reviewer2"), "/tasks/").says(".item .ti") == [TITLE]
    assert desk.page("reviewer2").press("审核通过").status == 200


def test_people_are_found_by_the_beginning_of_a_name_only(desk):
    browser = desk.browser("stranger")
    assert "李致远" in browser.get("/tasks/people?q=李").text
    assert "李致远" in browser.get("/tasks/people?q=offi").text
    for text in ("", "%", "_", "致远", "x" * 5_000):
        assert "李致远" not in browser.get("/tasks/people", query_string={"q": text}).text


def test_nobody_decides_on_what_they_did_not_see(desk):
    page = desk.submitted().page("reviewer")
    seen = [(name, "0" * 64 if name == "seen" else value) for name, value in page.fields()]
    sent = [(name, "看过了" if name == "comment" else value) for name, value in seen]
    refused = page.send(f"/tasks/{desk.task()}/completion", [*sent, ("outcome", "approve")])
    assert refused.status == 422
    assert "表单内容有改动" in refused.text
    assert dict(refused.fields())["comment"] == "看过了"


def test_an_outcome_that_the_step_does_not_offer_is_refused(desk):
    page = desk.submitted().page("reviewer")
    sent = [*page.fields(), ("outcome", "refuse"), ("comment", "没有这个")]
    assert page.send(f"/tasks/{desk.task()}/completion", sent).status == 422


def test_strangers_find_nothing(desk):
    task, browser = desk.task(), desk.browser("stranger")
    token = {"X-CSRF-Token": csrf(browser)}
    for path in (f"/tasks/{task}", f"/tasks/{task}/preview", "/tasks/999999"):
        assert browser.get(path, headers={"HX-Request": "true"}).status_code == 404
    for verb in ("completion", "return", "reassignment", "claim", "release", "draft"):
        path = f"/tasks/{task}/{verb}"
        assert browser.post(path, headers=token).status_code == 404
        assert browser.post(path).status_code == 403
    put = browser.put(f"/tasks/{task}/draft", json={"values": {}, "revision": 0}, headers=token)
    assert put.status_code == 404


def csrf(browser):
    page = Paper.open(browser, "/account")
    return page.all('meta[name="csrf-token"]')[0].get("content")


def test_whoever_began_it_may_look_on(desk):
    page = desk.submitted().page("leader", "college_review")
    assert page.status == 200
    assert "这一项在等别人办" in page.text
    assert page.all(".verbs, .form-sheet textarea") == []


def test_words_stay_words(desk):
    evil = "</textarea><script>alert(1)</script>{{7*7}}"
    page = desk.page("leader").press("提交", description=evil, comment=evil)
    assert page.status == 200
    shown = desk.page("reviewer")
    assert evil in shown.says(".form-text")
    assert evil in shown.says(".quote")
    assert shown.tree.xpath("//script[not(@src)]") == []


def test_the_pane_beside_the_list_is_the_task(desk):
    browser = desk.submitted().browser("reviewer")
    path = f"/tasks/{desk.task()}/preview"
    assert browser.get(path).headers["Location"] == f"/tasks/{desk.task()}"
    page = Paper(browser, browser.get(path, headers={"HX-Request": "true"}))
    assert page.all("nav.rail") == []
    done = page.press("审核通过", "preview-form")
    assert done.path == "/tasks/"
    chosen = Paper.open(desk.browser("office"), f"/tasks/?task={desk.task()}")
    assert chosen.says("#preview .top h2") == [TITLE]


def test_a_page_of_the_list_costs_the_same_however_long_it_is(desk, app):
    browser = desk.browser("office")
    desk.submitted().page("reviewer").press("审核通过")
    one = statements(app, lambda: browser.get("/tasks/"))
    _copies(desk, 30)
    page = Paper.open(browser, "/tasks/")
    assert len(page.says(".item")) == 31
    assert statements(app, lambda: browser.get("/tasks/")) == one


def _copies(desk, count):
    table, offers = UserTask.__table__, TaskCandidate.__table__
    begin_writing(desk.db)
    last = select(table).order_by(table.c.id.desc()).limit(1)
    row = desk.db.execute(last).mappings().one()
    for number in range(1, count + 1):
        task = row["id"] + number
        desk.db.execute(insert(table), {**row, "id": task, "token": f"x{number}"})
        offer = {"task_id": task, "key": "p:academic_affairs", "sort_at": clock.now()}
        desk.db.execute(insert(offers), {**offer, "returned": False})
    desk.db.commit()
