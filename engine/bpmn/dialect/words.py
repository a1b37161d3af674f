"""The table of words: each attribute and property we read, where it stands, what checks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.bpmn.dialect.assigning import (
    ASSIGNEE,
    CANDIDATE_GROUPS,
    CANDIDATE_USERS,
    FALLBACK,
    INITIATOR_IS_APPROVER,
    REPEAT,
    assignment,
    fallback,
    initiator_is_approver,
    repeat,
    users,
)
from engine.bpmn.dialect.calling import (
    DECISION_REF,
    MAP_RESULT,
    RESULT_VARIABLE,
    map_result,
    result_variable,
)
from engine.bpmn.dialect.deadlines import due
from engine.bpmn.dialect.offering import returns_to, verbs
from engine.bpmn.dialect.retrying import RETRIES, retries
from engine.bpmn.dialect.voting import recuse, signing
from engine.bpmn.dialect.written import KEY, DialectError, items, short

FORM_REF: Final = "camunda:formRef"
DUE_DATE: Final = "camunda:dueDate"
PRIORITY: Final = "camunda:priority"
TOPIC: Final = "camunda:topic"
TYPE: Final = "camunda:type"

CASE: Final = "case"
CORRELATION: Final = "correlation"
MUST_REACH: Final = "must_reach"
START_AS: Final = "start_as"
YES: Final = "yes"
VERBS: Final = "verbs"
RETURNS_TO: Final = "returns_to"
DUE: Final = "due"
ESCALATION: Final = "escalation"
FIELD_RIGHTS: Final = "field_rights"
SIGNING: Final = "signing"
RECUSE: Final = "recuse"
COPY_TO: Final = "copy_to"
EXTENSION: Final = "extension"

RIGHTS: Final = frozenset({"hidden", "read", "edit", "required"})
MAX_PRIORITY: Final = 100

_VARIABLE: Final = re.compile(r"[^\W\d_]\w{0,99}")
_PATH: Final = re.compile(r"\*|[^\W\d]\w{0,63}(\.(\*|[^\W\d]\w{0,63}))?")


def field_rights(text: str) -> Mapping[str, str]:
    """Read `goals.remark:edit, *:read` as right by field. Raises `DialectError`."""
    found: dict[str, str] = {}
    for item in items(text):
        path, _colon, right = (part.strip() for part in item.rpartition(":"))
        path, right = path.strip(), right.strip()
        if not _PATH.fullmatch(path):
            message = "看不懂“{text}”。例：*:read, goals.remark:edit"
            raise DialectError(message, text=short(item))
        if right not in RIGHTS:
            message = "没有名为“{right}”的字段权限。可用：hidden、read、edit、required。"
            raise DialectError(message, right=short(right))
        if path in found:
            raise DialectError("字段“{field}”的权限写了两次。", field=path)
        found[path] = right
    return MappingProxyType(found)


def variable(text: str) -> str:
    """Read the name of a variable. Raises `DialectError`."""
    text = text.strip()
    if not _VARIABLE.fullmatch(text):
        message = "变量名“{text}”只能用字母、数字和下划线，并以字母开头。"
        raise DialectError(message, text=short(text))
    return text


def yes_or_no(text: str) -> bool:
    """Read `yes` or `no`. Raises `DialectError`."""
    if text.strip() not in (YES, "no"):
        raise DialectError("“{text}”要写 yes 或 no。", text=short(text))
    return text.strip() == YES


def priority(text: str) -> int:
    """Read a priority, 0 to 100. Raises `DialectError`."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > MAX_PRIORITY:
        message = "优先级“{text}”要是 0 到 {most} 之间的整数。"
        raise DialectError(message, text=short(text), most=MAX_PRIORITY)
    return int(text)


def key(text: str) -> str:
    """Read the key of a form, a handler or a kind of case. Raises `DialectError`."""
    text = text.strip()
    if not KEY.fullmatch(text):
        message = "名称“{text}”只能用字母、数字和 _ . -，并以字母开头。"
        raise DialectError(message, text=short(text))
    return text


@dataclass(frozen=True, slots=True)
class Word:
    """An attribute or a property we read: on which elements, and what checks its value."""

    name: str
    on: frozenset[str]
    check: Callable[[str], object]


_STEP: Final = frozenset({"userTask"})
_WORK: Final = frozenset({"serviceTask", "sendTask"})
_THROWS: Final = frozenset({"intermediateThrowEvent", "endEvent"})
_EVENTS: Final = _THROWS | {"intermediateCatchEvent", "boundaryEvent", "startEvent", "receiveTask"}
_RULE: Final = frozenset({"businessRuleTask"})

ATTRIBUTES: Final[Mapping[str, Word]] = MappingProxyType(
    {
        word.name: word
        for word in (
            Word(ASSIGNEE, _STEP, users),
            Word(CANDIDATE_GROUPS, _STEP, assignment),
            Word(CANDIDATE_USERS, _STEP, users),
            Word(FORM_REF, _STEP, key),
            Word(DUE_DATE, _STEP, due),
            Word(PRIORITY, _STEP, priority),
            Word(TOPIC, _WORK, key),
            Word(TYPE, _WORK, str),
            Word(RETRIES, _WORK, retries),
            Word(DECISION_REF, _RULE, key),
            Word(RESULT_VARIABLE, _RULE, result_variable),
            Word(MAP_RESULT, _RULE, map_result),
        )
    }
)
PROPERTIES: Final[Mapping[str, Word]] = MappingProxyType(
    {
        word.name: word
        for word in (
            Word(CASE, frozenset({"process"}), key),
            Word(VERBS, _STEP, verbs),
            Word(RETURNS_TO, _STEP, returns_to),
            Word(DUE, _STEP, due),
            Word(ESCALATION, _STEP, key),
            Word(FIELD_RIGHTS, _STEP, field_rights),
            Word(SIGNING, _STEP, signing),
            Word(RECUSE, _STEP, recuse),
            Word(FALLBACK, _STEP, fallback),
            Word(REPEAT, _STEP, repeat),
            Word(INITIATOR_IS_APPROVER, _STEP, initiator_is_approver),
            Word(COPY_TO, _STEP, assignment),
            Word(EXTENSION, _STEP, assignment),
            Word(CORRELATION, _EVENTS, variable),
            Word(MUST_REACH, _THROWS, yes_or_no),
            Word(START_AS, frozenset({"startEvent"}), users),
        )
    }
)
