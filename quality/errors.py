"""Refusals of the quality cycle, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import CannotStart, Forbidden


class MayNotStart(Forbidden):
    """Only some people may start work for a subject."""

    sentence = "您不能为“{name}”发起：只有它的负责人、所在单位的相应岗位和质量管理处可以。"


class SubjectInactive(CannotStart):
    """The subject is no longer in use."""

    sentence = "“{name}”已经停用，不能再为它发起。"


class WrongDefinition(CannotStart):
    """Another flow serves this kind of subject."""

    sentence = "“{name}”是{kind}，要走流程“{expected}”，不能走“{definition}”。"


class UnknownStage(CannotStart):
    """Neither goals nor standards were asked for."""

    sentence = "请选择要提交的是建设目标（goal）还是质量标准（standard）。"


class GoalPeriodWrong(CannotStart):
    """Goals are set for three years in a row."""

    sentence = "建设目标以三年为一期，请写成“2026-2028”这样连续的三年。"


class StandardPeriodWrong(CannotStart):
    """Standards are set for one year."""

    sentence = "质量标准以一年为一期，请写成“2027”这样的年份。"


class UnknownValues(CannotStart):
    """More was sent than is asked for."""

    sentence = "发起时只说明阶段（stage）和时期（period），多出了：{names}。"


class AlreadyUnderWay(CannotStart):
    """A case for the same document is running."""

    sentence = "“{title}”正在办理，请等它办完，或请流程管理员把它撤销后再发起。"


class GoalsMissing(CannotStart):
    """Standards need published goals whose period contains the year."""

    sentence = (
        "{year} 年还没有已发布的建设目标。"
        "请先提交包含 {year} 年的建设目标，等它发布后再提交质量标准。"
    )
