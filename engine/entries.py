"""The vocabulary of the log: every kind of entry, and the shape of an entry's body.

A body says what was asked, what was known from outside when it was decided, and what followed.
A kind is never changed once released: parts are added, a new meaning is a new kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson

from engine.bpmn import commands, effects


class Kind(StrEnum):
    """Each kind of entry; docs/events.md says what stands in its body."""

    INSTANCE_STARTED = "instance_started"
    TASK_COMPLETED = "task_completed"
    TASK_RETURNED = "task_returned"
    TASK_CLAIMED = "task_claimed"
    TASK_RELEASED = "task_released"
    TASK_REASSIGNED = "task_reassigned"
    TIMER_FIRED = "timer_fired"
    JOB_COMPLETED = "job_completed"
    MESSAGE_DELIVERED = "message_delivered"
    INSTANCE_CANCELLED = "instance_cancelled"
    INCIDENT_RETRIED = "incident_retried"
    DEFINITION_CREATED = "definition_created"
    VERSION_PUBLISHED = "version_published"
    USER_CREATED = "user_created"
    UNIT_CREATED = "unit_created"
    POST_CREATED = "post_created"
    POST_GIVEN = "post_given"
    ROLE_GIVEN = "role_given"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a kind of entry, not a password)
    SUBJECT_CREATED = "subject_created"
    REPLAY_VIEWED = "replay_viewed"
    LOG_EXPORTED = "log_exported"
    SEALED = "sealed"


INSTANCE_KINDS: Final = frozenset(
    {
        Kind.INSTANCE_STARTED,
        Kind.TASK_COMPLETED,
        Kind.TASK_RETURNED,
        Kind.TASK_CLAIMED,
        Kind.TASK_RELEASED,
        Kind.TASK_REASSIGNED,
        Kind.TIMER_FIRED,
        Kind.JOB_COMPLETED,
        Kind.MESSAGE_DELIVERED,
        Kind.INSTANCE_CANCELLED,
        Kind.INCIDENT_RETRIED,
    }
)


@dataclass(frozen=True, slots=True)
class Body:
    """What an entry says. `content` is the hash of what was written in the act, "" for nothing."""

    asked: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    followed: Mapping[str, Any] = field(default_factory=dict)
    content: str = ""

    def text(self) -> str:
        """The canonical JSON that is hashed: keys in order, no spaces."""
        parts = {"asked": self.asked, "known": self.known, "followed": self.followed}
        if self.content:
            parts["content"] = self.content  # type: ignore[assignment]  # a text beside mappings
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def read_body(text: str) -> Body:
    """Read what `Body.text` wrote."""
    parts = orjson.loads(text)
    return Body(parts["asked"], parts["known"], parts["followed"], parts.get("content", ""))


def command_words(command: commands.Command) -> dict[str, Any]:
    """A kernel command as the log keeps it; its data stand in the content, not here."""
    words = asdict(command)
    words.pop("data", None)
    return {"do": type(command).__name__, **words}


def read_command(words: Mapping[str, Any], data: Mapping[str, Any]) -> commands.Command:
    """The kernel command that an entry recorded, with its data put back."""
    kind = _COMMANDS[words["do"]]
    parts = {name: value for name, value in words.items() if name != "do"}
    if "data" in kind.__dataclass_fields__:
        parts["data"] = data
    return kind(**parts)


def effect_words(effect: effects.Effect) -> dict[str, Any]:
    """A kernel effect as the log keeps it."""
    return {"was": type(effect).__name__, **asdict(effect)}


_COMMANDS: Final[dict[str, type[commands.Command]]] = {
    "Start": commands.Start,
    "Complete": commands.Complete,
    "FireTimer": commands.FireTimer,
    "Deliver": commands.Deliver,
    "Return": commands.Return,
    "Retry": commands.Retry,
    "Cancel": commands.Cancel,
}
