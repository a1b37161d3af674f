"""A form as values: frozen, read from its file once, shared by everybody who fills it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import count

from engine.forms import limits
from engine.forms.conditions import Condition
from engine.forms.formulas import Formula

_numbers = count(1)


class Kind(StrEnum):
    """The components that take a value, as form-js calls them."""

    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    CHECKLIST = "checklist"
    DATETIME = "datetime"
    LIST = "list"
    EVIDENCE = "evidence"


class Moment(StrEnum):
    """What a datetime component asks for."""

    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"


class Layout(StrEnum):
    """How a group is drawn: under each other, or as the head of a printed form."""

    STACK = "stack"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, radio or checklist; `href` leads to what it names."""

    value: str
    label: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value: a component of the form, or a column of a grid.

    `source` names who offers the choices live; `parts` are the fields of one entry of a list,
    `most` how many entries there may be. A field with a `formula` is calculated, never typed.
    """

    key: str
    kind: Kind
    label: str
    hint: str = ""
    placeholder: str = ""
    readonly: bool = False
    required: bool = False
    min_length: int = 0
    max_length: int = limits.MAX_TEXT
    pattern: str = ""
    email: bool = False
    phone: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = limits.MAX_DECIMALS
    options: tuple[Option, ...] = ()
    moment: Moment = Moment.DATE
    default: object = None
    source: str = ""
    parts: tuple[Field, ...] = ()
    most: int = limits.MAX_ENTRIES
    summed: bool = False
    sum_is: Decimal | None = None
    formula: Formula | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a grid's rows: the goal, or the items under it."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of rows with an identity of their own: goals, or items under goals."""

    key: str
    label: str
    columns: tuple[Field, ...]
    levels: tuple[Level, ...]
    hint: str = ""
    own_rows: bool = False
    optional_rows: bool = False
    min_rows: int = 0
    max_rows: int = limits.MAX_ROWS
    condition: Condition | None = None

    @property
    def nested(self) -> bool:
        """Whether the rows are items under goals, rather than goals themselves."""
        return len(self.levels) > 1

    @cached_property
    def number(self) -> int:
        """What tells this grid, as it was read, from every other of this process."""
        return next(_numbers)

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The columns by key."""
        return {column.key: column for column in self.columns}


@dataclass(frozen=True, slots=True)
class Text:
    """Text between the fields: lines, each a heading level (0 is a paragraph) and its words."""

    lines: tuple[tuple[int, str], ...]
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Separator:
    """A line across."""

    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Components under one heading, shown and hidden together."""

    label: str
    parts: tuple[Part, ...]
    layout: Layout = Layout.STACK
    condition: Condition | None = None


Part = Field | Grid | Text | Separator | Group


@dataclass(frozen=True)
class Form:
    """A form: its id and its parts in the order in which they are drawn.

    `calculated` are the addresses with a formula (`total`, `plans.share`), in order of need.
    """

    id: str
    parts: tuple[Part, ...]
    calculated: tuple[str, ...] = ()

    @cached_property
    def valued(self) -> dict[str, Field | Grid]:
        """Everything that takes a value, by key, in order."""
        return {part.key: part for part, _ in self.walk() if isinstance(part, Field | Grid)}

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the form's values."""
        return frozenset(self.valued)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names that conditions and formulas read and the form lacks: the case brings them."""
        names: set[str] = set().union(*self._condition_names())
        for part in self.valued.values():
            columns = part.columns if isinstance(part, Grid) else ()
            for one in columns or (part,):
                if isinstance(one, Field) and one.formula is not None:
                    names |= one.formula.names - {column.key for column in columns}
        return frozenset(names - self.keys)

    @cached_property
    def hides_by_answers(self) -> bool:
        """Whether a condition reads what is calculated."""
        answers = {address.partition(".")[0] for address in self.calculated}
        return any(answers & names for names in self._condition_names())

    def _condition_names(self) -> Iterator[frozenset[str]]:
        for part, _ in self.walk():
            for one in (part, *(part.columns if isinstance(part, Grid) else ())):
                if one.condition is not None:
                    yield one.condition.names

    @cached_property
    def sources(self) -> frozenset[str]:
        """Who offers the choices of selects live."""
        offering = (one for one in self.fields() if one.kind is Kind.SELECT)
        return frozenset(one.source for one in offering if one.source)

    @cached_property
    def fixed(self) -> frozenset[str]:
        """The addresses that nobody fills in: read-only and calculated ones."""
        found = {
            part.key for part in self.valued.values() if isinstance(part, Field) and part.readonly
        }
        for part in self.valued.values():
            columns = part.columns if isinstance(part, Grid) else ()
            found |= {f"{part.key}.{column.key}" for column in columns if column.readonly}
        return frozenset(found)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The keys of the values, and the columns of grids as `goals.remark`."""
        columns = (
            f"{part.key}.{column.key}"
            for part in self.valued.values()
            if isinstance(part, Grid)
            for column in part.columns
        )
        return self.keys | frozenset(columns)

    def fields(self) -> Iterator[Field]:
        """Every field, and every column of every grid."""
        for part in self.valued.values():
            yield from part.columns if isinstance(part, Grid) else (part,)

    def field(self, key: str) -> Field | Grid | None:
        """The component that holds this value, if there is one."""
        return self.valued.get(key)

    def walk(self) -> Iterator[tuple[Part, tuple[Group, ...]]]:
        """Every part with the groups around it, in order."""
        yield from _walk(self.parts, ())


def _walk(
    parts: tuple[Part, ...], around: tuple[Group, ...]
) -> Iterator[tuple[Part, tuple[Group, ...]]]:
    for part in parts:
        yield part, around
        if isinstance(part, Group):
            yield from _walk(part.parts, (*around, part))
