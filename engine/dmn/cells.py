"""The language of cells: S-FEEL unary tests and answers, translated onto the closed language.

A test is comparisons, ranges with open or closed ends, lists, `not(…)`, `-`, texts, numbers, true,
false, null, `date("2026-09-01")` and `date and time("2026-09-01T08:00:00Z")`. A comparison with
null never holds, nor does its contrary.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from engine import expressions
from engine.dmn.table import Type
from engine.expressions import Expression, ExpressionError
from engine.forms import feel
from engine.forms.feel import Parser, Unexpected

HERE: Final = "dmn_input"
"""What a test calls the value of its column. No table may use the name."""

MAX_LENGTH: Final = 1_000
_COMPARES: Final = ("<", "<=", ">", ">=")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

Bound = float | str | bool


class Misread(ExpressionError):
    """A cell that is not understood, with the rule that a finding about it names."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.rule = "cell_readable"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of values; None is no end. A point is closed at both ends, which are the same."""

    low: Bound | None
    high: Bound | None
    has_low: bool = True
    has_high: bool = True


@dataclass(frozen=True, slots=True)
class Region:
    """The values for which a test holds, where constants alone say so.

    `contrary` stands for all other values; `has_null` says whether null is among those.
    """

    spans: tuple[Span, ...]
    has_null: bool = False
    contrary: bool = False


EVERYTHING: Final = Region((), has_null=True, contrary=True)


@dataclass(frozen=True, slots=True)
class Test:
    """A cell of an input. `expression` is None where it always holds; `region` where names do."""

    expression: Expression | None
    region: Region | None
    constants: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A cell of an output. `constant` says that `value` stands whatever the input."""

    expression: Expression
    constant: bool
    value: object = None


def test(text: str) -> Test:
    """Read the cell of an input. Raises `ExpressionError`."""
    tokens = _tokens(text)
    if not tokens or (len(tokens) == 1 and tokens[0].value == "-"):
        return Test(None, EVERYTHING)
    reader = _Reader(tokens)
    written, region = reader.cell()
    expression = _compiled(written)
    return Test(expression, region, tuple(reader.constants))


def answer(text: str) -> Answer:
    """Read the cell of an output; an empty one answers null. Raises `ExpressionError`."""
    if text.strip() in ("", "-"):
        return Answer(_compiled("None"), constant=True)
    written = _Reader(_tokens(text)).whole()
    known, value = _constant(written)
    return Answer(_compiled(written), known, value)


def listed(text: str) -> tuple[object, ...]:
    """The values of a list of constants, in order. Raises `ExpressionError`."""
    reader = _Reader(_tokens(text))
    values: list[object] = []
    while reader.here.kind != "end":
        known, value = _constant(reader.sum())
        if not known:
            raise Misread('这里只能列出固定的值，用逗号隔开。例："a", "b"')
        values.append(value)
        if not reader.take(","):
            break
    reader.finish()
    return tuple(values)


def expression(text: str) -> Expression:
    """Read the expression of an input column. Raises `ExpressionError`."""
    return _compiled(_Reader(_tokens(text)).whole())


def typed(value: object, kind: Type) -> object:
    """A value as a column of this type compares it. Raises `ExpressionError`."""
    if value is None or kind is Type.ANY:
        return value
    if kind is Type.DATE:
        return _date(value)
    if kind is Type.MOMENT:
        return _moment(value)
    fits = {
        Type.TEXT: isinstance(value, str),
        Type.BOOLEAN: isinstance(value, bool),
        Type.NUMBER: isinstance(value, (int, float)) and not isinstance(value, bool),
        Type.INTEGER: (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer()),
    }
    if not fits[kind]:
        raise Misread("“{value}”不是{kind}。", value=_shown(value), kind=KIND_WORDS[kind])
    return value


KIND_WORDS: Final[Mapping[Type, str]] = {
    Type.ANY: "任意值",
    Type.TEXT: "文字",
    Type.NUMBER: "数字",
    Type.INTEGER: "整数",
    Type.BOOLEAN: "是非值",
    Type.DATE: "日期",
    Type.MOMENT: "时间",
}


def literal(value: object) -> str:
    """A value as a cell writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value)


