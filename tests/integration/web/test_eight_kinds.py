"""Every kind of subject: its goals, standards and plan, written, sent back once, approved, printed.

Through the pages, by the people of the figure, in the demo college.
"""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from engine import jobs
from engine.models import ProcessInstance, TaskStatus, User, UserTask
from engine.replay import replay
from quality import kinds
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.rows import GRID
from tests.integration.web.paper import Paper
from web.demo import PASSWORD
from web.demo.documents import open_task

YEAR = 2027
PERIODS = {Stage.GOAL: f"{YEAR}-{YEAR + 2}", Stage.STANDARD: str(YEAR), Stage.PLAN: str(YEAR)}
# whose documents nobody in the demo has begun, who begins, and who is asked, in order
FIGURES = {
    "functional_department": ("research", "", "party_office_review leader_approval"),
    "secondary_college": ("design", "", "party_office_review contact_leader_approval"),
    "major": ("460305", "major_leader", "college_review academic_affairs_approval"),
    "course": ("46030503", "course_leader", "college_review academic_affairs_approval"),
    "teaching_staff_team": ("design", "", "hr_office_review leader_approval"),
    "teacher": ("202000001", "major_leader", "college_approval"),
    "student_cohort": (
        "460306-{grade}",
        "counsellor",
        "college_reading student_affairs_review leader_approval",
    ),
    "student": ("2026000155", "", "counsellor_approval"),
}
# of goals, items: every row of tables 1 to 8 and 11 to 26
SIZES = {
    "functional_department": (5, 11),
    "secondary_college": (16, 55),
    "major": (11, 41),
    "course": (8, 31),
    "teaching_staff_team": (7, 26),
    "teacher": (9, 28),
    "student_cohort": (9, 45),
    "student": (9, 43),
}
REASON = "有几行没有写明数量，请补充。"
WRITTEN = {
    Stage.GOAL: {"description": "三年内达到省内同类前列", "remark": "依据学校规划"},
    Stage.STANDARD: {
        "performance": "完成率 95%",
        "assurance": "专人负责，经费 2 万元",
        "process": "计划、检查、总结",
    },
    Stage.PLAN: {
        "current_state": "去年完成 88%",
        "problem": "责任没有落实到人",
        "what": "明确责任人",
        "owner": "王芳",
        "until": f"{YEAR}-06-30",
        "assessment": "达到 95% 得满分",
        "weight": "1",
    },
}


@pytest.fixture(scope="session")
def sqlite_college(sqlite_demo):
    return sqlite_demo


@pytest.fixture(scope="session")
def postgresql_college(postgresql_demo):
    return postgresql_demo


@pytest.fixture
def settings():
    return {"ZHENGAI_DEMO": "1"}


