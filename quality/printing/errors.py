"""Refusals of printing, by name."""

from __future__ import annotations

from engine.errors import Refused


class PressBusy(Refused):
    """All typesetters are at work, and none came free in time."""

    sentence = "现在打印的人多，请过一会儿再试。"


class NotSet(Refused):
    """The paper could not be laid out: too much of it, or the press is damaged."""

    sentence = "这份文件没有排好版，可能是内容太多；可以先下载 Word 文件，再请管理员看一下日志。"


class NothingToPrint(Refused):
    """No document was chosen, or none of them may be read."""

    sentence = "没有选中可以打印的文档。"


class TooManyToPrint(Refused):
    """More documents than one batch takes."""

    sentence = "一次最多打印 {most} 份，请用筛选把范围缩小。"


class TooManyRuns(Refused):
    """A person has batches in work already."""

    sentence = "您已有 {most} 批正在打印，请等其中一批打完，或把它取消。"


class RunOver(Refused):
    """Only a batch that is in work can be cancelled."""

    sentence = "这一批已经结束，不用取消。"
