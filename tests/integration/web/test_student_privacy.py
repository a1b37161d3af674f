"""A student's words are for the student and those whose task it is: nobody else finds them.

Asked of every address that can name a case, a task, a document, a subject or evidence, and of every
list, by people of the same college and of others.
"""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from engine import grants, instances, roles, tasks
from engine.college import persons, posts, units
from engine.db import begin_writing
from engine.grants import NewGrant
from engine.models import Reach, Role, UserTask
from engine.people import SYSTEM
from engine.permissions import Action
from quality import chains, shipped, subjects
from quality.evidence.store import Store
from quality.models import DocumentVersion, Stage, Subject
from quality.rows import GRID
from tests.college import SINCE, publish
from tests.integration.web.api.program import PASSWORD, Program
from tests.library import Library
from tests.story import Story
from tests.unit.quality.test_evidence_files import PDF

CODE, NAME = "20260001", "孟小禾"
WORD, FILE, DRAFT = "口语薄弱", "省赛获奖", "想转专业"
SECRETS = (WORD, FILE, DRAFT, CODE, NAME)
"""What only those may read whom it concerns."""
WRITTEN = {
    Stage.GOAL: ("description",),
    Stage.STANDARD: ("performance", "assurance", "process"),
    Stage.PLAN: ("current_state", "problem", "assessment"),
    Stage.COLLECTION: ("conclusion",),
}
"""The columns that the student fills in."""
# who holds what where; s1 is the student
PEOPLE = {
    "s1": ("student", "class1"),
    "s2": ("student", "class1"),
    "own_counsellor": ("counsellor", "class1"),
    "counsellor": ("counsellor", "class2"),
    "teacher": ("teacher", "trade"),
    "head": ("head", "trade"),
    "over": ("leader", "trade"),
    "own_head": ("head", "machine"),
    "affairs": ("student_affairs", "academic_affairs"),
}
OFFICES = {
    "quality": Role.QUALITY_OFFICE,
    "process": Role.PROCESS_ADMIN,
    "operator": Role.OPERATOR,
    "auditor_here": Role.AUDITOR,
}
"""Who knows of every case by an office; of these, the auditor reads what is recorded."""
STRANGERS = ("s2", "counsellor", "teacher", "head", "over")
FEW = ("s2", "counsellor")
"""Who asks on PostgreSQL: what the conditions say there, `test_default_grants` compares as well."""
RIGHTFUL = ("s1", "own_counsellor", "reviewer", "own_head", "affairs")
LISTS = {
    "/documents": "?q={q}",
    "/documents/export": "?q={q}",
    "/evidence": "?q={q}&subject={subject}",
    "/evidence/export": "?q={q}",
    "/evidence/choices": "?q={q}&task={task}",
    "/instances": "?q={q}",
    "/instances/new": "?subject={subject}",
    "/subjects": "?q={q}",
    "/subjects/export": "?q={q}",
    "/subjects/chains": "?q={q}&year=2027",
    "/subjects/chains/export": "?q={q}&year=2027",
    "/tasks/": "?q={q}",
    "/tasks/people": "?q={q}",
    "/prints": "",
    "/notifications": "",
    "/api/v1/documents": "?q={q}",
    "/api/v1/evidence": "?q={q}",
    "/api/v1/instances": "?subject=subject:{subject}",
    "/api/v1/subjects": "?q={q}",
    "/api/v1/subjects/chains": "?q={q}&year=2027",
    "/api/v1/tasks": "",
    "/api/v1/notifications": "",
}
HIDDEN = {403, 404}
"""Not there; or an address that only a role may ask, whatever is there."""
OF_THE_DIRECTORY = {"/tasks/people"}
"""Where staff find everybody's name, as in the directory."""


