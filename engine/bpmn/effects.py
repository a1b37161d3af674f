"""What followed a command. Effects are data; the edge turns each into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Waits(StrEnum):
    """What an opened place waits for."""

    USER = "user"
    JOB = "job"
    TIMER = "timer"
    MESSAGE = "message"
    INSIDE = "inside"
    CALL = "call"
    SIGNAL = "signal"


class Why(StrEnum):
    """Why a place closed."""

    COMPLETED = "completed"
    RETURNED = "returned"
    INTERRUPTED = "interrupted"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Opened:
    """A token waits at `element`, for the `number`-th time in this case.

    `local` are the variables of its own that an instance of a multi-instance activity sees: which
    item it is for. They are not in the words of the log.
    """

    token: str
    element: str
    number: int
    waits_for: Waits
    local: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """The waiting place is gone."""

    token: str
    element: str
    number: int
    why: Why


@dataclass(frozen=True, slots=True)
class Stuck:
    """A token could not go on at `element`; it waits there for `Retry`."""

    token: str
    element: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message or a signal (`kind`) of this name goes out from `element`; nobody waits for it."""

    kind: str
    name: str
    element: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The case is over: `completed`, `terminated` or `cancelled`."""

    how: str


Effect = Opened | Closed | Stuck | Thrown | Ended
