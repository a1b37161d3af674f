"""The closed expression language of conditions, scripts and form rules, and its fence.

A text is parsed with Python's own parser, checked node by node against a short list, and compiled
once into closures. Nothing is ever handed to `eval`; every size, number and count has a bound.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_LENGTH: Final = 2_000
MAX_NODES: Final = 300
MAX_DEPTH: Final = 25
MAX_NUMBER: Final = 10**18
MAX_TEXT: Final = 100_000
MAX_ITEMS: Final = 10_000
MAX_DIGITS: Final = 10
MAX_SHOWN: Final = 60

Values = Mapping[str, object]
Closure = Callable[[Values], object]

CONSTANTS: Final[dict[str, object]] = {"true": True, "false": False, "null": None}


class ExpressionError(ValueError):
    """An expression that is outside the language, or that has no answer for these values."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text, the names it reads, and how to evaluate it."""

    text: str
    names: frozenset[str]
    _run: Closure = field(repr=False, compare=False)

    def evaluate(self, values: Values) -> object:
        """Answer for these values (JSON values only). Raises `ExpressionError`."""
        try:
            return _measured(self._run(values))
        except ExpressionError:
            raise
        except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
            message = "表达式“{text}”无法计算：数据的类型或大小不合适。"
            raise ExpressionError(message, text=_short(self.text)) from error

    def holds(self, values: Values) -> bool:
        """Answer yes or no; anything but true or false is an error, never “no”."""
        answer = self.evaluate(values)
        if answer is True or answer is False:
            return answer
        message = "条件“{text}”的结果必须是真或假。"
        raise ExpressionError(message, text=_short(self.text))


