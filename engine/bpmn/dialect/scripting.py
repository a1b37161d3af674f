"""What the system computes: the lines of a script task."""

from __future__ import annotations

import re
from typing import Final

from engine import expressions
from engine.bpmn.dialect.written import DialectError, short
from engine.expressions import Expression

MAX_LINES: Final = 100

_NAME: Final = re.compile(r"[^\W\d_]\w{0,99}")


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
        raise DialectError(message, text=short(line))
    if name in expressions.CONSTANTS or name in expressions.FUNCTIONS:
        raise DialectError("脚本里不能给“{name}”赋值，它另有意义。", name=name)
    return name, expressions.compile(expressions.unwrap(formula))
