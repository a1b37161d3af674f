"""Cases for pages and programs: who may see which, lists, one case.

A case is seen by whoever started it, has or had a task in it or is offered one, and by those whom
the policy allows `instance:view_any`. For everybody else it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, or_, select, union
from sqlalchemy.orm import Session

from engine import people, permissions, versions
from engine.errors import NotFound
from engine.models import (
    Committee,
    Copy,
    Post,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    TaskCandidate,
    TaskStatus,
    Unit,
    User,
    UserTask,
)
from engine.people import NOBODY, Actor, Names, Principal
from engine.permissions import Action
from engine.versions import Version

PAGE: Final = 50
MOST: Final = 200
LONGEST_NUMBER: Final = 18
OPEN: Final = (TaskStatus.READY, TaskStatus.CLAIMED)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    id: int
    title: str
    flow: str
    definition: str
    version: int
    status: str
    subject: str | None
    business_key: str | None
    started_by: int | None
    initiator: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list shows: by state, one's own, by definition, subject, title or number."""

    state: str | None = None
    mine: bool = False
    definition: str | None = None
    subject: str | None = None
    text: str = ""


EVERY: Final = Wanted()


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task that waits for whoever asks; it may have been sent back to them."""

    id: int
    returned: bool


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work that waits in a case: who holds it or alone can, else whom it is offered to."""

    id: int
    element_id: str
    name: str
    number: int
    status: str
    assignee_id: int | None
    holder: str
    offered_to: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None
    returned: bool

    @property
    def who(self) -> tuple[str, ...]:
        """Who has it: the holder, or else those it is offered to."""
        return (self.holder,) if self.holder else self.offered_to


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case: its line, the work that waits in it, and the version it is pinned to.

    `entries` is the number of its newest entry.
    """

    row: CaseRow
    waiting: tuple[OpenTask, ...]
    version: Version
    content_id: int | None
    variables: Mapping[str, Any]
    entries: int


def listed(
    db: Session,
    person: Actor,
    wanted: Wanted = EVERY,
    *,
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[tuple[CaseRow, ...], int | None]:
    """Cases this person may see, the newest first, and after which number the next page begins."""
    limit = max(1, min(limit, MOST))
    case = ProcessInstance.__table__
    found = _rows()
    if wanted.mine:
        found = found.where(case.c.started_by == person.id)
    elif not permissions.may(person, Action.INSTANCE_VIEW_ANY):
        found = found.where(case.c.id.in_(own(person)))
    if wanted.state is not None:
        found = found.where(case.c.status == wanted.state)
    if wanted.definition is not None:
        found = found.where(ProcessDefinition.key == wanted.definition)
    if wanted.subject is not None:
        found = found.where(case.c.subject == wanted.subject)
    if wanted.text.strip():
        found = found.where(_named(wanted.text.strip()))
    if after is not None:
        found = found.where(case.c.id < after)
    rows = db.execute(found.order_by(case.c.id.desc()).limit(limit + 1)).all()
    lines = tuple(CaseRow(*row) for row in rows[:limit])
    return lines, lines[-1].id if len(rows) > limit else None


def _named(text: str) -> ColumnElement[bool]:
    case = ProcessInstance.__table__
    titled = case.c.title.contains(text, autoescape=True)
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER:
        return or_(titled, case.c.id == int(number))
    return titled


def _rows() -> Select[Any]:
    case, version = ProcessInstance.__table__, ProcessVersion.__table__
    return (
        select(
            case.c.id,
            case.c.title,
            version.c.name,
            ProcessDefinition.key,
            version.c.number,
            case.c.status,
            case.c.subject,
            case.c.business_key,
            case.c.started_by,
            User.name,
            case.c.started_at,
            case.c.ended_at,
        )
        .join(version, version.c.id == case.c.version_id)
        .join(ProcessDefinition, ProcessDefinition.id == version.c.definition_id)
        .join(User, User.id == case.c.started_by, isouter=True)
    )


def own(person: Actor) -> Select[Any]:
    """The cases a person has to do with, from five indexes.

    A deputy has to do with those that wait for a principal, in the flows and the days it goes for.
    """
    case, task, offer = ProcessInstance.__table__, UserTask.__table__, TaskCandidate.__table__
    copied = Copy.__table__
    offered = select(task.c.instance_id).join(offer, offer.c.task_id == task.c.id)
    for_all = [one.keys for one in person.deputy_for if one.definitions is None]
    parts = union(
        select(case.c.id).where(case.c.started_by == person.id),
        select(case.c.id).where(case.c.successor_id == person.id),
        select(task.c.instance_id).where(task.c.completed_by == person.id),
        select(copied.c.instance_id).where(copied.c.user_id == person.id),
        offered.where(offer.c.key.in_(sorted(person.keys.union(*for_all)))),
        *(_in_flows(offered, one) for one in person.deputy_for if one.definitions is not None),
    ).subquery()
    return select(parts.c.id)


def _in_flows(offered: Select[Any], principal: Principal) -> Select[Any]:
    """What is offered to a principal in the flows that the deputy goes for."""
    case, version = ProcessInstance.__table__, ProcessVersion.__table__
    return (
        offered.join(case, case.c.id == UserTask.__table__.c.instance_id)
        .join(version, version.c.id == case.c.version_id)
        .join(ProcessDefinition, ProcessDefinition.id == version.c.definition_id)
        .where(
            TaskCandidate.__table__.c.key.in_(sorted(principal.keys)),
            ProcessDefinition.key.in_(sorted(principal.definitions or ())),
        )
    )


class Tie(StrEnum):
    """What lets a person know of a case."""

    ALLOWED = "allowed"
    """The policy: `instance:view_any`."""
    STARTED = "started"
    HELD = "held"
    """Holds or finished a task in it."""
    OFFERED = "offered"
    """A task in it is or was offered to them."""
    COPIED = "copied"
    """Got a copy of it."""
    DEPUTY = "deputy"
    """A task in it waits for somebody in whose place they may act."""


def see(db: Session, person: Actor, instance_id: int) -> None:
    """Go on only if this person may know of the case. Raises `NotFound`: no hint that it exists."""
    if next(ties(db, person, instance_id), None) is None:
        raise NotFound


def ties(db: Session, person: Actor, instance_id: int) -> Iterator[Tie]:
    """What lets this person know of the case, one after the other. Raises `NotFound`."""
    case, task = ProcessInstance.__table__, UserTask.__table__
    wanted = select(case.c.started_by, case.c.successor_id, case.c.version_id)
    wanted = wanted.where(case.c.id == instance_id)
    started = db.execute(wanted).one_or_none()
    if started is None:
        raise NotFound
    if permissions.may(person, Action.INSTANCE_VIEW_ANY):
        yield Tie.ALLOWED
    if person.id is not None and person.id in (started.started_by, started.successor_id):
        yield Tie.STARTED
    columns = select(task.c.assignee_id, task.c.completed_by, task.c.candidates, task.c.status)
    rows = db.execute(columns.where(task.c.instance_id == instance_id)).all()
    if any(person.id in (row.assignee_id, row.completed_by) for row in rows):
        yield Tie.HELD
    if any(not person.keys.isdisjoint(orjson.loads(row.candidates)) for row in rows):
        yield Tie.OFFERED
    table = Copy.__table__
    mine = (table.c.instance_id == instance_id) & (table.c.user_id == person.id)
    if db.execute(select(table.c.id).where(mine).limit(1)).first() is not None:
        yield Tie.COPIED
    if person.deputy_for and _stands_in(db, person, started.version_id, rows):
        yield Tie.DEPUTY


def _stands_in(db: Session, person: Actor, version_id: int, rows: Iterable[Any]) -> bool:
    """Whether a task waits for somebody in whose place this person may act in this flow."""
    key = versions.of_case(db, version_id).key
    waits = [row for row in rows if row.status in OPEN]
    return any(
        one.covers(key)
        and any(
            one.id == row.assignee_id or not one.keys.isdisjoint(orjson.loads(row.candidates))
            for row in waits
        )
        for one in person.deputy_for
    )


def one(db: Session, person: Actor, instance_id: int) -> CaseView:
    """One case. Raises `NotFound`, also where this person may not know of it."""
    see(db, person, instance_id)
    case = ProcessInstance.__table__
    more = (case.c.version_id, case.c.content_id, case.c.variables, case.c.log_seq)
    found = db.execute(_rows().add_columns(*more).where(case.c.id == instance_id)).one()
    version = versions.of_case(db, found.version_id)
    row = CaseRow(*found[: len(CaseRow.__slots__)])
    variables = orjson.loads(found.variables)
    waits = waiting(db, instance_id)
    return CaseView(row, waits, version, found.content_id, variables, found.log_seq)


def open_for(db: Session, person: Actor, instance_id: int) -> int | None:
    """The oldest task of a case that waits for this person, or None."""
    found = open_for_each(db, person, [instance_id]).get(instance_id)
    return found.id if found is not None else None


def open_for_each(db: Session, person: Actor, instance_ids: Iterable[int]) -> dict[int, OwnTask]:
    """The oldest task of each of these cases that waits for this person, in one statement."""
    task, offer = UserTask.__table__, TaskCandidate.__table__
    mine = (
        select(task.c.instance_id, task.c.id, task.c.returned)
        .join(offer, offer.c.task_id == task.c.id)
        .where(task.c.instance_id.in_(list(instance_ids)), task.c.status.in_(OPEN))
        .where(offer.c.key.in_(sorted(person.keys)))
    )
    rows = db.execute(mine.order_by(task.c.id.desc())).all()
    return {row.instance_id: OwnTask(row.id, row.returned) for row in rows}


def waiting(db: Session, instance_id: int, known: Names = NOBODY) -> tuple[OpenTask, ...]:
    """The work that waits in a case, oldest first. Some names may be `known`."""
    return waiting_in(db, [instance_id], known).get(instance_id, ())


_TASK, _HOLDER = UserTask.__table__, User.__table__
_WAITING: Final = (
    select(_TASK, _HOLDER.c.name.label("holder"))
    .join(_HOLDER, _HOLDER.c.id == _TASK.c.assignee_id, isouter=True)
    .where(_TASK.c.instance_id.in_(bindparam("cases", expanding=True)), _TASK.c.status.in_(OPEN))
    .order_by(_TASK.c.id)
)


def waiting_in(
    db: Session, instance_ids: Iterable[int], known: Names = NOBODY
) -> dict[int, tuple[OpenTask, ...]]:
    """The work that waits in each of these cases, in a few statements for all of them."""
    rows = db.execute(_WAITING, {"cases": list(instance_ids)}).all()
    found: dict[int, tuple[OpenTask, ...]] = {}
    for row, one in zip(rows, open_tasks(db, rows, known), strict=True):
        found[row.instance_id] = (*found.get(row.instance_id, ()), one)
    return found


def open_tasks(db: Session, rows: Sequence[Any], known: Names) -> tuple[OpenTask, ...]:
    """Rows of open tasks, each with the name of its `holder`, as the work that waits."""
    offers = {
        row.id: tuple(orjson.loads(row.candidates)) for row in rows if row.assignee_id is None
    }
    words = key_words(db, {key for keys in offers.values() for key in keys}, known)
    return tuple(
        OpenTask(
            row.id,
            row.element_id,
            row.name,
            row.number,
            row.status,
            row.assignee_id,
            row.holder or _only_one(offers.get(row.id, ()), words),
            tuple(words[key] for key in offers.get(row.id, ())),
            row.opened_at,
            row.due_at,
            row.returned,
        )
        for row in rows
    )


def _only_one(keys: tuple[str, ...], words: Mapping[str, str]) -> str:
    """The name of the one person a task is offered to: the same as if they held it."""
    return words[keys[0]] if len(keys) == 1 and keys[0].startswith("u:") else ""


def key_words(db: Session, keys: Iterable[str], known: Names = NOBODY) -> dict[str, str]:
    """Inbox keys in words: a person's name, a post with its unit; a role stays its key."""
    parts = {key: key.split(":") for key in keys}
    users = people.names(db, [int(part[1]) for part in parts.values() if part[0] == "u"], known)
    posts, units = _names(db, Post, parts, 1), _names(db, Unit, parts, 2)
    seated = {part[1] for part in parts.values() if part[0] == "c"}
    committees = _committees(db, seated) if seated else {}
    found = {}
    for key, part in parts.items():
        if part[0] == "u":
            found[key] = users.get(int(part[1]), "…")
        elif part[0] == "p":
            unit = units.get(part[2], "") if len(part) > 2 else ""  # noqa: PLR2004  (p:post:unit)
            found[key] = "·".join(one for one in (unit, posts.get(part[1], part[1])) if one)
        elif part[0] == "c":
            found[key] = committees.get(part[1], part[1])
        else:
            found[key] = part[1]
    return found


def _committees(db: Session, keys: Iterable[str]) -> dict[str, str]:
    named = select(Committee.key, Committee.name).where(Committee.key.in_(sorted(keys)))
    return {row.key: row.name for row in db.execute(named)}


def _names(db: Session, model: Any, parts: Mapping[str, list[str]], place: int) -> dict[str, str]:
    wanted = {part[place] for part in parts.values() if part[0] == "p" and len(part) > place}
    if not wanted:
        return {}
    if model is Post:
        posts = select(Post.key, Post.name).where(Post.key.in_(wanted))
        return {row.key: row.name for row in db.execute(posts)}
    units = select(Unit.id, Unit.name).where(Unit.id.in_([int(one) for one in wanted]))
    return {str(row.id): row.name for row in db.execute(units)}
