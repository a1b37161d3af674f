"""Reading form JSON from strangers: size, nesting, doubled keys and numbers that are none."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from engine.forms import limits, texts
from engine.forms.findings import Finding

_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_MAX_DIGITS: Final = 20
_OF_JAVASCRIPT: Final = {"__proto__", "constructor", "prototype"}
"""Names that mean something else in a browser: no editor writes them."""


class SourceError(ValueError):
    """The file cannot be read as a form at all; `finding` says why."""

    def __init__(self, rule: str, sentence: str, **values: object) -> None:
        self.finding = Finding("form", "error", rule, sentence, values)
        super().__init__(self.finding.text())


def parse(source: str | bytes) -> dict[str, Any]:
    """The JSON object in `source`. Raises `SourceError`."""
    if len(source) > limits.MAX_SOURCE:
        raise SourceError("size", "表单文件太大，最多 {max} 字节。", max=limits.MAX_SOURCE)
    text = _decoded(source).removeprefix("\ufeff")
    if not text.strip():
        raise SourceError("empty", "表单文件是空的。")
    if _nesting(text) > limits.MAX_NESTING:
        raise SourceError("nesting", "表单文件嵌套太深，最多 {max} 层。", max=limits.MAX_NESTING)
    try:
        data = json.loads(
            text,
            object_pairs_hook=_no_doubles,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except json.JSONDecodeError as error:
        message = "不是正确的 JSON，第 {line} 行第 {column} 个字符。"
        raise SourceError("json", message, line=error.lineno, column=error.colno) from error
    if not isinstance(data, dict):
        raise SourceError("json", "表单文件最外层要是一个 JSON 对象。")
    return data


def _decoded(source: str | bytes) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError("encoding", "表单文件不是 UTF-8 编码。") from error


def _nesting(text: str) -> int:
    deepest = depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for key, value in pairs:
        if key in _OF_JAVASCRIPT:
            raise SourceError("property", "表单文件里不能有名为“{key}”的属性。", key=key)
        if key in answer:
            raise SourceError("duplicate_json_key", "同一个对象里写了两次“{key}”。", key=key[:60])
        for one in (key, value):
            if isinstance(one, str) and not texts.storable(one):
                raise SourceError("encoding", "“{key}”里有残缺的字符。", key=_visible(key))
        answer[key] = value
    return answer


def _visible(key: str) -> str:
    return key[:60].encode("utf-8", "replace").decode("utf-8")


def _no_constant(name: str) -> NoReturn:
    raise SourceError("number", "“{name}”不是一个数。", name=name)


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise SourceError("number", "数字太长，最多 {max} 位。", max=_MAX_DIGITS)
    return int(text)


def _decimal(text: str) -> float:
    value = float(text)
    if len(text) > 2 * _MAX_DIGITS or abs(value) > float(10**_MAX_DIGITS):
        raise SourceError("number", "数字太长，最多 {max} 位。", max=_MAX_DIGITS)
    return value
