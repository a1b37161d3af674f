"""What may be started for a subject, and what is suggested."""

from __future__ import annotations

import pytest

from quality import errors, kinds, offers, periods
from quality.models import Stage
from quality.offers import Standing

MAJOR = kinds.get("major")
YEAR = 2026
FLOWS = {Stage.GOAL: "goals", Stage.STANDARD: "standards"}


def goals(period, number=1, instance_id=None):
    return Standing(1, Stage.GOAL, period, number, instance_id)


def standards(period, number=1, instance_id=None):
    return Standing(2, Stage.STANDARD, period, number, instance_id)


def suggested(*standing):
    found = offers.suggest(MAJOR, "专业", standing, YEAR, FLOWS)
    return {(one.stage.value, one.period): one for one in found}


def test_a_subject_without_documents_begins_with_goals():
    found = suggested()
    assert [key for key, one in found.items() if one.may] == [
        ("goal", "2026-2028"),
        ("goal", "2027-2029"),
    ]
    assert isinstance(found["standard", "2027"].refusal, errors.GoalsMissing)


def test_published_goals_open_the_standards_of_their_years():
    found = suggested(goals("2026-2028"))
    assert list(found) == [("goal", "2026-2028"), ("standard", "2026"), ("standard", "2027")]
    assert all(one.may for one in found.values())
    assert found["goal", "2026-2028"].published
    assert not found["standard", "2027"].published


def test_the_next_goals_are_suggested_in_the_year_before():
    assert ("goal", "2028-2030") not in suggested(goals("2026-2028"))
    assert list(suggested(goals("2024-2026")))[:2] == [("goal", "2024-2026"), ("goal", "2027-2029")]
    assert list(suggested(goals("2020-2022")))[:1] == [("goal", "2026-2028")]


def test_a_document_under_way_says_where():
    found = suggested(goals("2026-2028"), standards("2027", 0, 7))["standard", "2027"]
    assert (found.instance_id, found.may) == (7, False)
    assert isinstance(found.refusal, errors.AlreadyUnderWay)
    assert "专业·专业建设质量标准（2027）" in str(found.refusal)


@pytest.mark.parametrize(
    ("standing", "year", "found"),
    [
        ([], 2027, None),
        ([goals("2026-2028", 0)], 2027, None),
        ([standards("2027")], 2027, None),
        ([goals("2026-2028")], 2029, None),
        ([goals("2026-2028")], 2026, "2026-2028"),
        ([goals("2025-2027"), goals("2026-2028")], 2027, "2026-2028"),
    ],
)
def test_the_goals_for_a_year(standing, year, found):
    goal = offers.goals_for(standing, year)
    assert (goal.period if goal else None) == found


def test_the_title_of_a_document():
    assert offers.title(MAJOR, "工业机器人技术", Stage.GOAL, periods.years(2026, 3)) == (
        "工业机器人技术·专业建设目标（2026–2028）"
    )


def test_each_stage_is_offered_with_its_own_flow_and_not_without_one():
    found = suggested()
    assert {one.definition for (stage, _year), one in found.items() if stage == "goal"} == {"goals"}
    only = offers.suggest(MAJOR, "专业", (), YEAR, {Stage.GOAL: "goals"})
    assert {one.stage for one in only} == {Stage.GOAL}


EVERY = {stage: f"flow_{stage}" for stage in Stage}


def year_of(stage, period="2026", number=1, instance_id=None):
    return Standing(3, stage, period, number, instance_id)


def test_a_plan_needs_its_standard_and_a_collection_its_plan():
    for standing, missing in (
        ([goals("2026-2028")], {"plan": errors.StandardMissing, "collection": errors.PlanMissing}),
        (
            [year_of(Stage.STANDARD, number=0), year_of(Stage.PLAN)],
            {"plan": errors.StandardMissing},
        ),
        ([goals("2026-2028"), year_of(Stage.STANDARD)], {"collection": errors.PlanMissing}),
        ([year_of(Stage.STANDARD), year_of(Stage.PLAN)], {}),
    ):
        found = {
            stage: offers.refusal(MAJOR, "专业", standing, stage, periods.years(2026, 1))
            for stage in (Stage.PLAN, Stage.COLLECTION)
        }
        assert {key: type(one) for key, one in found.items() if one is not None} == missing


def test_all_four_stages_are_suggested_with_their_flows():
    found = offers.suggest(MAJOR, "专业", [goals("2026-2028")], YEAR, EVERY)
    assert [(one.stage.value, one.period) for one in found] == [
        ("goal", "2026-2028"),
        ("standard", "2026"),
        ("standard", "2027"),
        ("plan", "2026"),
        ("plan", "2027"),
        ("collection", "2026"),
    ]
    assert [one.definition for one in found] == [EVERY[one.stage] for one in found]


def test_last_year_is_still_collected_where_it_had_a_plan():
    standing = [goals("2025-2027"), year_of(Stage.STANDARD, "2025"), year_of(Stage.PLAN, "2025")]
    found = offers.suggest(MAJOR, "专业", standing, YEAR, EVERY)
    collections = [one for one in found if one.stage is Stage.COLLECTION]
    assert [(one.period, one.may) for one in collections] == [("2025", True), ("2026", False)]


def test_the_document_before_is_the_last_published_one_of_the_stage():
    standing = [
        year_of(Stage.STANDARD, "2024"),
        year_of(Stage.STANDARD, "2025", number=0),
        year_of(Stage.PLAN, "2025"),
        year_of(Stage.STANDARD, "2027"),
    ]
    found = offers.before(standing, Stage.STANDARD, periods.years(2026, 1))
    assert found is not None
    assert found.period == "2024"
    assert offers.before(standing, Stage.GOAL, periods.years(2026, 3)) is None


def test_what_a_document_is_made_from():
    standing = [goals("2026-2028"), year_of(Stage.STANDARD), year_of(Stage.PLAN, number=0)]
    made_from = {
        stage: offers.basis(standing, stage, periods.years(2026, 1))
        for stage in (Stage.STANDARD, Stage.PLAN, Stage.COLLECTION)
    }
    assert [one and one.stage for one in made_from.values()] == [Stage.GOAL, Stage.STANDARD, None]
    assert offers.basis(standing, Stage.GOAL, periods.years(2026, 3)) is None
