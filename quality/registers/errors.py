"""Refusals around plans and work points, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import Forbidden, Refused


class MayNotKeep(Forbidden):
    """The quality office keeps all of it, whoever heads a unit what is the unit's."""

    sentence = (
        "您只能维护自己任负责人的单位（含下级单位）的规划和工作要点；学校的由质量管理处维护。"
    )


class YearsWrong(Refused):
    """Years out of bounds, or the last before the first."""

    sentence = "年份应在 {first} 到 {last} 之间，并且终止年份不早于起始年份。"


class SubPlanOfSubPlan(Refused):
    """Plans have one level of sub-plans."""

    sentence = "“{name}”自己是子规划，或者本规划下面已有子规划，不能这样归属。"


class PlanThere(Refused):
    """Another plan of that name has years in common."""

    sentence = "已有同名的规划“{name}”，年份与它重叠。"


class NoLines(Refused):
    """Nothing was written."""

    sentence = "请至少写一行。"


class TooManyLines(Refused):
    """More points than a year of one unit holds."""

    sentence = "一个单位一年最多 {most} 条工作要点，加上这些就有 {count} 条。"


class LineWrong(Refused):
    """A line of several cannot be kept."""

    sentence = "第 {number} 行：{problem}"


class PointThere(Refused):
    """The same point is there already."""

    sentence = "这一年已经有“{name}”。"
