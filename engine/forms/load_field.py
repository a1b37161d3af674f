"""One component that takes a value, or one column of a grid, read into a `Field`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.expressions import ExpressionError
from engine.forms import conditions, formulas, keys, limits, patterns
from engine.forms.model import Field, Kind, Moment, Option
from engine.forms.problems import Problems

KINDS: Final = frozenset(Kind)
PARTS: Final = frozenset({Kind.TEXTFIELD, Kind.TEXTAREA, Kind.NUMBER, Kind.SELECT, Kind.DATETIME})
"""What an entry of a list is made of."""

EVIDENCE: Final = "evidence"
_CHOICES: Final = {Kind.SELECT, Kind.RADIO, Kind.CHECKLIST}
_CALCULATED: Final = {
    Kind.TEXTFIELD,
    Kind.TEXTAREA,
    Kind.NUMBER,
    Kind.CHECKBOX,
    Kind.SELECT,
    Kind.RADIO,
}
_SOURCE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_TEXTS: Final = {Kind.TEXTFIELD, Kind.TEXTAREA}
_FOREIGN: Final = ("valuesKey", "valuesExpression")
_RULES: Final = {
    "required",
    "minLength",
    "maxLength",
    "min",
    "max",
    "pattern",
    "validationType",
}


def read(component: dict[str, Any], at: Problems) -> Field:
    """Read one field. Problems are noted at `at`; what is returned is then not used."""
    kind = Kind(component["type"])
    key = component.get("key")
    if not keys.is_key(key):
        message = "key“{key}”不能用：以字母或汉字开头，只含字母、汉字、数字和下划线，不用保留字。"
        at.error("key", message, key=str(key)[:60])
        key = "invalid"
    label = at.text(component, "label", limits.MAX_LABEL)
    if not label.strip():
        at.error("label", "请给组件写上名称（label）。")
    rules = at.mapping(component, "validate")
    for name in rules.keys() - _RULES:
        at.warning("validate", "不认识的校验“{name}”，不会检查。", name=name[:40])
    least = _limit(component, rules, "min", at)
    most = _limit(component, rules, "max", at)
    if least is not None and most is not None and least > most:
        at.error("range", "最小值大于最大值。")
    source = _source(component, kind, at)
    formula = _formula(component, kind, at)
    return Field(
        key=str(key),
        kind=kind,
        label=label,
        hint=at.text(component, "description", limits.MAX_LABEL * 5),
        placeholder=at.text(component, "placeholder", limits.MAX_LABEL),
        readonly=(
            at.flag(component, "readonly") or at.flag(component, "disabled") or formula is not None
        ),
        required=at.flag(rules, "required"),
        minimum=least,
        maximum=most,
        decimals=at.whole(component, "decimalDigits", limits.MAX_DECIMALS, limits.MAX_DECIMALS),
        options=_options(component, at) if _has_options(component, kind) else (),
        moment=_moment(component, at),
        default=_default(component, kind, at),
        source=source,
        parts=_parts(component, at) if kind is Kind.LIST else (),
        most=_most(component, kind, at),
        summed=_summed(component, kind, at),
        sum_is=_limit(component, {}, "sum_is", at),
        formula=formula,
        condition=condition(component, at),
        **_lengths(rules, kind, at),
    )


def condition(component: dict[str, Any], at: Problems) -> conditions.Condition | None:
    """The component's `conditional.hide`, compiled."""
    text = at.mapping(component, "conditional").get("hide")
    if text is None or text in ("", "="):
        return None
    if not isinstance(text, str):
        at.error("condition", "隐藏条件要是以等号开头的文字。")
        return None
    try:
        return conditions.read(text)
    except ExpressionError as error:
        at.error("condition", error.sentence, **error.values)
        return None


def _lengths(rules: dict[str, Any], kind: Kind, at: Problems) -> dict[str, Any]:
    most = at.whole(rules, "maxLength", limits.MAX_TEXT, limits.MAX_TEXT)
    least = at.whole(rules, "minLength", 0, limits.MAX_TEXT)
    pattern = at.text(rules, "pattern", limits.MAX_LABEL * 2)
    wanted = at.text(rules, "validationType", limits.MAX_LABEL)
    if wanted not in {"", "custom", "email", "phone"}:
        at.error("validation_type", "不认识的校验类型“{name}”。", name=wanted[:40])
    if pattern and kind not in _TEXTS:
        at.error("pattern", "只有文字可以要求格式。")
    if pattern and (problem := patterns.problem(pattern)) is not None:
        at.error("pattern", problem.template, **problem.values)
    if pattern or wanted in {"email", "phone"}:
        most = min(most, limits.MAX_PATTERN_TEXT)
    if least > most:
        at.error("length", "最少字数大于最多字数。")
    return {
        "min_length": least,
        "max_length": most,
        "pattern": pattern,
        "email": wanted == "email",
        "phone": wanted == "phone",
    }


def _limit(
    component: dict[str, Any], rules: dict[str, Any], name: str, at: Problems
) -> Decimal | None:
    value = rules.get(name, component.get(name))
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        number = None
    if isinstance(value, bool) or number is None or not number.is_finite():
        at.error("number", "“{name}”要是一个数。", name=name)
        return None
    if abs(number) > limits.MAX_NUMBER:
        at.error("number", "“{name}”的数太大。", name=name)
        return None
    return number


