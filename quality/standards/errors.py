"""Refusals around the standards that units keep, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import CannotStart, Refused


class CategoryUnknown(Refused):
    """A work standard is of one of the seven categories."""

    sentence = "请选择工作标准的类别。"


class StandardThere(Refused):
    """The unit keeps one of that name already."""

    sentence = "这个单位已经有“{name}”。"


class StandardBusy(Refused):
    """A standard under revision stays where it is."""

    sentence = "“{name}”正在修订，办完或撤销以后再改登记。"


class WhichStandard(CannotStart):
    """The case of a standard without saying which."""

    sentence = "请在“文档、规范、工作与基本标准”里选一个标准再修订。"


class WrongFlow(CannotStart):
    """Work standards and basic standards go different ways."""

    sentence = "“{name}”不走这个流程。"


class MayNotRevise(CannotStart):
    """A standard is revised by those who work in its unit."""

    sentence = "“{name}”由{unit}的人修订，您不在这个单位任职。"


class Retired(CannotStart):
    """A retired standard is not revised."""

    sentence = "“{name}”已停用，不能修订。"


class UnderRevision(CannotStart):
    """One revision at a time."""

    sentence = "“{name}”正在修订，请等它办完，或撤销后再来。"
