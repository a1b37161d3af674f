"""Our words in a BPMN file: the `camunda:` attributes and properties we read, and their grammar.

What each word means to a designer stands in `dialect.json` beside this file, which the browser
loads too; a test keeps the two lists equal. Nothing here knows which posts or forms there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine import expressions
from engine.bpmn import timers
from engine.expressions import Expression

ASSIGNEE: Final = "camunda:assignee"
CANDIDATE_GROUPS: Final = "camunda:candidateGroups"
CANDIDATE_USERS: Final = "camunda:candidateUsers"
FORM_REF: Final = "camunda:formRef"
DUE_DATE: Final = "camunda:dueDate"
PRIORITY: Final = "camunda:priority"
TOPIC: Final = "camunda:topic"
TYPE: Final = "camunda:type"

CASE: Final = "case"
VERBS: Final = "verbs"
RETURNS_TO: Final = "returns_to"
DUE: Final = "due"
FIELD_RIGHTS: Final = "field_rights"
SIGNING: Final = "signing"

MAX_TEXT: Final = 2_000
MAX_ITEMS: Final = 50
MAX_LINES: Final = 100
MAX_PRIORITY: Final = 100
MAX_LABEL: Final = 20
MAX_SHOWN: Final = 60

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}", re.ASCII)
_CODE: Final = re.compile(r"[\w.-]{1,100}")
_USER: Final = re.compile(r"[\w.+@-]{1,100}")
_PATH: Final = re.compile(r"\*|[^\W\d]\w{0,63}(\.(\*|[^\W\d]\w{0,63}))?")
_NAME: Final = re.compile(r"[^\W\d_]\w{0,99}")


class DialectError(ValueError):
    """A value that does not follow the grammar of its word, with a sentence that says why."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


# Who does it


class RuleKind(StrEnum):
    """The ways to say who gets a step."""

    INITIATOR = "initiator"
    POST = "post"
    USER = "user"
    HEAD = "head"
    LEADER = "leader"
    COMMITTEE = "committee"
    FIELD = "field"
    PICK = "pick"


class Place(StrEnum):
    """The unit in which a post or a head is looked for."""

    ANYWHERE = ""
    SUBJECT_UNIT = "subject.unit"
    SUBJECT_COLLEGE = "subject.college"
    INITIATOR_UNIT = "initiator.unit"
    INITIATOR_COLLEGE = "initiator.college"
    UNIT = "unit"


