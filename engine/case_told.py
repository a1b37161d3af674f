"""What the record alone says of a case's own row, of what it holds, and of its copies.

Nothing here asks the tables; `engine.comparing` compares what comes out with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine import people
from engine.entries import Kind
from engine.new_cases import MAX_TITLE
from engine.recount import UNKNOWN, Frame

Sent = tuple[int, int | None]
"""To whom a copy went, and who sent it; nobody where the step asked for it."""


@dataclass(slots=True)
class Told:
    """Columns of the row by name, `UNKNOWN` where the record does not tell; copies, and readers."""

    row: dict[str, Any] = field(default_factory=dict)
    copies: Counter[Sent] = field(default_factory=Counter)
    unread: Counter[int] = field(default_factory=Counter)


def read(frames: Iterable[Frame]) -> Told:
    """Follow the entries of a case."""
    told = Told()
    for frame in frames:
        asked, known = frame.body.asked, frame.body.known
        told.row["version_id"] = frame.version.id
        if frame.kind == Kind.INSTANCE_STARTED:
            told.row |= _begun(frame)
            told.row["offered_id"] = known.get("offered", frame.body.content)
        if frame.erased or "values" in frame.written:
            holds = UNKNOWN if frame.erased else frame.body.content
            told.row |= {"content_hash": holds, "content_id": holds}
        if frame.kind == Kind.CASE_HANDED_OVER:
            told.row["successor_id"] = asked["to"]
        elif frame.kind == Kind.CASE_COPIED:
            _sent(told, asked["people"], people.marked(frame.by))
        elif frame.kind == Kind.COPY_READ:
            told.unread.pop(people.marked(frame.by) or 0, None)
        for name, receivers in known.items():
            if name.startswith(_COPIED):
                _sent(told, receivers, None)
    return told


def _begun(frame: Frame) -> Mapping[str, Any]:
    """The row as it began; a name in it may have been erased since, with what was written."""
    asked, known, written = frame.body.asked, frame.body.known, frame.written
    title = written.get("title", asked.get("title", UNKNOWN))
    parent, token = asked.get("parent", (None, None))
    started_by = people.marked(frame.by) if parent is None else known.get("started_by", UNKNOWN)
    return {
        "subject": asked.get("subject", UNKNOWN),
        "business_key": asked.get("business_key", UNKNOWN),
        "title": title[:MAX_TITLE],
        "variables": UNKNOWN if frame.erased else written.get("data", {}),
        "parent_id": parent,
        "parent_token": token,
        "started_by": started_by,
        "successor_id": None,
    }


def _sent(told: Told, receivers: Iterable[int], by: int | None) -> None:
    for one in receivers:
        told.copies[one, by] += 1
        told.unread[one] += 1


_COPIED: Final = "copied "