class Class(Story):
    """A student's documents, one in each state."""

    def __init__(self, db, sessions, college, store):
        super().__init__(db, sessions, college)
        self._lay_people()
        row = {"kind": "student", "code": CODE, "name": NAME, "header": "{}", "is_active": True}
        row |= {"unit_id": college.units["class1"], "owner_id": college.users["s1"]}
        self.subject = db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
        chains.lay(db, by=SYSTEM)
        for flow in ("approval_student", "collection_student", "extension_request"):
            publish(db, shipped.bpmn(flow))
        library = Library(db, college, store)
        self.piece = library.add("s1", f"subject:{self.subject}", name=FILE)
        for stage in WRITTEN:
            self.published = self.publish(stage)
        self.waiting = self.begin(Stage.GOAL, "2029-2031")
        self.hand_in(self.waiting, "s1", self.written(self.waiting, Stage.GOAL))
        self.drafted = self.begin(Stage.GOAL, "2026-2028")
        self.hurried = self.asked_for_time()
        given = self.written(self.drafted, Stage.GOAL, DRAFT)
        by = self.person("s1")
        tasks.save_draft(db, self.task(self.drafted).id, by=by, values=given, revision=0)

    def _lay_people(self):
        db, college = self.db, self.college
        for name in ("class1", "class2"):
            above = college.units["machine"]
            college.units[name] = units.create(db, name, name, "class", by=SYSTEM, parent=above)
        for key in sorted({post for post, _unit in PEOPLE.values()}):
            college.posts[key] = posts.create(db, key, key, by=SYSTEM)
        for name, (post, unit) in PEOPLE.items():
            shown = NAME if name == "s1" else name
            user = persons.create(db, name, shown, by=SYSTEM, password=PASSWORD)
            place = college.units[unit]
            posts.give(db, user, college.posts[post], place, since=SINCE, by=SYSTEM)
            college.users[name] = user
        for name, role in OFFICES.items():
            user = persons.create(db, name, name, by=SYSTEM, password=PASSWORD)
            roles.give(db, user, role, by=SYSTEM)
            college.users[name] = user

    def begin(self, stage, period):
        flow = "collection_student" if stage is Stage.COLLECTION else "approval_student"
        return instances.start(
            self.db,
            flow,
            by=self.person("s1"),
            subject=subjects.reference(self.subject),
            values={"stage": stage.value, "period": period},
        )

    def written(self, case, stage, word=WORD):
        more = dict.fromkeys(WRITTEN[stage], word)
        if stage is Stage.PLAN:
            more |= {"measures": [{"what": word}]}
        if stage is Stage.COLLECTION:
            more |= {"evidence": [self.piece]}
        return {GRID[stage]: [row | more for row in self.values(case)[GRID[stage]]]}

    def asked_for_time(self):
        """The student asks for more time, with a reason that is for few."""
        task, by = self.task(self.drafted).id, self.person("s1")
        due = self.db.execute(select(UserTask.due_at).where(UserTask.id == task)).scalar_one()
        until = due + timedelta(days=3)
        return tasks.ask_extension(self.db, task, by=by, until=until, reason=DRAFT)

    def publish(self, stage):
        case = self.begin(stage, "2026-2028" if stage is Stage.GOAL else "2027")
        self.hand_in(case, "s1", self.written(case, stage))
        rows = self.values(case)[GRID[stage]]
        reviewed = {GRID[stage]: [row | {"review": WORD} for row in rows]}
        given = reviewed if stage is Stage.COLLECTION else None
        self.hand_in(case, "own_counsellor", given, comment=WORD)
        assert self.run_jobs() == 1
        return case


@pytest.fixture
def student(app, db, sessions, college, tmp_path):  # noqa: ARG001  (the application is there first)
    begin_writing(db)
    made = Class(db, sessions, college, Store(tmp_path))
    db.commit()
    return made


class Reader:
    """Somebody with a browser and a program, who reads all that an address gives."""

    def __init__(self, app, name):
        self.app, self.name, self.client = app, name, app.test_client()
        given = {"username": name, "password": PASSWORD}
        assert self.client.post("/sign-in", data=given).status_code == 303
        program = app.test_client()
        self.program = Program(program, program.post("/api/v1/tokens", json=given).json["token"])

    def ask(self, path):
        if path.startswith("/api/v1"):
            return self.program.get(path.removeprefix("/api/v1"))
        return self.client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)


def addresses(app, db, student):
    """Every address that names something of the student's, filled; those of the query too."""
    cases = (student.published, student.waiting, student.drafted, student.hurried)
    cites = DocumentVersion.instance_id == student.published
    ids = {
        "task_id": select(UserTask.id).where(UserTask.instance_id.in_(cases)),
        "document_id": select(DocumentVersion.document_id).where(cites),
    }
    rows = {name: list(db.execute(wanted).scalars()) for name, wanted in ids.items()}
    rows |= {"instance_id": cases, "evidence_id": [student.piece], "subject_id": [student.subject]}
    db.rollback()
    asked = []
    for rule in app.url_map.iter_rules():
        (name, *_others) = [*(rule.arguments & rows.keys()), ""]
        if "GET" not in rule.methods or not name:
            continue
        others = {"number": 1, "seq": 1, "grid": "goals"}
        with app.test_request_context():
            site = app.url_map.bind("localhost")
            for one in rows[name]:
                given = {key: others[key] for key in rule.arguments - {name}} | {name: one}
                asked.append(site.build(rule.endpoint, given, "GET"))
    more = [
        f"/documents/{one}{rest}"
        for one in rows["document_id"]
        for rest in ("?version=1", "/changes?before=1&after=1")
    ]
    return [*asked, *more, f"/subjects/{student.subject}/chain?year=2027"]