class Walk:
    """One kind of subject and its people, at their browsers."""

    def __init__(self, app, db, sessions, key):
        self.app, self.db, self.sessions, self.kind = app, db, sessions, kinds.get(key)
        code, self.beginner, figure = FIGURES[key]
        self.figure = figure.split()
        self.browsers = {}
        grade = max(self.ask(select(Subject.code).where(Subject.kind == "student_cohort")))[-4:]
        here = (Subject.kind == key) & (Subject.code == code.format(grade=grade))
        row = self.ask(select(Subject.id, Subject.owner_id).where(here), rows=True)[0]
        self.subject, self.owner = row

    def ask(self, wanted, *, rows=False):
        found = self.db.execute(wanted)
        answer = found.all() if rows else list(found.scalars())
        self.db.rollback()
        return answer

    def browser(self, person):
        """The browser of a person, signed in once."""
        if person not in self.browsers:
            (name,) = self.ask(select(User.username).where(User.id == person))
            client = self.app.test_client()
            sent = {"username": name, "password": PASSWORD}
            assert client.post("/sign-in", data=sent).status_code == 303, name
            self.browsers[person] = client
        return self.browsers[person]

    def begin(self, stage):
        """Whoever answers for the subject begins; or who may by their post."""
        person = self.owner
        if self.beginner:
            (person,) = self.ask(select(User.id).where(User.username == self.beginner))
        page = Paper.open(self.browser(person), f"/instances/new?subject={self.subject}")
        token = page.all('input[name="csrf_token"]')[0].get("value")
        asked = {"subject": f"subject:{self.subject}", "stage": stage, "period": PERIODS[stage]}
        sent = [("csrf_token", token), *asked.items()]
        written = page.send("/instances", sent)
        assert written.status == 200, written.text[:300]
        return self.ask(select(ProcessInstance.id).order_by(ProcessInstance.id.desc()).limit(1))[0]

    def page(self, case):
        """The page of the task that is open now, before somebody who may do it."""
        task = open_task(self.db, case)
        self.db.rollback()
        return task.element, Paper.open(self.browser(task.person), f"/tasks/{task.id}")

    def hand_in(self, case, stage, more=""):
        element, page = self.page(case)
        assert element == "submit"
        typed = {name: text + more for name, text in WRITTEN[stage].items()}
        if more:
            typed |= {name: WRITTEN[stage][name] for name in ("until", "weight") if name in typed}
        told = page.press("提交", **typed)
        assert told.status == 200, told.says(".err")
        assert told.says(".toast")[0].startswith("已提交")

    def send_back(self, case):
        _element, page = self.page(case)
        client, path = page.browser, page.path
        fields = [(name, value) for name, value in page.fields() if name == "csrf_token"]
        sent = [*fields, ("return_to", "initiator"), ("then", "through_steps")]
        told = page.send(f"{path}/return", [*sent, ("return_reason", REASON)])
        assert told.status == 200, told.text[:400]
        assert client is page.browser

    def agree(self, case):
        """Whoever has it presses the word of the figure."""
        element, page = self.page(case)
        label = next(
            text
            for text in page.says(".verbs button")
            if text.endswith("通过") or text == "已阅上报"
        )
        told = page.press(label, comment="同意。")
        assert told.status == 200, told.text[:300]
        return element

    def finish(self):
        while jobs.run_due(self.sessions, "test"):
            pass


@pytest.mark.parametrize("key", kinds.KEYS)
def test_three_stages_of_a_kind_go_all_the_way(app, db, sessions, key):
    db.rollback()
    walk = Walk(app, db, sessions, key)
    cases = []
    for stage, size in zip(PERIODS, (*SIZES[key], SIZES[key][1]), strict=True):
        case = walk.begin(stage)
        cases.append(case)
        walk.hand_in(case, stage)
        walk.send_back(case)
        walk.hand_in(case, stage, "（已补充）")
        assert [walk.agree(case) for _step in walk.figure] == walk.figure
        walk.finish()
        version = select(DocumentVersion.data, DocumentVersion.number, Document.id, Document.status)
        wanted = version.join(Document, Document.id == DocumentVersion.document_id)
        ((data, number, document, status),) = walk.ask(
            wanted.where(DocumentVersion.instance_id == case), rows=True
        )
        assert (number, status) == (1, "published")
        values = orjson.loads(data)
        rows = values[GRID[stage]]
        assert len(rows) == size
        column = next(iter(WRITTEN[stage]))
        assert {row[column] for row in rows} == {WRITTEN[stage][column] + "（已补充）"}
        assert values["approved_by"]
        if key == "functional_department" and stage is not Stage.GOAL:
            assert values["year"] == str(YEAR)
        shown = Paper.open(walk.browser(walk.owner), f"/documents/{document}")
        assert shown.status == 200
        assert WRITTEN[stage][column] in shown.text
    if key == "teacher":
        paper = walk.browser(walk.owner).get(f"/documents/{document}/print.pdf")
        assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
    done = select(UserTask.element_id).where(UserTask.status == TaskStatus.COMPLETED)
    assert set(walk.ask(done.where(UserTask.instance_id.in_(cases)))) == {"submit", *walk.figure}
    for case in cases:
        assert replay(db, case).difference is None
