"""A sort of thing that people have in hand: who lists it, who hands it over; one table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from engine.errors import Refused
from engine.people import Actor

MOST: Final = 500
"""So many things of a sort stand on one list; the rest comes when these are handed over."""


class NotTheirsAnyMore(Refused):
    """The thing was done, ended or handed over in the meantime."""

    sentence = "已经办完，或不在这个人手上了。"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is a person's: `name` and `detail` tell people what, `where` leads there.

    `keys` are those who could have had it as well, `proposed` who should get it. What is
    `ended` goes to nobody: confirming ends it.
    """

    sort: str
    reference: str
    name: str
    detail: str = ""
    detail_values: Mapping[str, object] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    unit_id: int | None = None
    proposed: int | None = None
    ended: bool = False

    @property
    def id(self) -> str:
        """How a form names it."""
        return f"{self.sort}:{self.reference}"


Lister = Callable[[Session, int], Sequence[Thing]]
Giver = Callable[[Session, "Work"], None]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing being handed over: from whom, to whom, by whom, why."""

    reference: str
    user_id: int
    to: int | None
    by: Actor
    reason: str
    run: int


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of thing: its name, who lists it, who hands it over."""

    name: str
    listed: Lister
    give: Giver


SORTS: Final[dict[str, Sort]] = {}


def register(key: str, sort: Sort) -> None:
    """Add a sort of thing."""
    SORTS[key] = sort
