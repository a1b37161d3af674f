"""A file of decision tables as it is written, before anything in a cell has been understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Policy(StrEnum):
    """What a table answers where several of its rows hold."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


AGGREGATIONS: Final = frozenset({"SUM", "MIN", "MAX", "COUNT"})
LISTS: Final = frozenset({Policy.COLLECT, Policy.RULE_ORDER, Policy.OUTPUT_ORDER})
"""Policies that answer with every row that holds."""
RANKED: Final = frozenset({Policy.PRIORITY, Policy.OUTPUT_ORDER})
"""Policies that look at the order in which the output's values are listed."""


class Type(StrEnum):
    """What the values of a column are."""

    ANY = "any"
    TEXT = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "dateTime"


TYPES: Final[Mapping[str, Type]] = {
    "": Type.ANY,
    "any": Type.ANY,
    "string": Type.TEXT,
    "number": Type.NUMBER,
    "double": Type.NUMBER,
    "decimal": Type.NUMBER,
    "integer": Type.INTEGER,
    "long": Type.INTEGER,
    "boolean": Type.BOOLEAN,
    "date": Type.DATE,
    "datetime": Type.MOMENT,
    "date and time": Type.MOMENT,
}


@dataclass(frozen=True, slots=True)
class Column:
    """An input or an output. `text` is the input's expression, or the output's name.

    `allowed` are its values as listed (unary tests, "" for any); `default` answers for an output
    where no row holds.
    """

    id: str
    label: str
    text: str
    type: str = ""
    allowed: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: one test an input, one answer an output, and what somebody remarked on it."""

    id: str
    tests: tuple[str, ...]
    answers: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. `policy` and `aggregation` stand as they are written."""

    policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A decision of a file. `table` is None where its logic is something else, named by `logic`."""

    id: str
    name: str
    variable: str
    requires: tuple[str, ...]
    table: Table | None
    logic: str = ""

    @property
    def label(self) -> str:
        """The name people see, or the id where there is none."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class File:
    """The decisions of a file in the order of the document, and the names it gives to types."""

    id: str
    name: str
    decisions: tuple[Drawn, ...]
    types: Mapping[str, str] = field(default_factory=dict)
    duplicates: tuple[str, ...] = ()

    def top(self) -> Drawn | None:
        """The decision that the file is for: the first that no other one needs."""
        needed = {one for drawn in self.decisions for one in drawn.requires}
        return next((one for one in self.decisions if one.id not in needed), None)

    def type_of(self, written: str) -> Type | None:
        """The type a column names; None for one that is not known."""
        word = written.rpartition(":")[2].strip()
        word = self.types.get(word, word)
        return TYPES.get(word.rpartition(":")[2].strip().lower())
