"""The form as a page: what it draws comes back unchanged, and what people type stays words."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from lxml import html

from engine.forms import choices, posted, rights, validation, view
from engine.forms.choices import Choices
from engine.forms.model import Option
from engine.sentence import Sentence
from tests.unit.engine.forms.making import ROOT, field, form, goals, grid, items, major, own
from web import grid_rows

EVIL = "</textarea><script>alert(1)</script> \"' {{7*7}} <b>"
OPTIONS = [{"value": "a", "label": "甲<i>"}, {"value": "b", "label": "乙"}]
MEASURES = field(
    "measures",
    "list",
    fields=[field("who"), field("until", "datetime"), field("state", "select", values=OPTIONS)],
)
ENTRY = {"who": EVIL, "until": "2026-12-31", "state": "a"}
LIVE = Choices(
    {
        "plans": (choices.option(1, EVIL),),
        "evidence": (Option("3", EVIL), Option("4", "总结.pdf", "/evidence/4")),
    },
    {4: Option("4", "总结.pdf", "/evidence/4")},
)
ALL = form(
    {"type": "text", "text": "# 标题 <b>\n## 小标题\n说明"},
    {"type": "separator"},
    {"type": "group", "label": "组", "components": [field("title"), field("note", "textarea")]},
    {
        "type": "group",
        "properties": {"layout": "header"},
        "components": [field("head"), field("fact", readonly=True, placeholder="（以后生成）")],
    },
    field("amount", "number", validate={"required": True}),
    field("one", "select", values=OPTIONS),
    field("two", "radio", values=OPTIONS, description="提示"),
    field("tags", "checklist", values=OPTIONS),
    field("agree", "checkbox"),
    field("day", "datetime"),
    field("moment", "datetime", subtype="datetime"),
    MEASURES,
    field("proof", "evidence"),
    field("plan", "select", source="plans"),
    field("both", "number", value="=sum(rows.weight)"),
    grid(
        field("what", "textarea"),
        field("weight", "number", sum=True),
        MEASURES,
        field("proof", "evidence"),
        field("kind", "select", values=OPTIONS),
        field("tags", "checklist", values=OPTIONS),
        field("done", "checkbox"),
        own_rows=True,
        optional_rows=True,
    ),
    grid(key="tree", nested=True, own_rows=True),
)
VALUES = {
    "title": "题",
    "note": "\n第一行空\n",
    "head": "头",
    "fact": "",
    "amount": "十五",
    "one": "a",
    "two": "b",
    "tags": ["a", "b"],
    "agree": True,
    "day": "2026-11-22",
    "moment": "2026-11-22T17:00",
    "measures": [ENTRY, {"who": "乙", "until": None, "state": None}],
    "proof": [4],
    "plan": f"1:{EVIL}",
    "rows": [
        {**row, "measures": [ENTRY], "proof": [3, 4], "weight": 1.5, "kind": "b", "tags": ["a"],
         "done": True, "what": EVIL}
        for row in goals("甲", EVIL)
    ]
    + [
        own(goal=own()["id"], measures=[], proof=[], label="自设", own=True, what="", weight=None,
            kind=None, tags=[], done=False)
    ],
    "tree": items("g1", "a", "b") + items("g2", "c"),
}  # fmt: skip


@pytest.fixture
def draw():
    app = Flask(__name__, template_folder=str(ROOT / "web" / "templates"))
    Babel(app, default_locale="zh")
    app.jinja_env.globals["grid_rows"] = grid_rows.Rows

    def drawn(it, values, given=rights.EDIT_ALL, errors=None, variables=None, **more):
        with app.test_request_context():
            drawing = view.view(it, values, given, errors, variables, live=LIVE, **more)
            url = "/tasks/7/draft" if drawing.editable else None
            page = render_template(
                "forms/_form.html",
                drawn=drawing,
                draft_url=url,
                draft_revision=3,
                draft_saved="10:42",
            )
        return html.fromstring(page)

    return drawn


def shown(page):
    """The page without what is only there to be copied by script."""
    for template in page.iter("template"):
        template.clear()
    return page


def sent(page):
    """What a browser would post, without script and without a button."""
    shown(page)
    root = html.fromstring("<form></form>")
    root.append(page)
    return [(name, value.removeprefix("\n")) for name, value in root.form_values()]


def test_a_page_posted_back_unchanged_changes_nothing(draw):
    values = posted.read(ALL, sent(draw(ALL, VALUES)))
    assert validation.draft(ALL, values, rights.EDIT_ALL, stored=VALUES) == {
        **VALUES,
        "both": 3,
        "rows": [{**row, "weight": row["weight"] and "1.5"} for row in VALUES["rows"]],
    }


def test_the_form_of_majors_comes_back_with_every_cell(draw):
    stored = {
        "goals": goals("定位", "设计"),
        "standards": [
            {**row, "performance": "好\n更好", "assurance": "", "process": ""}
            for row in items("g1", "a", "b")
        ],
    }
    for stage, key in (("goal", "goals"), ("standard", "standards")):
        page = draw(major(), stored, variables={"stage": stage})
        values = posted.read(major(), sent(page))
        kept = validation.draft(major(), values, rights.EDIT_ALL, {"stage": stage}, stored=stored)
        assert [row["id"] for row in kept[key]] == [row["id"] for row in stored[key]]
    assert kept["standards"][0]["performance"] == "好\n更好"


def test_what_people_type_stays_words(draw):
    for given in (rights.EDIT_ALL, rights.READ_ALL):
        page = draw(ALL, VALUES, given, before={"rows": []})
        assert page.xpath("//script | //b[not(ancestor::*[@role='alert'])] | //i") == []
        assert "49" not in shown(page).text_content()
    assert EVIL in page.text_content()


def test_nothing_is_styled_or_scripted_inline(draw):
    page = draw(ALL, VALUES, errors={"title": Sentence("请填写“{label}”。", label="<i>")})
    assert page.xpath("//@style | //@*[starts-with(name(), 'on')] | //style") == []


def test_ids_are_unique_and_every_control_has_a_name_to_speak(draw):
    page = draw(ALL, VALUES)
    shown(page)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    labels = set(page.xpath("//label/@for"))
    for control in page.xpath("//textarea | //select | //input[not(@type='hidden')]"):
        inside = control.xpath("ancestor::label")
        assert control.get("aria-label") or control.get("id") in labels or inside


def test_heads_have_their_scopes_and_a_goal_spans_its_rows(draw):
    tree = {"standards": items("g1", "a", "b")}
    page = shown(draw(major(), tree, variables={"stage": "standard"}))
    goal = page.xpath("//th[@scope='rowgroup']")[0]
    assert goal.get("rowspan") == "2"
    assert len(page.xpath("//thead//th[@scope='col']")) == 6
    assert len(page.xpath("//tbody//th[@scope='row']")) == 2


def test_errors_stand_at_their_cell_and_link_from_the_top(draw):
    said = Sentence("请填写“{label}”。", label="what")
    page = draw(ALL, VALUES, errors={"rows/t.0/what": said, "rows/t.1/label": said, "title": said})
    for link in page.xpath("//*[@role='alert']//a/@href"):
        assert page.xpath(f"//*[@id='{link[1:]}']")
    cell = page.xpath("//*[@id='f-rows-t-0-what']")[0]
    assert cell.get("aria-invalid") == "true"
    assert page.xpath(f"//*[@id='{cell.get('aria-describedby')}']")[0].text_content() == said


def test_what_changed_is_marked_with_a_word(draw):
    before = {"title": "旧", "tree": items("g1", "a")}
    now = {**VALUES, "tree": [{**items("g1", "a")[0], "what": "新"}]}
    page = draw(ALL, now, rights.READ_ALL, before=before)
    cell = page.xpath("//tr[@data-row='g1.a']/td")[0]
    assert "is-changed" in cell.get("class")
    assert cell.xpath(".//ins")[0].text == "新"
    assert cell.xpath("./*[@class='form-chg']")[0].text == "改"


def test_lists_evidence_and_sums_are_plain_controls(draw):
    page = draw(ALL, VALUES)
    names = page.xpath("//*[@data-entries]//@name")
    assert "values[measures][2][who]" in names
    assert "values[rows][t.0][measures][1][who]" in names
    ticked = page.xpath("//input[@type='checkbox'][@checked][contains(@name, 'proof')]/@name")
    assert ticked == ["values[proof][]", *["values[rows][t.0][proof]"] * 2,
                      *["values[rows][t.1][proof]"] * 2]  # fmt: skip
    assert page.xpath("//a[@href='/evidence/4']")
    assert page.xpath("//datalist[@id='form-evidence']/option/@value") == ["3", "4"]
    assert page.xpath("//tfoot//td[@data-total='weight']")[0].text_content().endswith("3")
    assert not page.xpath("//*[@name='values[both]']")
    read = draw(ALL, VALUES, rights.READ_ALL)
    assert "1. " + EVIL in read.text_content()
    assert read.xpath("//a[@href='/evidence/4']")


def test_a_reader_gets_text_and_nothing_to_press(draw):
    page = draw(ALL, VALUES, rights.READ_ALL)
    assert page.xpath("//input | //textarea | //select | //button") == []


def test_the_first_button_of_the_form_saves_the_draft(draw):
    page = draw(ALL, VALUES)
    assert page.xpath("//button")[0].get("name") == "save"
    saving = {button.get("formaction") for button in page.xpath("//button[not(@form)]")}
    workbooks = {"/tasks/7/grids/rows.xlsx", "/tasks/7/grids/tree.xlsx"}
    assert saving - workbooks == {"/tasks/7/draft"}
