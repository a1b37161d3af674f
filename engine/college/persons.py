"""People: adding them, changing what is known of them, their leaving and coming back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, doors, eventlog, people, permissions, roles
from engine.college import endings, parts
from engine.college.errors import (
    LeavesLater,
    NotThereAnyMore,
    NotYourself,
    NumberTaken,
    StillHere,
    UsernameTaken,
    WatcherNotChanged,
    WatcherStays,
    WrittenTwice,
)
from engine.college.words import words_of
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.models import ApiToken, PersonWord, SignInLink, User, WebSession
from engine.people import Actor
from engine.permissions import Action

_user = User.__table__
_word = PersonWord.__table__

LIMITS: Final[Mapping[str, tuple[str, int]]] = {
    "username": ("账号", 100),
    "name": ("姓名", 100),
    "number": ("工号或学号", 40),
    "email": ("电子邮箱", 200),
    "phone": ("电话", 40),
    "id_number": ("证件号码", 40),
    "employer": ("工作单位", 200),
}
"""What each part is called, and how long it may be."""
FIELDS: Final = (*LIMITS, "is_external")
AT_ONCE: Final = 1_000
SENSITIVE: Final = frozenset({"email", "phone", "id_number"})
"""What is masked for whoever does not need it."""
AT_THE_DOOR: Final = frozenset({"username", "number", "email", "is_external"})
"""How somebody is known where people get in: by name, by the providers, by mail."""
_WAYS_IN: Final = tuple(
    (word, table, table.c.token_hash)
    for word, table in (
        ("sessions", WebSession.__table__),
        ("tokens", ApiToken.__table__),
        ("links", SignInLink.__table__),
    )
)
_SPOKEN_OF: Final = frozenset({"username", "name", "number"})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be added; without a password hash they sign in through another provider."""

    username: str
    name: str
    number: str | None = None
    password_hash: str | None = None
    email: str = ""
    phone: str = ""
    id_number: str = ""
    is_external: bool = False
    employer: str = ""


_NEW: Final = tuple(one.name for one in fields_of(NewPerson))


def create(  # noqa: PLR0913  (what is known of a person, by keyword)
    db: Session,
    username: str,
    name: str,
    *,
    by: Actor,
    number: str | None = None,
    password: str | None = None,
    password_hash: str | None = None,
    email: str = "",
    phone: str = "",
    id_number: str = "",
    is_external: bool = False,
    employer: str = "",
) -> int:
    """Add a person, with a password or with the hash of one. Returns the id."""
    stored = people.hashed(password) if password is not None else password_hash
    row = NewPerson(username, name, number, stored, email, phone, id_number, is_external, employer)
    return create_all(db, [row], by=by)[0]


def create_all(db: Session, rows: Sequence[NewPerson], *, by: Actor) -> list[int]:
    """Add people, in a few statements however many. Returns their ids in the same order.

    Raises `UsernameTaken` or `NumberTaken` for the first that cannot be; then none is added.
    """
    now = clock.now()
    written = [_checked({name: getattr(row, name) for name in _NEW}) for row in rows]
    for row in written:
        at = now if row["password_hash"] is not None else None
        row |= {"is_active": True, "language": "", "theme": "", "created_at": now}
        row["password_changed_at"] = at
    if not written:
        return []
    added = insert(_user).returning(_user.c.username, _user.c.id)
    try:
        with db.begin_nested():
            made = {row.username: row.id for row in db.execute(added, written)}
    except IntegrityError:
        _refuse_taken(db, dict(enumerate(written)), known=())
        raise
    ids = [made[row["username"]] for row in written]
    _add_words(db, zip(ids, written, strict=True))
    facts = [
        Fact(
            Kind.USER_CREATED,
            {"user": user_id, "username": row["username"]},
            about=(f"user:{user_id}",),
            private={name: row[name] for name in FIELDS if name != "username" and row[name]},
        )
        for user_id, row in zip(ids, written, strict=True)
    ]
    eventlog.record_all(db, facts, by=by.mark)
    return ids


def change(db: Session, user_id: int, *, by: Actor, **fields: object) -> bool:
    """Change what is known of a person (`FIELDS`). Returns whether anything differed."""
    return bool(change_all(db, {user_id: fields}, by=by))


