"""One act being turned into rows: what every function that does so is told, and adds to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from engine.assignment import About
from engine.hotpath import Writes
from engine.people import Actor
from engine.versions import Version

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Where an open task without a deadline stands in the inbox: last."""


@dataclass(slots=True)
class Tally:
    """What one act has done so far, however deep: cases it began, steps it settled."""

    count: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Parent:
    """The place in a running case that a called case is begun for.

    `item` says for which item of a list, where there is a case for each.
    """

    instance_id: int
    token: str
    depth: int
    started_by: int | None
    tally: Tally
    item: str = ""

    def titled(self, name: str) -> str:
        """What a called case of this flow is called."""
        return f"{name}·{self.item}" if self.item else name


@dataclass(frozen=True, slots=True)
class Settled:
    """A step that opened and needs nobody: `person` approved before, or began the case."""

    token: str
    element_id: str
    person: int
    why: str


class Cases(Protocol):
    """Acts on other cases that follow from an act on this one; they stand above, so are lent."""

    def begin(
        self,
        db: Session,
        key: str,
        *,
        by: Actor,
        parent: Parent,
        subject: str | None,
        business_key: str | None,
        values: Mapping[str, Any],
    ) -> int:
        """Begin a called case. Returns its number. Raises what beginning any case may raise."""

    def cancel(self, db: Session, instance_id: int, *, by: Actor, tally: Tally) -> None:
        """End a called case because the place that waited for it is gone."""


@dataclass(slots=True)
class Scene:
    """One act being turned into rows: the case, who acts, when, and what becomes known.

    `variables` tells all that is known by name in the case, this act included. A called case is
    `depth` deep and was begun for the place `called_at` of the case `called_by`. `seat` is the one
    that acts in a step that several sign: the act itself has brought its row.
    """

    db: Session
    instance_id: int
    version: Version
    about: About
    by: Actor
    now: datetime
    cases: Cases
    variables: Callable[[], Mapping[str, Any]]
    token: str | None = None
    seat: int = 0
    outcome: str | None = None
    returned: bool = False
    goes_to: int | None = None
    done_for: int | None = None
    writes: Writes = field(default_factory=lambda: Writes(0))
    known: dict[str, Any] = field(default_factory=dict)
    settled: list[Settled] = field(default_factory=list)
    depth: int = 0
    called_by: int | None = None
    called_at: str | None = None
    tally: Tally = field(default_factory=Tally)
