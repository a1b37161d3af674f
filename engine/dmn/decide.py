"""Deciding: which rows hold for these values, and what the table answers by its hit policy.

The same values always give the same answer. What cannot be decided is an `ExpressionError` that
names the table, so that a case sticks with words instead of going the wrong way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.parse import Unreadable
from engine.dmn import cells, parse
from engine.dmn.compiled import Input, Output, Ready, Workshop
from engine.dmn.table import LISTS, RANKED, File, Policy
from engine.expressions import ExpressionError, Values

MAX_NEEDED: Final = 20
MAX_ROWS_NAMED: Final = 10

Row = dict[str, object]
Reply = Row | list[Row] | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of deciding: the rows that held (from 1), the inputs as read, and the answer."""

    rows: tuple[int, ...]
    inputs: tuple[object, ...]
    answer: Reply


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision with those it needs. `names` are the variables that somebody must give."""

    id: str
    label: str
    names: frozenset[str]
    outputs: tuple[str, ...]
    is_list: bool
    _all: Mapping[str, Ready]

    def decide(self, values: Values) -> Reply:
        """The answer: a row of outputs (None where no row holds), or a list of them.

        Raises `ExpressionError`.
        """
        return self.run(values).answer

    def run(self, values: Values) -> Tried:
        """Decide, and say which rows held. Raises `ExpressionError`."""
        return _Run(self._all, values).of(self.id)


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a file, by id; `top` is the one that the file is for."""

    id: str
    name: str
    top: str
    by_id: Mapping[str, Decision]
    file: File


def read(xml: bytes) -> Decisions:
    """Make a file ready to decide. Raises `Unreadable` with the first thing that is wrong."""
    file = parse.read(xml)
    ready, findings = compile_file(file)
    if findings:
        raise Unreadable(findings[0])
    top = file.top()
    made = {one.id: _decision(one, ready) for one in ready.values()}
    first = top.id if top is not None else file.decisions[0].id
    return Decisions(file.id, file.name, first, made, file)


def compile_file(file: File) -> tuple[dict[str, Ready], list[Finding]]:
    """Every decision that can be understood, and what is wrong with the others."""
    ready: dict[str, Ready] = {}
    findings = list(_needs(file))
    for drawn in file.decisions:
        shop = Workshop(file, drawn)
        made = shop.ready()
        findings += shop.findings
        if made is not None:
            ready[made.id] = made
    return ready, findings


def _needs(file: File) -> list[Finding]:
    """Decisions without an id, and needs that lead nowhere, or round in a circle."""
    findings: list[Finding] = []
    needs = {one.id: one.requires for one in file.decisions}
    for drawn in file.decisions:
        if not drawn.id:
            findings.append(error("", "id_required", "有一个决策没有标识（id）。"))
        for needed in drawn.requires:
            if needed not in needs:
                sentence = "“{decision}”要用的决策“{needed}”不在文件里。"
                shown = needed[: cells.MAX_LENGTH]
                findings.append(
                    error(
                        drawn.id, "requirement_known", sentence, decision=drawn.label, needed=shown
                    )
                )
        if _depth(drawn.id, needs) > MAX_NEEDED:
            sentence = "“{decision}”要用的决策绕了回来，或超过 {most} 层。"
            findings.append(
                error(
                    drawn.id, "requirement_known", sentence, decision=drawn.label, most=MAX_NEEDED
                )
            )
    return findings


def _depth(start: str, needs: Mapping[str, Sequence[str]]) -> int:
    """How many levels of decisions one needs; over the limit for a circle."""
    level, depth = {start}, 0
    while level and depth <= MAX_NEEDED:
        level = {needed for one in level for needed in needs.get(one, ())}
        depth += 1
    return depth


