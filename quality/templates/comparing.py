"""What differs between two templates of a kind, row by row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quality.kinds import Goal, Item


class What(StrEnum):
    """What happened to a row."""

    GOAL_ADDED = "goal_added"
    GOAL_DROPPED = "goal_dropped"
    GOAL_RENAMED = "goal_renamed"
    STANDARD_RENAMED = "standard_renamed"
    ITEM_ADDED = "item_added"
    ITEM_DROPPED = "item_dropped"
    ITEM_RENAMED = "item_renamed"
    PLACEHOLDER_CHANGED = "placeholder_changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: of which row, under which goal, and how it read before and after."""

    what: What
    id: str
    goal: str
    before: str
    after: str


def differences(before: Sequence[Goal], after: Sequence[Goal]) -> tuple[Difference, ...]:
    """Every difference, in the order of the later one; what was dropped comes last of its kind."""
    return tuple(_found(before, after))


def _found(before: Sequence[Goal], after: Sequence[Goal]) -> Iterator[Difference]:
    old, new = {goal.id: goal for goal in before}, {goal.id: goal for goal in after}
    moved = _moved([goal.id for goal in before], [goal.id for goal in after])
    for goal in after:
        was = old.get(goal.id)
        if was is None:
            yield Difference(What.GOAL_ADDED, goal.id, goal.label, "", goal.label)
            for item in goal.items:
                yield Difference(What.ITEM_ADDED, item.id, goal.label, "", item.label)
            continue
        if goal.label != was.label:
            yield Difference(What.GOAL_RENAMED, goal.id, goal.label, was.label, goal.label)
        here, there = goal.label_in_standard or "", was.label_in_standard or ""
        if here != there:
            yield Difference(What.STANDARD_RENAMED, goal.id, goal.label, there, here)
        if goal.id in moved:
            yield Difference(What.MOVED, goal.id, goal.label, goal.label, goal.label)
        yield from _of_items(goal.label, was.items, goal.items)
    for goal in before:
        if goal.id not in new:
            yield Difference(What.GOAL_DROPPED, goal.id, goal.label, goal.label, "")


def _of_items(goal: str, before: Iterable[Item], after: Iterable[Item]) -> Iterator[Difference]:
    old, new = {item.id: item for item in before}, {item.id: item for item in after}
    moved = _moved(list(old), list(new))
    for item in new.values():
        was = old.get(item.id)
        if was is None:
            yield Difference(What.ITEM_ADDED, item.id, goal, "", item.label)
            continue
        if item.label != was.label:
            yield Difference(What.ITEM_RENAMED, item.id, goal, was.label, item.label)
        if item.placeholder != was.placeholder:
            yield Difference(What.PLACEHOLDER_CHANGED, item.id, goal, was.label, item.label)
        if item.id in moved:
            yield Difference(What.MOVED, item.id, goal, item.label, item.label)
    for item in old.values():
        if item.id not in new:
            yield Difference(What.ITEM_DROPPED, item.id, goal, item.label, "")


def _moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """The rows of both that stand in another order: those that were put further down or up."""
    old = [one for one in before if one in set(after)]
    new = [one for one in after if one in set(before)]
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return frozenset(new)
