"""Values from strangers: measured before they are looked at, refused at their place, never run."""

from __future__ import annotations

import math

import pytest

from engine.forms import calculated, choices, limits, posted, rights, validation, view
from engine.forms.validation import Invalid
from tests.unit.engine.forms.making import field, form, grid

OPTIONS = [{"value": "a", "label": "甲"}]
LIST = field(
    "list",
    "list",
    fields=[field("what"), field("n", "number"), field("s", "select", values=OPTIONS)],
)
CELLS = [
    field("text"),
    field("area", "textarea"),
    field("number", "number", sum=True),
    field("choice", "select", values=OPTIONS),
    field("live", "select", source="plans"),
    field("tags", "checklist", values=OPTIONS),
    field("box", "checkbox"),
    field("day", "datetime"),
    LIST,
    field("proof", "evidence"),
]
FORM = form(*CELLS, field("twice", "number", value="=number * 2"), grid(*CELLS, own_rows=True))
KEYS = [one["key"] for one in CELLS]
STORED = {"rows": [{"id": "t.1", "goal": "t.1", "label": "甲", "own": False}]}
EDIT = rights.EDIT_ALL

DEEP: object = "x"
for _ in range(5_000):
    DEEP = [DEEP]
HUGE = "x" * 10_000_000
NEVER = [
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    HUGE,
    [HUGE],
    {"what": HUGE},
    [{"what": HUGE}],
    DEEP,
    {"a": DEEP},
    [[]] * 50_000,
    {"__proto__": {"polluted": True}},
    {"constructor": {"prototype": {}}},
    [{"__proto__": {"polluted": True}}],
    [{"toString": "x"}],
    "\ud800",
    [{"what": "\ud800"}],
    b"bytes",
    {1: 2},
    object(),
]


def draft(values, stored=STORED):
    return validation.draft(FORM, values, EDIT, stored=stored)


@pytest.mark.parametrize("key", KEYS)
def test_no_kind_of_field_takes_what_is_no_value(key):
    for value in NEVER:
        for values in ({key: value}, {"rows": [{"id": "t.1", key: value}]}):
            with pytest.raises(Invalid) as refused:
                draft(values)
            assert refused.value.errors
            assert all(len(str(said)) < 200 for said in refused.value.errors.values())
            assert view.view(FORM, refused.value.filled, EDIT, refused.value.errors).errors


@pytest.mark.parametrize(
    "name",
    [
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "__class__",
        "id",
        "$where",
        "a.b",
        "",
        "值",
    ],
)
def test_a_name_that_the_form_lacks_is_refused_and_pollutes_nothing(name):
    for values in (
        {name: {"polluted": True}},
        {"rows": [{"id": "t.1", name: {"polluted": True}}]},
        {"list": [{"what": "x", name: {"polluted": True}}]},
    ):
        with pytest.raises(Invalid):
            draft(values)
    assert not hasattr(FORM, "polluted")
    assert "polluted" not in dir(type(FORM))


@pytest.mark.parametrize(
    "typed",
    ["NaN", "nan", "ＮａＮ", "Infinity", "-inf", "∞", "1e400", "1e999999999", "0x10", "1_000",
     "1e5e5", "--1", "9" * 101, "1 2", "½", "٣x", "=1+1", "1;DROP TABLE", "NaN123", "sNaN"],
)  # fmt: skip
def test_a_number_that_is_none_never_counts(typed):
    for values in ({"number": typed}, {"list": [{"what": "x", "n": typed}]}):
        with pytest.raises(Invalid):
            validation.validate(FORM, values, EDIT, stored=STORED)
    assert calculated.settled(FORM, {"number": typed}, {})[0]["twice"] is None
    rows = [{**STORED["rows"][0], "number": typed}]
    drawn = view.view(FORM, {"rows": rows}, EDIT).parts[-1]
    assert next(one for one in drawn.columns if one.key == "number").total == ""


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "t.1"}] * 301,
        [{"id": f"own-{number:012x}"} for number in range(100_000)],
        [{"id": "__proto__"}],
        [{"id": "constructor"}],
        [{"id": "../../etc/passwd"}],
        [{"id": "t.1\n"}],
        [{"id": "x" * 101}],
        [{"id": ["t.1"]}],
        [{"id": "own-000000000001", "label": "<script>" * 100}],
        [{"id": "t.1", "goal": "__proto__"}],
        [{"id": "t.1", "label": HUGE}],
        "t.1",
        {"t.1": {}},
        [["id", "t.1"]],
    ],
)
def test_rows_that_are_none_are_refused(rows):
    with pytest.raises(Invalid):
        draft({"rows": rows})


def test_a_page_with_more_fields_than_any_form_is_refused_before_it_is_read():
    many = ((f"values[list][{number % 999}][what]", "x") for number in range(limits.MAX_POSTED + 1))
    with pytest.raises(Invalid):
        posted.read(FORM, many)
    with pytest.raises(Invalid):
        posted.read(FORM, [("values[area]", HUGE)])


@pytest.mark.parametrize(
    "name",
    [
        "values[__proto__]",
        "values[__proto__][polluted]",
        "values[rows][__proto__][text]",
        "values[rows][t.1][__proto__]",
        "values[rows][t.1][list][0][__proto__]",
        "values[list][0][constructor]",
        "values[list][__proto__][what]",
        "values[list][9999][what]",
        "values[list][0][what][more]",
        "values[rows][t.1][text][0][what]",
        "values[nothing]",
        "values[nothing][0][what]",
    ],
)
def test_a_posted_name_that_the_form_lacks_is_refused_or_no_name_at_all(name):
    values = posted.read(FORM, [(name, "鬼"), ("values[text]", "gut")])
    try:
        kept = draft(values)
    except Invalid:
        return
    assert kept["text"] == "gut"
    assert "鬼" not in str(kept)


def test_what_a_stranger_cites_or_chooses_is_kept_as_words_alone():
    values = {"live": "7:<script>alert(1)</script>", "proof": [2**30, "99"]}
    kept = draft(values)
    assert kept["proof"] == [2**30, 99]
    assert choices.label(kept["live"]) == "<script>alert(1)</script>"
    with pytest.raises(Invalid) as refused:
        validation.validate(FORM, values, EDIT, stored=STORED)
    assert set(refused.value.errors) == {"live"}


def test_what_is_hidden_comes_out_nowhere_and_cannot_be_written():
    secret, stored = (
        "绝密",
        {**STORED, "area": "绝密", "rows": [{**STORED["rows"][0], "area": "绝密"}]},
    )
    hidden = rights.parse("*:edit, area:hidden, rows.area:hidden, twice:hidden")
    lies = {"area": "改", "rows": [{"id": "t.1", "area": "改"}], "twice": 4}
    kept = validation.draft(FORM, lies, hidden, stored=stored)
    assert (kept["area"], kept["rows"][0]["area"]) == (secret, secret)
    for shown in (hidden, hidden.for_reading()):
        drawn = view.view(FORM, kept, shown, before={"area": "以前", "rows": stored["rows"]})
        assert secret not in repr(drawn.parts)
        assert "以前" not in repr(drawn)
