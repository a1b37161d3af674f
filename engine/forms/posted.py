"""What a browser posts without any script, read back into values; and the row buttons' effect.

Names: `values[key]`, `values[key][]` for several, `values[grid]` for a grid whose rows may all be
gone, `values[grid][]` for the order of rows, `values[grid][row][column]`. An entry of a list adds
its number and part: `values[list][0][what]`, `values[grid][row][column][0][what]`. A row button is
a submit named `rows[grid][act]`, an act of `_ACTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from engine.forms import limits, rows
from engine.forms.model import Field, Form, Grid, Kind
from engine.forms.validation import Invalid
from engine.sentence import Sentence

_ENTRY: Final = re.compile(r"values\[[^\[\]]+\]\[[0-9]{1,3}\]\[[^\[\]]+\]")
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")
_NAME: Final = re.compile(
    r"(?P<what>values|rows)\[(?P<key>[^\[\]]{1,64})\](?:\[(?P<row>[^\[\]]{0,100})\])?"
    r"(?:\[(?P<column>[^\[\]]{1,64})\])?(?:\[(?P<entry>[0-9]{1,3})\]\[(?P<part>[^\[\]]{1,64})\])?"
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
        elif _is_list(part) and _ENTRY.fullmatch(name):
            _entry(values, found["key"], (found["row"], found["column"]), text)
        elif part is not None and found["what"] == "values" and found["row"] in {None, ""}:
            _value(part, found["row"], text, values)
        elif found["what"] == "values":
            values[name] = text
    values = _in_lists(values)
    values |= {key: [_in_lists(row) for row in table.values()] for key, table in tables.items()}
    for grid, act, what in pressed:
        table_now = values.setdefault(grid.key, [])
        _ACTS[act](grid, table_now, what)
    return values


def as_filled_in(pairs: Iterable[tuple[str, str]]) -> tuple[list[tuple[str, str]], bool]:
    """The pairs without the buttons of rows, and whether one of those takes a row out."""
    filled, removes = [], False
    for name, text in pairs:
        found = _NAME.fullmatch(name)
        if found is None or found["what"] != "rows":
            filled.append((name, text))
        elif found["row"] == "remove":
            removes = True
    return filled, removes


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
    if name["row"] is None:
        return
    if not name["row"]:
        table.setdefault(text, {"id": text})
        return
    row = table.setdefault(name["row"], {"id": name["row"]})
    if name["column"]:
        column = grid.by_key.get(name["column"])
        if name["part"] and _is_list(column):
            _entry(row, name["column"], (name["entry"], name["part"]), text)
        elif name["part"]:
            row[f"{name['column']}[{name['entry']}]"] = text
        elif not isinstance(row.get(name["column"]), _Entries):
            row[name["column"]] = _cell_value(column, text, row.get(name["column"]))


class _Entries(dict[str, dict[str, str]]):
    """The entries of a list by their numbers, while they are being read."""


def _is_list(part: Field | Grid | None) -> bool:
    return isinstance(part, Field) and part.kind is Kind.LIST


def _entry(values: dict[str, Any], key: str, place: tuple[str, str], text: str) -> None:
    found = values.get(key)
    if not isinstance(found, _Entries):
        found = values[key] = _Entries()
    number, part = place
    found.setdefault(number, {})[part] = text


def _in_lists(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: list(one.values()) if isinstance(one, _Entries) else one for key, one in values.items()
    }


def _value(part: Field, several: str | None, text: str, values: dict[str, Any]) -> None:
    if part.kind is Kind.LIST and isinstance(values.get(part.key), _Entries):
        return
    if part.kind in {Kind.CHECKLIST, Kind.EVIDENCE}:
        chosen = values.setdefault(part.key, [])
        if several == "":
            chosen += _several(part, text)
    elif part.kind is Kind.CHECKBOX:
        values[part.key] = text == "true"
    else:
        values[part.key] = text


def _cell_value(column: Field | None, text: str, before: Any) -> Any:
    if column is not None and column.kind is Kind.CHECKBOX:
        return text == "true"
    if column is not None and column.kind in {Kind.CHECKLIST, Kind.EVIDENCE}:
        return [*(before or []), *_several(column, text)]
    return text


def _several(part: Field, text: str) -> list[str]:
    """What one control adds: its value, or several numbers of evidence typed into one line."""
    if part.kind is Kind.EVIDENCE:
        return [word for word in _BETWEEN.split(text) if word]
    return [text] if text else []


def _add(grid: Grid, table: list[dict[str, Any]], goal: str) -> None:
    row = {"id": rows.own_id(), "label": ""}
    named = [each for each in table if "label" in each and each.get("goal", goal) == goal]
    if grid.nested:
        own = [str(each["label"]) for each in named if rows.OWN.fullmatch(each["id"])]
        others = [str(each["label"]) for each in named if not rows.OWN.fullmatch(each["id"])]
        row["label"] = rows.next_label(others, own)
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