def change_all(
    db: Session, changes: Mapping[int, Mapping[str, object]], *, by: Actor
) -> frozenset[int]:
    """Change what is known of people, in a few statements however many.

    Returns those of whom anything differed. Raises `NotFound`, `UsernameTaken`, `NumberTaken`,
    `WatcherNotChanged`, `NotYourOwnRights`.
    """
    known = _known(db, changes)
    written: dict[int, dict[str, Any]] = {}
    differs: dict[int, dict[str, list[object]]] = {}
    for user_id, fields in changes.items():
        before = known[user_id]
        after = _checked({**before, **fields})
        changed = {
            name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]
        }
        if changed:
            written[user_id], differs[user_id] = after, changed
    if not written:
        return frozenset()
    _require_allowed(db, differs, by=by, names={one: row["name"] for one, row in known.items()})
    _write(db, written, [one for one in differs if "number" in differs[one]])
    renamed = [one for one, changed in differs.items() if not _SPOKEN_OF.isdisjoint(changed)]
    for portion in parts.chunks(renamed):
        db.execute(delete(_word).where(_word.c.user_id.in_(portion)))
    _add_words(db, ((one, written[one]) for one in renamed))
    facts = [
        Fact(
            Kind.USER_CHANGED,
            {"user": user_id, "changed": sorted(changed)},
            about=(f"user:{user_id}",),
            private=changed,
        )
        for user_id, changed in differs.items()
    ]
    eventlog.record_all(db, facts, by=by.mark)
    # a link that went to an address which is no longer theirs opens nothing
    for portion in parts.chunks([one for one in differs if "email" in differs[one]]):
        doors.end_links(db, *portion)
    return frozenset(written)


def _require_allowed(
    db: Session,
    differs: Mapping[int, Mapping[str, object]],
    *,
    by: Actor,
    names: Mapping[int, str],
) -> None:
    """Refuse what would open doors: one's own right to be of the college, the doors of watchers."""
    if by.id is not None and "is_external" in differs.get(by.id, ()):
        raise roles.NotYourOwnRights
    touched = [one for one, changed in differs.items() if not AT_THE_DOOR.isdisjoint(changed)]
    if not touched or permissions.may(by, Action.RIGHTS_EDIT):
        return
    watching = roles.watchers(db)
    for one in touched:
        if one in watching:
            raise WatcherNotChanged(who=names[one], role=roles.LABELS[watching[one]])