def read(answer):
    """The text of an answer; of a workbook, that of all its parts; of a picture or paper, none."""
    if not answer.data.startswith(b"PK"):
        return "" if answer.data.startswith(b"%PDF") else answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return "".join(book.read(one).decode(errors="replace") for one in book.namelist())


def told(answer, path):
    """Which of the secrets an answer tells. What was searched for stands in the field again."""
    text = read(answer)
    echoed = [one for one in SECRETS if f"q={one}" in path]
    if path.partition("?")[0] in OF_THE_DIRECTORY:
        echoed.append(NAME)
    return [one for one in SECRETS if one in text and one not in echoed]


def test_nobody_else_finds_a_word_of_a_student_in_any_place(app, db, student, engine):
    places = addresses(app, db, student)
    assert len(places) > 50
    task = student.task(student.drafted).id
    lists = [
        path + query.format(q=word, subject=student.subject, task=task)
        for path, query in LISTS.items()
        for word in ((WORD, FILE) if "evidence" in path else (NAME,))
    ]
    db.rollback()
    is_sqlite = engine.dialect.name == "sqlite"
    for name in STRANGERS if is_sqlite else FEW:
        reader = Reader(app, name)
        for place in places:
            answer = reader.ask(place)
            assert (name, place, answer.status_code in HIDDEN) == (name, place, True)
            assert (name, place, told(answer, place)) == (name, place, [])
        for place in lists:
            answer = reader.ask(place)
            assert (name, place, answer.status_code < 500) == (name, place, True)
            assert (name, place, told(answer, place)) == (name, place, [])
    for name in RIGHTFUL if is_sqlite else RIGHTFUL[:1]:
        reader = Reader(app, name)
        assert NAME in read(reader.ask("/documents?kind=student"))
        page = reader.ask(f"/documents/{document(db, student)}")
        assert (name, page.status_code, WORD in page.text) == (name, 200, True)
        assert FILE in page.text
        assert reader.ask(f"/evidence/{student.piece}/file").data == PDF
        draft = reader.ask(f"/instances/{student.drafted}").status_code
        assert (name, draft) == (name, 200 if name == "s1" else 404)
        kept = DRAFT in reader.ask(f"/tasks/{task}").text
        assert (name, kept) == (name, name == "s1")

    an_office_finds_no_word(app, places if is_sqlite else [])
    an_office_knows_of_the_case_and_only_the_auditor_reads_it(app, db, student)


def an_office_finds_no_word(app, places):
    reader = Reader(app, "quality")
    for place in (one for one in places if not one.endswith(".pdf")):
        written = {WORD, FILE, DRAFT} & set(told(reader.ask(place), place))
        assert (place, written) == (place, set())


def an_office_knows_of_the_case_and_only_the_auditor_reads_it(app, db, student):
    reader = Reader(app, "quality")
    known = reader.ask(f"/instances/{student.published}").text
    assert (NAME in known, "只给参与办理和获得授权的人看" in known) == (True, True)
    assert "/replay" not in known
    assert WORD not in Reader(app, "operator").ask(f"/instances/{student.published}").text
    assert WORD in Reader(app, "auditor_here").ask(f"/instances/{student.published}").text
    task = student.task(student.waiting).id
    db.rollback()
    asked = (f"/tasks/{task}", f"/api/v1/tasks/{task}", f"/instances/{student.waiting}/replay")
    of_many = {name: [Reader(app, name).ask(one).status_code for one in asked] for name in OFFICES}
    assert of_many.pop("auditor_here") == [200, 200, 200]
    assert of_many == {
        "quality": [404, 404, 404],
        "process": [404, 404, 404],
        "operator": [404, 404, 403],
    }
    begin_writing(db)
    holder = f"u:{student.college.users['quality']}"
    asked_for = NewGrant(holder, Action.SUBJECT_VIEW, Reach.ALL, subject_kind="student")
    grants.give(db, asked_for, by=SYSTEM)
    db.commit()
    assert WORD in Reader(app, "quality").ask(asked[0]).text


def document(db, student):
    """The document that the last case published."""
    made = DocumentVersion.instance_id == student.published
    found = db.execute(select(DocumentVersion.document_id).where(made)).scalar_one()
    db.rollback()
    return found
