"""The tasks of a case that the page of one of them shows: one row each, one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

BESIDE: Final = (
    "SELECT t.id, t.token, t.turn, t.seat, t.element_id, t.name, t.number, t.status, t.assignee_id,"
    " u.name, t.candidates, t.opened_at, t.due_at, t.returned, t.part, t.weight, t.added_by"
    " FROM user_task t LEFT JOIN user_account u ON u.id = t.assignee_id WHERE t.instance_id = :case"
    " AND (t.status IN ('ready', 'claimed', 'completed') OR t.token = :token) ORDER BY t.id"
)


class Beside(NamedTuple):
    """A task of a case, as the page of another shows it."""

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
