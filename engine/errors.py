"""Every refusal, by name. `sentence` is what the person reads; the docstring is for developers."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """An act that is not carried out, with a sentence that says why and what helps."""

    sentence: ClassVar[str] = "这一步不能做。"

    def __init__(self, **values: object) -> None:
        super().__init__(self.sentence.format_map(_Gaps(values)))
        self.values = values


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


class NotFound(Refused):
    """There is no such thing, or this person may not know of it."""

    sentence = "没有找到，或者您无权查看。"


class OutOfHands(NotFound):
    """The task was this person's and is no longer; more of it they may not know."""

    sentence = "这件事已经不在您手里，刚才的操作没有做。"


class Forbidden(Refused):
    """The person may see it but not do this."""

    sentence = "您没有做这件事的权限。"


class InstanceRunning(Refused):
    """Only a case that is over can be opened again."""

    sentence = "这个流程还没有结束，不必重新打开。"


class CannotBegin(Refused):
    """The step a case should begin again at is none, or lies where none can begin."""

    sentence = "不能从“{to}”重新开始。"


class CannotTakeBack(Refused):
    """What was opened did not come from this step, or the step lies where none can begin."""

    sentence = "“{to}”不能拿回。"


class PlaceLost(Refused):
    """Moving to the other version would lose a place where the case waits."""

    sentence = "不能换到这个版本：“{place}”会丢失。{why}"


class CannotMove(Refused):
    """The case, or the run of cases, cannot go to the other version as asked."""

    sentence = "不能迁移：{why}"


class TaskNotOpen(Refused):
    """The task was finished, returned, cancelled or passed on before this act came."""

    sentence = "这项任务已经由{who}于{at}处理，不能再办。"


class AlreadyClaimed(Refused):
    """Somebody else holds the task."""

    sentence = "{who}已经在办这项任务。"


class InstanceNotRunning(Refused):
    """The case has ended."""

    sentence = "这个流程已经结束。"


class InstanceSuspended(InstanceNotRunning):
    """The case stands still until an administrator resumes it."""

    sentence = "这个流程已经暂停，恢复以后才能继续办理。"


class InstanceNotSuspended(InstanceNotRunning):
    """There is nothing to resume."""

    sentence = "这个流程没有暂停。"


class DefinitionSuspended(Refused):
    """No new case may be started on this definition for now."""

    sentence = "流程“{name}”已经暂停，现在不能发起新的办理。"


class CannotCall(Refused):
    """The table that names the flow to call gives no one name."""

    sentence = "决策表“{table}”没有给出唯一一个要调用的流程。"


class CannotCallDeeper(Refused):
    """Called cases have called cases down to the bound."""

    sentence = "调用太深：流程一层调用一层，最多 {most} 层。"


class CallsItself(Refused):
    """The flow to call is already running further up in this very chain of calls."""

    sentence = "循环调用：流程“{key}”已经在上层办理，不能再从下层调用它。"


class MessageAmbiguous(Refused):
    """More than one place waits for what only one may get."""

    sentence = "有 {count} 处在等消息“{name}”，请写明给哪一个（key）。"


class MessageUnheard(Refused):
    """A message that must reach somebody reached nobody."""

    sentence = "没有人在等消息“{name}”。"


class ReasonRequired(Refused):
    """The act needs a reason that a later reader will ask for."""

    sentence = "请写明理由。"


class UnknownOutcome(Refused):
    """The step does not offer this verb."""

    sentence = "这一步不能“{outcome}”。"


class CannotReturn(Refused):
    """The target is not an earlier step that this step may return to."""

    sentence = "不能退回到“{to}”。"


class CannotReturnInside(CannotReturn):
    """The target lies in a parallel block that has been joined again since."""

    sentence = (
        "不能退回到“{to}”：它在已经汇合的并行分支里，"
        "请退回到分支之前的步骤，或让对方改好后直接交回给您。"
    )


class PickMissing(Refused):
    """Whoever hands this in is to choose the people of a later step."""

    sentence = "请选定“{step}”由谁办理。"


class CannotAssign(Refused):
    """Nobody can be found for a step, or the person named cannot take it."""

    sentence = "“{rule}”没有找到可以办理的人。"


class NobodyThere(CannotAssign):
    """The person chosen does not exist, or has left."""

    sentence = "没有找到您选的人，请重新选。"


class NotStaff(CannotAssign):
    """The person chosen does not work here: a student, or somebody from outside."""

    sentence = "{name}不是本校在职人员，请选别人。"


class StaleDraft(Refused):
    """The draft was saved by somebody else, or in another window, in the meantime."""

    sentence = "这份草稿在别处保存过，您的内容还在页面上，请比较后再保存。"


class NotPublishable(Refused):
    """The draft has findings that forbid publishing; they travel with the error."""

    sentence = "流程图里还有 {count} 个错误，改好后才能发布。"


class NotDecidable(NotPublishable):
    """A file of decision tables has findings that forbid saving it; they travel with the error."""

    sentence = "决策表里还有 {count} 个错误，改好后才能保存。"


class CannotDecide(Refused):
    """A decision table has no answer for these values."""

    sentence = "决策表答不出来：{why}"


class DecisionTaken(Refused):
    """A decision table of this id stands in another file, or the file is about another one."""

    sentence = "决策表“{id}”不能放在“{key}”这里：标识要与文件一致，也不能与其他文件里的重复。"


class UnknownDefinition(Refused):
    """No published definition has this key."""

    sentence = "没有已发布的流程“{key}”。"


class CannotStart(Refused):
    """The case cannot be opened as asked."""

    sentence = "不能发起：{why}"


class TooLarge(Refused):
    """A value, file or list is over its limit."""

    sentence = "内容太大，最多 {most}。"


class TooManyPicked(TooLarge):
    """More people were chosen for a step than it may have."""

    sentence = "“{step}”最多选 {most} 人。"


class CannotKeep(Refused):
    """A text has half characters or a value no JSON, which no database keeps."""

    sentence = "内容里有不能保存的字符，请删去后再试。"


class TextTooLong(TooLarge):
    """An opinion, a reason or another text is over its limit."""

    sentence = "文字太长，最多 {most} 个字。"


class SignInFailed(Refused):
    """Name or password do not match; which of the two is not said."""

    sentence = "账号或密码不对。"


class LockedOut(Refused):
    """Too many wrong passwords; signing in waits."""

    sentence = "密码错误次数太多，请在 {seconds} 秒后再试。"


class LeaseLost(Refused):
    """A worker finished a job that somebody else has taken over; its work is rolled back."""

    sentence = "这项后台工作已由另一个进程接手。"


class IncidentNotOpen(Refused):
    """The incident was resolved before."""

    sentence = "这个异常已经处理过了。"
