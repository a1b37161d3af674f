"""A decision table as a page shows and takes it: cells without marks, policies in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask_babel import gettext

from engine import dmn
from engine.bpmn.findings import Finding
from engine.dmn import Decisions, Policy, plain
from engine.dmn.cells import KIND_WORDS, listed, literal
from engine.dmn.compiled import MAX_ROWS
from engine.dmn.table import AGGREGATIONS, Column, Drawn, File, Row, Table, Type
from engine.expressions import ExpressionError
from web.i18n import in_words

MOST_EDITED: Final = 300
"""Rows that one page lets people edit; a longer table is edited in a modeler."""
MAX_CELL: Final = 1_000
MAX_NOTE: Final = 500
GIVEN: Final = "v."


@dataclass(frozen=True, slots=True)
class Head:
    """A column as it is shown; `choices` are the values that are listed for it."""

    label: str
    text: str
    kind: Type
    kind_words: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is typed."""

    id: str
    tests: tuple[str, ...]
    answers: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its cells as people type them."""

    id: str
    label: str
    policy: str
    policy_words: str
    aggregation: str
    inputs: tuple[Head, ...]
    outputs: tuple[Head, ...]
    rows: tuple[Line, ...]
    needs: tuple[str, ...]

    @property
    def may_be_edited(self) -> bool:
        """Whether a page can hold it."""
        return len(self.rows) <= MOST_EDITED


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying values: the rows that held, the answer in lines, or why there is none."""

    rows: tuple[int, ...]
    answers: tuple[tuple[tuple[str, str], ...], ...]
    problem: str = ""


def policies() -> list[tuple[str, str]]:
    """Every hit policy with its words."""
    return [(policy.value, words) for policy, words in _policy_words().items()]


def aggregations() -> list[tuple[str, str]]:
    """How several answers become one."""
    words = {
        "SUM": gettext("合计"),
        "MIN": gettext("最小的"),
        "MAX": gettext("最大的"),
        "COUNT": gettext("个数"),
    }
    return [("", gettext("不汇总")), *((key, words[key]) for key in sorted(AGGREGATIONS))]


def _policy_words() -> Mapping[Policy, str]:
    return {
        Policy.UNIQUE: gettext("只有一行符合"),
        Policy.FIRST: gettext("取第一个符合的行"),
        Policy.ANY: gettext("几行都可以符合，结果要一样"),
        Policy.PRIORITY: gettext("取结果最重要的行"),
        Policy.COLLECT: gettext("取所有符合的行"),
        Policy.RULE_ORDER: gettext("按行的顺序取所有符合的行"),
        Policy.OUTPUT_ORDER: gettext("按结果的重要程度取所有符合的行"),
    }


def of(made: Decisions, drawn: Drawn) -> Sheet:
    """A table as a sheet. The file can decide, so every decision in it has a table."""
    table = drawn.table or Table("UNIQUE", "", (), (), ())
    inputs = tuple(_head(made.file, column) for column in table.inputs)
    outputs = tuple(_head(made.file, column) for column in table.outputs)
    labels = {one.id: one.label for one in made.file.decisions}
    words = _policy_words()[Policy(table.policy)]
    aggregated = dict(aggregations())[table.aggregation]
    return Sheet(
        drawn.id,
        drawn.label,
        table.policy,
        f"{words} · {aggregated}" if table.aggregation else words,
        table.aggregation,
        inputs,
        outputs,
        tuple(_line(row, inputs, outputs) for row in table.rows),
        tuple(labels.get(one, one) for one in drawn.requires),
    )


def _head(file: File, column: Column) -> Head:
    kind = file.type_of(column.type) or Type.ANY
    try:
        values = listed(column.allowed) if column.allowed else ()
    except ExpressionError:
        values = ()
    choices = tuple(plain.shown(literal(value), kind, is_answer=True) for value in values)
    return Head(column.label, column.text, kind, gettext(KIND_WORDS[kind]), choices)


def _line(row: Row, inputs: Sequence[Head], outputs: Sequence[Head]) -> Line:
    return Line(
        row.id,
        tuple(plain.shown(text, one.kind) for one, text in zip(inputs, row.tests, strict=True)),
        tuple(
            plain.shown(text, one.kind, is_answer=True)
            for one, text in zip(outputs, row.answers, strict=True)
        ),
        row.note,
    )


