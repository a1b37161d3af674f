"""The list of cases, beginning one, the page of one, ending it."""

from __future__ import annotations

import pytest

from tests.college import ROOT, publish
from tests.integration.engine import flow
from tests.integration.web.office import Office, form, statements
from tests.integration.web.paper import Paper
from tests.story import filled

TITLE = "工业机器人技术·专业建设目标（2026–2028）"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def test_the_page_to_begin_names_what_is_possible_and_why_the_rest_is_not(browser):
    page = Paper.open(browser("leader"), "/instances/new")
    assert "工业机器人技术" in page.text
    assert "专业建设目标" in page.text
    assert "还没有已发布的建设目标" in page.text
    assert "质量标准还没有发布" in page.text
    assert "诊改计划还没有发布" in page.text
    assert page.says("button[disabled]") == ["发起"] * 5  # two standards, two plans, a collection


def test_what_waits_for_whoever_would_begin_it_again_leads_to_its_task(office, browser):
    case = office.start()
    leader = browser("leader")
    begun = Paper.open(leader, "/instances/new")
    assert "等我办理" in begun.text
    assert begun.says("main a.btn.primary")[0] == "去办理"
    written = filled(office.does("values", case), "goals", "description")
    office.does("hand_in", case, "leader", written)
    office.does("return_", case, "reviewer", "请补充依据")
    page = Paper.open(leader, "/instances/new")
    assert "退回给我" in page.text
    assert "不用重新发起" in page.text
    task = page.tree.xpath("//main//a[text()='去修改']/@href")[0]
    assert Paper.open(leader, task).says("h1")[0] == TITLE
    office.does("hand_in", case, "leader", None, "已补充")
    assert f"/instances/{case}" in Paper.open(leader, "/instances/new").tree.xpath(
        "//main//a/@href"
    )


def test_who_may_begin_nothing_is_told_what_to_do(browser):
    page = Paper.open(browser("stranger"), "/instances/new")
    assert "您现在没有可以发起的事项" in page.text


def test_beginning_leads_to_the_first_task(browser, college):
    leader = browser("leader")
    asked = form(leader, subject=college.subject, stage="goal", period="2026-2028")
    answer = leader.post("/instances", data=asked)
    assert answer.status_code == 303
    assert answer.location.startswith("/tasks/")
    assert TITLE in Paper.open(leader, "/instances").text


@pytest.mark.parametrize(
    ("stage", "period", "sentence"),
    [
        ("goal", "2026", "建设目标以三年为一期"),
        ("standard", "2027", "还没有已发布的建设目标"),
        ("plan", "2027", "2027 年的质量标准还没有发布"),
        ("collection", "2027", "2027 年的诊改计划还没有发布"),
        ("summary", "2027", "请选择要提交的"),
    ],
)
def test_a_refusal_keeps_what_was_typed(browser, college, stage, period, sentence):
    leader = browser("leader")
    asked = form(leader, subject=college.subject, stage=stage, period=period)
    page = Paper(leader, leader.post("/instances", data=asked))
    assert page.status == 422
    assert sentence in page.text
    assert page.all("#period")[0].get("value") == period


def test_nobody_begins_for_what_is_not_theirs(browser, college):
    stranger = browser("stranger")
    asked = form(stranger, subject=college.subject, stage="goal", period="2026-2028")
    assert stranger.post("/instances", data=asked).status_code == 404
    assert stranger.get(f"/instances/new?subject={college.subject}").status_code == 404
    assert stranger.get("/instances/new?subject=nobody").status_code == 404


def test_an_application_for_more_time_begins_at_its_task_alone(browser, db):
    publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    publish(db, flow.chain("leave", flow.step("ask")))
    db.commit()
    offered = [
        one.get("value")
        for one in Paper.open(browser("stranger"), "/instances/new").all('input[name="definition"]')
    ]
    assert offered == ["leave"]


def test_the_record_says_why_a_step_passed_by_itself(browser, db, college):
    reviewer = college.actor(db, "reviewer")
    steps = (
        flow.step("ask"),
        flow.step("look", "user:reviewer"),
        flow.step("look_again", "user:reviewer", repeat="skip"),
        flow.step("own", "user:leader", initiator_is_approver="skip"),
        flow.step("last", "user:office"),
    )
    leader = college.actor(db, "leader")
    case = flow.begin(db, flow.chain("passing", *steps), by=leader)
    flow.do(db, case, "ask", by=leader)
    flow.do(db, case, "look", by=reviewer)
    last = flow.open_tasks(db, case)["last"]
    db.commit()
    for page in (f"/instances/{case}", f"/tasks/{last}"):
        said = Paper.open(browser("office"), page).text
        assert "周明岚在前面的步骤已经同意" in said
        assert "由发起人吴允恭本人办，不用再审" in said
        assert said.count("自动通过") == 2


