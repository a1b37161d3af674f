"""`value: "=…"`: a formula in the closed language, compiled when the form is read.

What conditions understand, and a few functions: `sum(plans.weight)`, `round(a / b, 1)`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine import expressions
from engine.forms import feel, limits

FUNCTIONS: Final = {
    "abs": "abs",
    "count": "len",
    "max": "max",
    "min": "min",
    "round": "round",
    "sum": "sum",
}
_OF_LISTS: Final = {"max", "min", "sum"}


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: as written, compiled, and what it reads: `weight`, or `plans.weight`.

    `dotted` counts the latter, each time it is written: it may be a whole column.
    """

    text: str
    answer: expressions.Expression
    reads: frozenset[str]
    dotted: int

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads, without what stands behind their dots."""
        return self.answer.names

    def calculate(self, known: Mapping[str, object]) -> object:
        """The answer for these values, or None without one; a name without value is null."""
        try:
            return self.answer.evaluate({name: known.get(name) for name in self.answer.names})
        except expressions.ExpressionError:
            return None


def read(text: str) -> Formula:
    """Compile `=weight * 2`. Raises `ExpressionError`."""
    body = text.strip().removeprefix("=")
    if len(body) > limits.MAX_FORMULA:
        message = "公式太长，最多 {most} 个字符。"
        raise expressions.ExpressionError(message, most=limits.MAX_FORMULA)
    try:
        translated = _Parser(feel.tokens_of(body)).whole()
    except feel.Unexpected as error:
        if not error.part:
            message = "公式没有写完。例：=sum(plans.weight)"
            raise expressions.ExpressionError(message) from error
        message = "公式里看不懂“{part}”。例：=sum(plans.weight)"
        raise expressions.ExpressionError(message, part=error.part) from error
    reads = _reads(translated)
    dotted = sum(1 for one in reads if "." in one)
    return Formula(text, expressions.compile(translated), frozenset(reads), dotted)


class _Parser(feel.Parser):
    """Conditions, and functions besides."""

    def whole(self) -> str:
        """The whole text as one expression, translated."""
        answer = self.expression()
        if self.here.value:
            raise feel.Unexpected(self.here.value)
        return answer

    def name(self, word: str) -> str:
        """A name with its parts, a constant, or a call of a function."""
        if word not in FUNCTIONS or not self.take("("):
            return super().name(word)
        given = [self.expression()]
        while self.take(","):
            given.append(self.expression())
        self.expect(")")
        if word in _OF_LISTS and len(given) > 1:
            given = [f"[{', '.join(given)}]"]
        return f"{FUNCTIONS[word]}({', '.join(given)})"


def _reads(translated: str) -> list[str]:
    """Names each time they are read: with the part behind the first dot, if there is one."""
    tree = ast.parse(translated, mode="eval")
    parted = {
        id(node.value): f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [
        parted.get(id(node), node.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called
    ]
