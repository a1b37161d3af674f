"""Calculated fields and columns: worked out from what stands, whatever was posted.

A formula sees the row's cells first, then the form's values, then the variables of the case. What
is hidden by a condition is empty for it; where it has no answer, the field is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError

from engine.forms import fieldtypes, rows, visibility
from engine.forms.model import Field, Form, Grid, Kind
from engine.forms.rights import Rights
from engine.forms.values import is_empty, number
from engine.forms.visibility import Visibility

Values = Mapping[str, Any]

_MANY: Final = {Kind.LIST, Kind.EVIDENCE, Kind.CHECKLIST}


def settled(
    form: Form, values: Values, variables: Values | None
) -> tuple[dict[str, Any], Visibility]:
    """The values with every calculated one, and what conditions then hide.

    Formulas see what conditions hide as empty. Where conditions read what is calculated in turn,
    both are asked twice, which is all that a form without a circle needs.
    """
    before = visibility.of(form, values, variables)
    if not form.calculated:
        return dict(values), before
    answer = _calculated(form, values, before)
    if form.hides_by_answers:
        first = visibility.of(form, answer, variables)
        answer = _calculated(form, values, first)
    return answer, visibility.of(form, answer, variables)


def shown(form: Form, values: Values, variables: Values | None) -> Visibility:
    """What conditions hide; worked out with what is calculated only where they read it."""
    if form.hides_by_answers:
        return settled(form, values, variables)[1]
    return visibility.of(form, values, variables)


def told(form: Form, values: Values, rights: Rights) -> dict[str, str]:
    """What is calculated, as one reads it, by path: as far as these rights show it."""
    answer: dict[str, str] = {}
    for address in form.calculated:
        key, _dot, column = address.partition(".")
        part = form.valued[key]
        if isinstance(part, Field):
            if rights.of(part).shows:
                answer[key] = fieldtypes.read(part, values.get(key))
        elif rights.of_column(part, part.by_key[column]).shows:
            for row in rows.listed(values.get(key)):
                cell = fieldtypes.read(part.by_key[column], row.get(column))
                answer[f"{key}/{row['id']}/{column}"] = cell
    return answer


@dataclass
class _Scope:
    """What formulas read, kept up while one after the other is worked out."""

    form: Form
    values: dict[str, Any]
    shown: Visibility

    def read(self, path: str) -> object:
        """A value of the form, or a column of a grid as a list, or a variable."""
        name, _dot, column = path.partition(".")
        part = self.form.field(name)
        if isinstance(part, Grid):
            table = [] if name in self.shown.hidden else rows.listed(self.values.get(name))
            cells = (plain(part.by_key[column], row.get(column)) for row in table)
            return {column: [cell for cell in cells if not is_empty(cell)]}
        if part is None:
            return self.shown.known.get(name)
        if name in self.shown.hidden:
            return None
        return plain(part, self.values.get(name))


def _calculated(form: Form, values: Values, shown: Visibility) -> dict[str, Any]:
    scope = _Scope(form, dict(values), shown)
    for address in form.calculated:
        key, _dot, column = address.partition(".")
        part = form.valued[key]
        if key in shown.hidden:
            continue
        if isinstance(part, Field):
            scope.values[key] = _answer(part, _known(part, scope))
        elif shown.shows_column(part.by_key[column]):
            scope.values[key] = _column(part, part.by_key[column], scope)
    return scope.values


def _column(grid: Grid, column: Field, scope: _Scope) -> list[dict[str, Any]]:
    outside = _known(column, scope, grid)
    inside = [grid.by_key[name] for name in _names(column) if name in grid.by_key]
    table = rows.listed(scope.values.get(grid.key))
    for row in table:
        cells = {one.key: plain(one, row.get(one.key)) for one in inside}
        row[column.key] = _answer(column, {**outside, **cells})
    return table


def _known(field: Field, scope: _Scope, grid: Grid | None = None) -> dict[str, object]:
    known: dict[str, Any] = {}
    for path in sorted(field.formula.reads if field.formula is not None else ()):
        name = path.partition(".")[0]
        if grid is not None and name in grid.by_key:
            continue
        found = scope.read(path)
        there = known.get(name)
        if isinstance(there, dict) and isinstance(found, dict):
            found = {**there, **found}
        known[name] = found
    return known


def _names(field: Field) -> frozenset[str]:
    return field.formula.names if field.formula is not None else frozenset()


def plain(field: Field, value: object) -> object:
    """A value as a formula reads it: numbers are numbers, also those that were only typed yet."""
    if field.kind is Kind.NUMBER:
        return number(value)
    if value is None and field.kind in _MANY:
        return []
    return value


def _answer(field: Field, known: Mapping[str, object]) -> object:
    """The answer in the shape of its field, or None."""
    answer = field.formula.calculate(known) if field.formula is not None else None
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        answer = round(answer, field.decimals)
        if field.kind is not Kind.NUMBER:
            answer = fieldtypes.TYPES[Kind.NUMBER].text(field, answer)
    if answer is None:
        return None
    try:
        return fieldtypes.TYPES[field.kind].check(field, answer)
    except ValidationError:
        return None
