"""A table with every cell understood, and the findings about those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from engine.bpmn.findings import Finding, error
from engine.dmn import cells
from engine.dmn.cells import Answer, Misread, Test
from engine.dmn.table import AGGREGATIONS, RANKED, Column, Drawn, File, Policy, Table, Type
from engine.expressions import Expression, ExpressionError
from engine.forms.feel import Unexpected

MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 50
MAX_CELLS: Final = 40_000
MAX_TEXT: Final = 200

Read = TypeVar("Read")
Cell = TypeVar("Cell", bound=Test | Answer)


@dataclass(frozen=True, slots=True)
class Input:
    """An input column ready to be asked."""

    label: str
    expression: Expression
    type: Type
    allowed: Test | None


@dataclass(frozen=True, slots=True)
class Output:
    """An output column. `ranks` are its values in their order, where they are listed."""

    name: str
    label: str
    type: Type
    ranks: tuple[object, ...]
    default: Answer | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A decision ready to decide: `rows` are the tests and answers in the order of the table."""

    id: str
    label: str
    names: tuple[str, ...]
    requires: tuple[str, ...]
    policy: Policy
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[tuple[tuple[Test, ...], tuple[Answer, ...]], ...]


class Workshop:
    """Compiles one decision: the same text of a column is read once; what is wrong is gathered."""

    def __init__(self, file: File, drawn: Drawn) -> None:
        self.file = file
        self.drawn = drawn
        self.findings: list[Finding] = []

    def ready(self) -> Ready | None:
        """The decision, or None where `findings` say why not."""
        table = self.drawn.table
        if table is None:
            self.find(
                "table_required",
                "“{decision}”不是决策表（{logic}）。目前只运行决策表。",
                logic=self.drawn.logic or "—",
            )
            return None
        self.findings += list(_shape(self.drawn, table))
        if self.findings:
            return None
        made = Ready(
            self.drawn.id,
            self.drawn.label,
            tuple({one: None for one in (self.drawn.variable, self.drawn.id) if one}),
            self.drawn.requires,
            Policy(table.policy),
            table.aggregation,
            tuple(self.input(column) for column in table.inputs),
            tuple(self.output(column) for column in table.outputs),
            self.rows(table),
        )
        if made.policy in RANKED and not made.outputs[0].ranks:
            self.find(
                "output_values",
                "“{decision}”按优先级选择，要列出输出“{column}”的值，重要的在前。",
                column=made.outputs[0].label,
            )
        return None if self.findings else made

    def find(self, rule: str, sentence: str, **values: object) -> None:
        """Say what is wrong with this decision."""
        told = {"decision": self.drawn.label, **values}
        self.findings.append(error(self.drawn.id, rule, sentence, **told))

    def type(self, column: Column) -> Type:
        """The type of a column; one nobody knows is an error."""
        found = self.file.type_of(column.type)
        if found is None:
            sentence = "“{decision}”的“{column}”列：不认识类型“{type}”。"
            self.find("type_known", sentence, column=column.label, type=column.type[:MAX_TEXT])
        return found or Type.ANY

    def input(self, column: Column) -> Input:
        """An input column."""
        kind = self.type(column)
        asked = self.head(column, cells.expression, column.text) or cells.expression("None")
        allowed = self.head(column, cells.test, column.allowed) if column.allowed else None
        return Input(column.label, asked, kind, allowed)

    def output(self, column: Column) -> Output:
        """An output column."""
        kind = self.type(column)
        ranks = (self.head(column, cells.listed, column.allowed) or ()) if column.allowed else ()
        default = self.head(column, cells.answer, column.default) if column.default else None
        return Output(column.text or self.drawn.id, column.label, kind, ranks, default)

    def head(self, column: Column, read: Callable[[str], Read], text: str) -> Read | None:
        """Read a text at the head of a column."""
        try:
            return read(text)
        except Unexpected as problem:
            sentence = "“{decision}”的“{column}”列头：看不懂“{part}”。"
            self.find("cell_readable", sentence, column=column.label, part=problem.part)
        except ExpressionError as problem:
            sentence = "“{decision}”的“{column}”列头：{why}"
            self.find("cell_readable", sentence, column=column.label, why=str(problem))
        return None

    def rows(self, table: Table) -> tuple[tuple[tuple[Test, ...], tuple[Answer, ...]], ...]:
        """Every row, cell by cell."""
        inputs = [_Reader(self, column, cells.test, Test(None, None)) for column in table.inputs]
        nothing = cells.answer("")
        outputs = [_Reader(self, column, cells.answer, nothing) for column in table.outputs]
        return tuple(
            (
                tuple(one(text, place) for one, text in zip(inputs, row.tests, strict=True)),
                tuple(one(text, place) for one, text in zip(outputs, row.answers, strict=True)),
            )
            for place, row in enumerate(table.rows, start=1)
        )


