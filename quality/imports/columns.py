"""The sheets and columns that can be brought in, as `columns.yaml` has them, and who works.

`register` says for a sheet how its rows are compared with what is there and how they are applied.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import yaml
from sqlalchemy.orm import Session

from engine.people import Actor
from engine.permissions import Action
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.values import Cell

TABLE: Final = Path(__file__).with_name("columns.yaml")
_REMARK: Final = re.compile(r"\([^()]*\)|[*\s]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, header, other headers that mean it, and what its cells hold."""

    key: str
    header: str
    kind: Cell
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    is_sensitive: bool = False
    most: int = 200
    help: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its key, its name in a workbook, its columns, and rows to show how it is filled."""

    key: str
    name: str
    aliases: tuple[str, ...]
    columns: tuple[Column, ...]
    examples: tuple[Mapping[str, str], ...]

    def column(self, key: str) -> Column:
        """The column with this key."""
        return next(column for column in self.columns if column.key == key)

    @property
    def headers(self) -> dict[str, str]:
        """The header of each column."""
        return {column.key: column.header for column in self.columns}


@dataclass(slots=True)
class Row:
    """A row on its way: where it stood, what was typed, what it means, what is wrong with it."""

    number: int
    line: int
    key: str
    typed: dict[str, str]
    values: dict[str, Any]
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row would do. `was` are the present values of what it changes, by column.

    `plan` is for whoever applies it, `faults` are why it cannot be.
    """

    action: RowAction
    was: Mapping[str, str]
    faults: Sequence[Fault] = ()
    plan: Any = None


def wrong(faults: Sequence[Fault]) -> Verdict:
    """The verdict on a row with faults, each told once."""
    told = [one for place, one in enumerate(faults) if one not in faults[:place]]
    return Verdict(RowAction.ERROR, {}, told)


class Promised(Protocol):
    """What other rows of the same file will bring: nothing, once rows are applied."""

    def __call__(self, sheet: str, keys: set[str]) -> Mapping[str, RowAction]:
        """Of these keys those that a sheet has, and what their rows would do."""


class Worker(Protocol):
    """The work behind a sheet. Comparing never makes a statement for each row."""

    right: Action
    portion: int
    """How many rows are compared at once."""

    def key(self, values: Mapping[str, Any]) -> str:
        """What names the thing a row is about."""

    def within(self, rows: list[Row]) -> list[Row]:
        """Add the faults that the file alone shows. Returns the rows in the order to apply them."""

    def compare(self, db: Session, rows: Sequence[Row], promised: Promised) -> dict[int, Verdict]:
        """What each row would do, by its number."""

    def apply(
        self, db: Session, rows: Sequence[Row], verdicts: Mapping[int, Verdict], *, by: Actor
    ) -> None:
        """Do it, all of it; a refusal stops all of it."""


WORKERS: Final[dict[str, Worker]] = {}


def register(key: str, worker: Worker) -> None:
    """Say who compares and applies the rows of a sheet."""
    WORKERS[key] = worker


@cache
def sheets() -> Mapping[str, Sheet]:
    """Every sheet of the table by key, in the order in which they are applied."""
    return {key: _sheet(key, words) for key, words in _table()["sheets"].items()}


def notes() -> list[str]:
    """What whoever fills a template should know."""
    return list(_table()["notes"])


def title(key: str) -> str:
    """What a part of our own files is called; such sheets and columns are not read back."""
    return str(_table()["titles"][key])


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def ready() -> dict[str, Sheet]:
    """The sheets that somebody works on, in order."""
    return {key: sheet for key, sheet in sheets().items() if key in WORKERS}


def plain(header: str) -> str:
    """A header as it is compared: without spaces, remarks in brackets, stars and case."""
    return _REMARK.sub("", unicodedata.normalize("NFKC", header)).casefold()


def _sheet(key: str, words: Mapping[str, Any]) -> Sheet:
    columns = tuple(_column(name, column) for name, column in words["columns"].items())
    examples = tuple(
        {name: str(value) for name, value in example.items()}
        for example in words.get("examples", ())
    )
    return Sheet(key, words["name"], tuple(words.get("aliases", ())), columns, examples)


def _column(key: str, words: Mapping[str, Any]) -> Column:
    return Column(
        key,
        words["header"],
        Cell(words["kind"]),
        tuple(words.get("aliases", ())),
        bool(words.get("required")),
        bool(words.get("sensitive")),
        int(words["most"]),
        words.get("help", ""),
    )
