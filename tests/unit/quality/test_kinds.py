"""The catalogue holds the tables of all eight kinds, row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import NotFound
from quality import kinds
from quality.models import Stage

# goals, items of tables 1–8 and 11–18
SIZES = {
    "functional_department": (5, 11),
    "secondary_college": (16, 55),
    "major": (11, 41),
    "course": (8, 31),
    "teaching_staff_team": (7, 26),
    "teacher": (9, 28),
    "student_cohort": (9, 45),
    "student": (9, 43),
}


def items(kind):
    return [item for goal in kind.goals for item in goal.items]


def test_every_kind_has_its_goals_and_items():
    sizes = {kind.key: (len(kind.goals), len(items(kind))) for kind in kinds.every()}
    assert sizes == SIZES
    assert tuple(map(sum, zip(*sizes.values(), strict=True))) == (74, 280)


def test_every_label_is_as_printed():
    written = Path(__file__).with_name("labels.tsv").read_text(encoding="utf-8").splitlines()
    found = []
    for kind in kinds.every():
        for goal in kind.goals:
            found.append(f"{goal.id}\t{goal.label}\t{goal.label_in_standard or '-'}")
            found += [
                f"{item.id}\t{item.label}" + ("\t*" if item.placeholder else "")
                for item in goal.items
            ]
    assert found == [line for line in written if not line.startswith("#")]
    assert len(found) == 74 + 280


@pytest.mark.parametrize("key", SIZES)
def test_rows_have_an_identity_under_their_goal(key):
    kind = kinds.get(key)
    for number, goal in enumerate(kind.goals, start=1):
        assert goal.id == f"{key}.g{number:02}"
        assert [item.id for item in goal.items] == [
            f"{goal.id}.i{place:02}" for place in range(1, len(goal.items) + 1)
        ]


@pytest.mark.parametrize("key", SIZES)
def test_the_first_goal_alone_has_no_standards(key):
    first, *others = kinds.get(key).goals
    assert (first.label_in_standard, first.items) == (None, ())
    assert "定位" in first.label
    assert all(goal.label_in_standard and goal.items for goal in others)


def test_goals_that_are_called_otherwise_in_the_standards():
    other = {
        goal.id: goal.label_in_standard
        for kind in kinds.every()
        for goal in kind.goals[1:]
        if goal.label_in_standard != goal.label
    }
    assert other["functional_department.g02"] == "管理工作标准"
    assert len([one for one in other if one.startswith("functional_department")]) == 4
    assert len(other) == 6


def test_placeholders_are_numbered_rows():
    labels = {item.label for kind in kinds.every() for item in items(kind) if item.placeholder}
    assert labels
    assert all(re.fullmatch(r"(计划|任务) ?\d", label) for label in labels)


# the head of tables 1–8, 11–18 and 19–26, as printed
HEADS = {
    "functional_department": "职能部门 建设期限 审定领导",
    "secondary_college": "二级学院 建设期限 审定领导",
    "major": "学院 专业代码 名称 建设期限 适用对象 审定领导",
    "course": "学院 课程代码 名称 学时 学分 适用对象 建设期限 审定领导",
    "teaching_staff_team": "二级学院 建设期限 审定领导",
    "teacher": "教师 建设期限 审定领导",
    "student_cohort": "专业/专业群 建设期限 审定领导",
    "student": "学生 建设期限 审定辅导员",
}


@pytest.mark.parametrize("key", HEADS)
def test_the_head_of_a_table_has_the_fields_it_prints(key):
    kind = kinds.get(key)
    assert [one.label_in(Stage.GOAL) for one in kind.header] == HEADS[key].split()
    yearly = "职能部门 年度 审定领导" if key == "functional_department" else HEADS[key]
    for stage in (Stage.STANDARD, Stage.PLAN):
        assert [one.label_in(stage) for one in kind.header] == yearly.split()


def test_the_register_keeps_what_no_case_and_no_unit_knows():
    kept = {kind.key: [one.key for one in kind.own_fields] for kind in kinds.every()}
    assert {key: fields for key, fields in kept.items() if fields} == {
        "major": ["applies_to"],
        "course": ["hours", "credits", "applies_to"],
    }
    assert [one.is_number for one in kinds.get("course").own_fields] == [True, True, False]


def test_parents_are_kinds_and_only_majors_stand_below_their_own_kind():
    above = {kind.key: kind.register.parents for kind in kinds.every()}
    assert {parent for parents in above.values() for parent in parents} <= set(kinds.KEYS)
    assert [key for key, parents in above.items() if key in parents] == ["major"]


def test_an_unknown_kind_is_not_found():
    for key in ("", "majors", "../kinds"):
        with pytest.raises(NotFound):
            kinds.get(key)