def _decision(made: Ready, ready: Mapping[str, Ready]) -> Decision:
    needed: dict[str, Ready] = {}
    waiting = [made.id]
    while waiting:
        one = ready[waiting.pop()]
        if one.id not in needed:
            needed[one.id] = one
            waiting += one.requires
    given = {name for one in needed.values() for name in _reads(one)}
    for one in needed.values():
        if one.id != made.id:
            given -= {*one.names, *(output.name for output in one.outputs)}
    return Decision(
        made.id,
        made.label,
        frozenset(given),
        tuple(output.name for output in made.outputs),
        made.policy in LISTS and not made.aggregation,
        needed,
    )


def _reads(made: Ready) -> set[str]:
    expressions = [column.expression for column in made.inputs]
    for tests, answers in made.rows:
        expressions += [test.expression for test in tests if test.expression is not None]
        expressions += [answer.expression for answer in answers]
    names = {name for expression in expressions for name in expression.names}
    return names - {cells.HERE}


class _Run:
    """One evaluation: decisions that several others need are decided once."""

    def __init__(self, ready: Mapping[str, Ready], values: Values) -> None:
        self.ready, self.values = ready, values
        self.done: dict[str, Tried] = {}

    def of(self, decision_id: str) -> Tried:
        if decision_id not in self.done:
            self.done[decision_id] = self._decided(self.ready[decision_id])
        return self.done[decision_id]

    def _decided(self, made: Ready) -> Tried:
        values: dict[str, object] = dict(self.values)
        for needed in made.requires:
            values |= _handed_on(self.ready[needed], self.of(needed).answer)
        inputs = tuple(_asked(made, column, values) for column in made.inputs)
        rows = _rows(made, inputs, values)
        return Tried(tuple(place + 1 for place in rows), inputs, _reply(made, rows, values))


def _handed_on(made: Ready, answer: Reply) -> dict[str, object]:
    """What a needed decision is called: its outputs by name, and itself by its variable and id."""
    names = [output.name for output in made.outputs]
    if isinstance(answer, list):
        told: dict[str, object] = {name: [row[name] for row in answer] for name in names}
    else:
        told = {name: answer[name] if answer is not None else None for name in names}
    whole: object = told[names[0]] if len(names) == 1 else answer
    return {**told, **dict.fromkeys(made.names, whole)}


def _asked(made: Ready, column: Input, values: Values) -> object:
    try:
        value = cells.typed(column.expression.evaluate(values), column.type)
        fits = column.allowed is None or _holds(column.allowed, value, values)
    except ExpressionError as problem:
        sentence = "决策表“{decision}”的输入“{column}”：{why}"
        raise ExpressionError(
            sentence, decision=made.label, column=column.label, why=str(problem)
        ) from problem
    if not fits:
        sentence = "决策表“{decision}”的输入“{column}”不能是“{value}”。"
        shown = cells.literal(value)[:60]
        raise ExpressionError(sentence, decision=made.label, column=column.label, value=shown)
    return value


def _holds(test: cells.Test, value: object, values: Values) -> bool:
    if test.expression is None:
        return True
    scope: Values = {cells.HERE: value}
    if len(test.expression.names) > 1 or cells.HERE not in test.expression.names:
        scope = {**values, cells.HERE: value}
    return test.expression.holds(scope)


def _rows(made: Ready, inputs: Sequence[object], values: Values) -> list[int]:
    """The places of the rows that hold; a text that stands in many rows is looked at once."""
    seen: list[dict[int, bool]] = [{} for _column in made.inputs]
    found: list[int] = []
    for place, (tests, _answers) in enumerate(made.rows):
        holds = True
        for column, test in enumerate(tests):
            known = seen[column].get(id(test))
            if known is None:
                known = seen[column][id(test)] = _tested(made, place, column, inputs, values)
            if not known:
                holds = False
                break
        if holds:
            found.append(place)
            if made.policy is Policy.FIRST:
                break
    return found


