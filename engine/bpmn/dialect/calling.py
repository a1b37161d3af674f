"""What a step calls: another flow (call activity) or a decision table (business rule task)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.bpmn.dialect.written import KEY, DialectError, short

CALLED: Final = "calledElement"
DECISION_REF: Final = "camunda:decisionRef"
RESULT_VARIABLE: Final = "camunda:resultVariable"
MAP_RESULT: Final = "camunda:mapDecisionResult"

BY_TABLE: Final = "decision:"
RESULTS: Final = ("singleEntry", "singleResult", "collectEntries", "resultList")
RESULT_USUAL: Final = "resultList"

_NAME: Final = re.compile(r"[^\W\d_]\w{0,99}")


@dataclass(frozen=True, slots=True)
class Called:
    """The key of a flow, or of the table that gives one."""

    key: str
    by_table: bool = False


def called(text: str) -> Called:
    """Read `KEY`, a flow, or `decision:KEY`, a table that names one. Raises `DialectError`."""
    text = text.strip()
    table = text.startswith(BY_TABLE)
    key = text.removeprefix(BY_TABLE).strip()
    if not KEY.fullmatch(key):
        message = "看不懂要调用的流程“{text}”。请写流程的标识，或 decision:决策表的标识。"
        raise DialectError(message, text=short(text))
    return Called(key, table)


def result_variable(text: str) -> str:
    """Read the name of the variable that takes a decision. Raises `DialectError`."""
    text = text.strip()
    if not _NAME.fullmatch(text):
        message = "结果变量“{text}”只能用字母、数字和下划线，并以字母开头。"
        raise DialectError(message, text=short(text))
    return text


def map_result(text: str) -> str:
    """Read how a decision is put into its variable. Raises `DialectError`."""
    text = text.strip()
    if text not in RESULTS:
        message = "决策结果的取法“{text}”不认识。可用：{words}。"
        raise DialectError(message, text=short(text), words="、".join(RESULTS))
    return text
