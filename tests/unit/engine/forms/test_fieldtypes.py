"""Each kind of field: what a draft keeps, what counts when handing in, how it reads."""

from __future__ import annotations

import math

import pytest
from marshmallow import ValidationError

from engine.forms import fieldtypes
from engine.forms.values import is_empty
from tests.unit.engine.forms.making import field, form

OPTIONS = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]


def one(kind, **more):
    if kind in {"select", "radio", "checklist"}:
        more = {"values": OPTIONS, **more}
    return form(field("one", kind, **more)).field("one")


def check(value, kind, **more):
    it = one(kind, **more)
    return fieldtypes.TYPES[it.kind].check(it, value)


def shape(value, kind):
    it = one(kind)
    return fieldtypes.TYPES[it.kind].shape(it, value)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("textfield", "一行", "一行"),
        ("textfield", "两\n行", "两 行"),
        ("textarea", "两\r\n行\r再", "两\n行\n再"),
        ("textarea", "a\x00b\x07c\x0bd", "abcd"),
        ("textarea", "\ufeff甲\u202e乙\u2066丙\u200b丁\xad戊\ufffe\U000e0041", "甲乙丙丁戊"),
        ("textarea", "甲\u2028乙\x85丙", "甲\n乙\n丙"),
        (
            "textarea",
            "👨\u200d👩\u200d👧，葛\U000e0100，a\u200db",
            "👨\u200d👩\u200d👧，葛\U000e0100，ab",
        ),
        ("textfield", "\u202e\u200b", ""),
        ("textarea", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("textarea", "{{7*7}} ${7*7} =cmd|' /C calc'!A0", "{{7*7}} ${7*7} =cmd|' /C calc'!A0"),
        ("number", "15", 15),
        ("number", "１５", 15),
        ("number", "1,500.50", 1500.5),
        ("number", " -3 ", -3),
        ("number", "", None),
        ("number", 2.0, 2),
        ("number", "1e3", 1000),
        ("select", "a", "a"),
        ("select", "", None),
        ("radio", "b", "b"),
        ("checklist", ["b", "a"], ["a", "b"]),
        ("checklist", ["a", "a"], ["a"]),
        ("checklist", [], []),
        ("checkbox", True, True),
        ("datetime", "2026-11-22", "2026-11-22"),
        ("datetime", "", None),
    ],
)
def test_a_right_value_is_kept_in_its_plain_shape(kind, value, kept):
    assert check(value, kind) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("textfield", 5),
        ("textfield", ["a"]),
        ("textfield", {"$ne": ""}),
        ("textarea", "x" * 20_001),
        ("textarea", "half \ud800"),
        ("number", True),
        ("number", [1]),
        ("number", math.nan),
        ("number", math.inf),
        ("number", -math.inf),
        ("number", 10**16),
        ("number", 10**400),
        ("number", "1" * 101),
        ("number", "\ud800"),
        ("select", "c"),
        ("select", 1),
        ("select", ["a"]),
        ("checklist", "a"),
        ("checklist", ["c"]),
        ("checklist", [["a"]]),
        ("checklist", ["a"] * 9),
        ("checkbox", "true"),
        ("checkbox", 1),
        ("datetime", 20261122),
        ("datetime", "x" * 101),
    ],
)
def test_a_wrong_shape_is_refused_even_in_a_draft(kind, value):
    with pytest.raises(ValidationError):
        shape(value, kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "十五"), ("number", "NaN"), ("number", "Infinity"), ("datetime", "明天")],
)
def test_what_is_not_right_yet_stays_in_a_draft_but_does_not_count(kind, value):
    assert shape(value, kind) == value
    with pytest.raises(ValidationError):
        check(value, kind)


@pytest.mark.parametrize(
    ("kind", "value", "more", "words"),
    [
        ("textfield", "四个字吧", {"validate": {"maxLength": 3}}, "最多 3 个字，现在有 4 个"),
        ("textfield", "短", {"validate": {"minLength": 3}}, "至少 3 个字"),
        ("textfield", "x", {"validate": {"validationType": "email"}}, "电子邮箱"),
        ("textfield", "x" * 300, {"validate": {"validationType": "email"}}, "最多 256"),
        ("textfield", "call me", {"validate": {"validationType": "phone"}}, "电话"),
        ("textfield", "46030", {"validate": {"pattern": r"^\d{6}$"}}, "格式不对"),
        ("number", "十五", {}, "数字，例如 15"),
        ("number", "1_000", {}, "数字"),
        ("number", "1e999999999", {}, "数字"),
        ("number", "1e20", {}, "太大"),
        ("number", "-1", {"validate": {"min": 0}}, "不能小于 0"),
        ("number", "11", {"validate": {"max": 10}}, "不能大于 10"),
        ("number", "1.5", {"decimalDigits": 0}, "整数"),
        ("number", "1.555", {"decimalDigits": 2}, "最多 2 位小数"),
        ("datetime", "2026-02-30", {}, "要填日期"),
        ("datetime", "25:00", {"subtype": "time"}, "要填时间"),
        ("datetime", "soon", {"subtype": "datetime"}, "要填日期和时间"),
    ],
)
def test_a_refusal_says_what_helps(kind, value, more, words):
    with pytest.raises(ValidationError) as refusal:
        check(value, kind, **more)
    assert words in refusal.value.messages[0]


@pytest.mark.parametrize(
    ("value", "more", "kept"),
    [
        ("17:00:30", {"subtype": "time"}, "17:00"),
        ("17:00", {"subtype": "time"}, "17:00"),
        ("2026-11-22T17:00", {"subtype": "datetime"}, "2026-11-22T17:00"),
        ("2026-11-22T17:00:00Z", {"subtype": "datetime"}, "2026-11-22T17:00"),
    ],
)
def test_moments_are_kept_to_the_minute_as_local_time(value, more, kept):
    assert check(value, "datetime", **more) == kept


@pytest.mark.parametrize(
    ("value", "more"),
    [
        ("", {"validate": {"minLength": 3, "pattern": "^x$"}}),
        ("name@example.com", {"validate": {"validationType": "email"}}),
        ("023-12345678", {"validate": {"validationType": "phone"}}),
        ("+86 138 0013 8000", {"validate": {"validationType": "phone"}}),
    ],
)
def test_an_empty_text_is_only_a_matter_of_being_required(value, more):
    assert check(value, "textfield", **more) == value


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("textfield", None, ""),
        ("number", 15, "15"),
        ("number", 1500.5, "1500.5"),
        ("number", 0.1, "0.1"),
        ("select", "a", "甲"),
        ("select", "gone", "gone"),
        ("checklist", ["a", "b"], "甲、乙"),
        ("checklist", "odd", ""),
        ("checkbox", True, "✓"),
        ("checkbox", False, ""),
        ("datetime", "2026-11-22T17:00", "2026-11-22 17:00"),
    ],
)
def test_a_value_reads_as_people_write_it(kind, value, text):
    assert fieldtypes.read(one(kind), value) == text


@pytest.mark.parametrize(
    ("value", "empty"),
    [(None, True), ("", True), (" \n", True), ([], True), (False, True), (0, False), ("x", False)],
)
def test_what_counts_as_not_filled_in(value, empty):
    assert is_empty(value) is empty