def typed(sheet: Sheet, form: Mapping[str, str]) -> Sheet:
    """The sheet with what somebody typed on the page. Fields are `i.ROW.COLUMN` and `o.…`."""
    count = min(max(int(form.get("rows", "0") or 0) if _is_count(form) else 0, 0), MAX_ROWS)
    rows = tuple(
        Line(
            form.get(f"id.{row}", "")[:100],
            tuple(form.get(f"i.{row}.{at}", "")[:MAX_CELL] for at in range(len(sheet.inputs))),
            tuple(form.get(f"o.{row}.{at}", "")[:MAX_CELL] for at in range(len(sheet.outputs))),
            form.get(f"n.{row}", "")[:MAX_NOTE],
        )
        for row in range(count)
    )
    policy = form.get("policy", sheet.policy)
    policy = policy if policy in set(Policy) else sheet.policy
    aggregation = form.get("aggregation", "") if policy == Policy.COLLECT else ""
    aggregation = aggregation if aggregation in AGGREGATIONS else ""
    return replace(sheet, rows=rows, policy=policy, aggregation=aggregation)


def _is_count(form: Mapping[str, str]) -> bool:
    written = form.get("rows", "")
    return written.isascii() and written.isdigit() and len(written) <= len(str(MAX_ROWS))


def changed(sheet: Sheet, todo: str, place: str) -> Sheet:
    """The sheet with a row more or less, or one row moved up or down."""
    rows = list(sheet.rows)
    at = int(place) if place.isascii() and place.isdigit() and len(place) < len("99999") else -1
    if todo == "add" and len(rows) < MOST_EDITED:
        empty = Line("", (plain.ANYTHING,) * len(sheet.inputs), ("",) * len(sheet.outputs), "")
        rows.insert(at + 1 if 0 <= at < len(rows) else len(rows), empty)
    elif todo == "remove" and 0 <= at < len(rows):
        del rows[at]
    elif todo in ("up", "down"):
        other = at - 1 if todo == "up" else at + 1
        if 0 <= at < len(rows) and 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]
    return replace(sheet, rows=tuple(rows))


def file_with(xml: bytes, sheet: Sheet) -> bytes:
    """The file with the rows of a sheet."""
    rows = [
        Row(
            line.id,
            tuple(plain.written(text, one.kind) for one, text in zip(sheet.inputs, line.tests)),  # noqa: B905  (made for each other)
            tuple(
                plain.written(text, one.kind, is_answer=True)
                for one, text in zip(sheet.outputs, line.answers, strict=True)
            ),
            line.note.strip(),
        )
        for line in sheet.rows
    ]
    return dmn.write_rows(xml, sheet.id, rows, policy=sheet.policy, aggregation=sheet.aggregation)


def given(form: Mapping[str, str]) -> dict[str, str]:
    """The values to try, as they were typed."""
    return {
        name.removeprefix(GIVEN): str(text)[:MAX_CELL]
        for name, text in form.items()
        if name.startswith(GIVEN)
    }


def fields(made: Decisions, key: str, typed_: Mapping[str, str]) -> list[dict[str, Any]]:
    """A field for every value that a table needs, with the choices where they are listed."""
    heads = _asked(made)
    return [
        {
            "name": f"{GIVEN}{name}",
            "label": heads[name].label if name in heads else name,
            "value": typed_.get(name, ""),
            "choices": heads[name].choices if name in heads else (),
            "kind": heads[name].kind if name in heads else Type.ANY,
        }
        for name in sorted(made.by_id[key].names)
    ]


def _asked(made: Decisions) -> dict[str, Head]:
    """The input columns of all tables by the variable each asks for."""
    return {
        column.text: _head(made.file, column)
        for drawn in made.file.decisions
        for column in (drawn.table.inputs if drawn.table else ())
    }


def tried(made: Decisions, key: str, typed_: Mapping[str, str]) -> Tried:
    """What a table says to these values."""
    heads = _asked(made)
    values = {
        name: _value(typed_.get(name, ""), heads[name].kind if name in heads else Type.ANY)
        for name in made.by_id[key].names
    }
    try:
        found = made.by_id[key].run(values)
    except ExpressionError as problem:
        return Tried((), (), in_words(problem.sentence, problem.values))
    answer = found.answer
    lines = answer if isinstance(answer, list) else [] if answer is None else [answer]
    answers = tuple(tuple((name, _told(value)) for name, value in one.items()) for one in lines)
    return Tried(found.rows, answers)


def _told(value: object) -> str:
    return value if isinstance(value, str) else literal(value)


def _value(text: str, kind: Type) -> object:
    """What somebody typed, as the table takes it; a text where it is nothing else."""
    text = text.strip()
    if not text:
        return None
    if kind in (Type.TEXT, Type.DATE, Type.MOMENT):
        return text
    try:
        found = listed(plain.written(text, Type.BOOLEAN))
    except ExpressionError:
        return text
    return found[0] if len(found) == 1 else text


def advice(xml: bytes) -> tuple[Finding, ...]:
    """What a careful person would change."""
    return dmn.lint(xml)
