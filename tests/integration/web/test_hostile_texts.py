"""Markup, scripts and templates in every text of a form stay words on every page that shows them.

And what a step hides is on none of its pages.
"""

from __future__ import annotations

import re

import pytest
from lxml import html

from engine import definitions, instances, tasks
from engine.people import SYSTEM
from engine.tasks import drafts
from tests.integration.engine import flow
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper
from tests.unit.engine.forms.making import field, grid, own, source
from web.api import task_view
from web.printing import papers

EVIL = "</textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{191*191}}<b>"
SECRET = "不可告人"
CHINESE = re.compile("[\u4e00-\u9fff]")
OPTIONS = [{"value": EVIL, "label": EVIL}]
CELLS = [
    field("what", "textarea", label=EVIL, description=EVIL, placeholder=EVIL),
    field("kind", "select", label=EVIL, values=OPTIONS),
    field("tags", "checklist", label=EVIL, values=OPTIONS),
    field("weight", "number", label=EVIL, sum=True),
    field("list", "list", label=EVIL, fields=[field("who", label=EVIL, placeholder=EVIL)]),
    field("live", "select", label=EVIL, source="nobody"),
    field("told", label=EVIL, value='=what + "<script>alert(2)</script>"'),
    field("hidden", "textarea", label="密"),
]
GROUPED = [{**one, "key": f"{one['key']}1"} for one in CELLS if "value" not in one]
FORM = source(
    {"type": "text", "text": f"# {EVIL}\n{EVIL}"},
    {"type": "group", "label": EVIL, "components": GROUPED},
    {"type": "group", "label": EVIL, "properties": {"layout": "header"},
     "components": [field("head", label=EVIL, placeholder=EVIL)]},
    grid(*CELLS, label=EVIL, description=EVIL, own_rows=True,
         levels=[{"key": "goal", "label": EVIL[:60]}]),
)  # fmt: skip
CELL = {"what": EVIL, "kind": EVIL, "tags": [EVIL], "weight": 1, "list": [{"who": EVIL}],
        "live": f"1:{EVIL}", "hidden": SECRET}  # fmt: skip
VALUES = {
    **{f"{key}1": one for key, one in CELL.items()},
    "head": EVIL,
    "rows": [own(label=EVIL, **CELL)],
}
HIDES = "*:edit, hidden1:hidden, rows.hidden:hidden"


@pytest.fixture
def case(app, db, college):  # noqa: ARG001  (the application is there first)
    """A case that was handed in, sent back and handed in again, in evil words all along."""
    steps = [
        flow.step(name, who, field_rights=rights).replace("<bpmn:userTask", FORMED, 1)
        for name, who, rights in (("fill", "initiator", "*:edit"), ("review", REVIEW, HIDES))
    ]
    xml = flow.chain("evil", *steps)
    definitions.publish(db, xml, by=SYSTEM, note="测试", forms={"evil": FORM})
    leader, reviewer = college.actor(db, "leader"), college.actor(db, "reviewer")
    case = instances.start(db, "evil", by=leader)
    for values in ({}, {"head1": 1}):
        given = {**VALUES, "live1": None, "rows": [{**VALUES["rows"][0], "live": None}]}
        given["rows"][0] |= {"hidden": SECRET + str(len(values))}
        here = flow.open_tasks(db, case)
        if values:
            tasks.send_back(db, here["review"], by=reviewer, reason=EVIL)
            here = flow.open_tasks(db, case)
            given["what1"] = EVIL + "改"
        tasks.complete(db, here["fill"], by=leader, values=given, comment=EVIL)
    review = flow.open_tasks(db, case)["review"]
    tasks.save_draft(db, review, by=reviewer, values=VALUES, revision=0)
    db.commit()
    return case, review


FORMED = '<bpmn:userTask camunda:formRef="evil"'
REVIEW = "post:college_reviewer"


def evil_in(text):
    """What on a page is more than words; scripts and pictures of the page's own are not."""
    tree = html.fromstring(text)
    return [
        *tree.xpath("//*[@*[starts-with(name(), 'on')]]"),
        *tree.xpath("//img[@src='x']"),
        *(one for one in tree.iter("script") if "alert" in (one.text or "")),
        *(["template"] if "36481" in text else []),
    ]