def _tested(made: Ready, place: int, column: int, inputs: Sequence[object], values: Values) -> bool:
    try:
        return _holds(made.rows[place][0][column], inputs[column], values)
    except ExpressionError as problem:
        sentence = "决策表“{decision}”第 {row} 行“{column}”列：{why}"
        raise ExpressionError(
            sentence,
            decision=made.label,
            row=place + 1,
            column=made.inputs[column].label,
            why=str(problem),
        ) from problem


def _reply(made: Ready, rows: list[int], values: Values) -> Reply:
    answers = [_answer(made, place, values) for place in rows]
    if made.aggregation:
        return _aggregated(made, answers)
    if made.policy in LISTS:
        return [row for _place, row in _ranked(made, rows, answers)]
    if not answers:
        return _default(made, values)
    if made.policy is Policy.UNIQUE and len(rows) > 1:
        sentence = "决策表“{decision}”应当只有一行符合，现在第 {rows} 行都符合。"
        raise ExpressionError(sentence, decision=made.label, rows=_named(rows))
    if made.policy is Policy.ANY and any(one != answers[0] for one in answers):
        sentence = "决策表“{decision}”第 {rows} 行都符合，结果却不一样。"
        raise ExpressionError(sentence, decision=made.label, rows=_named(rows))
    return _ranked(made, rows, answers)[0][1]


def _answer(made: Ready, place: int, values: Values) -> Row:
    row: Row = {}
    for output, answer in zip(made.outputs, made.rows[place][1], strict=True):
        try:
            value = answer.value if answer.constant else answer.expression.evaluate(values)
            row[output.name] = cells.typed(value, output.type)
        except ExpressionError as problem:
            sentence = "决策表“{decision}”第 {row} 行“{column}”列：{why}"
            raise ExpressionError(
                sentence,
                decision=made.label,
                row=place + 1,
                column=output.label,
                why=str(problem),
            ) from problem
    return row


def _default(made: Ready, values: Values) -> Row | None:
    if all(output.default is None for output in made.outputs):
        return None
    return {
        output.name: None if output.default is None else output.default.expression.evaluate(values)
        for output in made.outputs
    }


def _ranked(made: Ready, rows: list[int], answers: list[Row]) -> list[tuple[int, Row]]:
    """In the order of the table; by rank of the values first, where the policy says so."""
    pairs = list(zip(rows, answers, strict=True))
    if made.policy not in RANKED:
        return pairs
    return sorted(
        pairs, key=lambda pair: [*(_rank(made, one, pair[1]) for one in made.outputs), pair[0]]
    )


def _rank(made: Ready, output: Output, row: Row) -> int:
    if not output.ranks:
        return 0
    for rank, value in enumerate(output.ranks):
        if value == row[output.name] and isinstance(value, bool) is isinstance(
            row[output.name], bool
        ):
            return rank
    sentence = "决策表“{decision}”的输出“{column}”没有列出“{value}”，不知道它有多重要。"
    shown = cells.literal(row[output.name])[:60]
    raise ExpressionError(sentence, decision=made.label, column=output.label, value=shown)


def _aggregated(made: Ready, answers: list[Row]) -> Row:
    name = made.outputs[0].name
    if made.aggregation == "COUNT":
        return {name: len(answers)}
    values: list[Any] = [row[name] for row in answers]
    if not values:
        return {name: None}
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            sentence = "决策表“{decision}”要汇总的“{column}”不是数字：“{value}”。"
            shown = cells.literal(value)[:60]
            raise ExpressionError(
                sentence, decision=made.label, column=made.outputs[0].label, value=shown
            )
    return {name: _WORK[made.aggregation](values)}


_WORK: Final[Mapping[str, Callable[[list[Any]], Any]]] = {"SUM": sum, "MIN": min, "MAX": max}


def _named(rows: list[int]) -> str:
    shown = "、".join(str(place + 1) for place in rows[:MAX_ROWS_NAMED])
    return shown + ("…" if len(rows) > MAX_ROWS_NAMED else "")