def _options(component: dict[str, Any], at: Problems) -> tuple[Option, ...]:
    for name in _FOREIGN:
        if component.get(name):
            at.error("options", "选项要直接写在 values 里，不能用 {name}。", name=name)
    values = component.get("values")
    if not isinstance(values, list) or not 1 <= len(values) <= limits.MAX_OPTIONS:
        at.error("options", "请写 1 到 {max} 个选项（values）。", max=limits.MAX_OPTIONS)
        return ()
    options: dict[str, Option] = {}
    for value in values:
        option = _option(value)
        if option is None:
            message = "选项要写成 label 和 value 两段不超过 {max} 字的文字。"
            at.error("options", message, max=limits.MAX_LABEL)
            return ()
        if option.value in options:
            at.error("options", "选项的值“{value}”写了两次。", value=option.value[:60])
        options[option.value] = option
    return tuple(options.values())


def _option(value: object) -> Option | None:
    if not isinstance(value, dict):
        return None
    word = value.get("value")
    label = value.get("label", word)
    for text in (word, label):
        if not isinstance(text, str) or not text.strip() or len(text) > limits.MAX_LABEL:
            return None
    return Option(str(word), str(label))


def _has_options(component: dict[str, Any], kind: Kind) -> bool:
    """Whether the choices are written in the form; radios and checklists have no others."""
    return kind in _CHOICES and (kind is not Kind.SELECT or component.get("source") is None)


def _source(component: dict[str, Any], kind: Kind, at: Problems) -> str:
    """Who offers the choices live; evidence has a library of its own unless another is named."""
    written = component.get("source")
    if written is None:
        return EVIDENCE if kind is Kind.EVIDENCE else ""
    if kind not in {Kind.SELECT, Kind.EVIDENCE}:
        at.error("source", "只有 select 和 evidence 可以有 source。")
    elif not isinstance(written, str) or not _SOURCE.fullmatch(written):
        at.error("source", "source 要是一个名称，例：school_plans")
    elif component.get("values"):
        at.error("source", "写了 source，就不要再写 values。")
    else:
        return written
    return ""


def _formula(component: dict[str, Any], kind: Kind, at: Problems) -> formulas.Formula | None:
    written = component.get("value")
    if written is None:
        return None
    if not isinstance(written, str) or not written.startswith("="):
        at.error("formula", "公式（value）要是以等号开头的文字，例：=sum(plans.weight)")
        return None
    if kind not in _CALCULATED or component.get("source") is not None:
        at.error("formula", "这种组件不能有公式（value）。")
        return None
    if component.get("defaultValue") is not None:
        at.error("formula", "有公式的字段不要再写默认值。")
    try:
        return formulas.read(written)
    except ExpressionError as error:
        at.error("formula", error.sentence, **error.values)
        return None


def _parts(component: dict[str, Any], at: Problems) -> tuple[Field, ...]:
    """The fields of one entry of a list: small ones, without rules about when they are there."""
    written = component.get("fields")
    if not isinstance(written, list) or not 1 <= len(written) <= limits.MAX_PARTS:
        at.error("list", "列表的每一条要有 1 到 {max} 个字段（fields）。", max=limits.MAX_PARTS)
        return ()
    answer: dict[str, Field] = {}
    for number, part in enumerate(written):
        key = part.get("key") if isinstance(part, dict) else None
        name = key[: limits.MAX_ID] if isinstance(key, str) and key else f"fields[{number}]"
        place = at.at(f"{at.element}.{name}")
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(part, dict) or not isinstance(kind, str) or kind not in PARTS:
            kinds = "、".join(sorted(PARTS))
            place.error("unknown_component", "列表里字段的 type 只能是 {kinds}。", kinds=kinds)
            continue
        for word in ("value", "source", "conditional", "defaultValue"):
            if part.get(word):
                place.error("list", "列表里的字段不能有 {word}。", word=word)
        field = read({name: one for name, one in part.items() if name not in _NOT_OF_PARTS}, place)
        if field.key in answer:
            place.error("duplicate_key", "有两个组件的 key 都是“{key}”。", key=field.key)
        answer[field.key] = field
    return tuple(answer.values())


_NOT_OF_PARTS: Final = {"value", "source", "conditional", "defaultValue", "sum", "sum_is"}


def _most(component: dict[str, Any], kind: Kind, at: Problems) -> int:
    most = at.whole(component, "max_entries", limits.MAX_ENTRIES, limits.MAX_ENTRIES)
    if most == 0 and kind in {Kind.LIST, Kind.EVIDENCE}:
        at.error(
            "number", "“{name}”要是 1 到 {max} 的整数。", name="max_entries", max=limits.MAX_ENTRIES
        )
    return most


def _summed(component: dict[str, Any], kind: Kind, at: Problems) -> bool:
    summed = at.flag(component, "sum") or component.get("sum_is") not in (None, "")
    if summed and kind is not Kind.NUMBER:
        at.error("sum", "只有数字可以合计（sum）。")
    return summed


def _moment(component: dict[str, Any], at: Problems) -> Moment:
    wanted = component.get("subtype", "date")
    if isinstance(wanted, str) and wanted in set(Moment):
        return Moment(wanted)
    at.error("moment", "日期时间的 subtype 只能是 date、time 或 datetime。")
    return Moment.DATE


def _default(component: dict[str, Any], kind: Kind, at: Problems) -> object:
    value = component.get("defaultValue")
    good: type | tuple[type, ...] = str
    if kind is Kind.CHECKBOX:
        good = bool
    elif kind is Kind.NUMBER:
        good = (int, float, str)
    elif kind is Kind.CHECKLIST:
        good = list
    if value is not None and not isinstance(value, good):
        at.error("default", "默认值的类型不对。")
        return None
    if isinstance(value, str) and len(value) > limits.MAX_TEXT:
        at.error("default", "默认值太长。")
        return None
    return tuple(value) if isinstance(value, list) else value
