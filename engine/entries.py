"""The vocabulary of the log: every kind of entry, and the shape of an entry's body.

A body says what was asked, what was known from outside when it was decided, and what followed.
A kind is never changed once released: parts are added, a new meaning is a new kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    TASK_VOTED = "task_voted"
    TASK_LENT = "task_lent"
    TASK_GIVEN_BACK = "task_given_back"
    TASK_TAKEN_BACK = "task_taken_back"
    TASK_STEPPED_ASIDE = "task_stepped_aside"
    TASK_URGED = "task_urged"
    SIGNER_ADDED = "signer_added"
    SIGNER_REMOVED = "signer_removed"
    CASE_COPIED = "case_copied"
    CASE_HANDED_OVER = "case_handed_over"
    COPY_READ = "copy_read"
    EXTENSION_ASKED = "extension_asked"
    DUE_CHANGED = "due_changed"
    DEADLINE_PASSED = "deadline_passed"
    CHILD_ENDED = "child_ended"
    SIGNAL_DELIVERED = "signal_delivered"
    INSTANCE_WITHDRAWN = "instance_withdrawn"
    INSTANCE_REOPENED = "instance_reopened"
    INSTANCE_SUSPENDED = "instance_suspended"
    INSTANCE_RESUMED = "instance_resumed"
    INSTANCE_MOVED = "instance_moved"
    INSTANCE_MOVED_BACK = "instance_moved_back"
    DEFINITION_SUSPENDED = "definition_suspended"
    DEFINITION_RESUMED = "definition_resumed"
    DECISION_CHANGED = "decision_changed"
    DEPUTY_GIVEN = "deputy_given"
    DEPUTY_ENDED = "deputy_ended"
    CALENDAR_CHANGED = "calendar_changed"
    TERM_CHANGED = "term_changed"
    POLICY_CHANGED = "policy_changed"
    CYCLE_CHANGED = "cycle_changed"
    WEBHOOK_CHANGED = "webhook_changed"
    DEFINITION_CREATED = "definition_created"
    VERSION_PUBLISHED = "version_published"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_LEFT = "user_left"
    USER_RETURNED = "user_returned"
    UNIT_CREATED = "unit_created"
    UNIT_CHANGED = "unit_changed"
    UNIT_CLOSED = "unit_closed"
    POST_CREATED = "post_created"
    POST_CHANGED = "post_changed"
    POST_GIVEN = "post_given"
    POST_ENDED = "post_ended"
    COMMITTEE_CREATED = "committee_created"
    COMMITTEE_CHANGED = "committee_changed"
    COMMITTEE_CLOSED = "committee_closed"
    SEAT_GIVEN = "seat_given"
    SEAT_ENDED = "seat_ended"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    GRANT_GIVEN = "grant_given"
    GRANT_ENDED = "grant_ended"
    SETTING_CHANGED = "setting_changed"
    RIGHTS_TESTED = "rights_tested"
    SENSITIVE_VIEWED = "sensitive_viewed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a kind of entry, not a password)
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    TOKEN_MADE = "token_made"  # noqa: S105  (a kind of entry, not a token)
    TOKEN_ENDED = "token_ended"  # noqa: S105  (a kind of entry, not a token)
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SIGN_IN_LINK_MADE = "sign_in_link_made"
    IMPORT_BEGUN = "import_begun"
    IMPORT_ENDED = "import_ended"
    SUBJECT_CREATED = "subject_created"
    SUBJECT_CHANGED = "subject_changed"
    SUBJECT_CLOSED = "subject_closed"
    MEMBER_GIVEN = "member_given"
    MEMBER_ENDED = "member_ended"
    EVIDENCE_UPLOADED = "evidence_uploaded"
    EVIDENCE_REPLACED = "evidence_replaced"
    EVIDENCE_CHANGED = "evidence_changed"
    EVIDENCE_RETIRED = "evidence_retired"
    EVIDENCE_RESTORED = "evidence_restored"
    SCHOOL_PLAN_CREATED = "school_plan_created"
    SCHOOL_PLAN_CHANGED = "school_plan_changed"
    WORK_POINTS_ADDED = "work_points_added"
    WORK_POINT_CHANGED = "work_point_changed"
    STANDARD_CREATED = "standard_created"
    STANDARD_CHANGED = "standard_changed"
    REPLAY_VIEWED = "replay_viewed"
    LOG_EXPORTED = "log_exported"
    SEALED = "sealed"


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
    words = _parts(command)
    words.pop("data", None)
    for name in _LEFT_OUT.get(type(command), ()):
        if not words[name]:
            del words[name]
    return {"do": type(command).__name__, **words}


def read_command(words: Mapping[str, Any], data: Mapping[str, Any]) -> commands.Command:
    """The kernel command that an entry recorded, with its data put back."""
    kind = _COMMANDS[words["do"]]
    parts = {name: value for name, value in words.items() if name != "do"}
    for name in _LEFT_OUT.get(kind, ()):
        parts.setdefault(name, "" if name == "at" else False)
    if "data" in kind.__dataclass_fields__:
        parts["data"] = data
    return kind(**parts)


def effect_words(effect: effects.Effect) -> dict[str, Any]:
    """A kernel effect as the log keeps it, without the values of an instance."""
    words = {"was": type(effect).__name__, **_parts(effect)}
    words.pop("local", None)
    return words


def _parts(one: commands.Command | effects.Effect) -> dict[str, Any]:
    """Its parts by name, as they are: they are written down at once, so need no copies."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


# words that the first release did not know, each with what its absence means: "" or false
_LEFT_OUT: Final[Mapping[type[commands.Command], tuple[str, ...]]] = {
    commands.Start: ("at",),
    commands.Return: ("arms",),
}
_COMMANDS: Final[dict[str, type[commands.Command]]] = {
    "Start": commands.Start,
    "Complete": commands.Complete,
    "Fail": commands.Fail,
    "FireTimer": commands.FireTimer,
    "Deliver": commands.Deliver,
    "Return": commands.Return,
    "TakeBack": commands.TakeBack,
    "Withdraw": commands.Withdraw,
    "Reopen": commands.Reopen,
    "Move": commands.Move,
    "Retry": commands.Retry,
    "Cancel": commands.Cancel,
}
