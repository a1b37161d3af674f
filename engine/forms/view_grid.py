"""A grid as a template draws it: goals with the rows they span, cells with names and marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from engine.forms import changes, drawn, fieldtypes, rows
from engine.forms.drawn import ColumnView, FieldView, GoalView, GoneView, GridView, RowView
from engine.forms.model import Field, Grid
from engine.forms.rights import Right
from engine.forms.rows import Row
from engine.forms.values import shown_number, total
from engine.forms.view_field import Drawing, Place

_NONE: Final[frozenset[int]] = frozenset()


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
        self.wrong = {tuple(path.split("/", 2)[:2]) for path in self.errors}
        self.old = {row["id"]: row for row in self.before or []}
        self.readers = [
            (column.key, fieldtypes.reader(column, self.drawing.live)) for column, _ in self.columns
        ]
        self.own_rows = self.may_change_rows and self.grid.own_rows

    def drawn(self) -> GridView:
        """The whole grid."""
        grid = self.grid
        error = self.errors.get(grid.key)
        if error is not None:
            self.said.append(drawn.Said(drawn.html_id(grid.key), grid.label, error))
        return GridView(
            key=grid.key,
            number=grid.number,
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
                members=tuple(members),
                noted=tuple(map(self._said_of, members)),
                draw=self._row,
            )
            for goal, members in by_goal.items()
        )

    def _next_label(self, members: list[Row]) -> str:
        if not self.own_rows or not self.grid.nested:
            return ""
        own = [str(row.get("label") or "") for row in members if row.get("own")]
        others = [str(row.get("label") or "") for row in members if row.get("placeholder")]
        return rows.next_label(others, own)

    def _said_of(self, row: Row) -> RowView | frozenset[int] | None:
        """What is said of a row: more than that cells changed, and it is drawn at once."""
        is_wrong, old = (self.grid.key, row["id"]) in self.wrong, self.old.get(row["id"])
        if not is_wrong and (self.before is None or old == row):
            return None
        if is_wrong or old is None or old.get("label") != row.get("label"):
            return self._row(row)
        changed = self._changed(row, old)
        self.changed += len(changed)
        return changed

    def _row(self, row: Mapping[str, Any]) -> RowView:
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
        html_id = drawn.html_id(path)
        texts = tuple([read(row.get(key)) for key, read in self.readers])
        cell: Callable[[int], FieldView] = partial(self._cell, row, html_id, spoken)
        marked = changed = self._changed(row, old)
        self.changed += len(changed)
        if old is not None and changed:
            cell = partial(self._noted, cell, old)
        if (self.grid.key, row["id"]) in self.wrong:
            cells = [cell(at) for at in range(len(self.columns))]
            wrong = frozenset(at for at, one in enumerate(cells) if one.error)
            marked, changed = marked | wrong, changed - wrong
            cell = cells.__getitem__
        return RowView(
            id=row["id"],
            html_id=html_id,
            goal=rows.goal_of(row),
            label=label,
            name=f"values[{self.grid.key}][{row['id']}]",
            label_error=label_error,
            spoken=spoken,
            own=own,
            renamable=renamable,
            removable=self.own_rows if own else self._optional(),
            movable=self.own_rows and own,
            added=added,
            renamed=renamed,
            texts=texts,
            marked=marked,
            changed=changed,
            cell=cell,
            error=error,
        )

    def _changed(self, row: Mapping[str, Any], old: Row | None) -> frozenset[int]:
        """The cells that read otherwise than before. A new row carries its mark itself."""
        if old is None or old == row:
            return _NONE
        return frozenset(
            at
            for at, (key, read) in enumerate(self.readers)
            if old.get(key) != row.get(key) and read(old.get(key)) != read(row.get(key))
        )

    def _cell(self, row: Mapping[str, Any], html_id: str, spoken: str, at: int) -> FieldView:
        column, right = self.columns[at]
        place = Place(
            f"{self.grid.key}/{row['id']}/{column.key}",
            f"values[{self.grid.key}][{row['id']}][{column.key}]",
            f"{spoken} · {column.label}" if spoken else column.label,
            f"{html_id}-{column.key}",
        )
        return self.drawing.field(column, place, row.get(column.key), right)

    def _noted(self, draw: Callable[[int], FieldView], old: Row, at: int) -> FieldView:
        """A cell with the marks of what changed in it."""
        cell = draw(at)
        before = old.get(cell.definition.key)
        return replace(
            cell, **drawn.difference(cell.definition, before, cell.value, self.drawing.live)
        )

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
            total_must_be=(
                "" if column.sum_is is None or not right.edits else shown_number(column.sum_is)
            ),
            required=right.edits and (column.required or right is Right.REQUIRED),
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
