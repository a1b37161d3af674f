"""Flows, their versions, files that are brought, and the designer's page and its requests."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import update

from engine import definitions
from engine.models import Job
from tests.college import ROOT
from tests.integration.engine import flow
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper
from web import due_words

FIGURE_4 = (ROOT / "processes/approval_major.bpmn").read_bytes()
KEY = "approval_major"
OTHER = FIGURE_4.replace(b"approval_major", b"my_flow").replace(
    b"my_flow.form", b"approval_major.form"
)
THIRD_STEP = """\
    <bpmn:userTask id="leader_approval" name="校领导核准"
        camunda:candidateGroups="post:academic_affairs" camunda:formRef="major">
      <bpmn:incoming>to_publish</bpmn:incoming>
      <bpmn:outgoing>to_publish_now</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_publish_now" sourceRef="leader_approval" targetRef="publish" />
    <bpmn:serviceTask """


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def test_everybody_sees_flows_and_versions(office, browser):
    office.start()
    leader = browser("leader")
    assert "专业建设目标、标准、诊改计划审核上传流程" in Paper.open(leader, "/definitions").text
    page = Paper.open(leader, f"/definitions/{KEY}")
    assert "现行第 1 版" in page.text
    assert "测试" in page.text
    assert "在办 1" in page.text
    assert "二级学院审核岗（主体所属二级学院）" in page.text
    assert "打开设计器" not in page.text
    version = Paper.open(leader, f"/definitions/{KEY}/versions/1")
    assert "审核通过、退回、转办" in version.text
    for path in ("/nobody", f"/{KEY}/versions/9", f"/{KEY}/versions/0", "/nobody/versions/1"):
        assert leader.get(f"/definitions{path}").status_code == 404


@pytest.mark.usefixtures("office")
def test_a_flow_is_told_in_names_and_plain_words_and_says_when_it_begins(browser, db, college):
    steps = (
        flow.step("one", "user:reviewer", due="3 working days"),
        flow.step("two", "user:office", due="week 8 friday 17:00"),
        flow.step("three", "user:leader", due="P2D"),
    )
    timer = (
        b'<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeCycle>R2/P1D'
        b"</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"
    )
    xml = flow.chain("told", *steps).replace(b'<bpmn:startEvent id="start"/>', timer)
    definitions.publish(db, xml, by=college.actor(db, "admin"), note="看")
    db.commit()
    page = Paper.open(browser("leader"), "/definitions/told")
    assert "周明岚" in page.text
    assert "reviewer" not in page.text
    for words in ("3 个工作日", "第 8 教学周星期五 17:00", "2 天", "以何知行的名义"):
        assert words in page.text
    begins = "下次自动发起"
    assert begins in Paper.open(browser("leader"), "/definitions").text
    for status, words in (("failed", "没有自动发起"), ("done", "不再自动发起")):
        db.execute(update(Job).where(Job.kind == "schedule").values(status=status))
        db.commit()
        assert words in Paper.open(browser("leader"), "/definitions/told").text
    assert begins not in Paper.open(browser("leader"), "/definitions").text


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("cycle:plan_end - 2 working days", "“计划截止”前 2 个工作日"),
        ("field:hand_in_by 后3个工作日 9:30", "“hand_in_by”后 3 个工作日 09:30"),
        ("cycle:plan_end 17:00", "“计划截止” 17:00"),
        ("2027-03-01T09:00:00+08:00", "2027-03-01T09:00:00+08:00"),
        ("PT90M", "90 分钟"),
        ("", ""),
    ],
)
def test_a_deadline_is_said_in_words(app, written, words):
    with app.test_request_context():
        assert due_words.said(written, {"plan_end": "计划截止"}) == words


def test_a_diagram_is_taken_away_byte_by_byte(browser):
    leader = browser("leader")
    address = f"/definitions/{KEY}/versions/1/bpmn"
    assert leader.get(address).data == FIGURE_4
    taken = leader.get(f"{address}?download=1")
    assert taken.headers["Content-Disposition"].startswith(
        'attachment; filename="approval_major-v1.bpmn"'
    )


def test_a_file_becomes_a_draft_with_its_findings(browser):
    admin = browser("admin")
    broken = FIGURE_4.replace(b"post:academic_affairs", b"post:nobody")
    sent = upload(admin, broken)
    assert sent.location == f"/definitions/{KEY}"
    page = Paper.open(admin, f"/definitions/{KEY}")
    assert "个错误" in page.text
    assert "现行第 1 版" in page.text
    assert admin.get(f"/definitions/{KEY}/draft/bpmn").data == broken


def test_a_draft_is_not_lost_to_a_file(browser):
    admin = browser("admin")
    upload(admin, FIGURE_4 + b"\n")
    second = FIGURE_4 + b"\n\n"
    page = Paper(admin, upload(admin, second))
    assert page.status == 409
    assert "已经有一份草稿" in page.text
    assert admin.get(f"/definitions/{KEY}/draft/bpmn").data == FIGURE_4 + b"\n"
    assert upload(admin, second, replace="1").status_code == 303
    assert admin.get(f"/definitions/{KEY}/draft/bpmn").data == second


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"", "请选择一个 BPMN 文件"),
        (b"no xml", ""),
        (b"<a/>", ""),
        (FIGURE_4.replace(b'process id="approval_major"', b'process id="a/b"'), "流程标识"),
        (b"x" * 5_000_001, "文件太大"),
    ],
)
def test_what_is_no_diagram_is_refused_with_a_sentence(browser, xml, sentence):
    page = Paper(admin := browser("admin"), upload(admin, xml))
    assert page.status == 422
    assert page.says(".callout.late")
    assert sentence in page.text


def test_a_new_flow_comes_as_a_draft(browser):
    admin = browser("admin")
    assert upload(admin, OTHER).location == "/definitions/my_flow"
    page = Paper.open(admin, "/definitions/my_flow")
    assert "还没有发布过" in page.text
    assert "未发布" in Paper.open(admin, "/definitions").text


def test_only_administrators_design(browser):
    for name in ("leader", "auditor"):
        client = browser(name)
        token = form(client)["csrf_token"]
        assert upload(client, FIGURE_4).status_code == 403
        assert client.get(f"/definitions/{KEY}/draft").status_code == 403
        assert client.get(f"/definitions/{KEY}/draft/bpmn").status_code == 403
        assert save(client, FIGURE_4, 0, token).status_code == 403
        assert publish(client, 0, token).status_code == 403


def test_the_designer_knows_what_may_be_chosen(browser):
    page = Paper.open(browser("admin"), f"/definitions/{KEY}/draft")
    known = json.loads(page.tree.xpath("string(//template[@data-json='known'])"))
    posts = {one["value"]: one["label"] for one in known["posts"]}
    assert posts["college_reviewer"] == "二级学院审核岗"
    (major,) = (one for one in known["forms"] if one["value"] == "major")
    assert "goals" in {one["value"] for one in major["fields"]}
    assert KEY in {one["value"] for one in known["flows"]}
    assert {"value": "plan_end", "label": "诊改计划制定截止"} in known["dates"]
    assert {"decisions", "policies"} <= known.keys()
    assert browser("admin").get("/definitions/nobody/draft").status_code == 404


def test_a_third_step_is_saved_checked_and_published_and_only_new_cases_take_it(office, browser):
    running = office.start()
    admin = browser("admin")
    token = form(admin)["csrf_token"]
    xml = with_third_step()
    found = admin.post(
        f"/definitions/{KEY}/draft/findings", data=xml, headers={"X-CSRF-Token": token}
    )
    assert [one for one in found.json if one["severity"] == "error"] == []
    saved = save(admin, xml, 0, token)
    assert saved.json["revision"] == 1
    assert "可以发布" in Paper.open(admin, f"/definitions/{KEY}").text
    made = publish(admin, 1, token, note="加一步核准")
    assert made.status_code == 201
    assert made.json["number"] == 2
    page = Paper.open(admin, f"/definitions/{KEY}")
    assert "加一步核准" in page.text
    assert "可以发布" not in page.text
    assert "校领导核准" not in browser("leader").get(f"/instances/{running}/bpmn").text
    later = office.does("start", {"stage": "goal", "period": "2029-2031"})
    assert "校领导核准" in browser("leader").get(f"/instances/{later}/bpmn").text


def test_saving_over_somebody_else_is_refused(browser):
    admin = browser("admin")
    token = form(admin)["csrf_token"]
    assert save(admin, FIGURE_4, 0, token).status_code == 200
    stale = save(admin, FIGURE_4, 0, token)
    assert stale.status_code == 412
    assert stale.json["revision"] == 1
    assert stale.json["saved_by"] == "何知行"
    assert publish(admin, 0, token).status_code == 412


@pytest.mark.parametrize("note", ["", "   "])
def test_publishing_needs_a_note(browser, note):
    admin = browser("admin")
    token = form(admin)["csrf_token"]
    save(admin, with_third_step(), 0, token)
    answer = publish(admin, 1, token, note=note)
    assert answer.status_code == 422
    assert "请写明理由" in answer.json["title"]
    assert "现行第 1 版" in Paper.open(admin, f"/definitions/{KEY}").text


def test_an_error_forbids_publishing_and_is_named(browser):
    admin = browser("admin")
    token = form(admin)["csrf_token"]
    save(admin, FIGURE_4.replace(b"post:academic_affairs", b"post:nobody"), 0, token)
    answer = publish(admin, 1, token)
    assert answer.status_code == 422
    assert [one["element"] for one in answer.json["findings"] if one["severity"] == "error"] == [
        "academic_affairs_approval"
    ]
    save(admin, OTHER, 1, token)
    foreign = publish(admin, 2, token)
    assert foreign.status_code == 422
    assert "my_flow" in foreign.json["title"]


def with_third_step():
    """Figure 4 with one more step of people before it is published."""
    text = FIGURE_4.decode()
    flow = 'sourceRef="academic_affairs_approval" targetRef="publish"'
    assert flow in text
    text = text.replace(flow, flow.replace('targetRef="publish"', 'targetRef="leader_approval"'))
    before, after = text.split("<bpmn:serviceTask ", 1)
    after = after.replace("<bpmn:incoming>to_publish<", "<bpmn:incoming>to_publish_now<", 1)
    return (before + THIRD_STEP + after).encode()


def upload(client, xml, **more):
    """Send a file as the page does."""
    sent = form(client, file=(io.BytesIO(xml), "flow.bpmn"), **more)
    answer = client.post("/definitions", data=sent)
    answer.request.environ["wsgi.input"].close()
    return answer


def save(client, xml, revision, token):
    """Save as the designer does."""
    headers = {"If-Match": f'"{revision}"', "X-CSRF-Token": token, "Accept": "application/json"}
    return client.put(f"/definitions/{KEY}/draft", data=xml, headers=headers)


def publish(client, revision, token, note="说明"):
    """Publish as the designer does."""
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    asked = {"note": note, "revision": revision}
    return client.post(f"/definitions/{KEY}/versions", json=asked, headers=headers)