def test_evil_is_found_where_it_is():
    """The detector itself."""
    assert {one.tag for one in evil_in(f"<p>{EVIL}</p>")} == {"img", "script"}
    assert evil_in("<p onclick='x'>36481</p>") != []


def test_every_page_shows_it_as_words(case, browser):
    number, review = case
    pages = [
        ("reviewer", f"/tasks/{review}"),
        ("reviewer", f"/tasks/?task={review}"),
        ("leader", f"/instances/{number}"),
        ("leader", "/tasks/?box=done"),
        ("auditor", f"/instances/{number}/replay"),
        *(("auditor", f"/instances/{number}/replay/{seq}/form") for seq in (2, 4)),
    ]
    for name, path in pages:
        page = Paper.open(browser(name), path)
        assert page.status == 200, path
        assert evil_in(page.answer.text) == [], path
        assert "alert(1)" in page.text or "box" in path or "?task" in path, path


def test_what_the_step_hides_is_on_none_of_its_pages(app, case, db, college, browser):
    number, review = case
    reviewer = browser("reviewer")
    for path in (f"/tasks/{review}", f"/tasks/?task={review}", f"/instances/{number}"):
        page = Paper.open(reviewer, path)
        assert page.status == 200, path
        assert SECRET not in page.answer.text, path
    person = college.actor(db, "reviewer")
    with app.test_request_context():
        told = task_view.told(db, person, task_view.see(db, person, review))
        paper = papers.of_case(db, person, number)
    assert told["draft"]["values"]["what1"] == EVIL
    assert told["choices"] == {}
    assert SECRET not in repr(told)
    assert EVIL in repr(paper).replace("\\", "")
    assert SECRET not in repr(paper)
    shown = Paper.open(browser("auditor"), f"/instances/{number}/replay/4/form")
    assert SECRET in shown.text


DRAFTS = [
    '{"values": {"what1": "a", "what1": "b"}, "revision": 1}',
    '{"values": {"weight1": NaN}, "revision": 1}',
    '{"values": {"weight1": 1e999}, "revision": 1}',
    '{"values": {"__proto__": {"polluted": 1}}, "revision": 1}',
    '{"values": {"list1": [{"__proto__": {"polluted": 1}}]}, "revision": 1}',
    '{"values": {"rows": [{"id": "own-000000000001", "constructor": 1}]}, "revision": 1}',
    '{"values": ' + '{"what1":' * 900 + "1" + "}" * 900 + ', "revision": 1}',
    '{"values": {"what1": "' + "字" * 3_400_000 + '"}, "revision": 1}',
    '{"values": {"list1": [' + '{"who": "x"},' * 700_000 + "{}" + ']}, "revision": 1}',
]


def test_a_hostile_draft_is_refused_in_words_and_changes_nothing(case, browser, db):
    _number, review = case
    reviewer = browser("reviewer")
    token = {"X-CSRF-Token": form(reviewer)["csrf_token"]}
    for body in DRAFTS:
        answer = reviewer.put(
            f"/tasks/{review}/draft", data=body, headers=token, content_type="application/json"
        )
        assert answer.status_code in {413, 422}, body[:60]
        assert CHINESE.search(answer.json["title"] if answer.is_json else answer.text)
    assert drafts.draft(db, review).revision == 1


def test_a_published_document_shows_it_as_words(app, db, sessions, college, browser):  # noqa: ARG001  (the application is there first)
    def changed(values):
        rows = [{**row, "description": EVIL} for row in values["goals"]]
        row = own(label=EVIL[:150], description=EVIL, goal=own()["id"])
        return {**values, "goals": [*rows, row], "applies_to": EVIL[:90]}

    office = Office(db, sessions, college)
    office.published()
    office.published(changed)
    for path in ("/documents", "/documents/1", "/documents/1/changes?before=1&after=2"):
        page = Paper.open(browser("leader"), path)
        assert page.status == 200, path
        assert evil_in(page.answer.text) == [], path
    assert EVIL.split("{{", maxsplit=1)[0] in page.tree.text_content()
