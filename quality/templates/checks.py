"""What is wrong with a draft of a template, and fresh identities for its new rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from engine.errors import Refused
from engine.forms import limits, texts
from quality.kinds import Goal
from quality.templates import errors

MOST_GOALS: Final = 100
MOST_ITEMS: Final = limits.MAX_ROWS
"""As many as the table of a document holds."""
MAX_LABEL: Final = 100
YEARS_AHEAD: Final = 5
SAME: Final = 0.5
"""How much of a name stays where it is the same thing under another name."""

Problem = tuple[str, Refused]
Known = Mapping[str, str]


def numbered(kind: str, goals: Sequence[Goal], known: Collection[str]) -> tuple[Goal, ...]:
    """The goals with an identity for each row that has none: one that was never given before."""
    taken = {*known, *(goal.id for goal in goals)}
    answer = []
    for goal in goals:
        here = goal if goal.id else replace(goal, id=_fresh(f"{kind}.g", taken))
        items = {*known, *(item.id for item in here.items)}
        answer.append(
            replace(
                here,
                items=tuple(
                    item if item.id else replace(item, id=_fresh(f"{here.id}.i", items))
                    for item in here.items
                ),
            )
        )
    return tuple(answer)


def _fresh(prefix: str, taken: set[str]) -> str:
    """The number after the highest one under this prefix; it is taken from now on."""
    pattern = re.compile(re.escape(prefix) + "([0-9]{2,4})", re.ASCII)
    numbers = (int(found[1]) for one in taken if (found := pattern.fullmatch(one)))
    made = f"{prefix}{max(numbers, default=0) + 1:02}"
    taken.add(made)
    return made


def problems(
    goals: Sequence[Goal], known: Known, *, first_year: int, this_year: int
) -> list[Problem]:
    """Everything that is wrong, each with the row it concerns ("" for the whole).

    `known` are the rows of every version there was, with the name that each had last.
    """
    last = this_year + YEARS_AHEAD
    found: list[Problem] = []
    if not this_year <= first_year <= last:
        found.append(("first_year", errors.YearWrong(first=this_year, last=last)))
    count = sum(len(goal.items) for goal in goals)
    if not goals:
        found.append(("", errors.NoGoals()))
    if len(goals) > MOST_GOALS:
        found.append(("", errors.TooManyGoals(most=MOST_GOALS, count=len(goals))))
    if count > MOST_ITEMS:
        found.append(("", errors.TooManyItems(most=MOST_ITEMS, count=count)))
    found += _identities(goals)
    for goal in goals:
        found += _of_goal(goal, known)
        for item in goal.items:
            found += _of_label(item.id, item.label, known)
    return found


def _identities(goals: Sequence[Goal]) -> Iterator[Problem]:
    seen: set[str] = set()
    for one in (row for goal in goals for row in (goal.id, *(item.id for item in goal.items))):
        if one in seen:
            yield one, errors.RowTwice()
        seen.add(one)


def _of_goal(goal: Goal, known: Known) -> Iterator[Problem]:
    yield from _of_label(goal.id, goal.label, known)
    if goal.label_in_standard is None:
        if goal.items:
            yield goal.id, errors.ItemsWithoutGoal(goal=goal.label)
        return
    yield from _of_text(f"{goal.id}/label_in_standard", goal.label_in_standard)
    if not goal.items:
        yield goal.id, errors.GoalWithoutItems(goal=goal.label)


def _of_label(row: str, label: str, known: Known) -> Iterator[Problem]:
    wrong = list(_of_text(row, label))
    yield from wrong
    before = known.get(row)
    if not wrong and before is not None and not is_same(before, label):
        yield row, errors.AnotherMeaning(before=before, label=label)


def _of_text(place: str, text: str) -> Iterator[Problem]:
    if not texts.storable(text) or texts.clean(text) != text or "\n" in text:
        yield place, errors.LabelUnreadable()
    elif not text.strip():
        yield place, errors.LabelMissing()
    elif len(text) > MAX_LABEL:
        yield place, errors.LabelTooLong(most=MAX_LABEL, count=len(text))


def is_same(before: str, label: str) -> bool:
    """Whether two names can be of one thing: half of them is the same."""
    return SequenceMatcher(None, before, label, autojunk=False).ratio() >= SAME
