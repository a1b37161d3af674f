"""Lists of entries and pieces of evidence: what they keep, how they read, how they are posted."""

from __future__ import annotations

import pytest

from engine.forms import changes, choices, fieldtypes, posted, rights, validation, view
from engine.forms.choices import Choices
from engine.forms.model import Option
from tests.unit.engine.forms.making import field, form, grid, template

STATES = [{"value": "open", "label": "未开始"}, {"value": "done", "label": "已完成"}]
MEASURES = field(
    "measures",
    "list",
    fields=[
        field("what", validate={"required": True}),
        field("owner"),
        field("until", "datetime"),
        field("state", "select", values=STATES),
    ],
    max_entries=3,
)
FORM = form(MEASURES, field("proof", "evidence"), grid(MEASURES, field("proof", "evidence")))
EDIT = rights.EDIT_ALL
FIRST = {"what": "更新教材", "owner": "王芳", "until": "2026-12-31", "state": "open"}
READS = "更新教材（王芳，2026-12-31，未开始）"


def kept(values, **more):
    return validation.draft(FORM, values, EDIT, **more)


def faults(values, **more):
    with pytest.raises(validation.Invalid) as refused:
        validation.validate(FORM, values, EDIT, **more)
    return {path: str(said) for path, said in refused.value.errors.items()}


def test_a_list_reads_as_lines():
    second = {"what": "走访企业", "owner": "", "until": None}
    text = fieldtypes.read(FORM.field("measures"), [FIRST, second])
    assert text == f"1. {READS}\n2. 走访企业"


def test_blank_entries_are_not_kept():
    blank = {"what": " ", "owner": "", "until": "", "state": ""}
    assert kept({"measures": [blank, FIRST, blank]})["measures"] == [FIRST]
    assert kept({"measures": ""})["measures"] == []


def test_a_draft_keeps_what_is_not_right_yet():
    entry = {**FIRST, "what": "", "until": "年底"}
    assert kept({"measures": [entry]})["measures"] == [entry]


def test_faults_of_an_entry_are_told_at_its_part():
    entry = {**FIRST, "what": "", "until": "年底"}
    said = faults({"measures": [FIRST, entry]})
    assert said == {
        "measures/1/what": "请填写“what”。",
        "measures/1/until": "要填日期，例如 2026-11-22。",
    }
    rows = [{**template("甲")[0], "measures": [entry]}]
    assert set(faults({"rows": rows}, stored={"rows": template("甲")})) == {
        "rows/t.0/measures/0/what",
        "rows/t.0/measures/0/until",
    }


@pytest.mark.parametrize(
    "value",
    ["更新教材", {"what": "x"}, ["更新教材"], [["what"]], [None], 7, [{**FIRST, "__proto__": "x"}],
     [{**FIRST, "state": "late"}], [{"what": {"deep": []}}], [FIRST] * 4, [FIRST] * 9],
)  # fmt: skip
def test_what_is_no_list_of_entries_is_refused(value):
    with pytest.raises(validation.Invalid):
        kept({"measures": value})


def test_too_many_entries_are_shown_again():
    with pytest.raises(validation.Invalid) as refused:
        kept({"measures": [FIRST] * 4})
    assert refused.value.filled["measures"] == [FIRST] * 4


def test_a_page_posts_entries_by_their_numbers():
    pairs = [
        ("values[measures]", ""),
        ("values[measures][0][what]", "更新教材"),
        ("values[measures][0][owner]", "王芳"),
        ("values[measures][1][what]", ""),
        ("values[proof][]", ""),
        ("values[proof][]", "12"),
        ("values[rows][]", "t.0"),
        ("values[rows][t.0][measures]", ""),
        ("values[rows][t.0][measures][0][what]", "走访企业"),
        ("values[rows][t.0][proof]", ""),
        ("values[rows][t.0][proof]", "7"),
    ]
    values = posted.read(FORM, pairs)
    assert values["measures"] == [{"what": "更新教材", "owner": "王芳"}, {"what": ""}]
    assert values["proof"] == ["12"]
    assert values["rows"] == [{"id": "t.0", "measures": [{"what": "走访企业"}], "proof": ["7"]}]
    draft = kept(values, stored={"rows": template("甲")})
    assert draft["proof"] == [12]
    assert draft["rows"][0]["proof"] == [7]


def test_nothing_ticked_and_nothing_written_empties_both():
    stored = {"measures": [FIRST], "proof": [3]}
    values = posted.read(FORM, [("values[measures]", ""), ("values[proof][]", "")])
    assert kept(values, stored=stored) == {"measures": [], "proof": [], "rows": []}


@pytest.mark.parametrize(
    "value", [[0], [-1], [True], ["1.5"], ["½"], [10**13], "12", [None], [[1]]]
)
def test_what_is_no_number_of_evidence_is_refused(value):
    with pytest.raises(validation.Invalid):
        kept({"proof": value})


def test_evidence_reads_by_its_names():
    live = Choices(named={12: Option("12", "合作协议.pdf", "/evidence/12")})
    assert fieldtypes.read(FORM.field("proof"), [12, 13], live) == "合作协议.pdf、#13"


def test_a_list_differs_entry_by_entry():
    added = {"what": "走访企业"}
    now = {**FIRST, "state": "done"}
    found = changes.changes(FORM, {"measures": [FIRST]}, {"measures": [added, FIRST]})
    assert [(one.path, one.label, one.before, one.after) for one in found] == [
        ("measures/0", "measures 1", "", "走访企业")
    ]
    row = {**template("甲")[0], "measures": [FIRST, added]}
    found = changes.changes(FORM, {"rows": [row]}, {"rows": [{**row, "measures": [now]}]})
    assert [(one.path, one.before, one.after) for one in found] == [
        ("rows/t.0/measures/0", READS, READS.replace("未开始", "已完成")),
        ("rows/t.0/measures/1", "走访企业", ""),
    ]


def test_a_list_is_drawn_with_a_blank_entry_where_it_is_edited():
    shown = view.view(FORM, {"measures": [FIRST]}, EDIT)
    first, blank = shown.parts[0].entries
    assert [one.name for one in first.fields][:2] == [
        "values[measures][0][what]",
        "values[measures][0][owner]",
    ]
    assert (first.blank, blank.blank) == (False, True)
    full = view.view(FORM, {"measures": [FIRST] * 3}, EDIT)
    assert [one.blank for one in full.parts[0].entries] == [False] * 3
    read = view.view(FORM, {"measures": [FIRST]}, rights.READ_ALL)
    assert read.parts[0].text == f"1. {READS}"


def test_numbers_of_evidence_are_typed_in_one_line():
    pairs = [("values[proof][]", ""), ("values[proof][]", "3"), ("values[proof][]", "12，31 3")]
    assert kept(posted.read(FORM, pairs))["proof"] == [3, 12, 31]


def test_a_cell_offers_what_it_cites_and_the_page_the_rest():
    live = Choices({"evidence": (Option("5", "总结.docx"),)}, {12: Option("12", "协议.pdf")})
    drawing = view.view(FORM, {"proof": [12]}, EDIT, live=live)
    proof = drawing.parts[1]
    assert [one.label for one in proof.options] == ["协议.pdf"]
    assert [one.label for one in drawing.evidence] == ["总结.docx"]
    assert proof.chosen == ("12",)
    assert choices.cited([12], live) == proof.cited
