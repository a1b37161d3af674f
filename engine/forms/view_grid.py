"""A grid as a template draws it: goals with the rows they span, cells with names and marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.forms import changes, drawn, rows
from engine.forms.drawn import ColumnView, FieldView, GoalView, GoneView, GridView, RowView
from engine.forms.model import Field, Grid
from engine.forms.rights import Right
from engine.forms.rows import Row
from engine.forms.values import shown_number, total
from engine.forms.view_field import Drawing, Place


@dataclass
class Table:
    """One grid being drawn."""

    grid: Grid
    columns: list[tuple[Field, Right]]
    filled: list[Row]
    offered: list[Row]
    before: list[Row] | None
    may_change_rows: bool
    drawing: Drawing
    changed: int = 0

    def __post_init__(self) -> None:
        self.errors, self.said = self.drawing.errors, self.drawing.said
        self.old = {row["id"]: row for row in self.before or []}
        self.own_rows = self.may_change_rows and self.grid.own_rows

    def drawn(self) -> GridView:
        """The whole grid."""
        grid = self.grid
        error = self.errors.get(grid.key)
        if error is not None:
            self.said.append(drawn.Said(drawn.html_id(grid.key), grid.label, error))
        return GridView(
            key=grid.key,
            name=f"values[{grid.key}]",
            html_id=drawn.html_id(grid.key),
            label=grid.label,
            hint=grid.hint,
            levels=tuple(level.label for level in grid.levels),
            columns=tuple(self._head(column, right) for column, right in self.columns),
            goals=self._goals(),
            nested=grid.nested,
            editable=self.may_change_rows or any(right.edits for _, right in self.columns),
            may_add=self.own_rows and len(self.filled) < grid.max_rows,
            may_change_rows=self.may_change_rows,
            max_rows=grid.max_rows,
            blank=self._row({"id": drawn.BLANK, "own": True}) if self.own_rows else None,
            restorable=self._restorable(),
            removed=self._removed(),
            error=error,
        )

    def _goals(self) -> tuple[GoalView, ...]:
        by_goal: dict[str, list[Row]] = {}
        for row in self.filled:
            by_goal.setdefault(rows.goal_of(row) if self.grid.nested else row["id"], []).append(row)
        return tuple(
            GoalView(
                id=goal,
                label=_goal_label(members),
                next_label=self._next_label(members),
                rows=tuple(map(self._row, members)),
            )
            for goal, members in by_goal.items()
        )

    def _next_label(self, members: list[Row]) -> str:
        if not self.own_rows or not self.grid.nested:
            return ""
        own = [str(row.get("label") or "") for row in members if row.get("own")]
        others = [str(row.get("label") or "") for row in members if row.get("placeholder")]
        return rows.next_label(others, own)

    def _row(self, row: Row) -> RowView:
        path = f"{self.grid.key}/{row['id']}"
        renamable = self.may_change_rows and rows.may_rename(self.grid, row)
        label, spoken = str(row.get("label") or ""), changes.row_label(row)
        old = self.old.get(row["id"])
        added = self.before is not None and old is None and row["id"] != drawn.BLANK
        renamed = old is not None and str(old.get("label") or "") != label
        self.changed += added + renamed
        label_error, error = self.errors.get(f"{path}/label"), self.errors.get(path)
        for place, said in ((f"{path}/label", label_error), (path, error)):
            if said is not None:
                self.said.append(drawn.Said(drawn.html_id(place), spoken, said))
        own = bool(row.get("own"))
        return RowView(
            id=row["id"],
            html_id=drawn.html_id(path),
            goal=rows.goal_of(row),
            label=label,
            label_name=f"values[{self.grid.key}][{row['id']}][label]",
            label_id=drawn.html_id(f"{path}/label"),
            label_error=label_error,
            spoken=spoken,
            own=own,
            renamable=renamable,
            removable=self.own_rows if own else self._optional(),
            movable=self.own_rows and own,
            added=added,
            renamed=renamed,
            cells=tuple(self._cells(row, old, spoken)),
            error=error,
        )

    def _cells(self, row: Row, old: Row | None, spoken: str) -> Iterator[FieldView]:
        path, name = f"{self.grid.key}/{row['id']}/", f"values[{self.grid.key}][{row['id']}]["
        html_id, said = drawn.html_id(path), f"{spoken} · " if spoken else ""
        for column, right in self.columns:
            key, value = column.key, row.get(column.key)
            at = Place(f"{path}{key}", f"{name}{key}]", f"{said}{column.label}", f"{html_id}{key}")
            difference = None if old is None else self._difference(column, old, value)
            yield self.drawing.field(column, at, value, right, difference)

    def _difference(self, column: Field, old: Row, value: Any) -> dict[str, Any]:
        """The marks of a cell. A row that is new as a whole carries its mark itself."""
        difference = drawn.difference(column, old.get(column.key), value, self.drawing.live)
        self.changed += bool(difference)
        return difference

    def _head(self, column: Field, right: Right) -> ColumnView:
        title, bracket, rest = column.label.partition("（")
        whole = not bracket or not title or not rest.endswith("）")
        sums = total(row.get(column.key) for row in self.filled) if column.summed else None
        return ColumnView(
            key=column.key,
            label=column.label,
            title=column.label if whole else title,
            note="" if whole else rest.removesuffix("）"),
            kind=column.kind,
            editable=right.edits,
            calculated=column.formula is not None,
            summed=column.summed,
            total="" if sums is None else shown_number(sums),
            total_must_be="" if column.sum_is is None else shown_number(column.sum_is),
        )

    def _optional(self) -> bool:
        return self.may_change_rows and self.grid.optional_rows

    def _restorable(self) -> tuple[GoneView, ...]:
        if not self._optional():
            return ()
        here = {row["id"] for row in self.filled}
        gone = [row for row in self.offered if row["id"] not in here and not row.get("own")]
        return tuple(GoneView(row["id"], changes.row_label(row)) for row in gone)

    def _removed(self) -> tuple[GoneView, ...]:
        here = {row["id"] for row in self.filled}
        gone = [row for row in self.before or [] if row["id"] not in here]
        self.changed += len(gone)
        return tuple(GoneView(row["id"], changes.row_label(row)) for row in gone)


def _goal_label(members: list[Row]) -> str:
    return str(members[0].get("goal_label") or "")
