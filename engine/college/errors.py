"""Refusals of the college: each names the place and what helps."""

from __future__ import annotations

from engine.errors import Forbidden, NotFound, Refused, TooLarge


class Empty(Refused):
    """A part that must be there is not."""

    sentence = "请填写{what}。"


class PartTooLong(TooLarge):
    """A part is longer than its column."""

    sentence = "“{what}”太长，最多 {most} 个字。"


class PartUnreadable(Refused):
    """A part has control characters or halves of characters."""

    sentence = "“{what}”里有不能保存的字符，请删去后再试。"


class NotAnEmail(Refused):
    """An e-mail address that is none."""

    sentence = "“{email}”不是电子邮箱地址，请写成 name@example.edu.cn 的样子。"


class Taken(Refused):
    """Something that must be alone is somebody else's."""


class UsernameTaken(Taken):
    """Two people with one user name."""

    sentence = "账号“{username}”已经是{who}的，请换一个。"


class NumberTaken(Taken):
    """Two people with one number."""

    sentence = "工号或学号“{number}”已经是{who}的，请核对后再填。"


class CodeTaken(Taken):
    """Two units with one code."""

    sentence = "单位代码“{code}”已经是“{who}”的，请换一个。"


class KeyTaken(Taken):
    """Two posts or two committees with one key."""

    sentence = "标识“{key}”已经是“{who}”的，请换一个。"


class PostNamed(Taken):
    """Two posts in use with one name, which people could not tell apart."""

    sentence = "已经有名为“{name}”的岗位（标识“{key}”），请换一个名称。"


class WrittenTwice(Taken):
    """One list names the same user name, number, code or key twice."""

    sentence = "“{value}”在这份名单里出现了两次，请只留一处。"


class PersonGone(Refused):
    """The person has left; nothing is given to them any more."""

    sentence = "{who}已于 {on} 离校，不能再任职。需要的话，请先恢复账号。"


class NotThereAnyMore(Refused):
    """The person left before."""

    sentence = "{who}已于 {on} 离校，不用再办一次。"


class LeavesLater(Refused):
    """Somebody leaves on a day that has not come."""

    sentence = "离校日期 {on} 还没有到。请先给岗位填好结束日期，到那一天再办理离校。"


class NotYourself(Refused):
    """Nobody closes their own account."""

    sentence = "不能给自己办理离校，请由另一位管理员来做。"


class WatcherNotChanged(Forbidden):
    """Who runs the house does not change how those who watch over it are known at the door."""

    sentence = (
        "{who}是（或将是）{role}，账号、工号或学号、电子邮箱和“校外人员”关系到登录，人员管理员不能改。"
        "请安全管理员先收回这个角色，改好后再重新授予。"
    )


class WatcherStays(Forbidden):
    """Who runs the house does not take the roles of those who watch over it, by departure."""

    sentence = "{who}是（或将是）{role}，请安全管理员先收回这个角色，再办理离校。"


class StillHere(Refused):
    """Only somebody who left can be taken back."""

    sentence = "{who}没有离校，不用恢复。"


class UnknownUnitKind(NotFound):
    """No unit has this kind."""

    sentence = "没有“{kind}”这一类单位。"


class UnitMisplaced(Refused):
    """A kind of unit below a kind that does not have such."""

    sentence = "{kind}不能设在{parent_kind}“{name}”下面，请另选上级单位。"


class UnitBelowItself(Refused):
    """A unit would become its own ancestor."""

    sentence = "“{parent}”本身就在“{name}”里面，不能成为它的上级单位。"


class TooDeep(Refused):
    """The tree would have more levels than anybody can read."""

    sentence = "单位最多 {most} 级，“{name}”放在这里就超过了。"


class NotACampus(Refused):
    """The campus of a unit is a unit of another kind."""

    sentence = "“{name}”不是校区。"


class UnitClosed(Refused):
    """Nothing new is put into a unit that is closed."""

    sentence = "“{name}”已于 {on} 撤销，请另选单位。"


class UnitNotEmpty(Refused):
    """A unit that still has people, units or committees is not closed."""

    sentence = (
        "“{name}”还有 {holdings} 个任职、{units} 个下级单位、{committees} 个委员会或工作组，"
        "请先结束或调整它们，再撤销这个单位。"
    )


class NotInUse(Refused):
    """A post or committee that is not in use any more."""

    sentence = "“{name}”已经停用，不能再安排人。"


class PeriodEndsBeforeItBegins(Refused):
    """`until` lies before `since`."""

    sentence = "结束日期 {until} 早于开始日期 {since}，请核对。"


class UnlikelyDay(Refused):
    """A day in a year that is a slip of the pen."""

    sentence = "日期 {day} 不对：年份应在 {first} 到 {last} 之间。"


class PostInUse(Refused):
    """A post that people hold is not put out of use."""

    sentence = "还有 {count} 人担任“{name}”，请先结束他们的任职，再停用这个岗位。"


class PostHeldAlready(Refused):
    """The same person holds the same post in the same unit at the same time."""

    sentence = "{who}在“{unit}”的“{post}”从 {since} 起已经任职，时间重叠，请先结束原来的任职。"


class EndedAlready(Refused):
    """What is to be ended ended before."""

    sentence = "这一项到 {until} 就结束了，不用再办一次。"


class SeatHeldAlready(Refused):
    """The same person sits in the same committee at the same time."""

    sentence = "{who}从 {since} 起已经是“{committee}”的成员，时间重叠，请先结束原来的聘任。"


class UnknownSeat(NotFound):
    """No seat is called so."""

    sentence = "没有“{seat}”这种身份。"


class UnknownCommitteeKind(NotFound):
    """No committee has this kind."""

    sentence = "没有“{kind}”这一类组织。"


class CommitteeNotEmpty(Refused):
    """A committee that others belong to is not closed."""

    sentence = "“{name}”下面还有 {count} 个组织，请先撤销或调整它们。"


class BadTerm(Refused):
    """A term of no years, or of too many."""

    sentence = "任期应为 1 至 {most} 年。"


class TermInThePast(Refused):
    """A term that is over before it is recorded."""

    sentence = "任期 {since} 至 {until} 已经过去，请改成当前或以后的任期。"


class BadRule(Refused):
    """A rule of composition that cannot be read."""

    sentence = "组成规则的“{part}”看不懂：{why}"


class CommitteeBelowItself(Refused):
    """A committee would become its own ancestor."""

    sentence = "“{parent}”本身就隶属于“{name}”，不能成为它的上级组织。"
