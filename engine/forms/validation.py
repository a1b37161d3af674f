"""Whether what was filled in is right, and what of it this step may change.

`validate` is for handing in, `draft` for saving meanwhile, `shape` for the sizes alone. What a
step may not edit is taken from what is stored, whatever was posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from marshmallow import ValidationError

from engine.errors import Refused
from engine.forms import calculated, changes, choices, limits, rows, schema, visibility
from engine.forms.choices import Choices
from engine.forms.model import Field, Form, Grid
from engine.forms.rights import Right, Rights
from engine.forms.values import is_empty, shown_number, total
from engine.sentence import Sentence

Values = Mapping[str, Any]

MAX_NODES = 100_000
NOTHING: Final[Mapping[str, frozenset[str]]] = {}


class Invalid(Refused):
    """The form is not right yet. `errors` by path; `filled` is what to show, nothing typed lost."""

    sentence = "表单里有 {count} 处要改。"

    def __init__(self, errors: Mapping[str, Sentence], values: Values) -> None:
        super().__init__(count=len(errors))
        self.errors = dict(errors)
        self.filled = dict(values)


def validate(
    form: Form,
    values: Values,
    rights: Rights,
    variables: Values | None = None,
    *,
    stored: Values | None = None,
    offered: Values | None = None,
    live: Choices = choices.NONE,
) -> dict[str, Any]:
    """Check what is handed in and return the document's values as they are now, or `Invalid`."""
    filled = _filled(form, values, rights, variables, stored, offered)
    if not filled.errors:
        _check(form, filled)
        _check_live(form, filled, stored or {}, live)
    if filled.errors:
        raise Invalid(filled.errors, filled.values)
    return filled.values


def draft(
    form: Form,
    values: Values,
    rights: Rights,
    variables: Values | None = None,
    *,
    stored: Values | None = None,
    offered: Values | None = None,
) -> dict[str, Any]:
    """What a draft keeps: as typed, within its sizes, and only where this step may edit."""
    filled = _filled(form, values, rights, variables, stored, offered)
    if filled.errors:
        raise Invalid(filled.errors, filled.values)
    return filled.values


def redraft(
    form: Form, values: Values, rights: Rights, variables: Values | None, *, before: Values
) -> dict[str, Any] | None:
    """The same, over the draft `before` of the same step, while what both lie over is the same.

    Rows that stand there already are not looked at again. None where rows came, went or moved:
    then `draft` must look.
    """
    written = [part for part in form.valued.values() if _edits(part, rights)]
    if any(part.key not in values for part in written):
        return None
    grids = [part for part in written if isinstance(part, Grid)]
    same = rows.apart(grids, values, before)
    if same is None:
        return None
    filled = _filled(form, values, rights, variables, before, None, same)
    if filled.errors:
        raise Invalid(filled.errors, filled.values)
    return filled.values


def shape(form: Form, values: Values) -> dict[str, Any]:
    """Check types, sizes and names alone: neither rights nor what is required."""
    shaped, errors = _shaped(form, values)
    if errors:
        raise Invalid(errors, shaped)
    return shaped


@dataclass
class _Filled:
    """Values on their way through: what may be edited of them, and what is wrong."""

    values: dict[str, Any]
    errors: dict[str, Sentence]
    editable: dict[str, Right] = field(default_factory=dict)
    columns: dict[str, dict[str, Right]] = field(default_factory=dict)
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _filled(
    form: Form,
    values: Values,
    rights: Rights,
    variables: Values | None,
    stored: Values | None,
    offered: Values | None,
    same: Mapping[str, frozenset[str]] = NOTHING,
) -> _Filled:
    kept, offers = dict(stored or {}), dict(offered or {})
    if not edits_anything(form, rights):
        return _Filled({key: kept[key] for key in form.valued if key in kept}, {})
    shaped, errors = _shaped(form, values, same)
    filled = _Filled(_laid_over(form, shaped, kept, rights), errors, same=same)
    shown = calculated.shown(form, filled.values, variables)
    for key, part in form.valued.items():
        if not shown.shows(part) or not rights.of(part).shows:
            _restore(filled.values, kept, key)
        elif isinstance(part, Grid):
            _fill_grid(part, shaped.get(key), filled, rights, shown, (kept, offers))
        elif rights.of(part).edits:
            filled.editable[key] = rights.of(part)
    if form.calculated:
        filled.values, _ = calculated.settled(form, filled.values, variables)
    return filled


