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