RULES_RUN: Final = frozenset(
    {RuleKind.INITIATOR, RuleKind.POST, RuleKind.USER, RuleKind.HEAD, RuleKind.LEADER}
)
_NEEDS_PLACE: Final = frozenset({RuleKind.HEAD, RuleKind.LEADER})
_MAY_HAVE_PLACE: Final = _NEEDS_PLACE | {RuleKind.POST}
_NEEDS_KEY: Final[Mapping[RuleKind, re.Pattern[str]]] = MappingProxyType(
    {
        RuleKind.POST: _KEY,
        RuleKind.USER: _USER,
        RuleKind.COMMITTEE: _KEY,
        RuleKind.FIELD: _KEY,
        RuleKind.PICK: _KEY,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to find people: `post:KEY@subject.college` is (POST, KEY, SUBJECT_COLLEGE, "")."""

    kind: RuleKind
    key: str = ""
    place: Place = Place.ANYWHERE
    unit: str = ""

    @property
    def text(self) -> str:
        """The rule as it is written in a file."""
        head = f"{self.kind}:{self.key}" if self.key else str(self.kind)
        if self.place is Place.UNIT:
            return f"{head}@unit:{self.unit}"
        return f"{head}@{self.place}" if self.place else head


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a user task is for: one person who holds it, or candidates, or both."""

    assignee: Rule | None
    candidates: tuple[Rule, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, the assignee first."""
        return (self.assignee, *self.candidates) if self.assignee else self.candidates


def assignment(text: str) -> tuple[Rule, ...]:
    """Read rules separated by commas. Raises `DialectError`."""
    return tuple(dict.fromkeys(_rule(item) for item in _items(text)))


def who(attributes: Mapping[str, str]) -> Who:
    """Read the three attributes that say whom a task is for. Raises `DialectError`."""
    named = attributes.get(ASSIGNEE, "")
    holders = users(named) if named.strip() else ()
    if len(holders) > 1:
        raise DialectError("指定办理人只能写一个人：“{text}”。", text=_short(named))
    groups, people = attributes.get(CANDIDATE_GROUPS, ""), attributes.get(CANDIDATE_USERS, "")
    candidates = assignment(groups) if groups.strip() else ()
    candidates += users(people) if people.strip() else ()
    return Who(holders[0] if holders else None, tuple(dict.fromkeys(candidates)))


def users(text: str) -> tuple[Rule, ...]:
    """Read user names or `initiator`, separated by commas. Raises `DialectError`."""
    found = []
    for item in _items(text):
        if item == RuleKind.INITIATOR:
            found.append(Rule(RuleKind.INITIATOR))
            continue
        name = item.removeprefix("user:")
        if not _USER.fullmatch(name):
            raise DialectError("“{text}”不是用户名。这里写用户名或 initiator。", text=_short(item))
        found.append(Rule(RuleKind.USER, name))
    return tuple(dict.fromkeys(found))


def _rule(text: str) -> Rule:
    head, at, where = text.partition("@") if not text.startswith("user:") else (text, "", "")
    word, colon, key = head.partition(":")
    try:
        kind = RuleKind(word)
    except ValueError:
        message = (
            "看不懂“{text}”。例：post:college_reviewer@subject.college、user:zhang、initiator。"
        )
        raise DialectError(message, text=_short(text)) from None
    pattern = _NEEDS_KEY.get(kind)
    if pattern is None and colon:
        raise DialectError("“{text}”里的 {kind} 后面不写名称。", text=_short(text), kind=kind)
    if pattern is not None and not pattern.fullmatch(key):
        message = "“{text}”里的 {kind}: 后面要写名称，只用字母、数字和 _ . -。"
        raise DialectError(message, text=_short(text), kind=kind)
    place, unit = _place(where, text) if at else (Place.ANYWHERE, "")
    if at and kind not in _MAY_HAVE_PLACE:
        raise DialectError("“{text}”里的 {kind} 不能加 @。", text=_short(text), kind=kind)
    if not at and kind in _NEEDS_PLACE:
        message = "“{text}”要写明是哪个单位的，例如 {kind}@subject.unit。"
        raise DialectError(message, text=_short(text), kind=kind)
    return Rule(kind, key, place, unit)


def _place(where: str, text: str) -> tuple[Place, str]:
    word, colon, code = where.partition(":")
    if word == Place.UNIT and colon:
        if _CODE.fullmatch(code):
            return Place.UNIT, code
    elif where and where in set(Place) - {Place.ANYWHERE, Place.UNIT}:
        return Place(where), ""
    message = "“{text}”里 @ 后面要写 unit:单位代码，或者：{places}。"
    places = "、".join(place for place in Place if place not in (Place.ANYWHERE, Place.UNIT))
    raise DialectError(message, text=_short(text), places=places)


# What they may do


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of a step; `label` is "" where the usual word stands."""

    key: str
    label: str = ""


VERBS_RUN: Final = ("approve", "refuse", "return", "reassign")
VERBS_LATER: Final = ("abstain", "delegate", "add_signer", "urge", "extend")
OUTCOMES: Final = frozenset({"approve", "refuse"})
VERBS_USUAL: Final = (Verb("approve"), Verb("return"), Verb("reassign"))

RETURN_WORDS: Final = frozenset({"initiator", "previous", "any"})
RETURNS_USUAL: Final = ("initiator",)

RIGHTS: Final = frozenset({"hidden", "read", "edit", "required"})


def verbs(text: str) -> tuple[Verb, ...]:
    """Read `approve=审定通过,return`; only verbs that we run. Raises `DialectError`."""
    found: dict[str, Verb] = {}
    for item in _items(text):
        key, equals, label = (part.strip() for part in item.partition("="))
        if key in VERBS_LATER:
            raise DialectError("目前还不能运行操作“{verb}”。", verb=key)
        if key not in VERBS_RUN:
            message = "没有名为“{verb}”的操作。可用的操作：{verbs}。"
            raise DialectError(message, verb=_short(key), verbs="、".join(VERBS_RUN))
        if equals and not 1 <= len(label) <= MAX_LABEL:
            message = "操作“{verb}”的叫法要有 1 到 {most} 个字。"
            raise DialectError(message, verb=key, most=MAX_LABEL)
        if key in found:
            raise DialectError("操作“{verb}”写了两次。", verb=key)
        found[key] = Verb(key, label)
    if not OUTCOMES & found.keys():
        raise DialectError("这一步没有办法办完：操作里至少要有 approve。")
    return tuple(found.values())


def returns_to(text: str) -> tuple[str, ...]:
    """Read `initiator`, `previous`, `any` or element ids, separated by commas."""
    return tuple(dict.fromkeys(_items(text)))


def field_rights(text: str) -> Mapping[str, str]:
    """Read `goals.remark:edit, *:read` as right by field. Raises `DialectError`."""
    found: dict[str, str] = {}
    for item in _items(text):
        path, _colon, right = (part.strip() for part in item.rpartition(":"))
        path, right = path.strip(), right.strip()
        if not _PATH.fullmatch(path):
            message = "看不懂“{text}”。例：*:read, goals.remark:edit"
            raise DialectError(message, text=_short(item))
        if right not in RIGHTS:
            message = "没有名为“{right}”的字段权限。可用：hidden、read、edit、required。"
            raise DialectError(message, right=_short(right))
        if path in found:
            raise DialectError("字段“{field}”的权限写了两次。", field=path)
        found[path] = right
    return MappingProxyType(found)


def due(text: str) -> timers.Timer:
    """Read a deadline: an ISO 8601 duration or date. Raises `timers.TimerError`."""
    return timers.read_due(text)


def priority(text: str) -> int:
    """Read a priority, 0 to 100. Raises `DialectError`."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > MAX_PRIORITY:
        message = "优先级“{text}”要是 0 到 {most} 之间的整数。"
        raise DialectError(message, text=_short(text), most=MAX_PRIORITY)
    return int(text)


def key(text: str) -> str:
    """Read the key of a form, a handler or a kind of case. Raises `DialectError`."""
    text = text.strip()
    if not _KEY.fullmatch(text):
        message = "名称“{text}”只能用字母、数字和 _ . -，并以字母开头。"
        raise DialectError(message, text=_short(text))
    return text


def signing(text: str) -> str:
    """Read a signing rule; now `any` alone: whoever acts first decides. Raises `DialectError`."""
    if text.strip() != "any":
        message = "目前还不能运行会签规则“{text}”，只能用 any（一人办理即可）。"
        raise DialectError(message, text=_short(text))
    return "any"


# What the system computes


def script(text: str) -> tuple[tuple[str, Expression], ...]:
    """Compile the lines `name = expression` of a script task; `#` begins a comment line.

    Raises `DialectError` or `ExpressionError`, both with a sentence.
    """
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise DialectError("脚本是空的。每行写“名称 = 表达式”。")
    if len(lines) > MAX_LINES:
        raise DialectError("脚本最多 {most} 行。", most=MAX_LINES)
    return tuple(_line(line) for line in lines)


def _line(line: str) -> tuple[str, Expression]:
    name, equals, formula = (part.strip() for part in line.partition("="))
    if not equals or formula.startswith("=") or not _NAME.fullmatch(name):
        message = "看不懂脚本里的“{text}”。每行写“名称 = 表达式”，例如 total = amount * 2"
        raise DialectError(message, text=_short(line))
    if name in expressions.CONSTANTS or name in expressions.FUNCTIONS:
        raise DialectError("脚本里不能给“{name}”赋值，它另有意义。", name=name)
    return name, expressions.compile(expressions.unwrap(formula))


# The table


@dataclass(frozen=True, slots=True)
class Word:
    """An attribute or a property we read: on which elements, and what checks its value."""

    name: str
    on: frozenset[str]
    check: Callable[[str], object]


_STEP: Final = frozenset({"userTask"})
_WORK: Final = frozenset({"serviceTask", "sendTask"})

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
            Word(FIELD_RIGHTS, _STEP, field_rights),
            Word(SIGNING, _STEP, signing),
        )
    }
)


def _items(text: str) -> list[str]:
    if len(text) > MAX_TEXT:
        raise DialectError("内容太长，最多 {most} 个字符。", most=MAX_TEXT)
    if "${" in text or "#{" in text:
        message = "“{text}”：这里不能用表达式 ${{ … }} 或 #{{ … }}。"
        raise DialectError(message, text=_short(text))
    if "，" in text:
        raise DialectError("“{text}”：请用英文逗号“,”分开。", text=_short(text))
    items = [item.strip() for item in text.split(",")]
    if not all(items):
        raise DialectError("“{text}”：逗号之间不能空着。", text=_short(text))
    if len(items) > MAX_ITEMS:
        raise DialectError("最多写 {most} 项。", most=MAX_ITEMS)
    return items


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