def _laid_over(form: Form, shaped: Values, kept: Values, rights: Rights) -> dict[str, Any]:
    """What was typed over what is stored, field by field; grids as they are stored."""
    answer: dict[str, Any] = {}
    for key, part in form.valued.items():
        may = isinstance(part, Field) and rights.of(part).edits
        if may and key in shaped:
            answer[key] = shaped[key]
        elif key in kept:
            answer[key] = kept[key]
        elif isinstance(part, Field) and part.default is not None:
            answer[key] = _default(part)
    return answer


def _fill_grid(
    grid: Grid,
    posted: Any,
    filled: _Filled,
    rights: Rights,
    shown: visibility.Visibility,
    known: tuple[Values, Values],
) -> None:
    stored, offered = (rows.listed(values.get(grid.key)) for values in known)
    columns = {
        column.key: right
        for column in grid.columns
        if shown.shows_column(column) and (right := rights.of_column(grid, column)).edits
    }
    if not columns and not rights.of(grid).edits:
        _restore(filled.values, known[0], grid.key)
        return
    same = filled.same.get(grid.key, frozenset())
    may_change = rights.of(grid).edits
    merge = rows.Merge(grid, stored, offered, may_change, frozenset(columns), same)
    filled.values[grid.key] = merge.merged(posted)
    filled.errors |= {
        path: said for path, said in merge.errors.items() if path not in filled.errors
    }
    filled.columns[grid.key] = columns
    if rights.of(grid).edits:
        filled.editable[grid.key] = rights.of(grid)


def edits_anything(form: Form, rights: Rights) -> bool:
    """Whether these rights let a step change anything in the form."""
    return any(_edits(part, rights) for part in form.valued.values())


def _edits(part: Field | Grid, rights: Rights) -> bool:
    if rights.of(part).edits:
        return True
    return isinstance(part, Grid) and any(rights.of_column(part, c).edits for c in part.columns)


def _restore(values: dict[str, Any], kept: Values, key: str) -> None:
    values.pop(key, None)
    if key in kept:
        values[key] = kept[key]


def _default(part: Field) -> object:
    return list(part.default) if isinstance(part.default, tuple) else part.default


