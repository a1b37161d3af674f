"""A form as a template draws it: what is shown, under which names, with which marks. No HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms import calculated, choices, drawn, rows, validation, view_grid, visibility
from engine.forms.choices import Choices
from engine.forms.drawn import FieldView, FormView, GroupView, PartView, SeparatorView, TextView
from engine.forms.model import Field, Form, Grid, Group, Part, Text
from engine.forms.rights import Rights
from engine.forms.view_field import Drawing, Place
from engine.sentence import Sentence

Values = Mapping[str, Any]


def view(  # noqa: PLR0913  (what is known of a form, by keyword)
    form: Form,
    values: Values,
    rights: Rights,
    errors: Mapping[str, Sentence] | None = None,
    variables: Values | None = None,
    *,
    before: Values | None = None,
    offered: Values | None = None,
    live: Choices = choices.NONE,
) -> FormView:
    """What there is to draw. With `before`, what differs from it carries marks.

    Calculated values are worked out anew where this person fills in something; for others they
    are as they stand, and worked out where they never were.
    """
    stands = _with_defaults(form, values)
    if form.calculated:
        fresh, shown = calculated.settled(form, stands, variables)
        stands = fresh if validation.edits_anything(form, rights) else {**fresh, **stands}
    else:
        shown = visibility.of(form, stands, variables)
    said: list[drawn.Said] = []
    drawing = Drawing(dict(errors or {}), live, said)
    scene = _Scene(form, stands, rights, drawing, before, dict(offered or {}), said)
    parts = scene.parts(form.parts, shown)
    return FormView(
        parts=parts,
        editable=any(drawn.is_editable(part) for part in parts),
        errors=tuple(scene.said),
        changed=scene.changed,
        evidence=live.options.get("evidence", ()),
    )


@dataclass
class _Scene:
    """One drawing: what is known about it, and what was seen on the way."""

    form: Form
    values: dict[str, Any]
    rights: Rights
    drawing: Drawing
    before: Values | None
    offered: dict[str, Any]
    said: list[drawn.Said]
    changed: int = 0

    def __post_init__(self) -> None:
        if "" in self.drawing.errors:
            self.said.append(drawn.Said("", "", self.drawing.errors[""]))

    def parts(self, parts: tuple[Part, ...], shown: visibility.Visibility) -> tuple[PartView, ...]:
        answer = [self.part(part, shown) for part in parts if shown.shows(part)]
        return tuple(part for part in answer if part is not None)

    def part(self, part: Part, shown: visibility.Visibility) -> PartView | None:
        match part:
            case Group():
                return self.group(part, shown)
            case Field():
                return self.field(part)
            case Grid():
                return self.grid(part, shown)
            case Text():
                return TextView(part.lines)
        return SeparatorView()

    def group(self, group: Group, shown: visibility.Visibility) -> GroupView | None:
        parts = self.parts(group.parts, shown)
        return GroupView(group.label, group.layout, parts) if parts else None

    def field(self, part: Field) -> FieldView | None:
        right = self.rights.of(part)
        if not right.shows:
            return None
        value = self.values.get(part.key)
        difference: dict[str, Any] = {}
        if self.before is not None:
            old = self.before.get(part.key)
            difference = drawn.difference(part, old, value, self.drawing.live)
            self.changed += bool(difference)
        at = Place(part.key, f"values[{part.key}]", part.label)
        return self.drawing.field(part, at, value, right, difference)

    def grid(self, grid: Grid, shown: visibility.Visibility) -> PartView | None:
        if not self.rights.of(grid).shows:
            return None
        columns = [
            (column, self.rights.of_column(grid, column))
            for column in grid.columns
            if shown.shows_column(column) and self.rights.of_column(grid, column).shows
        ]
        hidden = set(grid.by_key) - {column.key for column, _right in columns}
        table = view_grid.Table(
            grid=grid,
            columns=columns,
            filled=_rows(self.values, grid, hidden),
            offered=_rows(self.offered, grid, hidden) if grid.optional_rows else [],
            before=None if self.before is None else _rows(self.before, grid, hidden),
            may_change_rows=self.rights.of(grid).edits,
            drawing=self.drawing,
        )
        answer = table.drawn()
        self.changed += table.changed
        return answer


def _rows(values: Values, grid: Grid, hidden: set[str]) -> list[rows.Row]:
    """The rows of a grid without what is hidden: nothing that is drawn can tell it."""
    found = rows.listed(values.get(grid.key))
    for row in found if hidden else ():
        for key in hidden:
            row.pop(key, None)
    return found


def _with_defaults(form: Form, values: Values) -> dict[str, Any]:
    defaults = {
        key: part.default
        for key, part in form.valued.items()
        if isinstance(part, Field) and part.default is not None
    }
    return {**defaults, **values}
