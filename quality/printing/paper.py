"""A document on paper: what stands on it, in which order. No layout, no markup; values only.

The same paper is set as PDF (`press`) and as Word (`word`), so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_LABEL, MOST_LABEL = 6.0, 16.0
LEAST, LEAST_TITLE, MOST, BLANK = 3.0, 4.0, 40.0, 20.0
"""How narrow and how wide columns of a table like to be, in Chinese characters."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A field of a head: its label and what stands in it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Heads:
    """Fields side by side, as the head of a printed form."""

    pairs: tuple[Pair, ...]
    draws: str = "heads"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between the parts; level 1 is the title of the form."""

    level: int
    text: str
    draws: str = "heading"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph of the form's own words."""

    text: str
    draws: str = "words"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    draws: str = "rule"


@dataclass(frozen=True, slots=True)
class Entry:
    """A field that stands alone: its label above what was filled in."""

    label: str
    text: str
    draws: str = "entry"


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, what stands in brackets behind it, whether numbers stand in it."""

    title: str
    note: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label and its cells."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """Rows that share the label on their left; without labels on two levels, one row each."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid. `levels` are the heads of the label columns: one, or two where goals span items.

    `foot` is a last row of sums, with an empty text where nothing is summed.
    """

    label: str
    levels: tuple[str, ...]
    columns: tuple[Column, ...]
    goals: tuple[Goal, ...]
    foot: tuple[str, ...] = ()
    foot_label: str = ""
    draws: str = "table"

    @property
    def is_nested(self) -> bool:
        """Whether goals span the items under them."""
        return len(self.levels) > 1

    def widths(self, room: float) -> tuple[float, ...]:
        """How wide each column is, of `room` Chinese characters: the more stands in it, the wider.

        None is narrower than its words need, unless all of them together are too wide. A table that
        is to be filled in by hand has room for that.
        """
        rows = [row for goal in self.goals for row in goal.rows]
        is_blank = not any(text for row in rows for text in row.cells)
        labels = [[row.label for row in rows]]
        if self.is_nested:
            labels.insert(0, [goal.label for goal in self.goals])
        wanted = [(LEAST_LABEL, max(LEAST_LABEL, min(_liked(one), MOST_LABEL))) for one in labels]
        for at, column in enumerate(self.columns):
            texts = [row.cells[at] for row in rows]
            least = max(LEAST, min(width(column.title), LEAST_TITLE) + 1)
            if column.is_number:
                least = max(least, 1 + max((width(text) for text in texts), default=0))
            liked = least if column.is_number else BLANK if is_blank else _liked(texts)
            wanted.append((least, max(least, liked)))
        return _shared_out(wanted, room)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody decided at a step: the verdict, the words, the signature and its date.

    `again` says which pass it was, where it was not the first.
    """

    step: str
    again: str
    verdict: str
    text: str
    signature: str
    at: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The opinion sheet (审批意见单): what it is about, and every decision in order."""

    title: str
    facts: tuple[Pair, ...]
    heads: tuple[str, str]
    signed: str
    dated: str
    nothing: str
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document. `foot` stands below every page, where `pages` counts {page} and {pages}.

    `continued` says, above the first row of a page, which {goal} it belongs to; `boxes` at the end,
    which {signs} our faces cannot draw.
    """

    title: str
    parts: tuple[Part, ...]
    sheet: Sheet | None
    foot: tuple[str, ...]
    pages: str
    continued: str
    boxes: str

    @property
    def is_wide(self) -> bool:
        """Whether the form lies across: it does where it has a table."""
        return any(isinstance(part, Table) for part in self.parts)


Part = Heads | Heading | Words | Rule | Entry | Table


def width(text: str) -> float:
    """How much room a line takes, in Chinese characters."""
    return sum(1.0 if ord(one) > 0x2E7F else 0.55 for one in text)  # noqa: PLR2004  (CJK begins)


def _liked(texts: Iterable[str]) -> float:
    """How wide a column of these texts likes to be: texts wrap, so by the root of their length."""
    return min(max((width(text) ** 0.5 * 3 for text in texts), default=0.0), MOST)


def _shared_out(wanted: list[tuple[float, float]], room: float) -> tuple[float, ...]:
    """What every column needs, and the rest of the room in the proportion of what they like."""
    needed = sum(least for least, _ in wanted)
    if needed >= room:
        return tuple(least * room / needed for least, _ in wanted)
    more = sum(liked - least for least, liked in wanted)
    if more == 0:
        return tuple(least * room / needed for least, _ in wanted)
    rest = (room - needed) / more
    return tuple(least + (liked - least) * rest for least, liked in wanted)
