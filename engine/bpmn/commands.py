"""What the tokens of a case can be asked to do. A command is data: it is logged as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Then(StrEnum):
    """What follows the rework after a return."""

    THROUGH_STEPS = "through_steps"
    BACK_TO_ME = "back_to_me"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a case. `data` are its first variables."""

    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complete:
    """A user task, receive task or service task is done; `data` are variables it hands on."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FireTimer:
    """The time of this timer has come."""

    token: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """The message this place waits for has come, with its content."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Return:
    """Send the work at `token` back to the earlier step `to`."""

    token: str
    to: str
    then: Then = Then.THROUGH_STEPS


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what got stuck at `token`, with corrected variables if there are any."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the case where it stands."""


Command = Start | Complete | FireTimer | Deliver | Return | Retry | Cancel
