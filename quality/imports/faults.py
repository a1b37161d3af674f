"""What can be wrong with a row: the column, the sentence, and what stands in its gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import orjson


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one cell of a row; `column` is its key, "" for the row as a whole."""

    column: str
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)


def dumped(faults: list[Fault]) -> str:
    """Faults as a row keeps them."""
    return orjson.dumps([[one.column, one.sentence, one.values] for one in faults]).decode()


def loaded(text: str) -> list[Fault]:
    """Faults as a row kept them."""
    return [Fault(column, sentence, values) for column, sentence, values in orjson.loads(text)]


MISSING: Final = "没有填写。"
TOO_LONG: Final = "太长，最多 {most} 个字。"
UNREADABLE: Final = "有不能保存的字符，请删去。"
SPACES: Final = "“{text}”里不能有空格。"
NO_DAY: Final = "“{text}”不是日期，请写成 2026-09-01 的样子。"
NO_NUMBER: Final = "“{text}”不是整数。"
NO_YES_OR_NO: Final = "“{text}”看不懂，请填“是”或“否”。"
NO_EMAIL: Final = "“{text}”不是电子邮箱地址，请写成 name@example.edu.cn 的样子。"
NO_PHONE: Final = "“{text}”不是电话号码。"
COVERED: Final = "“{text}”是遮住了一部分的内容，请填写完整的，或者留空（不改动）。"
NO_USERNAME: Final = "账号“{text}”只能用字母、数字和 . _ @ -。"
NO_ID_NUMBER: Final = "身份证号不是 18 位数字，也不像护照号，请核对。"
BAD_CHECK_DIGIT: Final = "身份证号的校验码不对，请逐位核对。"
BAD_BIRTHDAY: Final = "身份证号里的出生日期不存在，请核对。"
LOST_DIGITS: Final = "Excel 把这个号码变成了数字，末几位已丢失。请把这一列设为文本后重新填写。"
ENDS_BEFORE: Final = "结束日期 {until} 早于开始日期 {since}。"
UNKNOWN_KIND: Final = "没有“{text}”这一类单位，可以填：{known}。"
UNKNOWN_UNIT: Final = "没有编码为“{text}”的单位。"
UNKNOWN_UNIT_ZEROS: Final = "没有编码为“{text}”的单位；是不是丢了开头的 0：“{meant}”？"
UNIT_IN_ERROR: Final = "单位“{text}”在“单位”表里的那一行有错，请先改好。"
UNIT_CLOSED: Final = "单位“{text}”已经撤销。"
UNKNOWN_POST: Final = "没有叫“{text}”的岗位，可以填：{known}。"
POST_WITHOUT_UNIT: Final = "填了岗位，没有填单位编码。"
UNIT_WITHOUT_POST: Final = "填了单位编码，没有填岗位。"
TWICE: Final = "与第 {line} 行重复：“{text}”在这份文件里出现了两次。"
TWICE_USERNAME: Final = "账号“{text}”在第 {line} 行已经用过。"
TWICE_ID_NUMBER: Final = "身份证号与第 {line} 行相同。"
TWICE_HELD: Final = "与第 {line} 行重复：同一个人在同一单位的同一岗位，时间重叠。"
HELD_ALREADY: Final = "从 {since} 起已经在这个单位任这个岗位，时间重叠。"
ENDS_EARLIER: Final = "这个任职到 {until} 为止；要延长，请另写一行，从它的第二天起。"
USERNAME_TAKEN: Final = "账号“{text}”已经是{who}（{number}）的。"
ID_NUMBER_TAKEN: Final = "身份证号已经登记在{who}（{number}）名下。"
OTHER_PERSON: Final = "“{number}”是{who}的，姓名和身份证号都不同：一个号只能属于一个人。"
OTHER_NAME: Final = "“{number}”是{who}，不是{name}，请核对工号/学号。"
LOST_ZEROS: Final = "已有“{meant}”（{who}），是不是丢了开头的 0？请把这一列设为文本。"
UNKNOWN_PERSON: Final = "没有工号/学号为“{text}”的人。"
PERSON_IN_ERROR: Final = "“{text}”在“人员”表里的那一行有错，请先改好。"
PERSON_LEFT: Final = "{who}已经离校，不能任职。"
OWN_ANCESTOR: Final = "单位不能是自己的上级：{path}。"
MISPLACED: Final = "{kind}不能设在{parent_kind}下面，请另选上级单位。"
NO_PARENT: Final = "{kind}要有上级单位，请填写上级编码。"
NOT_A_CAMPUS: Final = "“{text}”不是校区。"
CHANGED_SINCE: Final = "预览之后，这一行的内容被别人改过，没有覆盖。请重新上传这一行。"
GONE_SINCE: Final = "预览之后，情况变了，这一行没有写入：{why}"
NOT_ALLOWED: Final = "这一行没有写入：{why}"
SAME_MOMENT: Final = "同一时刻有人写入了相同的内容，这一行没有写入。请重新上传这一行。"
