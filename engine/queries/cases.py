"""Cases for pages and programs: who may see which, lists, one case, its timeline, its drawing.

A case is seen by whoever started it, has or had a task in it or is offered one, and by those whom
the policy allows `instance:view_any`. For everybody else it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from engine import entries, eventlog, people, permissions, versions
from engine.bpmn import state
from engine.bpmn.process import Process
from engine.entries import Body, Kind
from engine.errors import NotFound
from engine.models import (
    Content,
    Incident,
    IncidentStatus,
    LogEntry,
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
from engine.people import Actor
from engine.permissions import Action
from engine.queries import marks
from engine.versions import Version

PAGE: Final = 50
MOST: Final = 200
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
    """Which cases a list shows: of one state, one's own, of one definition, about one subject."""

    state: str | None = None
    mine: bool = False
    definition: str | None = None
    subject: str | None = None


EVERY: Final = Wanted()


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work that waits in a case: who holds it, or else whom it is offered to, in words."""

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


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case: its line, the work that waits in it, and the version it is pinned to."""

    row: CaseRow
    waiting: tuple[OpenTask, ...]
    version: Version
    content_id: int | None
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a case as people read it: who did what where, the opinion, to whom it went."""

    seq: int
    at: datetime
    kind: Kind
    by: str
    by_id: int | None
    who: str
    element_id: str
    element: str
    outcome: str
    to: str
    comment: str
    erased: bool
    hash: str
    body: Body


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the diagram of a case shows; `holders` are names by element."""

    done: tuple[str, ...]
    active: tuple[str, ...]
    flows: tuple[str, ...]
    passes: Mapping[str, int]
    holders: Mapping[str, str]
    returns: tuple[marks.Returned, ...]
    stuck: Mapping[str, str]


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
        found = found.where(case.c.id.in_(_own(person)))
    if wanted.state is not None:
        found = found.where(case.c.status == wanted.state)
    if wanted.definition is not None:
        found = found.where(ProcessDefinition.key == wanted.definition)
    if wanted.subject is not None:
        found = found.where(case.c.subject == wanted.subject)
    if after is not None:
        found = found.where(case.c.id < after)
    rows = db.execute(found.order_by(case.c.id.desc()).limit(limit + 1)).all()
    lines = tuple(CaseRow(*row) for row in rows[:limit])
    return lines, lines[-1].id if len(rows) > limit else None


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


def _own(person: Actor) -> Select[Any]:
    """The cases a person has to do with, from three indexes."""
    case, task, offer = ProcessInstance.__table__, UserTask.__table__, TaskCandidate.__table__
    parts = union(
        select(case.c.id).where(case.c.started_by == person.id),
        select(task.c.instance_id).where(task.c.completed_by == person.id),
        select(task.c.instance_id)
        .join(offer, offer.c.task_id == task.c.id)
        .where(offer.c.key.in_(sorted(person.keys))),
    ).subquery()
    return select(parts.c.id)


def see(db: Session, person: Actor, instance_id: int) -> None:
    """Go on only if this person may know of the case. Raises `NotFound`: no hint that it exists."""
    case, task = ProcessInstance.__table__, UserTask.__table__
    started = db.execute(select(case.c.started_by).where(case.c.id == instance_id)).one_or_none()
    if started is None:
        raise NotFound
    if permissions.may(person, Action.INSTANCE_VIEW_ANY) or started.started_by == person.id:
        return
    rows = db.execute(
        select(task.c.assignee_id, task.c.completed_by, task.c.candidates).where(
            task.c.instance_id == instance_id
        )
    )
    for row in rows:
        if person.id in (row.assignee_id, row.completed_by):
            return
        if not person.keys.isdisjoint(orjson.loads(row.candidates)):
            return
    raise NotFound


def one(db: Session, person: Actor, instance_id: int) -> CaseView:
    """One case. Raises `NotFound`, also where this person may not know of it."""
    see(db, person, instance_id)
    case = ProcessInstance.__table__
    more = (case.c.version_id, case.c.content_id, case.c.variables)
    found = db.execute(_rows().add_columns(*more).where(case.c.id == instance_id)).one()
    version = versions.of_case(db, found.version_id)
    row = CaseRow(*found[: len(CaseRow.__slots__)])
    variables = orjson.loads(found.variables)
    return CaseView(row, waiting(db, instance_id), version, found.content_id, variables)


def waiting(db: Session, instance_id: int) -> tuple[OpenTask, ...]:
    """The work that waits in a case, oldest first."""
    task = UserTask.__table__
    rows = db.execute(
        select(task)
        .where(task.c.instance_id == instance_id, task.c.status.in_(OPEN))
        .order_by(task.c.id)
    ).all()
    names = people.names(db, [row.assignee_id for row in rows])
    offers = {
        row.id: tuple(orjson.loads(row.candidates)) for row in rows if row.assignee_id is None
    }
    words = key_words(db, {key for keys in offers.values() for key in keys})
    return tuple(
        OpenTask(
            row.id,
            row.element_id,
            row.name,
            row.number,
            row.status,
            row.assignee_id,
            names.get(row.assignee_id, ""),
            tuple(words[key] for key in offers.get(row.id, ())),
            row.opened_at,
            row.due_at,
            row.returned,
        )
        for row in rows
    )


