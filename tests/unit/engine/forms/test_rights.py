"""Field rights: how they are written, and which of them counts."""

from __future__ import annotations

import pytest

from engine.forms import rights
from engine.forms.rights import Right
from tests.unit.engine.forms.making import field, form, grid

FORM = form(
    field("title"),
    field("code", readonly=True),
    grid(field("what"), field("remark"), field("sum", readonly=True), key="goals"),
)


def of(text, address):
    given = rights.parse(text)
    key, _, column = address.partition(".")
    part = FORM.field(key)
    return given.of_column(part, part.by_key[column]) if column else given.of(part)


@pytest.mark.parametrize(
    ("text", "address", "right"),
    [
        ("", "title", "read"),
        ("*:edit", "title", "edit"),
        ("*:edit", "code", "read"),
        ("code:required", "code", "read"),
        ("code:hidden", "code", "hidden"),
        ("title:edit", "goals", "read"),
        ("*:read, goals.remark:edit", "goals.remark", "edit"),
        ("*:read, goals.remark:edit", "goals.what", "read"),
        ("*:read, goals.remark:edit", "goals", "read"),
        ("goals:edit", "goals.what", "edit"),
        ("goals:edit", "goals.sum", "read"),
        ("goals:edit, goals.what:read", "goals.what", "read"),
        ("goals.*:edit", "goals.what", "edit"),
        ("goals.*:edit", "goals", "read"),
        ("goals:required", "goals", "required"),
        ("goals:required", "goals.what", "edit"),
        ("goals.what:required", "goals.what", "required"),
        ("goals:hidden, goals.what:edit", "goals.what", "hidden"),
        ("*:hidden", "title", "hidden"),
        ("*：read，title：edit；code:hidden\n", "title", "edit"),
    ],
)
def test_the_most_specific_right_counts(text, address, right):
    assert of(text, address) is Right(right)


@pytest.mark.parametrize(
    "text",
    [
        "title",
        "title:",
        ":edit",
        "title:write",
        "title:EDIT",
        "title:edit, title:read",
        "a.b.c:edit",
        "*.x:edit",
        "__proto__:edit",
        "a b:edit",
        "title:edit:read",
        "x" * 20_000,
        "a.__b:read",
    ],
)
def test_rights_that_cannot_be_read_are_refused_with_a_sentence(text):
    with pytest.raises(rights.RightsError) as refusal:
        rights.parse(text)
    assert refusal.value.sentence.format(**refusal.value.values) == str(refusal.value)


def test_addresses_that_name_nothing_are_listed():
    given = rights.parse(
        "*:read, goals.*:read, goals.what:edit, goals.x:edit, titel:edit, title.x:read"
    )
    assert rights.unknown(given, FORM) == ("goals.x", "titel", "title.x")


def test_the_two_common_rights():
    assert rights.EDIT_ALL.of(FORM.field("title")) is Right.EDIT
    assert rights.READ_ALL.of(FORM.field("title")) is Right.READ