def compile(text: str) -> Expression:  # noqa: A001  (the field's word; called as expressions.compile)
    """Check `text` and compile it. Raises `ExpressionError` with a sentence that says why."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("表达式太长，最多 {most} 个字符。", most=MAX_LENGTH)
    if not text.strip():
        raise ExpressionError("表达式是空的。")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        message = "看不懂表达式“{text}”。例：outcome == 'approve' and amount > 3"
        raise ExpressionError(message, text=_short(text)) from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError("表达式太复杂，最多 {most} 个部分。", most=MAX_NODES)
    names: set[str] = set()
    try:
        run = _compile(tree, names, 0)
    except RecursionError as error:
        raise ExpressionError("表达式嵌套太深，最多 {most} 层。", most=MAX_DEPTH) from error
    return Expression(text.strip(), frozenset(names), run)


def unwrap(text: str) -> str:
    """Take the `${ … }` off an expression as modelers write it; other wrappings are refused."""
    text = text.strip()
    if text.startswith("${") and text.endswith("}"):
        return text[2:-1].strip()
    if text.startswith("#{"):
        raise ExpressionError("不支持 #{{ … }} 写法，请用 ${{ … }}。")
    return text


def _compile(node: ast.AST, names: set[str], depth: int) -> Closure:
    if depth > MAX_DEPTH:
        raise ExpressionError("表达式嵌套太深，最多 {most} 层。", most=MAX_DEPTH)
    build = _BUILDERS.get(type(node))
    if build is None:
        message = "表达式里不能用“{part}”。"
        raise ExpressionError(message, part=_short(ast.unparse(node)))
    return build(node, names, depth + 1)


def _constant(node: ast.Constant, _names: set[str], _depth: int) -> Closure:
    value = node.value
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise ExpressionError("表达式里不能用“{part}”。", part=_short(repr(value)))
    _bounded(value)
    return lambda _values: value


def _name(node: ast.Name, names: set[str], _depth: int) -> Closure:
    name = node.id
    if name.startswith("_"):
        raise ExpressionError("名称“{name}”不能以下划线开头。", name=_short(name))
    if name in CONSTANTS:
        constant = CONSTANTS[name]
        return lambda _values: constant
    names.add(name)

    def read(values: Values) -> object:
        try:
            return values[name]
        except KeyError:
            raise ExpressionError("没有名为“{name}”的数据。", name=name) from None

    return read


def _member(container: object, key: object) -> object:
    if isinstance(container, Mapping) and isinstance(key, str):
        if key in container:
            return container[key]
    elif (
        isinstance(container, list) and type(key) is int and -len(container) <= key < len(container)
    ):
        return container[key]
    raise ExpressionError("数据里没有“{name}”这一项。", name=_short(str(key)))


def _attribute(node: ast.Attribute, names: set[str], depth: int) -> Closure:
    if node.attr.startswith("_"):
        raise ExpressionError("名称“{name}”不能以下划线开头。", name=_short(node.attr))
    container, key = _compile(node.value, names, depth), node.attr
    return lambda values: _member(container(values), key)


def _subscript(node: ast.Subscript, names: set[str], depth: int) -> Closure:
    container, key = _compile(node.value, names, depth), _compile(node.slice, names, depth)
    return lambda values: _member(container(values), key(values))


def _list(node: ast.List | ast.Tuple, names: set[str], depth: int) -> Closure:
    items = [_compile(item, names, depth) for item in node.elts]
    return lambda values: [item(values) for item in items]


def _choice(node: ast.IfExp, names: set[str], depth: int) -> Closure:
    test = _compile(node.test, names, depth)
    yes, no = _compile(node.body, names, depth), _compile(node.orelse, names, depth)
    return lambda values: yes(values) if _truth(test(values)) else no(values)


def _bool(node: ast.BoolOp, names: set[str], depth: int) -> Closure:
    parts = [_compile(part, names, depth) for part in node.values]
    if isinstance(node.op, ast.And):
        return lambda values: all(_truth(part(values)) for part in parts)
    return lambda values: any(_truth(part(values)) for part in parts)


def _unary(node: ast.UnaryOp, names: set[str], depth: int) -> Closure:
    operand = _compile(node.operand, names, depth)
    if isinstance(node.op, ast.Not):
        return lambda values: not _truth(operand(values))
    if isinstance(node.op, ast.USub):
        return lambda values: -_number(operand(values))
    if isinstance(node.op, ast.UAdd):
        return lambda values: _number(operand(values))
    raise ExpressionError("表达式里不能用“{part}”。", part=_short(ast.unparse(node)))


_ARITHMETIC: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _binary(node: ast.BinOp, names: set[str], depth: int) -> Closure:
    left, right = _compile(node.left, names, depth), _compile(node.right, names, depth)
    if isinstance(node.op, ast.Add):
        return lambda values: _plus(left(values), right(values))
    work = _ARITHMETIC.get(type(node.op))
    if work is None:
        raise ExpressionError("表达式里不能用“{part}”。", part=_short(ast.unparse(node)))
    return lambda values: _bounded(work(_number(left(values)), _number(right(values))))


def _compare(node: ast.Compare, names: set[str], depth: int) -> Closure:
    first = _compile(node.left, names, depth)
    rest: list[tuple[Callable[[object, object], bool], Closure]] = []
    for sign, part in zip(node.ops, node.comparators, strict=True):
        test = _COMPARE.get(type(sign))
        if test is None:
            raise ExpressionError("表达式里不能用“{part}”。", part=_short(ast.unparse(node)))
        rest.append((test, _compile(part, names, depth)))

    def run(values: Values) -> object:
        left = first(values)
        for test, part in rest:
            right = part(values)
            if not test(left, right):
                return False
            left = right
        return True

    return run


def _call(node: ast.Call, names: set[str], depth: int) -> Closure:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        message = "不能调用“{part}”。可用的函数：{functions}。"
        allowed = "、".join(sorted(FUNCTIONS))
        raise ExpressionError(message, part=_short(ast.unparse(node.func)), functions=allowed)
    function, counts = FUNCTIONS[node.func.id]
    if len(node.args) not in counts:
        raise ExpressionError("函数“{name}”的参数个数不对。", name=node.func.id)
    arguments = [_compile(argument, names, depth) for argument in node.args]
    return lambda values: function(*(argument(values) for argument in arguments))


_BUILDERS: Final[dict[type[ast.AST], Callable[..., Closure]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Tuple: _list,
    ast.IfExp: _choice,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Call: _call,
}


def _truth(value: object) -> bool:
    if value is True or value is False:
        return value
    raise ExpressionError("and、or、not 和 if 的条件必须是真或假。")


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise ExpressionError("这里要用数字，得到的是“{value}”。", value=_short(str(value)))


def _same(left: object, right: object) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return left == right


def _ordered(left: object, right: object) -> tuple[float, float]:
    if isinstance(left, str) and isinstance(right, str):
        return left, right  # type: ignore[return-value]  # two texts compare as well as two numbers
    return _number(left), _number(right)


def _contains(container: object, item: object) -> bool:
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, list):
        return any(_same(item, one) for one in container)
    if isinstance(container, Mapping):
        return item in container
    raise ExpressionError("in 的右边要是列表或文字。")


_COMPARE: Final[dict[type[ast.cmpop], Callable[[object, object], bool]]] = {
    ast.Eq: _same,
    ast.NotEq: lambda left, right: not _same(left, right),
    ast.Lt: lambda left, right: operator.lt(*_ordered(left, right)),
    ast.LtE: lambda left, right: operator.le(*_ordered(left, right)),
    ast.Gt: lambda left, right: operator.gt(*_ordered(left, right)),
    ast.GtE: lambda left, right: operator.ge(*_ordered(left, right)),
    ast.In: lambda left, right: _contains(right, left),
    ast.NotIn: lambda left, right: not _contains(right, left),
}


def _plus(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return _bounded(left + right)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_ITEMS:
            raise ExpressionError("列表太长，最多 {most} 项。", most=MAX_ITEMS)
        return [*left, *right]
    return _bounded(_number(left) + _number(right))


def _bounded(value: object) -> object:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError("文字太长，最多 {most} 个字符。", most=MAX_TEXT)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            raise ExpressionError("计算结果不是一个有限的数。")
        if abs(value) > MAX_NUMBER:
            raise ExpressionError("数字太大，最多到 10 的 18 次方。")
    return value


def _measured(answer: object) -> object:
    """The answer, if it is of a size that can be kept: a list may hold the same list many times."""
    if not isinstance(answer, (list, Mapping)):
        return answer
    waiting, count, letters = [(answer, 0)], 0, 0
    while waiting:
        one, depth = waiting.pop()
        count += 1
        letters += len(one) if isinstance(one, str) else 0
        if count + len(waiting) > MAX_ITEMS or letters > MAX_TEXT or depth > MAX_DEPTH:
            raise ExpressionError("计算结果太大，不能保存。")
        if isinstance(one, Mapping):
            one = list(one.values())
        if isinstance(one, list):
            waiting += [(part, depth + 1) for part in one[:MAX_ITEMS]]
    return answer


def _numbers(value: object) -> list[float]:
    if not isinstance(value, list) or not value or len(value) > MAX_ITEMS:
        raise ExpressionError("这个函数要一列数字。")
    return [_number(item) for item in value]


def _length(value: object) -> int:
    if isinstance(value, (str, list, Mapping)):
        return len(value)
    raise ExpressionError("len 只能数文字或列表。")


def _round(value: object, digits: object = 0) -> object:
    places = _number(digits)
    if not isinstance(places, int) or not 0 <= places <= MAX_DIGITS:
        raise ExpressionError("round 的位数要在 0 到 {most} 之间。", most=MAX_DIGITS)
    return _bounded(round(_number(value), places)) if places else round(_number(value))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ExpressionError("这里要用文字，得到的是“{value}”。", value=_short(str(value)))


FUNCTIONS: Final[dict[str, tuple[Callable[..., object], tuple[int, ...]]]] = {
    "abs": (lambda value: abs(_number(value)), (1,)),
    "ends_with": (lambda text, end: _text(text).endswith(_text(end)), (2,)),
    "len": (_length, (1,)),
    "lower": (lambda text: _text(text).lower(), (1,)),
    "max": (
        lambda *values: max(_numbers(values[0] if len(values) == 1 else list(values))),
        (1, 2, 3),
    ),
    "min": (
        lambda *values: min(_numbers(values[0] if len(values) == 1 else list(values))),
        (1, 2, 3),
    ),
    "round": (_round, (1, 2)),
    "starts_with": (lambda text, start: _text(text).startswith(_text(start)), (2,)),
    "sum": (lambda values: _bounded(sum(_numbers(values))), (1,)),
    "upper": (lambda text: _text(text).upper(), (1,)),
}


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
