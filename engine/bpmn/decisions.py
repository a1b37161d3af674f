"""What a business rule task does: ask its decision table, and put the answer into a variable.

The answer of a table is one row, several, or none. `camunda:mapDecisionResult` says which shape the
variable gets; it has to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.process import Decision, Element
from engine.expressions import ExpressionError

Rows = list[Mapping[str, object]]


def decide(
    tables: Mapping[str, Decision], element: Element, values: Mapping[str, object]
) -> Mapping[str, object]:
    """The variable that the task sets. Raises `ExpressionError`."""
    key = element.attributes.get(dialect.DECISION_REF, "").strip()
    table = tables.get(key)
    if table is None:
        sentence = "“{element}”要问的决策表“{key}”不在这个版本里。"
        raise ExpressionError(sentence, element=element.label, key=key)
    rows = _rows(table.decide(values))
    shape = element.attributes.get(dialect.MAP_RESULT, "").strip() or dialect.RESULT_USUAL
    answer = _SHAPES[shape](rows, element)
    return {element.attributes.get(dialect.RESULT_VARIABLE, "").strip(): answer}


def _rows(answer: object) -> Rows:
    if answer is None:
        return []
    if isinstance(answer, Mapping):
        return [answer]
    return list(answer) if isinstance(answer, list | tuple) else []


def _one_row(rows: Rows, element: Element) -> Mapping[str, object] | None:
    if len(rows) > 1:
        sentence = "“{element}”的决策表给出 {count} 行结果，这里只能取一行。"
        raise ExpressionError(sentence, element=element.label, count=len(rows))
    return dict(rows[0]) if rows else None


def _entry(row: Mapping[str, object], element: Element) -> object:
    if len(row) != 1:
        sentence = "“{element}”的决策表一行有 {count} 个结果，这里只能取一个。"
        raise ExpressionError(sentence, element=element.label, count=len(row))
    return next(iter(row.values()))


def _single_entry(rows: Rows, element: Element) -> object:
    row = _one_row(rows, element)
    return None if row is None else _entry(row, element)


_SHAPES: Final[Mapping[str, Callable[[Rows, Element], object]]] = MappingProxyType(
    {
        "singleEntry": _single_entry,
        "singleResult": _one_row,
        "collectEntries": lambda rows, element: [_entry(row, element) for row in rows],
        "resultList": lambda rows, _element: [dict(row) for row in rows],
    }
)
