"""A form as a template draws it: what is shown, under which names, with which marks. No HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms import drawn, fieldtypes, rows, view_grid, visibility
from engine.forms.drawn import FieldView, FormView, GroupView, PartView, SeparatorView, TextView
from engine.forms.model import Field, Form, Grid, Group, Part, Text
from engine.forms.rights import Right, Rights
from engine.sentence import Sentence

Values = Mapping[str, Any]


def view(
    form: Form,
    values: Values,
    rights: Rights,
    errors: Mapping[str, Sentence] | None = None,
    variables: Values | None = None,
    *,
    before: Values | None = None,
    offered: Values | None = None,
) -> FormView:
    """What there is to draw. With `before`, what differs from it carries marks."""
    scene = _Scene(form, dict(values), rights, dict(errors or {}), before, dict(offered or {}))
    shown = visibility.of(form, _with_defaults(form, values), variables)
    parts = scene.parts(form.parts, shown)
    return FormView(
        parts=parts,
        editable=any(drawn.is_editable(part) for part in parts),
        errors=tuple(scene.said),
        changed=scene.changed,
    )


@dataclass
class _Scene:
    """One drawing: what is known about it, and what was seen on the way."""

    form: Form
    values: dict[str, Any]
    rights: Rights
    errors: dict[str, Sentence]
    before: Values | None
    offered: dict[str, Any]
    said: list[drawn.Said] = field(default_factory=list)
    changed: int = 0

    def __post_init__(self) -> None:
        if "" in self.errors:
            self.said.append(drawn.Said("", "", self.errors[""]))

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
        value = self.values.get(part.key, part.default)
        error = self.errors.get(part.key)
        html_id = drawn.html_id(part.key)
        if error is not None:
            self.said.append(drawn.Said(html_id, part.label, error))
        difference: dict[str, Any] = {}
        if self.before is not None:
            difference = drawn.difference(part, self.before.get(part.key), value)
            self.changed += bool(difference)
        return FieldView(
            definition=part,
            name=f"values[{part.key}]",
            html_id=html_id,
            label=part.label,
            value=value,
            text=fieldtypes.read(part, value),
            editable=right.edits,
            required=right.edits and (part.required or right is Right.REQUIRED),
            error=error,
            **difference,
        )

    def grid(self, grid: Grid, shown: visibility.Visibility) -> PartView | None:
        if not self.rights.of(grid).shows:
            return None
        columns = [
            (column, self.rights.of_column(grid, column))
            for column in grid.columns
            if shown.shows_column(column) and self.rights.of_column(grid, column).shows
        ]
        table = view_grid.Table(
            grid=grid,
            columns=columns,
            filled=rows.listed(self.values.get(grid.key)),
            offered=rows.listed(self.offered.get(grid.key)),
            before=None if self.before is None else rows.listed(self.before.get(grid.key)),
            may_change_rows=self.rights.of(grid).edits,
            errors=self.errors,
        )
        answer = table.drawn()
        self.said += table.said
        self.changed += table.changed
        return answer


def _with_defaults(form: Form, values: Values) -> dict[str, Any]:
    defaults = {
        key: part.default
        for key, part in form.valued.items()
        if isinstance(part, Field) and part.default is not None
    }
    return {**defaults, **values}
