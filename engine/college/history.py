"""The history of a thing: the entries about it, newest first, with who, when, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import entries, eventlog, people, permissions
from engine.college.persons import SENSITIVE
from engine.entries import Kind
from engine.models import Committee, Content, LogEntry, LogMention, Post, Unit
from engine.people import Actor
from engine.permissions import Action

MOST: Final = 200
_NUMBERED: Final[Mapping[str, str]] = {
    "user": "user",
    "user_id": "user",
    "unit": "unit",
    "unit_id": "unit",
    "parent_id": "unit",
    "campus_id": "unit",
    "owner_id": "user",
    "post": "post",
    "post_id": "post",
    "committee": "committee",
    "committee_id": "committee",
}
"""Which words of an entry are numbers of which things."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part that changed. Both sides are None where the reader may not see them."""

    part: str
    before: object
    after: object
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An entry about a thing. `names` are those of the things it mentions, by `unit:3`.

    `asked` is what the log says, `written` what was kept outside it, as far as the reader may see;
    one that is not as it was recorded has no `kind` and tells nothing but its number.
    """

    seq: int
    at: datetime | None
    kind: Kind | None
    by: str
    who: str
    asked: Mapping[str, Any]
    written: Mapping[str, Any]
    changes: tuple[Change, ...]
    is_erased: bool
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """A page of entries; `next` is the number to go on after, None at the end."""

    items: tuple[Told, ...]
    next: int | None


def of(
    db: Session, thing: str, *, reader: Actor, after: int | None = None, limit: int = 50
) -> History:
    """Entries about a thing (`user:5`, `unit:3`), newest first, in a fixed number of queries.

    What is sensitive is shown only to readers with `person:view_sensitive`.
    """
    limit = max(1, min(limit, MOST))
    mention, entry = LogMention.__table__, LogEntry.__table__
    before = entry.alias("before")
    wanted = (
        select(entry, before.c.hash.label("hash_before"))
        .join(mention, mention.c.seq == entry.c.seq)
        .outerjoin(before, (before.c.chain == eventlog.HOUSE) & (before.c.seq == entry.c.seq - 1))
        .where(mention.c.thing == thing, entry.c.chain == eventlog.HOUSE)
        .order_by(mention.c.seq.desc())
        .limit(limit + 1)
    )
    if after is not None:
        wanted = wanted.where(mention.c.seq < after)
    rows = db.execute(wanted).all()
    shown = rows[:limit]
    bodies = {row.seq: entries.read_body(row.body) for row in shown if _is_whole(row)}
    kept = _contents(db, bodies.values())
    names = _names(db, shown, bodies)
    sees_all = permissions.may(reader, Action.PERSON_VIEW_SENSITIVE)
    items = tuple(_told(row, bodies.get(row.seq), kept, names, sees_all=sees_all) for row in shown)
    return History(items, shown[-1].seq if len(rows) > limit else None)


def _is_whole(row: Row[Any]) -> bool:
    return eventlog.is_recorded(row, row.hash_before or eventlog.GENESIS)


def _contents(db: Session, bodies: Iterable[entries.Body]) -> dict[str, Mapping[str, Any]]:
    """What was written, by its hash; nothing where it was erased or is not what was written."""
    hashes = [body.content for body in bodies if body.content]
    if not hashes:
        return {}
    kept = [body.asked.get("kept") for body in bodies if body.content]
    rows = db.execute(select(Content.__table__).where(Content.__table__.c.id.in_(kept)))
    return {
        row.sha256: orjson.loads(bytes(row.data))
        for row in rows
        if row.sha256 in hashes and eventlog.is_written(row)
    }


def _names(
    db: Session, rows: Sequence[Row[Any]], bodies: Mapping[int, entries.Body]
) -> dict[str, str]:
    """The names of all things that these entries mention, as they are called now."""
    wanted: dict[str, set[int]] = {"user": set(), "unit": set(), "post": set(), "committee": set()}
    for body in bodies.values():
        for kind, mentioned in _mentioned(body.asked):
            wanted[kind].add(mentioned)
    wanted["user"] |= {number for row in rows if (number := people.marked(row.by)) is not None}
    names = {f"user:{key}": name for key, name in people.names(db, wanted["user"]).items()}
    for kind, table in (
        ("unit", Unit.__table__),
        ("post", Post.__table__),
        ("committee", Committee.__table__),
    ):
        if wanted[kind]:
            found = select(table.c.id, table.c.name).where(table.c.id.in_(wanted[kind]))
            names |= {f"{kind}:{row.id}": row.name for row in db.execute(found)}
    return names


def _mentioned(asked: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    changed = asked.get("changed")
    changes: Mapping[str, Any] = changed if isinstance(changed, Mapping) else {}
    for word, kind in _NUMBERED.items():
        for number in (asked.get(word), *changes.get(word, ())):
            if isinstance(number, int):
                yield kind, number


def _told(
    row: Row[Any],
    body: entries.Body | None,
    kept: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    *,
    sees_all: bool,
) -> Told:
    if body is None:
        return Told(row.seq, None, None, "", "", {}, {}, (), is_erased=False, names={})
    written = kept.get(body.content, {})
    changed = body.asked.get("changed", {})
    if not isinstance(changed, Mapping):
        changed = {word: written.get(word) for word in changed}
    changes = tuple(_change(part, pair, sees_all=sees_all) for part, pair in changed.items())
    return Told(
        row.seq,
        datetime.fromisoformat(row.at),
        Kind(row.kind),
        row.by,
        names.get(row.by, ""),
        {word: value for word, value in body.asked.items() if word != "kept"},
        {word: value for word, value in written.items() if sees_all or word not in SENSITIVE},
        changes,
        is_erased=bool(body.content) and body.content not in kept,
        names={
            thing: names[thing]
            for kind, number in _mentioned(body.asked)
            if (thing := f"{kind}:{number}") in names
        },
    )


def _change(part: str, pair: Sequence[object] | None, *, sees_all: bool) -> Change:
    if pair is None or (part in SENSITIVE and not sees_all):
        return Change(part, None, None, is_hidden=True)
    return Change(part, pair[0], pair[1])
