"""Every kind of subject: its goals, standards and plan, written, sent back once, approved, printed.

Through the pages, by the people of the figure, in the demo college.
"""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from engine import clock, jobs
from engine.models import ProcessInstance, TaskStatus, User, UserTask
from engine.replay import replay
from quality import kinds
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.rows import GRID
from tests.integration.web.paper import Paper
from web.demo import PASSWORD
from web.demo.documents import open_task

YEAR = clock.today().year + 1
PERIODS = {Stage.GOAL: f"{YEAR}-{YEAR + 2}", Stage.STANDARD: str(YEAR), Stage.PLAN: str(YEAR)}
# who is asked, in order
FIGURES = {
    "functional_department": "party_office_review leader_approval",
    "secondary_college": "party_office_review contact_leader_approval",
    "major": "college_review academic_affairs_approval",
    "course": "college_review academic_affairs_approval",
    "teaching_staff_team": "hr_office_review leader_approval",
    "teacher": "college_approval",
    "student_cohort": "college_reading student_affairs_review leader_approval",
    "student": "counsellor_approval",
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
    },
}


pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def settings():
    return {"ZHENGAI_DEMO": "1"}


def token(page):
    """What the page proves with that a form is its own."""
    return page.tree.xpath("//meta[@name='csrf-token']/@content")[0]


class Walk:
    """One kind of subject and its people, at their browsers."""

    def __init__(self, app, db, sessions, key):
        self.app, self.db, self.sessions = app, db, sessions
        self.figure = FIGURES[key].split()
        self.browsers, self.seen = {}, {}
        begun = select(Document.subject_id)
        free = (Subject.kind == key) & Subject.owner_id.is_not(None) & Subject.id.not_in(begun)
        wanted = select(Subject.id, Subject.owner_id).where(free).order_by(Subject.id).limit(1)
        self.subject, self.owner = self.ask(wanted, rows=True)[0]

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
        """Whoever answers for the subject begins: the case, and the page of its first task."""
        page = Paper.open(self.browser(self.owner), f"/instances/new?subject={self.subject}")
        asked = {"subject": f"subject:{self.subject}", "stage": stage, "period": PERIODS[stage]}
        written = page.send("/instances", [("csrf_token", token(page)), *asked.items()])
        assert written.status == 200, written.text[:300]
        newest = select(ProcessInstance.id).order_by(ProcessInstance.id.desc()).limit(1)
        return self.ask(newest)[0], written

    def at(self, case):
        """Which step is open, its task, and the browser of somebody who may do it."""
        task = open_task(self.db, case)
        self.db.rollback()
        return task.element, f"/tasks/{task.id}", self.browser(task.person)

    def hand_in(self, page, stage, more=""):
        typed = {name: text + more for name, text in WRITTEN[stage].items()}
        if more:
            typed |= {name: WRITTEN[stage][name] for name in ("until",) if name in typed}
        told = page.press("提交", **typed)
        assert told.status == 200, told.says(".err")
        assert told.says(".toast")[0].startswith("已提交")

    def send_back(self, case):
        """The first of the figure looks at it and is not content."""
        _element, path, browser = self.at(case)
        page = Paper.open(browser, path)
        sent = {"csrf_token": token(page), "return_to": "initiator", "return_reason": REASON}
        assert browser.post(f"{path}/return", data=sent).status_code == 303

    def agree(self, case):
        """Whoever has it decides; the first of them has looked at it before."""
        element, path, browser = self.at(case)
        sent = {"csrf_token": self.tokens(browser), "outcome": "approve", "comment": "同意。"}
        told = browser.post(f"{path}/completion", data=sent)
        assert told.status_code == 303, told.text[:300]
        return element

    def tokens(self, browser):
        """The token of a browser's session, from a small page."""
        if browser not in self.seen:
            self.seen[browser] = token(Paper.open(browser, "/account"))
        return self.seen[browser]

    def finish(self):
        while jobs.run_due(self.sessions, "test"):
            pass


@pytest.mark.parametrize("key", kinds.KEYS)
def test_three_stages_of_a_kind_go_all_the_way(app, db, sessions, key):
    db.rollback()
    walk = Walk(app, db, sessions, key)
    cases = []
    for stage, size in zip(PERIODS, (*SIZES[key], SIZES[key][1]), strict=True):
        case, page = walk.begin(stage)
        cases.append(case)
        walk.hand_in(page, stage)
        walk.send_back(case)
        element, path, browser = walk.at(case)
        assert element == "submit"
        walk.hand_in(Paper.open(browser, path), stage, "（已补充）")
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
