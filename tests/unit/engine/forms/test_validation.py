"""Handing in and saving a draft: what is required, what is kept, and what nobody may slip in."""

from __future__ import annotations

import json

import pytest

from engine.errors import Refused
from engine.forms import load, rights, validation
from engine.forms.validation import Invalid
from tests.unit.engine.forms.making import field, form, goals, grid, major, source

FORM = form(
    field("title", validate={"required": True, "maxLength": 5}),
    field("code", readonly=True),
    field("amount", "number"),
    field("note", "textarea", conditional={"hide": "=amount = null"}),
)
EDIT = rights.EDIT_ALL


def errors(values, given=EDIT, it=FORM, **more):
    with pytest.raises(Invalid) as refusal:
        validation.validate(it, values, given, **more)
    return refusal.value.errors


def test_right_values_come_back_as_the_document_keeps_them():
    values = {"title": "标题", "amount": "１５", "note": "好"}
    assert validation.validate(FORM, values, EDIT, stored={"code": "460305"}) == {
        "title": "标题",
        "code": "460305",
        "amount": 15,
        "note": "好",
    }


def test_a_refusal_is_a_named_error_with_sentences_that_can_be_translated():
    with pytest.raises(Refused) as refusal:
        validation.validate(FORM, {"title": "六个字太长了"}, EDIT)
    said = refusal.value.errors["title"]
    assert said == "最多 5 个字，现在有 6 个。"
    assert said.said(lambda template: template.replace("最多", "at most")).startswith("at most 5")
    assert str(refusal.value) == "表单里有 1 处要改。"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_required_must_be_filled_in_when_handing_in_but_not_in_a_draft(value):
    assert errors({"title": value}) == {"title": "请填写“title”。"}
    assert validation.draft(FORM, {"title": value}, EDIT)["title"] == value


def test_a_step_can_require_what_the_form_does_not():
    given = rights.parse("*:edit, amount:required, code:required")
    assert errors({"title": "标题"}, given) == {"amount": "请填写“amount”。"}


def test_a_draft_keeps_what_is_not_right_yet():
    values = {"title": "六个字太长了", "amount": "十五"}
    assert validation.draft(FORM, values, EDIT) == values


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"title": 5}, "title"),
        ({"title": float("nan")}, "title"),
        ({"amount": float("nan")}, "amount"),
        ({"amount": float("inf")}, "amount"),
        ({"title": "x" * 20_001}, "title"),
        ({"title": "x" * 10_000_000}, ""),
        ({"unknown": "x"}, "unknown"),
        ({"__proto__": {"admin": True}}, "__proto__"),
        ({"constructor": "x"}, "constructor"),
        ({"title": {"deep": [{}]}}, "title"),
        ({"title": [["x"] * 1000] * 200}, ""),
        ([], ""),
        ("x", ""),
        (None, ""),
    ],
)
def test_a_wrong_shape_is_refused_with_a_sentence_everywhere(values, path):
    for act in (validation.draft, validation.validate):
        with pytest.raises(Invalid) as refusal:
            act(FORM, values, EDIT)
        assert refusal.value.errors[path]
    with pytest.raises(Invalid):
        validation.shape(FORM, values)


def test_deeply_nested_values_are_refused_without_recursion():
    deep = []
    for _ in range(50_000):
        deep = [deep]
    with pytest.raises(Invalid):
        validation.draft(FORM, {"title": deep}, EDIT)


def test_shape_looks_at_types_and_sizes_alone():
    assert validation.shape(FORM, {"title": "", "code": "x"}) == {"title": "", "code": "x"}


@pytest.mark.parametrize(
    "given", ["*:read", "*:hidden", "*:edit, title:read", "*:edit, title:hidden"]
)
def test_a_field_without_edit_right_is_taken_from_what_is_stored(given):
    stored = {"title": "原来", "code": "1"}
    for act in (validation.draft, validation.validate):
        kept = act(FORM, {"title": "换掉", "code": "2"}, rights.parse(given), stored=stored)
        assert (kept["title"], kept["code"]) == ("原来", "1")


def test_a_readonly_field_stays_whatever_the_step_allows():
    given = rights.parse("*:edit, code:required")
    kept = validation.validate(FORM, {"title": "好", "code": "2"}, given, stored={"code": "1"})
    assert kept["code"] == "1"


def test_a_reader_hands_in_what_is_stored_even_if_it_would_not_pass_today():
    stored = {"title": "六个字太长了"}
    assert validation.validate(FORM, {}, rights.READ_ALL, stored=stored) == stored


def test_a_field_hidden_by_a_condition_keeps_what_is_stored_and_is_not_required():
    it = form(
        field("kind"),
        field("why", validate={"required": True}, conditional={"hide": '=kind != "other"'}),
    )
    kept = validation.validate(it, {"kind": "plain", "why": "x"}, EDIT, stored={"why": "stored"})
    assert kept == {"kind": "plain", "why": "stored"}
    assert validation.validate(it, {"kind": "plain", "why": "x"}, EDIT) == {"kind": "plain"}
    assert errors({"kind": "other"}, it=it) == {"why": "请填写“why”。"}


def test_variables_decide_which_grid_is_asked():
    it = major()
    stored = {"college": "智能制造学院", "goals": goals("定位"), "standards": []}
    assert errors({}, it=it, variables={"stage": "goal"}, stored=stored) == {
        "goals/t.0/description": "请填写“定位”的“描述”。"
    }
    assert errors({}, it=it, variables={"stage": "standard"}, stored=stored) == {
        "standards": "“专业建设质量标准”至少要有 1 行：请取回没有采用的模板行，或者加上自己的行。"
    }


def test_defaults_fill_what_was_never_there():
    it = form(field("a", defaultValue="x"), field("b", "checklist", values=[{"value": "v"}],
              defaultValue=["v"]))  # fmt: skip
    assert validation.draft(it, {}, EDIT) == {"a": "x", "b": ["v"]}
    assert validation.draft(it, {"a": ""}, EDIT, stored={"b": []}) == {"a": "", "b": []}


def test_what_was_typed_comes_back_with_the_refusal():
    values = {"title": "六个字太长了", "amount": "十五", "note": "很长" * 15_000}
    with pytest.raises(Invalid) as refusal:
        validation.validate(FORM, values, EDIT)
    assert refusal.value.filled == values


def test_a_required_box_must_be_ticked():
    it = form(field("agree", "checkbox", validate={"required": True}))
    assert errors({"agree": False}, it=it) == {"agree": "请填写“agree”。"}
    assert validation.validate(it, {"agree": True}, EDIT) == {"agree": True}


def test_a_form_as_large_as_allowed_is_checked_as_any_other():
    columns = [field(f"c{number}", "textarea") for number in range(20)]
    it = load.read(source(grid(*columns, own_rows=True))).form
    rows = [
        {"id": f"t{n}", "label": "x", **{f"c{c}": "字" * 100 for c in range(20)}}
        for n in range(300)
    ]
    kept = validation.validate(it, {"rows": rows}, EDIT, stored={"rows": rows})
    assert len(json.dumps(kept)) > len(rows)
