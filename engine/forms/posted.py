"""What a browser posts without any script, read back into values; and the row buttons' effect.

Names: `values[key]`, `values[key][]` for several, `values[grid][]` for the order of rows,
`values[grid][row][column]`. A row button is a submit named `rows[grid][act]`, an act of `_ACTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from engine.forms import limits, rows
from engine.forms.model import Field, Form, Grid, Kind
from engine.forms.validation import Invalid
from engine.sentence import Sentence

_NAME: Final = re.compile(
    r"(?P<what>values|rows)\[(?P<key>[^\[\]]{1,64})\](?:\[(?P<row>[^\[\]]{0,100})\])?"
    r"(?:\[(?P<column>[^\[\]]{1,64})\])?"
)


def read(form: Form, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Read the pairs of a posted page; other names (outcome, comment …) are not ours.

    The values still have to pass `validation`; what the form has not is kept under its whole name,
    to be refused there. Raises `Invalid` when there is too much.
    """
    values: dict[str, Any] = {}
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    pressed: list[tuple[Grid, str, str]] = []
    count = size = 0
    for name, text in pairs:
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        count, size = count + 1, size + len(text)
        if count > limits.MAX_POSTED or size > limits.MAX_TOTAL:
            message = Sentence("整张表单的内容太多，最多 {max} 个字。", max=limits.MAX_TOTAL)
            raise Invalid({"": message}, values)
        part = form.field(found["key"])
        if isinstance(part, Grid):
            _cell(part, found, text, tables, pressed)
        elif part is not None and found["what"] == "values" and found["row"] in {None, ""}:
            _value(part, found["row"], text, values)
        elif found["what"] == "values":
            values[name] = text
    values |= {key: list(table.values()) for key, table in tables.items()}
    for grid, act, what in pressed:
        table_now = values.setdefault(grid.key, [])
        _ACTS[act](grid, table_now, what)
    return values


def _cell(
    grid: Grid,
    name: re.Match[str],
    text: str,
    tables: dict[str, dict[str, dict[str, Any]]],
    pressed: list[tuple[Grid, str, str]],
) -> None:
    if name["what"] == "rows":
        if name["row"] in _ACTS and name["column"] is None:
            pressed.append((grid, name["row"], text))
        return
    table = tables.setdefault(grid.key, {})
    if not name["row"]:
        table.setdefault(text, {"id": text})
        return
    row = table.setdefault(name["row"], {"id": name["row"]})
    if name["column"]:
        column = grid.by_key.get(name["column"])
        row[name["column"]] = _cell_value(column, text, row.get(name["column"]))


def _value(part: Field, several: str | None, text: str, values: dict[str, Any]) -> None:
    if part.kind is Kind.CHECKLIST:
        chosen = values.setdefault(part.key, [])
        if text and several == "":
            chosen.append(text)
    elif part.kind is Kind.CHECKBOX:
        values[part.key] = text == "true"
    else:
        values[part.key] = text


def _cell_value(column: Field | None, text: str, before: Any) -> Any:
    if column is not None and column.kind is Kind.CHECKBOX:
        return text == "true"
    if column is not None and column.kind is Kind.CHECKLIST:
        chosen = before or []
        return [*chosen, text] if text else chosen
    return text


def _add(grid: Grid, table: list[dict[str, Any]], goal: str) -> None:
    row = {"id": rows.own_id(), "label": ""}
    last = len(table)
    if grid.nested:
        row["goal"] = goal
        under = [place for place, each in enumerate(table) if each.get("goal") == goal]
        last = under[-1] + 1 if under else last
    table.insert(last, row)


def _remove(_grid: Grid, table: list[dict[str, Any]], row_id: str) -> None:
    table[:] = [row for row in table if row["id"] != row_id]


def _restore(_grid: Grid, table: list[dict[str, Any]], row_id: str) -> None:
    if all(row["id"] != row_id for row in table):
        table.append({"id": row_id})


def _up(_grid: Grid, table: list[dict[str, Any]], row_id: str) -> None:
    _move(table, row_id, -1)


def _down(_grid: Grid, table: list[dict[str, Any]], row_id: str) -> None:
    _move(table, row_id, 1)


def _move(table: list[dict[str, Any]], row_id: str, by: int) -> None:
    place = next((number for number, row in enumerate(table) if row["id"] == row_id), None)
    if place is not None and 0 <= place + by < len(table):
        table[place], table[place + by] = table[place + by], table[place]


_ACTS: Final[dict[str, Callable[[Grid, list[dict[str, Any]], str], None]]] = {
    "add": _add,
    "remove": _remove,
    "restore": _restore,
    "up": _up,
    "down": _down,
}
