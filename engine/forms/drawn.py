"""What a template gets to draw: values only, with the names and ids that the page needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from engine.forms import changes, choices, fieldtypes
from engine.forms.changes import Mark
from engine.forms.choices import Choices
from engine.forms.model import Field, Kind, Layout, Option
from engine.sentence import Sentence

BLANK: Final = "own-000000000000"
MANY: Final = 20
"""More choices than these stand once beside a grid, not in each of its cells."""

_NOT_IN_AN_ID: Final = re.compile(r"[^\w-]")


def html_id(path: str) -> str:
    """The id of the control at this path: safe in a selector and in a link."""
    return "f-" + _NOT_IN_AN_ID.sub("-", path)


@dataclass(frozen=True, slots=True)
class Said:
    """One error, for the summary on top of the form: where to go, what it is about."""

    html_id: str
    label: str
    sentence: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldView:
    """One field or one cell; `options` are what can be chosen now, `cited` names evidence.

    The `entries` of a list are there where it can be edited; they end in a blank one for the next.
    """

    definition: Field
    name: str
    html_id: str
    label: str
    value: object
    text: str
    editable: bool
    required: bool
    options: tuple[Option, ...] = ()
    entries: tuple[EntryView, ...] = ()
    cited: tuple[Option, ...] = ()
    error: Sentence | None = None
    is_changed: bool = False
    marks: tuple[Mark, ...] = ()

    @property
    def has_many_choices(self) -> bool:
        """Whether its choices are too many to stand in every cell of a column."""
        return self.kind is Kind.SELECT and len(self.options) > MANY

    @property
    def chosen(self) -> tuple[str, ...]:
        """The values of the options that are ticked."""
        value = self.value if isinstance(self.value, list | tuple) else ()
        return tuple(str(one) for one in value)

    @property
    def is_calculated(self) -> bool:
        """Whether nobody types it."""
        return self.definition.formula is not None

    @property
    def draws(self) -> str:
        """The part of the template that draws this."""
        return "field"

    @property
    def kind(self) -> Kind:
        """Which control it is."""
        return self.definition.kind


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of a list: its small fields, and whether it is the blank one."""

    number: int
    html_id: str
    fields: tuple[FieldView, ...]
    blank: bool


def difference(
    part: Field, old: object, new: object, live: Choices = choices.NONE
) -> dict[str, Any]:
    """What a field's view says about its change; nothing when it reads the same."""
    before, after = fieldtypes.read(part, old, live), fieldtypes.read(part, new, live)
    if before == after:
        return {}
    return {"is_changed": True, "marks": changes.marks(before, after)}


@dataclass(frozen=True, slots=True)
class TextView:
    """Text between fields."""

    lines: tuple[tuple[int, str], ...]
    draws: str = "text"


@dataclass(frozen=True, slots=True)
class SeparatorView:
    """A line across."""

    draws: str = "separator"


@dataclass(frozen=True, slots=True)
class GroupView:
    """Parts under one heading."""

    label: str
    layout: Layout
    parts: tuple[PartView, ...]
    draws: str = "group"


@dataclass(frozen=True, slots=True)
class ColumnView:
    """The head of a column: its name, what stands in brackets behind it, and the sum under it."""

    key: str
    label: str
    title: str
    note: str
    kind: Kind
    editable: bool
    calculated: bool
    summed: bool
    total: str
    total_must_be: str
    required: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RowView:
    """One row: who it is, what its cells read, and what may be done to it.

    The cells themselves are drawn when they are asked for; those in `marked` carry an error or a
    change, those in `changed` a change alone.
    """

    id: str
    html_id: str
    goal: str
    label: str
    name: str
    label_error: Sentence | None
    spoken: str
    own: bool
    renamable: bool
    removable: bool
    movable: bool
    added: bool
    renamed: bool
    texts: tuple[str, ...]
    marked: frozenset[int]
    changed: frozenset[int]
    cell: Callable[[int], FieldView]
    error: Sentence | None

    @property
    def label_name(self) -> str:
        """The name of the control of its label."""
        return f"{self.name}[label]"

    @property
    def label_id(self) -> str:
        """Where its label stands."""
        return f"{self.html_id}-label"

    @property
    def cells(self) -> tuple[FieldView, ...]:
        """All its cells."""
        return tuple(map(self.cell, range(len(self.texts))))


class GoalView(NamedTuple):
    """The rows of one goal, which share its spanning cell. In a one-level grid: one row.

    `next_label` is what one more row is called at first. `members` are the rows as they are stored,
    `noted` at the same places what is said of them: the row as drawn, or which cells changed, or
    nothing; `draw` draws the others.
    """

    id: str
    label: str
    next_label: str
    members: tuple[Mapping[str, Any], ...]
    noted: tuple[RowView | frozenset[int] | None, ...]
    draw: Callable[[Mapping[str, Any]], RowView]

    @property
    def rows(self) -> tuple[RowView, ...]:
        """All of them, drawn anew."""
        pairs = zip(self.members, self.noted, strict=True)
        return tuple(
            noted if isinstance(noted, RowView) else self.draw(row) for row, noted in pairs
        )


@dataclass(frozen=True, slots=True)
class GoneView:
    """A row that can be taken back, or that was removed since."""

    id: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GridView:
    """A grid: heads, goals with their rows, and what may be done to the whole.

    `blank` is an own row to copy in the browser; its identity `BLANK` is replaced there.
    `number` is that of the grid as it was read.
    """

    key: str
    number: int
    name: str
    html_id: str
    label: str
    hint: str
    levels: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    goals: tuple[GoalView, ...]
    nested: bool
    editable: bool
    may_add: bool
    may_change_rows: bool
    max_rows: int
    blank: RowView | None
    restorable: tuple[GoneView, ...]
    removed: tuple[GoneView, ...]
    error: Sentence | None
    draws: str = "grid"

    @property
    def has_totals(self) -> bool:
        """Whether a row of sums stands under the others."""
        return any(column.summed for column in self.columns)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(goal.members) for goal in self.goals)


PartView = FieldView | GroupView | TextView | SeparatorView | GridView


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form, ready to draw; `evidence` is what can be cited anywhere in it."""

    parts: tuple[PartView, ...]
    editable: bool
    errors: tuple[Said, ...]
    changed: int
    evidence: tuple[Option, ...] = ()


def is_editable(part: PartView) -> bool:
    """Whether this person can change anything in this part."""
    if isinstance(part, GroupView):
        return any(is_editable(one) for one in part.parts)
    return isinstance(part, FieldView | GridView) and part.editable
