"""What differs between two submissions, told by row identity."""

from __future__ import annotations

import pytest

from engine.forms import changes
from engine.forms.changes import Mark
from tests.unit.engine.forms.making import field, form, goals, grid, items, own

FORM = form(field("title"), field("amount", "number"), grid(), grid(key="tree", nested=True))
STORED = goals("甲", "乙", "丙")


def told(before, after):
    found = changes.changes(FORM, before, after)
    return [(one.path, one.kind, one.before, one.after) for one in found]


def test_nothing_changed_tells_nothing():
    values = {"title": "x", "rows": STORED}
    assert told(values, values) == []
    assert told(None, None) == []
    assert told({"title": None}, {"title": ""}) == []


def test_a_field_that_changed_is_told_as_one_reads_it():
    assert told({"title": "旧", "amount": 1.0}, {"title": "新", "amount": 2}) == [
        ("title", "field", "旧", "新"),
        ("amount", "field", "1", "2"),
    ]


def test_a_cell_is_told_by_its_row_whatever_its_place():
    now = [STORED[0], {**STORED[1], "what": "x"}, STORED[2]]
    assert told({"rows": STORED}, {"rows": now}) == [("rows/t.1/what", "cell", "", "x")]


def test_rows_that_came_went_or_were_renamed_are_told():
    mine = own(label="自设", own=True, what="x")
    before = {"rows": [*STORED, {**mine, "label": "旧名"}]}
    after = {"rows": [STORED[0], STORED[2], mine, own(2, label="又一行", own=True)]}
    assert told(before, after) == [
        (f"rows/{mine['id']}/label", "row_renamed", "旧名", "自设"),
        (f"rows/{own(2)['id']}", "row_added", "", "又一行"),
        ("rows/t.1", "row_removed", "乙", ""),
    ]


@pytest.mark.parametrize(
    ("order", "moved"),
    [([0, 1, 2], set()), ([1, 0, 2], {"t.1"}), ([2, 0, 1], {"t.2"}), ([2, 1, 0], {"t.2", "t.1"})],
)
def test_rows_that_moved_are_told(order, moved):
    after = {"rows": [STORED[number] for number in order]}
    kinds = {one[0].split("/")[1]: one[1] for one in told({"rows": STORED}, after)}
    assert kinds == dict.fromkeys(moved, "row_moved")


def test_the_label_of_a_change_says_where_it_is():
    table = items("g1", "a")
    it = changes.changes(FORM, {"tree": table}, {"tree": [{**table[0], "what": "x"}]})
    assert it[0].label == "目标 g1 · a · what"


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("比例达到 50%，每学期", "比例达到 55%，每学期", "比例达到 [55%]，每学期"),
        ("", "新", "[新]"),
        ("旧", "", ""),
        ("甲乙", "甲丙乙", "甲[丙]乙"),
        ("甲甲", "甲甲甲", "甲甲[甲]"),
        ("调研", "论证", "[论证]"),
    ],
)
def test_the_words_between_the_common_ends_are_marked(before, after, marked):
    marks = changes.marks(before, after)
    assert "".join(f"[{mark.text}]" if mark.new else mark.text for mark in marks) == marked
    assert "".join(mark.text for mark in marks) == after


def test_long_texts_are_marked_without_comparing_everything_with_everything():
    assert changes.marks("甲" * 20_000, "甲" * 19_999 + "乙")[-1] == Mark("乙", new=True)