def test_a_case_says_who_has_it_and_what_happened(office, browser):
    case = office.returned()
    page = Paper.open(browser("leader"), f"/instances/{case}")
    assert "现在在 吴允恭 处" in page.text
    assert "第 2 遍" in page.text
    assert "请补充依据" in page.text
    assert page.says(".tl .badge.back") == ["退回"]
    assert '"count":1' in page.answer.text.replace(" ", "")
    assert "去办理" in page.text


def test_decisions_alone(office, browser):
    case = office.returned()
    page = Paper.open(browser("leader"), f"/instances/{case}?only=decisions")
    assert page.says(".tl .badge")[-2:] == ["退回", "提交"]


def test_a_published_case_leads_to_its_document(office, browser):
    case = office.published()
    page = Paper.open(browser("leader"), f"/instances/{case}")
    assert "已经办结" in page.text
    assert "发布为第 1 版" in page.text
    assert "已发布 v1" in page.text


def test_what_is_not_mine_does_not_exist(office, browser):
    case = office.submitted()
    stranger = browser("stranger")
    for path in ("", "/bpmn"):
        assert stranger.get(f"/instances/{case}{path}").status_code == 404
    assert stranger.get("/instances/999999").status_code == 404
    assert TITLE not in Paper.open(stranger, "/instances").text
    cancelled = stranger.post(f"/instances/{case}/cancellation", data=form(stranger, reason="x"))
    assert cancelled.status_code == 404


def test_the_drawing_is_that_of_its_version(office, browser, db):
    case = office.start()
    before = browser("leader").get(f"/instances/{case}/bpmn")
    changed = before.data.replace("二级学院审核".encode(), "学院初审".encode())
    office.does("run_jobs")
    publish(db, changed)
    db.commit()
    assert browser("leader").get(f"/instances/{case}/bpmn").data == before.data
    assert before.content_type.startswith("application/xml")


def test_only_administrators_end_a_case_and_with_a_reason(office, browser):
    case = office.submitted()
    leader, admin = browser("leader"), browser("admin")
    address = f"/instances/{case}/cancellation"
    assert leader.post(address, data=form(leader, reason="不要了")).status_code == 403
    page = Paper(admin, admin.post(address, data=form(admin, reason="  ")))
    assert page.status == 422
    assert "请写明理由" in page.text
    assert admin.post(address, data=form(admin, reason=SCRIPT)).status_code == 303
    ended = browser("leader").get(f"/instances/{case}").text
    assert "已经撤销" in ended
    assert SCRIPT not in ended
    assert "&lt;script&gt;" in ended
    assert admin.post(address, data=form(admin, reason="再来")).status_code == 409


def test_a_reason_that_is_too_long_is_kept(office, browser):
    case, admin = office.submitted(), browser("admin")
    long = "长" * 5001
    page = Paper(
        admin, admin.post(f"/instances/{case}/cancellation", data=form(admin, reason=long))
    )
    assert page.status == 413
    assert page.all("#reason")[0].text.strip() == long


def test_a_changing_form_without_its_token_does_nothing(office, browser):
    case, admin = office.submitted(), browser("admin")
    answer = admin.post(f"/instances/{case}/cancellation", data={"reason": "x"})
    assert answer.status_code == 403
    assert "办理中" in admin.get(f"/instances/{case}").text


def test_the_list_is_found_by_state_title_and_number(office, browser):
    case = office.submitted()
    admin = browser("admin")
    for path in ("?state=running", "?q=机器人", f"?q={case}", "?state=nonsense", "?after=x"):
        assert TITLE in Paper.open(admin, f"/instances{path}").text
    for path in ("?state=completed", "?q=没有这个", "?q=%25", "?mine=1"):
        page = Paper.open(admin, f"/instances{path}")
        assert TITLE not in page.text
        assert "没有符合条件的流程" in page.text


def test_a_longer_record_asks_no_more_often(office, browser, app):
    case = office.submitted()
    admin = browser("admin")
    admin.get(f"/instances/{case}")
    before = statements(app, lambda: admin.get(f"/instances/{case}"))
    for _round in range(3):
        office.does("return_", case, "reviewer", "再改")
        values = office.does("values", case)
        office.does("hand_in", case, "leader", values)
    assert statements(app, lambda: admin.get(f"/instances/{case}")) <= before + 1


def test_those_who_sign_one_step_are_named_in_one_line(browser, db, college):
    signers = "user:reviewer, user:reviewer2, user:office"
    steps = (flow.step("ask"), flow.step("vote", signers, signing="all"))
    leader = college.actor(db, "leader")
    case = flow.begin(db, flow.chain("together", *steps), by=leader)
    flow.do(db, case, "ask", by=leader)
    db.commit()
    page = Paper.open(browser("reviewer"), f"/instances/{case}")
    assert page.says(".holder b") == ["等 周明岚、郑怀瑾、李致远 办理"]
    assert page.says(".holder a") == ["去办理"]
