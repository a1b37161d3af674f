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
    """Begin a case. `data` are its first variables, `at` the start event; "" is the plain one."""

    data: Mapping[str, object] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Complete:
    """A user task, job or called case is done; `data` are variables it hands on."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fail:
    """A service task or a called case ended with an error of BPMN, by its code."""

    token: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class FireTimer:
    """The time of this timer has come."""

    token: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """The message or signal this place waits for has come, with its content."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Return:
    """Send the work at `token` back to the earlier step `to`.

    `arms` says that rework has the boundary events drawn on it; the first release had none there,
    so a recorded return without this word is read as one without them.
    """

    token: str
    to: str
    then: Then = Then.THROUGH_STEPS
    arms: bool = True


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Whoever finished the step `to` takes it back from what it opened, of which `token` is one.

    `then` is `back_to_me` where the step was rework that went straight back to `token`.
    """

    token: str
    to: str
    then: Then = Then.THROUGH_STEPS


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Close whatever is open and begin again at the step `to`."""

    to: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Let a case that is over go on at the step `to`."""

    to: str


@dataclass(frozen=True, slots=True)
class Move:
    """Go on by another version of the process: by each element here, the one over there.

    What is not named keeps its id; flows may be named as well. "" gives up a boundary event or the
    trigger of an event sub-process. The step is taken on the process moved to: `arms` are its
    events that begin to wait, `data` variables that it reads and the other did not.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what got stuck at `token`, with corrected variables if there are any."""

    token: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the case where it stands."""


Command = (
    Start
    | Complete
    | Fail
    | FireTimer
    | Deliver
    | Return
    | TakeBack
    | Withdraw
    | Reopen
    | Move
    | Retry
    | Cancel
)
