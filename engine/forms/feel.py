"""The FEEL subset of form-js conditions, translated onto the closed expression language.

Understood: names, texts, numbers, true, false, null, comparisons, `and`, `or`, `not(…)`, `if`,
arithmetic, `x in (a, b)`, `x in [1..5]`, `x between a and b`. Everything else is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.expressions import ExpressionError

MAX_LENGTH: Final = 1_000
MAX_DEPTH: Final = 20

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<number>\d{1,18}(?:\.(?!\.)\d{1,12})?)
    | (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>\.\.|<=|>=|!=|[-+*/()\[\],.<>=@])
    )""",
    re.VERBOSE,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS: Final = {"and", "or", "not", "if", "then", "else", "in", "between", "true", "false", "null"}
_REFUSED: Final = {"for", "some", "every", "function", "instance", "return", "satisfies"}
_CONSTANTS: Final = {"true": "True", "false": "False", "null": "None"}
_COMPARISONS: Final = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def translate(text: str) -> str:
    """The same condition in the closed language. Raises `ExpressionError` where FEEL says more."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("条件太长，最多 {most} 个字符。", most=MAX_LENGTH)
    parser = Parser(tokens_of(text))
    answer = parser.expression()
    if parser.here.value:
        raise Unexpected(parser.here.value)
    return answer


@dataclass(frozen=True, slots=True)
class Token:
    """A word of FEEL: a number, a text, a name, a sign; `end` behind the last."""

    kind: str
    value: str


_END: Final = Token("end", "")


class Unexpected(ExpressionError):
    """A part that is not understood where it stands; "" where the text ends too early."""

    def __init__(self, part: str) -> None:
        self.part = part[:40]
        if part:
            super().__init__('条件里看不懂“{part}”。例：= stage != "goal"', part=self.part)
        else:
            super().__init__('条件没有写完。例：= stage != "goal"')


def tokens_of(text: str) -> list[Token]:
    """The words of a text. Raises `Unexpected`."""
    tokens: list[Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unexpected(text[at:].strip())
        kind = found.lastgroup or ""
        tokens.append(Token(kind, found[kind]))
        at = found.end()
    return tokens


class Parser:
    """Recursive descent, one method a rank, weakest first; decision tables add their own words."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self, *values: str) -> str:
        """The next token's value if it is one of these (a text literal never is), else nothing."""
        token = self.here
        if token.kind in {"sign", "name"} and token.value in values:
            self.at += 1
            return token.value
        return ""

    def expect(self, value: str) -> None:
        """Take this value, or refuse what stands in its place."""
        if not self.take(value):
            raise Unexpected(self.here.value)

    def expression(self) -> str:
        """Any expression."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("条件嵌套太深，最多 {most} 层。", most=MAX_DEPTH)
        answer = self.choice() if self.take("if") else self.either()
        self.depth -= 1
        return answer

    def choice(self) -> str:
        """What follows `if`."""
        test = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return f"({yes} if {test} else {self.expression()})"

    def either(self) -> str:
        """Parts joined by `or`."""
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return _joined(parts, "or")

    def both(self) -> str:
        """Parts joined by `and`."""
        parts = [self.comparison()]
        while self.take("and"):
            parts.append(self.comparison())
        return _joined(parts, "and")

    def comparison(self) -> str:
        """A comparison, a membership or a sum."""
        left = self.sum()
        if sign := self.take(*_COMPARISONS):
            return f"({left} {_COMPARISONS[sign]} {self.sum()})"
        if self.take("between"):
            low = self.sum()
            self.expect("and")
            return f"({low} <= {left} <= {self.sum()})"
        if self.take("in"):
            return self.membership(left)
        return left

    def membership(self, left: str) -> str:
        """What follows `in`."""
        if self.take("["):
            return self.range_or_list(left)
        self.expect("(")
        return f"({left} in {self.items([self.sum()], ')')})"

    def range_or_list(self, left: str) -> str:
        """What follows `in [`."""
        first = self.sum()
        if self.take(".."):
            last = self.sum()
            self.expect("]")
            return f"({first} <= {left} <= {last})"
        return f"({left} in {self.items([first], ']')})"

    def items(self, items: list[str], end: str) -> str:
        """The rest of a list, up to its end."""
        while self.take(","):
            items.append(self.sum())
        self.expect(end)
        return f"[{', '.join(items)}]"

    def sum(self) -> str:
        """Parts added or taken away."""
        answer = self.product()
        while sign := self.take("+", "-"):
            answer = f"({answer} {sign} {self.product()})"
        return answer

    def product(self) -> str:
        """Parts multiplied or divided."""
        answer = self.unary()
        while sign := self.take("*", "/"):
            answer = f"({answer} {sign} {self.unary()})"
        return answer

    def unary(self) -> str:
        """A value with its sign."""
        signs = 0
        while self.take("-"):
            signs += 1
        if signs > 1:
            raise Unexpected("--")
        return f"(-{self.value()})" if signs else self.value()

    def value(self) -> str:
        """A text, a number, a name, or an expression in brackets."""
        token = self.here
        if token.kind == "end":
            raise Unexpected("")
        if self.take("("):
            answer = self.expression()
            self.expect(")")
            return f"({answer})"
        if self.take("not"):
            self.expect("(")
            answer = self.expression()
            self.expect(")")
            return f"(not {answer})"
        self.at += 1
        if token.kind == "number":
            return token.value
        if token.kind == "text":
            return repr(_unescape(token.value[1:-1]))
        if token.kind == "name":
            return self.name(token.value)
        raise Unexpected(token.value)

    def name(self, word: str) -> str:
        """A name with its parts, or a constant."""
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word in _WORDS | _REFUSED or self.here.value == "(" or word.startswith("_"):
            raise Unexpected(word)
        path = [word]
        while self.take("."):
            if self.here.kind != "name" or self.here.value.startswith("_"):
                raise Unexpected(self.here.value)
            path.append(self.here.value)
            self.at += 1
        return ".".join(path)


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text)
