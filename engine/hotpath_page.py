"""What the page of a task reads, each in one statement: itself, its case's entries, other tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple


class Beside(NamedTuple):
    """A task of a case, as the page of another shows it; the page's own with what was typed."""

    id: int
    token: str
    turn: int
    seat: int
    element_id: str
    name: str
    number: int
    status: str
    assignee_id: int | None
    holder: str | None
    candidates: str
    opened_at: datetime | None
    due_at: datetime | None
    returned: bool
    part: str
    weight: int
    added_by: int | None
    draft: bytes | None
    draft_revision: int | None
    draft_by: int | None
    draft_at: datetime | None
    draft_case_revision: int | None


DRAFT: Final = Beside._fields.index("draft")
"""From here on its fields are those of a draft."""


class Entry(NamedTuple):
    """An entry of the log."""

    id: int
    chain: str
    seq: int
    at: str
    kind: str
    by: str
    body: str
    hash: str


TASK: Final[Mapping[str, str]] = {
    "id": "t.id",
    "instance_id": "t.instance_id",
    "token": "t.token",
    "element_id": "t.element_id",
    "name": "t.name",
    "number": "t.number",
    "status": "t.status",
    "assignee_id": "t.assignee_id",
    "candidates": "t.candidates",
    "returned": "t.returned",
    "opened_at": "t.opened_at",
    "due_at": "t.due_at",
    "completed_at": "t.completed_at",
    "completed_by": "t.completed_by",
    "outcome": "t.outcome",
    "seat": "t.seat",
    "turn": "t.turn",
    "follows": "t.follows",
    "part": "t.part",
    "weight": "t.weight",
    "added_by": "t.added_by",
    "lent_by": "t.lent_by",
    "done_for": "t.done_for",
    "seen_at": "t.seen_at",
    "due_first": "t.due_first",
    "holder": "holder.name",
    "closed_by": "closer.name",
    "initiator": "starter.name",
    "title": "c.title",
    "case_status": "c.status",
    "subject": "c.subject",
    "variables": "c.variables",
    "content_id": "c.content_id",
    "offered_id": "c.offered_id",
    "offered_hash": "offered.sha256",
    "content_hash": "c.content_hash",
    "state": "c.state",
    "log_seq": "c.log_seq",
    "case_revision": "c.revision",
    "started_by": "c.started_by",
    "started_at": "c.started_at",
    "version_id": "c.version_id",
    "version_sha256": "v.sha256",
}
"""A task with its case and the names of the people in it: what each value is called, and where it
stands."""
_TASKS: Final = (
    f"SELECT {', '.join(TASK.values())} FROM user_task t"  # noqa: S608  (fixed names)
    " JOIN process_instance c ON c.id = t.instance_id JOIN process_version v ON v.id = c.version_id"
    " LEFT JOIN user_account holder ON holder.id = t.assignee_id"
    " LEFT JOIN user_account closer ON closer.id = t.completed_by"
    " LEFT JOIN user_account starter ON starter.id = c.started_by"
    " LEFT JOIN content offered ON offered.id = c.offered_id"
)
ONE: Final = f"{_TASKS} WHERE t.id = :task"
NEWEST: Final = f"{_TASKS} WHERE t.instance_id = :case ORDER BY t.id DESC LIMIT :most"
BESIDE: Final = (
    "SELECT t.id, t.token, t.turn, t.seat, t.element_id, t.name, t.number, t.status, t.assignee_id,"
    " u.name, t.candidates, t.opened_at, t.due_at, t.returned, t.part, t.weight, t.added_by,"
    " d.data, d.revision, d.saved_by, d.saved_at, d.case_revision"
    " FROM user_task t LEFT JOIN user_account u ON u.id = t.assignee_id"
    " LEFT JOIN draft d ON d.task_id = t.id AND t.id = :typed WHERE t.instance_id = :case AND ("
    "t.status IN ('ready', 'claimed', 'completed') OR t.token = :token) ORDER BY t.id"
)
ENTRIES: Final = (
    'SELECT id, chain, seq, at, kind, "by", body, hash FROM event_log'
    " WHERE chain = :chain AND seq >= :after ORDER BY seq LIMIT :limit"
)
