"""What a draft of a template may say, and what makes it differ from another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quality import kinds, templates
from quality.kinds import Goal, Item
from quality.templates import cases, checks, content, errors
from quality.templates.comparing import What

MAJOR = kinds.get("major").goals
KNOWN = {row.id: row.label for goal in MAJOR for row in (goal, *goal.items)}


def wrong(goals, first_year=2027):
    found = checks.problems(goals, KNOWN, first_year=first_year, this_year=2026)
    return [(place, type(refusal)) for place, refusal in found]


def changed(place, **parts):
    """The template with this goal changed."""
    return [replace(goal, **parts) if goal.id == place else goal for goal in MAJOR]


def many(count, items=1):
    rows = [Item("", f"项目 {number}", placeholder=False) for number in range(items)]
    goals = [Goal("", f"目标 {number}", f"目标 {number}", tuple(rows)) for number in range(count)]
    return checks.numbered("major", goals, KNOWN)


@pytest.mark.parametrize("key", kinds.KEYS)
def test_what_comes_with_the_product_is_right(key):
    assert checks.problems(kinds.get(key).goals, {}, first_year=2027, this_year=2026) == []


def test_a_template_says_the_same_after_it_was_stored():
    for kind in kinds.every():
        template = templates.catalogue(kind.key)
        assert content.read(content.dump(template.goals)) == kind.goals
        assert (template.number, len(template.sha256)) == (1, 64)
        assert len(template.items) == sum(len(goal.items) for goal in kind.goals)


def test_new_rows_get_an_identity_that_nothing_ever_had():
    item = Item("", "新的", placeholder=False)
    new = [
        *changed("major.g02", items=(*MAJOR[1].items[:1], item, item)),
        Goal("", "新", "新", (item,)),
    ]
    made = checks.numbered("major", new[:5] + new[-1:], KNOWN)
    assert [one.id for one in made[1].items] == [
        "major.g02.i01",
        "major.g02.i05",
        "major.g02.i06",
    ]
    assert (made[-1].id, made[-1].items[0].id) == ("major.g12", "major.g12.i01")


ITEM = Item("major.g02.i01", "行业企业参与度", placeholder=False)
WRONG = [
    ([], [("", errors.NoGoals)]),
    (changed("major.g02", label=" "), [("major.g02", errors.LabelMissing)]),
    (changed("major.g02", label="x" * 101), [("major.g02", errors.LabelTooLong)]),
    (changed("major.g02", label="半\ud800"), [("major.g02", errors.LabelUnreadable)]),
    (
        changed("major.g02", label_in_standard="\x07"),
        [("major.g02/label_in_standard", errors.LabelUnreadable)],
    ),
    (changed("major.g02", items=()), [("major.g02", errors.GoalWithoutItems)]),
    (changed("major.g02", label_in_standard=None), [("major.g02", errors.ItemsWithoutGoal)]),
    (changed("major.g02", items=(ITEM, ITEM)), [("major.g02.i01", errors.RowTwice)]),
    (
        changed("major.g02", items=(replace(ITEM, label="食堂"),)),
        [("major.g02.i01", errors.AnotherMeaning)],
    ),
    (changed("major.g02", items=(replace(ITEM, label="行业、企业参与度"),)), []),
    (changed("major.g01", label_in_standard="发展定位"), [("major.g01", errors.GoalWithoutItems)]),
]


@pytest.mark.parametrize(("goals", "expected"), WRONG)
def test_what_is_wrong_is_said_of_its_row(goals, expected):
    assert wrong(goals) == expected


def test_a_template_is_no_larger_than_a_table():
    assert wrong(many(100)) == []
    assert wrong(many(101)) == [("", errors.TooManyGoals)]
    assert wrong(many(2, checks.MOST_ITEMS // 2)) == []
    assert wrong(many(2, checks.MOST_ITEMS // 2 + 1)) == [("", errors.TooManyItems)]


def test_a_template_begins_to_hold_within_the_next_years():
    years = {year: wrong(MAJOR, year) for year in (2025, 2026, 2031, 2032)}
    refused = [("first_year", errors.YearWrong)]
    assert years == {2025: refused, 2026: [], 2031: [], 2032: refused}


def told(before, after):
    return [
        (one.what, one.id, one.before, one.after) for one in templates.differences(before, after)
    ]


def test_differences_are_told_row_by_row():
    first, second, third, *rest = MAJOR
    items = (
        second.items[1],
        replace(second.items[0], label="行业参与度", placeholder=True),
        Item("major.g02.i05", "新", placeholder=False),
    )
    after = [
        first,
        replace(third, label="人才定位目标", label_in_standard=None, items=()),
        replace(second, items=items),
        Goal("major.g12", "新目标", "新目标", (Item("major.g12.i01", "新", placeholder=False),)),
        *rest[1:],
    ]
    assert told(MAJOR, MAJOR) == []
    found = told([first, second, replace(third, items=()), *rest], after)
    assert found == [
        (What.GOAL_RENAMED, "major.g03", "人才培养定位目标", "人才定位目标"),
        (What.STANDARD_RENAMED, "major.g03", "人才培养定位目标", ""),
        (What.MOVED, "major.g03", "人才定位目标", "人才定位目标"),
        (What.MOVED, "major.g02", "专业设计目标", "专业设计目标"),
        (What.MOVED, "major.g02.i02", "职业资格证书对接度", "职业资格证书对接度"),
        (What.ITEM_RENAMED, "major.g02.i01", "行业企业参与度", "行业参与度"),
        (What.PLACEHOLDER_CHANGED, "major.g02.i01", "行业企业参与度", "行业参与度"),
        (What.MOVED, "major.g02.i01", "行业参与度", "行业参与度"),
        (What.ITEM_ADDED, "major.g02.i05", "", "新"),
        (What.ITEM_DROPPED, "major.g02.i03", "人才培养规格对接岗位需求的适应度", ""),
        (What.ITEM_DROPPED, "major.g02.i04", "课程设置对接培养规格的支撑度", ""),
        (What.GOAL_ADDED, "major.g12", "", "新目标"),
        (What.ITEM_ADDED, "major.g12.i01", "", "新"),
        (What.GOAL_DROPPED, "major.g04", "课程体系与教材建设目标", ""),
    ]


@pytest.mark.parametrize("key", kinds.KEYS)
def test_the_tables_that_are_approved_say_the_whole_template(key):
    goals = kinds.get(key).goals
    tables = cases._tables(goals[1:], goals)
    assert cases.approved(tables) == goals
    assert tables["goals"][0]["change"] == "新增"
    assert tables["dropped"] == ""