class _Reader(Generic[Cell]):
    """Reads the cells of one column, each text once, and checks their constants by its type."""

    def __init__(
        self, shop: Workshop, column: Column, read: Callable[[str], Cell], nothing: Cell
    ) -> None:
        self.shop = shop
        self.column = column
        self.read = read
        self.nothing = nothing
        self.kind = shop.file.type_of(column.type) or Type.ANY
        self.seen: dict[str, Cell | ExpressionError] = {}

    def __call__(self, text: str, place: int) -> Cell:
        """The cell, or a stand-in and a finding."""
        found = self.seen.get(text)
        if found is None:
            found = self.seen[text] = self._understood(text)
        if not isinstance(found, ExpressionError):
            return found
        words = {"row": place, "column": self.column.label}
        if isinstance(found, Unexpected) and not found.part:
            sentence = "“{decision}”第 {row} 行“{column}”列：没有写完。"
            self.shop.find("cell_readable", sentence, **words)
        elif isinstance(found, Unexpected):
            sentence = (
                "“{decision}”第 {row} 行“{column}”列：看不懂“{part}”。"
                '可以写 "文字"、>= 3、[1..5)、"a", "b"、not("a") 或 -。'
            )
            self.shop.find("cell_readable", sentence, part=found.part, **words)
        else:
            sentence = "“{decision}”第 {row} 行“{column}”列：{why}"
            self.shop.find("cell_readable", sentence, why=str(found), **words)
        return self.nothing

    def _understood(self, text: str) -> Cell | ExpressionError:
        try:
            cell = self.read(text)
            for value in _constants(cell):
                if value is not None and cells.typed(value, self.kind) != value:
                    return Misread('时间请写成 date and time("2026-09-01T08:00:00+08:00")。')
        except ExpressionError as problem:
            return problem
        return cell


def _constants(cell: Test | Answer) -> tuple[object, ...]:
    if isinstance(cell, Test):
        return cell.constants
    return (cell.value,) if cell.constant else ()


def _shape(drawn: Drawn, table: Table) -> Iterator[Finding]:
    """What is wrong with a table as a whole; nothing more is said of it then."""

    def find(rule: str, sentence: str, **values: object) -> Finding:
        return error(drawn.id, rule, sentence, decision=drawn.label, **values)

    columns = len(table.inputs) + len(table.outputs)
    for count, most, sentence in (
        (len(table.rows), MAX_ROWS, "“{decision}”的行太多，最多 {most} 行。"),
        (columns, MAX_COLUMNS, "“{decision}”的列太多，最多 {most} 列。"),
        (columns * len(table.rows), MAX_CELLS, "“{decision}”的格子太多，最多 {most} 个。"),
    ):
        if count > most:
            yield find("table_size", sentence, most=most)
    for place, row in enumerate(table.rows, start=1):
        if len(row.tests) != len(table.inputs) or len(row.answers) != len(table.outputs):
            yield find("row_complete", "“{decision}”第 {row} 行的格子数与列数不符。", row=place)
    yield from _names(find, table)
    yield from _policy(find, table)


def _names(find: Callable[..., Finding], table: Table) -> Iterator[Finding]:
    names = [column.text for column in table.outputs]
    if not names:
        yield find("output_required", "“{decision}”没有输出列。")
    for name in names:
        if not name.isidentifier() and (name or len(names) > 1):
            sentence = (
                "“{decision}”：输出列的名称“{name}”不能用：只用文字、数字和下划线，不以数字开头。"
            )
            yield find("output_name", sentence, name=name[:MAX_TEXT])
    if len(set(names)) < len(names):
        yield find("output_name", "“{decision}”有两个输出列同名。")


def _policy(find: Callable[..., Finding], table: Table) -> Iterator[Finding]:
    if table.policy not in set(Policy):
        sentence = "“{decision}”：不认识命中策略“{policy}”。"
        yield find("hit_policy", sentence, policy=table.policy[:MAX_TEXT])
    elif table.aggregation and table.aggregation not in AGGREGATIONS:
        sentence = "“{decision}”：不认识汇总方式“{aggregation}”。"
        yield find("hit_policy", sentence, aggregation=table.aggregation[:MAX_TEXT])
    elif table.aggregation and table.policy != Policy.COLLECT:
        yield find("hit_policy", "“{decision}”：只有 COLLECT 可以汇总。")
    elif table.aggregation and len(table.outputs) > 1:
        yield find("hit_policy", "“{decision}”要汇总，只能有一个输出列。")
