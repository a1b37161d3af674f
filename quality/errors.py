"""Refusals of the quality cycle, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import CannotStart, Forbidden, Refused


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
    """None of the four stages was asked for."""

    sentence = (
        "请选择要提交的是建设目标（goal）、质量标准（standard）、诊改计划（plan）"
        "还是诊改信息采集（collection）。"
    )


class GoalPeriodWrong(CannotStart):
    """Goals are set for three years in a row."""

    sentence = "建设目标以三年为一期，请写成“2026-2028”这样连续的三年。"


class StandardPeriodWrong(CannotStart):
    """Standards are set for one year."""

    sentence = "质量标准以一年为一期，请写成“2027”这样的年份。"


class PlanPeriodWrong(CannotStart):
    """Plans are made for one year."""

    sentence = "诊改计划以一年为一期，请写成“2027”这样的年份。"


class CollectionPeriodWrong(CannotStart):
    """What was done is collected for one year."""

    sentence = "诊改信息采集以一年为一期，请写成“2027”这样的年份。"


class UnknownValues(CannotStart):
    """More was sent than is asked for."""

    sentence = "发起时只说明阶段（stage）和时期（period），多出了：{names}。"


class AlreadyUnderWay(CannotStart):
    """A case for the same document is running."""

    sentence = "“{title}”已经发起，还没有办完；办完以后，或者流程管理员把它撤销以后，才能再发起。"


class GoalsMissing(CannotStart):
    """Standards need published goals whose period contains the year."""

    sentence = (
        "{year} 年还没有已发布的建设目标。"
        "请先提交包含 {year} 年的建设目标，等它发布后再提交质量标准。"
    )


class StandardMissing(CannotStart):
    """A plan needs the published standard of its year."""

    sentence = (
        "{year} 年的质量标准还没有发布。请先提交 {year} 年的质量标准，等它发布后再制定诊改计划。"
    )


class PlanMissing(CannotStart):
    """What was done is collected under the published plan of the year."""

    sentence = (
        "{year} 年的诊改计划还没有发布。请先提交 {year} 年的诊改计划，等它发布后再采集诊改信息。"
    )


class SubjectRefused(Refused):
    """A subject cannot be kept as described."""


class SubjectCodeTaken(SubjectRefused):
    """Two subjects of one kind with one code."""

    sentence = "{kind}里已经有代码为“{code}”的“{name}”，请换一个代码。"


class SubjectExists(SubjectRefused):
    """A unit or a person has one subject of a kind, not two."""

    sentence = "“{name}”已经有自己的{kind}主体，不能再建一个；停用的可以恢复。"


class UnknownUnit(SubjectRefused):
    """No unit of this number."""

    sentence = "没有这个单位，请从列表中选一个。"


class UnitOfAnotherKind(SubjectRefused):
    """A kind of subject stands only in some kinds of unit."""

    sentence = "{kind}主体要放在{wanted}里，“{name}”是{found}。"


class UnknownPerson(SubjectRefused):
    """No person of this number."""

    sentence = "没有找到“{written}”这个人，请重新选一位。"


class OwnerLeft(SubjectRefused):
    """Somebody who left cannot answer for a subject."""

    sentence = "{who}已经离校，不能做负责人，请另选一位。"


class MemberLeft(SubjectRefused):
    """Somebody who left does not join a team."""

    sentence = "{who}已经离校，不能进入团队，请另选一位。"


class OwnerIsThePerson(SubjectRefused):
    """A teacher or student answers for their own subject."""

    sentence = "“{name}”的负责人就是本人，不能换成别人。"


class OwnerSinceTooEarly(SubjectRefused):
    """A new owner from before the present one began."""

    sentence = "{who}从 {since} 起才是负责人，新的负责人不能比这更早。"


class NotYet(SubjectRefused):
    """What is recorded as done lies in the future."""

    sentence = "{on} 还没有到，请填今天或以前的日期。"


class UnknownParent(SubjectRefused):
    """No subject of this number."""

    sentence = "没有这个上级主体，请从列表中选一个。"


class ParentOfAnotherKind(SubjectRefused):
    """What a subject of this kind cannot belong to."""

    sentence = "{kind}主体不能归在{found}“{parent}”下面，只能归在：{wanted}。"


class NoParents(SubjectRefused):
    """A kind whose subjects belong to no other."""

    sentence = "{kind}主体没有上级主体，请把这一项留空。"


class ParentClosed(SubjectRefused):
    """A subject that is no longer in use takes nothing new."""

    sentence = "“{parent}”已经停用，请另选上级主体。"


class SubjectBelowItself(SubjectRefused):
    """A subject would become its own ancestor."""

    sentence = "“{parent}”本身就在“{name}”下面，不能成为它的上级主体。"


class UnknownHeaderField(SubjectRefused):
    """The head of this kind's tables has no such field."""

    sentence = "{kind}的表头没有“{field}”这一栏。"


class NotANumber(SubjectRefused):
    """A field of the head that wants a number."""

    sentence = "“{label}”要填数字，“{written}”不是数字。"


class NumberOutOfBounds(SubjectRefused):
    """A number that is negative, too large or too finely divided."""

    sentence = "“{label}”要填 0 到 {most} 的数，最多 {decimals} 位小数，“{written}”不合适。"


class MemberAlready(SubjectRefused):
    """The same person in the same team at the same time."""

    sentence = "{who}从 {since} 起已经在“{name}”的团队里，时间重叠。"


class SubjectClosedAlready(SubjectRefused):
    """It was closed before."""

    sentence = "“{name}”已于 {on} 停用，不用再办一次。"


class SubjectStillOpen(SubjectRefused):
    """Only what was closed can be taken up again."""

    sentence = "“{name}”没有停用，不用恢复。"


class SubjectBusy(SubjectRefused):
    """A subject with work under way is not closed."""

    sentence = "“{name}”还有 {count} 件在办的流程，请等办完或撤销后再停用。"


class SubjectHasChildren(SubjectRefused):
    """A subject with others below it is not closed."""

    sentence = "“{name}”下面还有 {count} 个在用的主体，请先停用它们，或把它们改归别处。"


class TooManySubjects(SubjectRefused):
    """More at once than one page can answer for."""

    sentence = "一次最多标记 {most} 个主体，请用筛选把范围缩小。"


class GradeWrong(SubjectRefused):
    """A grade is the year in which students began."""

    sentence = "年级要写成“2026”这样的入学年份。"
