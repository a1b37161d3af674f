"""Refusals around templates, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import CannotStart, Forbidden, Refused


class MayNotEdit(Forbidden):
    """A template is written by the department that leads its kind."""

    sentence = "您不能修改{kind}的模板：模板由牵头部门修订，需要时请安全管理员授权。"


class TemplateRefused(Refused):
    """The draft of a template is not right yet."""


class NoGoals(TemplateRefused):
    """A template without any goal."""

    sentence = "模板至少要有一个目标。"


class TooManyGoals(TemplateRefused):
    """More goals than a table holds."""

    sentence = "模板最多 {most} 个目标，现在有 {count} 个。"


class TooManyItems(TemplateRefused):
    """More items than a table holds."""

    sentence = "模板最多 {most} 个项目，现在有 {count} 个。"


class LabelMissing(TemplateRefused):
    """A goal or an item without a name."""

    sentence = "请填写名称，或者删掉这一行。"


class LabelTooLong(TemplateRefused):
    """A name that no column holds."""

    sentence = "名称最多 {most} 个字，现在有 {count} 个。"


class LabelUnreadable(TemplateRefused):
    """Half a character, or one that nobody can see."""

    sentence = "名称里有无法保存的字符，请重新输入。"


class GoalWithoutItems(TemplateRefused):
    """A goal that the standards have, but without rows."""

    sentence = "“{goal}”在标准表里要有项目：请至少加一个项目，或清空它在标准表里的名称。"


class ItemsWithoutGoal(TemplateRefused):
    """Items under a goal that the standards do not have."""

    sentence = "“{goal}”不进标准表，不能有项目：请填写它在标准表里的名称，或删掉项目。"


class RowTwice(TemplateRefused):
    """Two rows with one identity."""

    sentence = "这一行出现了两次，请删掉一行。"


class RowUnknown(TemplateRefused):
    """An identity that no version of this template ever gave to a row here."""

    sentence = "没有这一行，请刷新页面再改。"


class AnotherMeaning(TemplateRefused):
    """An identity that is to stand for something else than before."""

    sentence = (
        "“{before}”改成“{label}”像是换了一个项目，往年的内容会接到它名下。"
        "请删掉这一行再另加一行；只改字的话，两个名称至少一半相同。"
    )


class YearWrong(TemplateRefused):
    """A year in which no template can begin to hold."""

    sentence = "启用年度应在 {first} 到 {last} 之间。"


class YearUnreadable(TemplateRefused):
    """A first year that is no year."""

    sentence = "请填写启用年度，如 2027。"


class DraftNotReady(CannotStart):
    """The draft has something wrong, so it cannot be handed in."""

    sentence = "模板草稿有 {count} 处要改，改好以后再提交审定。第一处：{problem}"


class NothingChanged(CannotStart):
    """The draft says what the template in force says."""

    sentence = "草稿与现行模板相同，没有要审定的内容。"


class UnderWay(CannotStart):
    """A template of this kind is being approved."""

    sentence = "{kind}模板正在审定，请等它办完，或撤销后再提交。"


class WhichKind(CannotStart):
    """The case of a template without the kind it is for."""

    sentence = "请说明是哪一类主体的模板（kind）。"


class ChangedOnTheWay(Refused):
    """What was approved is not what was handed in."""

    sentence = "审定的内容与提交时的模板不一致，没有发布。"
