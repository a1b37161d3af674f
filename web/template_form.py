"""The next template as a form of plain fields: read, changed row by row without a script, kept.

A goal's fields are `g.3.id`, `g.3.label`, `g.3.standard`; an item's `i.3.5.id`, `i.3.5.label`,
`i.3.5.more`. What a button does is `up:g.3`, `down:i.3.5`, `add:i.3.5`, `remove:g.3`, `add:i.3.`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from quality.kinds import Goal, Item
from quality.templates import MOST_GOALS, MOST_ITEMS, Draft
from quality.templates.errors import YearUnreadable
from web.asked import row_number

SPARE: Final = 5
MAX_LABEL: Final = 2_000
DIGITS: Final = 4
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class TypedItem:
    """An item as it is typed."""

    id: str = ""
    label: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class TypedGoal:
    """A goal as it is typed."""

    id: str = ""
    label: str = ""
    standard: str = ""
    items: tuple[TypedItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """Everything on the page; `focus` is the field to go on in."""

    goals: tuple[TypedGoal, ...]
    first_year: str
    note: str
    revision: int
    focus: str = field(default="")


def of(draft: Draft) -> Typed:
    """A draft as the page shows it."""
    goals = tuple(
        TypedGoal(
            goal.id,
            goal.label,
            goal.label_in_standard or "",
            tuple(TypedItem(one.id, one.label, one.placeholder) for one in goal.items),
        )
        for goal in draft.goals
    )
    return Typed(goals, str(draft.first_year), draft.note, draft.revision)


def differs(typed: Typed, draft: Draft) -> bool:
    """Whether a page says anything that its draft does not."""
    kept = of(draft)
    note = typed.note.replace("\r\n", "\n").strip()  # as a browser sends the ends of lines
    is_same = (typed.goals, typed.first_year, note) == (kept.goals, kept.first_year, kept.note)
    return not is_same


def read(form: Mapping[str, str]) -> Typed:
    """What was sent, as many rows as a page can hold."""
    goals = []
    for place in range(_count(form, "goals", MOST_GOALS + SPARE)):
        items = tuple(
            TypedItem(
                form.get(f"i.{place}.{row}.id", ""),
                form.get(f"i.{place}.{row}.label", "")[:MAX_LABEL],
                bool(form.get(f"i.{place}.{row}.more")),
            )
            for row in range(_count(form, f"g.{place}.items", MOST_ITEMS + SPARE))
        )
        goals.append(
            TypedGoal(
                form.get(f"g.{place}.id", ""),
                form.get(f"g.{place}.label", "")[:MAX_LABEL],
                form.get(f"g.{place}.standard", "")[:MAX_LABEL],
                items,
            )
        )
    return Typed(
        tuple(goals),
        form.get("first_year", "").strip(),
        form.get("note", ""),
        _count(form, "revision", 10**9),
    )


def _count(form: Mapping[str, str], name: str, most: int) -> int:
    return min(row_number(form.get(name, "")) or 0, most)


def done(typed: Typed, asked: str) -> Typed:
    """The page after a button; an unknown one changes nothing."""
    verb, _colon, place = asked.partition(":")
    table, _dot, rest = place.partition(".")
    first, _dot, second = rest.partition(".")
    goal = int(first) if first.isascii() and first.isdecimal() and len(first) < DIGITS else -1
    if table == "g":
        changed, at = _changed(typed.goals, verb, goal, TypedGoal())
        return replace(typed, goals=changed, focus=f"g.{at}.label" if at >= 0 else "")
    if table != "i" or not 0 <= goal < len(typed.goals):
        return typed
    row = int(second) if second.isascii() and second.isdecimal() and len(second) < DIGITS else -1
    here = typed.goals[goal]
    items, at = _changed(here.items, verb, row, TypedItem())
    goals = (*typed.goals[:goal], replace(here, items=items), *typed.goals[goal + 1 :])
    return replace(typed, goals=goals, focus=f"i.{goal}.{at}.label" if at >= 0 else "")


def _changed(rows: Sequence[Row], verb: str, at: int, fresh: Row) -> tuple[tuple[Row, ...], int]:
    """The rows after a button, and where to go on; -1 for nowhere."""
    found = list(rows)
    if verb == "add":
        place = at + 1 if at >= 0 else len(found)
        found.insert(place, fresh)
        return tuple(found), min(place, len(found) - 1)
    if not 0 <= at < len(found):
        return tuple(rows), -1
    if verb == "remove":
        del found[at]
        return tuple(found), min(at, len(found) - 1)
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= to < len(found):
        found.insert(to, found.pop(at))
        return tuple(found), to
    return tuple(rows), at


def goals_of(typed: Typed) -> list[Goal]:
    """What is typed as goals; a row left wholly empty is none."""
    return [
        Goal(
            one.id,
            one.label,
            one.standard.strip() or None,
            tuple(
                Item(item.id, item.label, item.more)
                for item in one.items
                if item.id or item.label.strip()
            ),
        )
        for one in typed.goals
        if one.id or one.label.strip() or one.standard.strip() or one.items
    ]


def year_of(typed: Typed) -> int:
    """The first year as a number. Raises `YearUnreadable`."""
    year = row_number(typed.first_year)
    if year is None or len(typed.first_year) != DIGITS:
        raise YearUnreadable
    return year