def key_words(db: Session, keys: Iterable[str]) -> dict[str, str]:
    """Inbox keys in words: a person's name, a post with its unit; a role stays its key."""
    parts = {key: key.split(":") for key in keys}
    users = people.names(db, [int(part[1]) for part in parts.values() if part[0] == "u"])
    posts, units = _names(db, Post, parts, 1), _names(db, Unit, parts, 2)
    found = {}
    for key, part in parts.items():
        if part[0] == "u":
            found[key] = users.get(int(part[1]), "…")
        elif part[0] == "p":
            unit = units.get(part[2], "") if len(part) > 2 else ""  # noqa: PLR2004  (p:post:unit)
            found[key] = "·".join(one for one in (unit, posts.get(part[1], part[1])) if one)
        else:
            found[key] = part[1]
    return found


def _names(db: Session, model: Any, parts: Mapping[str, list[str]], place: int) -> dict[str, str]:
    wanted = {part[place] for part in parts.values() if part[0] == "p" and len(part) > place}
    if not wanted:
        return {}
    if model is Post:
        return {
            row.key: row.name
            for row in db.execute(select(Post.key, Post.name).where(Post.key.in_(wanted)))
        }
    ids = [int(one) for one in wanted]
    return {
        str(row.id): row.name
        for row in db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    }


def timeline(
    db: Session, person: Actor, instance_id: int, *, after: int = 0, limit: int = MOST
) -> tuple[tuple[Line, ...], int | None]:
    """The entries of a case in order, with what was written, and where the next page begins."""
    see(db, person, instance_id)
    limit = max(1, min(limit, MOST))
    rows = db.execute(_entries(instance_id).where(LogEntry.seq > after).limit(limit + 1)).all()
    process = _process(db, instance_id)
    bodies = [entries.read_body(row.body) for row in rows[:limit]]
    written = _written(db, instance_id, [body.content for body in bodies if body.content])
    people_named = [_user(row.by) for row in rows] + [_receiver(body) for body in bodies]
    names = people.names(db, people_named)
    lines = tuple(
        _line(row, body, written, names, process)
        for row, body in zip(rows[:limit], bodies, strict=True)
    )
    return lines, lines[-1].seq if len(rows) > limit else None


def _entries(instance_id: int) -> Select[Any]:
    chain = eventlog.case_chain(instance_id)
    return select(LogEntry.__table__).where(LogEntry.chain == chain).order_by(LogEntry.seq)


def _process(db: Session, instance_id: int) -> Process:
    case = ProcessInstance.__table__
    version_id = db.execute(select(case.c.version_id).where(case.c.id == instance_id)).scalar_one()
    return versions.of_case(db, version_id).process


def _written(db: Session, instance_id: int, hashes: list[str]) -> dict[str, bytes]:
    content = Content.__table__
    wanted = select(content.c.sha256, content.c.data).where(
        content.c.instance_id == instance_id, content.c.sha256.in_(hashes)
    )
    return {row.sha256: row.data for row in db.execute(wanted)}


def _line(
    row: Any, body: Body, written: Mapping[str, bytes], names: Mapping[int, str], process: Process
) -> Line:
    data = written.get(body.content, b"")
    comment = orjson.loads(data).get("comment", "") if data else ""
    element_id, by_id = str(body.asked.get("element", "")), _user(row.by)
    return Line(
        row.seq,
        datetime.fromisoformat(row.at),
        Kind(row.kind),
        row.by,
        by_id,
        names.get(by_id, "") if by_id is not None else "",
        element_id,
        _label(process, element_id),
        str(body.asked.get("outcome") or ""),
        _to(body, names, process),
        comment,
        bool(body.content) and not data,
        row.hash,
        body,
    )


def _receiver(body: Body) -> int | None:
    """The person a task was handed to; a return names an element instead."""
    target = body.asked.get("to")
    return target if isinstance(target, int) else None


def _to(body: Body, names: Mapping[int, str], process: Process) -> str:
    receiver = _receiver(body)
    if receiver is not None:
        return names.get(receiver, "…")
    return _label(process, str(body.asked.get("to", "")))


def _label(process: Process, element_id: str) -> str:
    element = process.elements.get(element_id)
    return element.label if element is not None else element_id


def _user(mark: str) -> int | None:
    return int(mark.partition(":")[2]) if mark.startswith("user:") else None


def drawing(db: Session, person: Actor, instance_id: int) -> Drawing:
    """What the diagram of a case shows now. Raises `NotFound`."""
    view = one(db, person, instance_id)
    process = view.version.process
    passed = marks.Passed()
    for row in db.execute(_entries(instance_id)):
        at = datetime.fromisoformat(row.at)
        passed = marks.follow(process, passed, entries.read_body(row.body), at)
    case = ProcessInstance.__table__
    stands = state.load(
        db.execute(select(case.c.state).where(case.c.id == instance_id)).scalar_one()
    )
    holders: dict[str, list[str]] = {}
    for task in view.waiting:
        holders.setdefault(task.element_id, []).extend(
            [task.holder] if task.holder else task.offered_to
        )
    return Drawing(
        passed.elements,
        marks.active(stands),
        passed.flows,
        dict(stands.passes),
        {element: "、".join(dict.fromkeys(names)) for element, names in holders.items()},
        passed.returns,
        {**passed.stuck, **_incidents(db, instance_id)},
    )


def _incidents(db: Session, instance_id: int) -> dict[str, str]:
    table = Incident.__table__
    rows = db.execute(
        select(table.c.element_id, table.c.sentence, table.c.data).where(
            table.c.instance_id == instance_id,
            table.c.status == IncidentStatus.OPEN,
            table.c.element_id.is_not(None),
        )
    )
    return {
        row.element_id: row.sentence.format_map(marks.Known(orjson.loads(row.data))) for row in rows
    }