def _known(db: Session, user_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is known of these people, whose rows are locked until the transaction ends."""
    columns = [_user.c.id, *(_user.c[name] for name in FIELDS)]
    found: dict[int, dict[str, Any]] = {}
    wanted = sorted(user_ids)
    for portion in parts.chunks(wanted):
        rows = select(*columns).where(_user.c.id.in_(portion)).order_by(_user.c.id)
        for row in db.execute(rows.with_for_update()).mappings():
            found[row["id"]] = {name: row[name] for name in FIELDS}
    if len(found) < len(wanted):
        raise NotFound
    return found


def _write(db: Session, written: Mapping[int, Mapping[str, Any]], renumbered: list[int]) -> None:
    """Write the rows; numbers that change are taken off first, so that two can be exchanged."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in FIELDS}
    statement = update(_user).where(_user.c.id == bindparam("of")).values(values)
    rows = [
        {"of": user_id, **{f"new_{name}": row[name] for name in FIELDS}}
        for user_id, row in written.items()
    ]
    try:
        with db.begin_nested():
            for portion in parts.chunks(renumbered):
                db.execute(update(_user).where(_user.c.id.in_(portion)).values(number=None))
            db.execute(statement, rows)
    except IntegrityError:
        _refuse_taken(db, written, known=written)
        raise


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its parts trimmed and measured."""
    for name, (what, most) in LIMITS.items():
        if name == "email":
            row[name] = parts.email(row[name], most)
        else:
            needed = name in {"username", "name"}
            row[name] = parts.text(what, row[name] or "", most, needed=needed)
    row["number"] = row["number"] or None
    return row


def _refuse_taken(
    db: Session, rows: Mapping[int, Mapping[str, Any]], *, known: Iterable[int]
) -> None:
    """Name what the database found twice. `known` are the keys of rows that are ids of people."""
    own = set(known)
    refusals = {"username": UsernameTaken, "number": NumberTaken}
    for name, refusal in refusals.items():
        wanted: dict[str, int] = {}
        for user_id, row in rows.items():
            if row[name] is None:
                continue
            if row[name] in wanted:
                raise WrittenTwice(value=row[name])
            wanted[row[name]] = user_id
        for portion in parts.chunks(wanted):
            found = select(_user.c.id, _user.c.name, _user.c[name]).where(
                _user.c[name].in_(portion)
            )
            for user_id, who, value in db.execute(found.order_by(_user.c.id)):
                exchanged = user_id in own and name == "number"
                if not exchanged and wanted[value] != user_id:
                    raise refusal(**{name: value, "who": who})


def make_found(db: Session, _reference: str) -> bool:
    """Give people without words their words, some at a time. Says whether more may be waiting.

    People entered before words were kept have none; an upgrade asks for this in the background.
    """
    columns = select(_user.c.id, _user.c.name, _user.c.number, _user.c.username)
    wordless = ~select(_word.c.user_id).where(_word.c.user_id == _user.c.id).exists()
    rows = db.execute(columns.where(wordless).order_by(_user.c.id).limit(AT_ONCE)).mappings().all()
    _add_words(db, ((row["id"], row) for row in rows))
    return len(rows) == AT_ONCE


def _add_words(db: Session, rows: Iterable[tuple[int, Mapping[Any, Any]]]) -> None:
    words = [
        {"word": word, "user_id": user_id}
        for user_id, row in rows
        for word in sorted(words_of(row["name"], row["number"], row["username"]))
    ]
    if words:
        db.execute(insert(_word), words)


def leave(db: Session, user_id: int, *, by: Actor, on: date) -> None:
    """Let a person leave after `on`: posts, seats and roles end, and every way in is closed.

    Raises `LeavesLater` for a day to come, `NotYourself`, `NotThereAnyMore`, `LastSecurityAdmin`,
    and `WatcherStays` for those whose roles only the security administrator takes.
    """
    user = _locked(db, user_id)
    if not user.is_active:
        raise NotThereAnyMore(who=user.name, on=user.left_on or on)
    parts.known_day(on)
    if on > clock.today():
        raise LeavesLater(on=on)
    require_leaver(db, user_id, user.name, by=by)
    roles.require_not_last(db, user_id)
    ended = endings.of(db, user_id, on)
    db.execute(update(_user).where(_user.c.id == user_id).values(is_active=False, left_on=on))
    closed = {
        word: len(db.execute(delete(table).where(table.c.user_id == user_id).returning(key)).all())
        for word, table, key in _WAYS_IN
    }
    asked = {"user": user_id, "on": on.isoformat(), **closed}
    left = Fact(Kind.USER_LEFT, asked, about=(f"user:{user_id}",))
    heads = eventlog.record_all(db, [left, *(one.fact for one in ended)], by=by.mark)
    endings.write(db, ended, heads[1:])


def require_leaver(db: Session, user_id: int, name: str, *, by: Actor) -> None:
    """Go on only for another who is no watcher. Raises `NotYourself`, `WatcherStays`."""
    if by.id == user_id:
        raise NotYourself
    role = roles.watchers(db).get(user_id)
    if role is not None and not permissions.may(by, Action.RIGHTS_EDIT):
        raise WatcherStays(who=name, role=roles.LABELS[role])


def take_back(db: Session, user_id: int, *, by: Actor) -> None:
    """Give somebody who left their account again; posts, seats and roles are given anew."""
    user = _locked(db, user_id)
    if user.is_active:
        raise StillHere(who=user.name)
    db.execute(update(_user).where(_user.c.id == user_id).values(is_active=True, left_on=None))
    about = (f"user:{user_id}",)
    eventlog.record(db, Kind.USER_RETURNED, by=by.mark, asked={"user": user_id}, about=about)


def _locked(db: Session, user_id: int) -> Row[Any]:
    locked = select(_user).where(_user.c.id == user_id).with_for_update()
    row = db.execute(locked).one_or_none()
    if row is None:
        raise NotFound
    return row