@dataclass
class _Reader(Parser):
    """FEEL's reader, with the words that stand in cells only."""

    words: list[feel.Token]
    constants: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.words)

    def finish(self) -> None:
        """Refuse whatever is left."""
        if self.here.kind != "end":
            raise Unexpected(self.here.value)

    def whole(self) -> str:
        """One expression and nothing else."""
        written = self.expression()
        self.finish()
        return written

    def cell(self) -> tuple[str, Region | None]:
        """Unary tests, or `not` of them."""
        negated = self.here.value == "not" and self.here.kind == "name"
        if negated:
            self.at += 1
            self.expect("(")
        parts: list[str] = []
        regions: list[Region | None] = []
        equal: list[str] = []
        ordered = False
        while True:
            written, region, is_ordered = self.one(equal)
            ordered = ordered or is_ordered
            parts += [written] if written else []
            regions.append(region)
            if not self.take(","):
                break
        if negated:
            self.expect(")")
        self.finish()
        if equal:
            parts.insert(0, f"({HERE} in [{', '.join(equal)}])")
        whole = " or ".join(parts)
        if not negated:
            return f"({whole})", _union(regions)
        guard = f"{HERE} != None and " if ordered else ""
        return f"({guard}not ({whole}))", _contrary(_union(regions), ordered=ordered)

    def one(self, equal: list[str]) -> tuple[str, Region | None, bool]:
        """One test: its text ("" where the value went to `equal`), its region, whether it orders.

        An order means nothing for null: a test by it is guarded.
        """
        for sign in _COMPARES:
            if self.take(sign):
                return (*self.comparison_with(sign), True)
        if self.take("!="):
            written = self.sum()
            return f"{HERE} != {written}", _contrary(self.point(written), ordered=False), False
        self.take("=")
        opened = self.take("[", "]", "(")
        if not opened:
            written = self.sum()
            equal.append(written)
            return "", self.point(written), False
        first = self.sum()
        if self.take(".."):
            return (*self.range(opened, first), True)
        if opened == "]":
            raise Unexpected("]")
        items = [first]
        if opened == "[":
            while self.take(","):
                items.append(self.sum())
        self.expect("]" if opened == "[" else ")")
        equal += items
        return "", _union([self.point(item) for item in items]), False

    def comparison_with(self, sign: str) -> tuple[str, Region | None]:
        """What follows `<` and its like."""
        written = self.sum()
        known, value = self.bound(written)
        span = (
            Span(None, value, has_high=sign == "<=")
            if sign in ("<", "<=")
            else Span(value, None, has_low=sign == ">=")
        )
        region = Region((span,)) if known else None
        return f"({HERE} != None and {HERE} {sign} {written})", region

    def range(self, opened: str, first: str) -> tuple[str, Region | None]:
        """What follows `[a..`; `(a`, `]a` leave a out, `b)`, `b[` leave b out."""
        last = self.sum()
        closing = self.take("]", ")", "[")
        if not closing:
            raise Unexpected(self.here.value)
        has_low, has_high = opened == "[", closing == "]"
        known_low, low = self.bound(first)
        known_high, high = self.bound(last)
        if known_low and known_high:
            if isinstance(low, str) is not isinstance(high, str):
                raise Misread("区间两端要是同一种值：{low} 和 {high}。", low=low, high=high)
            if low > high:  # type: ignore[operator]  # two texts or two numbers, by the line above
                raise Misread("区间的下限 {low} 比上限 {high} 大。", low=low, high=high)
        less, more = ("<=" if has_low else "<"), ("<=" if has_high else "<")
        region = Region((Span(low, high, has_low, has_high),)) if known_low and known_high else None
        return f"({HERE} != None and {first} {less} {HERE} {more} {last})", region

    def bound(self, written: str) -> tuple[bool, Bound | None]:
        """The constant at an end of a range; null and true are none."""
        known, value = _constant(written)
        if known and (value is None or isinstance(value, bool)):
            raise Misread("“{value}”没有大小，不能这样比较。", value=literal(value))
        if known:
            self.constants.append(value)
        return known, value  # type: ignore[return-value]  # texts and numbers are what is left

    def point(self, written: str) -> Region | None:
        """The region of one value."""
        known, value = _constant(written)
        if not known:
            return None
        self.constants.append(value)
        if value is None:
            return Region((), has_null=True)
        if not isinstance(value, (str, int, float)):
            return None
        return Region((Span(value, value),))

    def value(self) -> str:
        """Also a date written `@"2026-09-01"`."""
        if self.here.kind == "sign" and self.here.value == "@":
            self.at += 1
            return repr(self.day_or_moment(self.text()))
        return super().value()

    def name(self, word: str) -> str:
        """Also `date("…")` and `date and time("…")`."""
        if word == HERE:
            raise Unexpected(word)
        if word == "date" and self.here.value in ("(", "and"):
            kind = Type.DATE
            if self.take("and"):
                self.expect("time")
                kind = Type.MOMENT
            self.expect("(")
            text = self.text()
            self.expect(")")
            return repr(typed(text, kind))
        return super().name(word)

    def text(self) -> str:
        """A text in quotation marks."""
        token = self.here
        if token.kind != "text":
            raise Unexpected(token.value)
        self.at += 1
        return token.value[1:-1]

    def day_or_moment(self, text: str) -> object:
        """A date, or a date and time."""
        return typed(text, Type.DATE if _DAY.fullmatch(text) else Type.MOMENT)


def _tokens(text: str) -> list[feel.Token]:
    if len(text) > MAX_LENGTH:
        raise Misread("单元格太长，最多 {most} 个字符。", most=MAX_LENGTH)
    return feel.tokens_of(text)


def _compiled(written: str) -> Expression:
    return expressions.compile(written)


def _constant(written: str) -> tuple[bool, object]:
    try:
        return True, ast.literal_eval(written)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False, None


def _union(regions: list[Region | None]) -> Region | None:
    spans: list[Span] = []
    has_null = False
    for region in regions:
        if region is None or region.contrary:
            return region if len(regions) == 1 else None
        spans += region.spans
        has_null = has_null or region.has_null
    return Region(tuple(spans), has_null)


def _contrary(region: Region | None, *, ordered: bool) -> Region | None:
    if region is None or region.contrary:
        return None
    return Region(region.spans, has_null=not ordered and not region.has_null, contrary=True)


def _date(value: object) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Misread("“{value}”不是日期。例：2026-09-01", value=_shown(value))


def _moment(value: object) -> str:
    """In UTC, always as long, so that texts compare as times do."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        pass
    sentence = "“{value}”不是带时区的时间。例：2026-09-01T08:00:00+08:00"
    raise Misread(sentence, value=_shown(value))


def _shown(value: object) -> str:
    return str(value)[:60]
