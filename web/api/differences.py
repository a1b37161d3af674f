"""What differs between two versions of something that was filled in, as answers tell it."""

from __future__ import annotations

from engine.forms.changes import ChangeKind
from web.api.fields import Choice, Digits, Json, ListOf, Object, Shape, Text
from web.api.schemas import LONG


class TwoWanted(Shape):
    """Which two versions, in any order; the newest two unless told."""

    before = Digits("Number of the earlier; without it that before `after`.", least=1)
    after = Digits("Number of the later; without it the newest.", least=1)


class ChangeTold(Shape):
    """One difference: where, what, and how it read before and after."""

    path = Text(LONG, "Field, row and column by key.", required=True)
    kind = Choice(list(ChangeKind), required=True)
    label = Text(LONG, "Field, row and column in words.", required=True)
    before = Text(LONG, required=True)
    after = Text(LONG, required=True)


class Changes(Shape):
    """Every difference, in the order of the form."""

    items = ListOf(Object(ChangeTold), required=True)


def two(wanted: Json, newest: int) -> tuple[int, int]:
    """The numbers that are asked for, the earlier first."""
    after = wanted.get("after", newest)
    before, after = sorted((wanted.get("before", max(after - 1, 1)), after))
    return before, after
