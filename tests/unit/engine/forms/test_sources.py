"""Choices that somebody offers live: kept with their words, valid once they are stored."""

from __future__ import annotations

import pytest

from engine.forms import choices, fieldtypes, load, rights, validation, view
from engine.forms.choices import Choices
from tests.unit.engine.forms.making import field, form, grid, source, template

PLAN = field("plan", "select", source="school_plans")
FORM = form(PLAN, grid(PLAN))
OFFERED = choices.option(7, "十五五规划"), choices.option(8, "质量提升：三年")
LIVE = Choices({"school_plans": OFFERED})
EDIT = rights.EDIT_ALL


def handed_in(values, live=LIVE, **more):
    return validation.validate(FORM, values, EDIT, live=live, **more)


def test_a_choice_is_kept_with_its_words():
    assert [one.value for one in OFFERED] == ["7:十五五规划", "8:质量提升：三年"]
    assert handed_in({"plan": "7:十五五规划"}) == {"plan": "7:十五五规划", "rows": []}
    assert fieldtypes.read(FORM.field("plan"), "7:十五五规划") == "十五五规划"
    assert fieldtypes.read(FORM.field("plan"), "没有号的") == "没有号的"


@pytest.mark.parametrize("live", [choices.NONE, LIVE])
def test_what_is_not_offered_is_refused(live):
    with pytest.raises(validation.Invalid) as refused:
        handed_in({"plan": "9:编的", "rows": [{"id": "t.0", "plan": "7:编的"}]}, live,
                  stored={"rows": template("甲")})  # fmt: skip
    assert set(refused.value.errors) == {"plan", "rows/t.0/plan"}


def test_what_is_stored_stays_valid_at_its_place():
    rows = [{**one, "plan": "1:旧规划"} for one in template("甲")]
    stored = {"plan": "1:旧规划", "rows": rows}
    assert handed_in(stored, stored=stored) == stored
    with pytest.raises(validation.Invalid):
        handed_in({"plan": "1:旧规划"}, stored={"rows": rows})


def test_a_draft_keeps_a_choice_of_any_kind_but_no_monster():
    assert validation.draft(FORM, {"plan": "9:以前有的"}, EDIT)["plan"] == "9:以前有的"
    for value in ["9:" + "长" * 400, "9:a\nb", 9, ["9:a"], "9:\ud800"]:
        with pytest.raises(validation.Invalid):
            validation.draft(FORM, {"plan": value}, EDIT)


def test_what_is_chosen_is_always_among_the_options():
    shown = view.view(FORM, {"plan": "1:旧规划"}, EDIT, live=LIVE).parts[0]
    assert [one.label for one in shown.options] == ["旧规划", "十五五规划", "质量提升：三年"]


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        (field("a", "select", source="x", values=[{"value": "1"}]), "source"),
        (field("a", "radio", source="x"), "source"),
        (field("a", "select", source="不行"), "source"),
        (field("a", "select", source=7), "source"),
        (field("a", "select"), "options"),
    ],
)
def test_a_source_is_a_name_of_a_select(component, rule):
    reading = load.read(source(component))
    assert reading.form is None
    assert rule in {one.rule for one in reading.findings}