def _shaped(
    form: Form, values: Values, same: Mapping[str, frozenset[str]] = NOTHING
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The values in the shapes of their fields; of rows that are the `same` only who they are."""
    if (problem := _too_much(values)) is not None:
        return {}, {"": problem}
    new = {
        key: [row for row in values[key] if row["id"] not in known] for key, known in same.items()
    }
    errors: dict[str, Sentence] = {}
    try:
        shaped: object = schema.draft(form).load({**values, **new} if new else values)
    except ValidationError as error:
        shaped = error.valid_data
        errors = schema.errors_by_path(error.messages_dict)
    answer = dict(shaped) if isinstance(shaped, dict) else {}
    for key, known in same.items():
        fresh = {row["id"]: row for row in answer.get(key) or ()}
        fresh |= {one: {"id": one} for one in known}
        answer[key] = [fresh[row["id"]] for row in values[key] if row["id"] in fresh]
    return answer, errors


def _too_much(values: object) -> Sentence | None:
    """Count before looking closer: a value of 10 MB is refused without being walked twice.

    What is short when written down has neither too many characters nor too many parts.
    """
    with suppress(orjson.JSONEncodeError):
        if len(orjson.dumps(values)) <= 2 * MAX_NODES:
            return None
    size = nodes = 0
    waiting = [values]
    while waiting:
        value = waiting.pop()
        nodes += 1
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Mapping):
            size += sum(len(key) for key in value if isinstance(key, str))
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        if size > limits.MAX_TOTAL or nodes + len(waiting) > MAX_NODES:
            return Sentence("整张表单的内容太多，最多 {max} 个字。", max=limits.MAX_TOTAL)
    return None


def _check(form: Form, filled: _Filled) -> None:
    """Everything that this step may edit must be right; what others filled in is not its matter."""
    asked: dict[str, Any] = {}
    for key, part in form.valued.items():
        if isinstance(part, Field) and key in filled.editable:
            asked[key] = filled.values.get(key)
        elif isinstance(part, Grid) and key in filled.columns:
            wanted = ("id", *filled.columns[key])
            table = filled.values[key]
            asked[key] = [{name: row[name] for name in wanted if name in row} for row in table]
    try:
        checked = schema.complete(form).load(asked)
    except ValidationError as error:
        filled.errors |= schema.errors_by_path(error.messages_dict)
        checked = error.valid_data if isinstance(error.valid_data, dict) else {}
    for key, part in form.valued.items():
        if key not in asked:
            continue
        if isinstance(part, Grid):
            _check_grid(part, checked.get(key) or [], filled)
        else:
            _check_field(part, checked.get(key), filled)


def _check_live(form: Form, filled: _Filled, stored: Values, live: Choices) -> None:
    """What was chosen is offered now, or was chosen before."""
    if not form.sources:
        return
    message = Sentence("这一项现在不能选，请从给出的选项里选。")
    for key, part in form.valued.items():
        if isinstance(part, Grid):
            columns = [one for one in part.columns if one.key in filled.columns.get(key, {})]
            before = {row["id"]: row for row in rows.listed(stored.get(key))}
            for row in filled.values[key] if columns else ():
                old = before.get(row["id"], {})
                for one in columns:
                    if choices.refused(one, row.get(one.key), old.get(one.key), live):
                        filled.errors.setdefault(f"{key}/{row['id']}/{one.key}", message)
        elif key in filled.editable and choices.refused(
            part, filled.values.get(key), stored.get(key), live
        ):
            filled.errors.setdefault(key, message)


def _check_sum(grid: Grid, column: Field, filled: _Filled) -> None:
    """A column whose sum is fixed, such as weights, adds up to it, or is left empty as a whole."""
    found = total(row.get(column.key) for row in filled.values[grid.key])
    if column.sum_is is None or found is None or found == column.sum_is:
        return
    sentence = "“{column}”一列的合计要是 {sum}，现在是 {now}，还差 {rest}。"
    if found > column.sum_is:
        sentence = "“{column}”一列的合计要是 {sum}，现在是 {now}，多了 {rest}。"
    numbers = {"sum": column.sum_is, "now": found, "rest": abs(column.sum_is - found)}
    told = {name: shown_number(number) for name, number in numbers.items()}
    filled.errors.setdefault(grid.key, Sentence(sentence, column=column.label, **told))


def _missing(row: Mapping[str, Any], column: Field) -> Sentence:
    """That a cell is empty, by the names of its row and column."""
    if is_empty(row.get("label")):
        return Sentence("请填写这一行的“{column}”。", column=column.label)
    return Sentence("请填写“{row}”的“{column}”。", row=changes.row_label(row), column=column.label)


def _check_field(part: Field, value: Any, filled: _Filled) -> None:
    filled.values[part.key] = value
    required = part.required or filled.editable[part.key] is Right.REQUIRED
    if required and is_empty(value) and part.key not in filled.errors:
        filled.errors[part.key] = Sentence("请填写“{label}”。", label=part.label)


def _check_grid(grid: Grid, checked: list[Mapping[str, Any]], filled: _Filled) -> None:
    columns = filled.columns[grid.key]
    by_id = {row["id"]: row for row in checked}
    table = filled.values[grid.key]
    right = filled.editable.get(grid.key)
    for row in table:
        row.update(by_id.get(row["id"], {}))
        for key, may in columns.items():
            column = grid.by_key[key]
            path = f"{grid.key}/{row['id']}/{key}"
            required = column.required or may is Right.REQUIRED
            if required and is_empty(row.get(key)) and path not in filled.errors:
                filled.errors[path] = _missing(row, column)
        if right is not None and rows.may_rename(grid, row) and is_empty(row.get("label")):
            path = f"{grid.key}/{row['id']}/label"
            filled.errors[path] = Sentence("请写上这一行的名称，或者删去这一行。")
    for key in columns:
        _check_sum(grid, grid.by_key[key], filled)
    least = max(grid.min_rows, 1 if right is Right.REQUIRED else 0)
    if right is not None and len(table) < least:
        sentence = "至少要有 {min} 行。"
        if grid.optional_rows and grid.own_rows:
            sentence = "“{label}”至少要有 {min} 行：请取回没有采用的模板行，或者加上自己的行。"
        filled.errors.setdefault(grid.key, Sentence(sentence, min=least, label=grid.label))
    if len(table) > grid.max_rows:
        message = Sentence(
            "最多 {max} 行，现在有 {count} 行。", max=grid.max_rows, count=len(table)
        )
        filled.errors.setdefault(grid.key, message)
