"""One task as its page shows it: the task, its case, the form's values, what was seen before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from engine import (
    eventlog,
    hotpath,
    hotpath_page,
    instances,
    permissions,
    secrecy,
    statements,
    versions,
)
from engine.entries import Kind, read_body
from engine.errors import NotFound, OutOfHands
from engine.forms.model import Form
from engine.forms.rights import READ_ALL, Rights
from engine.models import (
    Content,
    InstanceStatus,
    LogEntry,
    Notification,
    ProcessInstance,
    TaskStatus,
    UserTask,
)
from engine.people import Actor
from engine.permissions import Action
from engine.queries import apart, timeline
from engine.queries.cases import MOST, OPEN
from engine.queries.timeline import Line
from engine.versions import Version

_CONTENT: Final = Content.__table__
_TIMES: Final = ("opened_at", "due_at", "completed_at", "seen_at", "due_first", "started_at")
SEEING: Final = frozenset({Kind.TASK_COMPLETED, Kind.TASK_VOTED, Kind.TASK_RETURNED})


@dataclass(frozen=True, slots=True)
class Task:
    """A task and its case, with the names of the people in it. `token` names its place."""

    id: int
    instance_id: int
    token: str
    element_id: str
    name: str
    number: int
    status: str
    assignee_id: int | None
    candidate_keys: frozenset[str]
    returned: bool
    opened_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    completed_by: int | None
    outcome: str | None
    seat: int
    turn: int
    follows: int
    part: str
    weight: int
    added_by: int | None
    lent_by: int | None
    done_for: int | None
    seen_at: datetime | None
    due_first: datetime | None
    holder: str
    closed_by: str
    title: str
    case_status: str
    subject: str | None
    variables: Mapping[str, Any]
    content_id: int | None
    offered_id: int | None
    offered_hash: str | None
    content_hash: str
    state: str
    log_seq: int
    case_revision: int
    started_by: int | None
    initiator: str
    started_at: datetime
    version: Version

    @property
    def is_open(self) -> bool:
        """Whether it still waits, in a case that still runs."""
        return self.status in OPEN and self.case_status == InstanceStatus.RUNNING

    @property
    def people(self) -> dict[int, str]:
        """The people in it by name."""
        named = (
            (self.assignee_id, self.holder),
            (self.completed_by, self.closed_by),
            (self.started_by, self.initiator),
        )
        return {one: name for one, name in named if one is not None}

    @property
    def definition(self) -> str:
        """The key of the flow."""
        return self.version.key

    @property
    def is_offered(self) -> bool:
        """Whether nobody holds it yet."""
        return self.status == TaskStatus.READY and self.assignee_id is None

    @property
    def form(self) -> Form | None:
        """The form of the step, if it has one that is still in the diagram."""
        return self.version.form(self.element_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """The values that this person, or whoever did this step before, saw or wrote last, and when."""

    values: Mapping[str, Any]
    at: datetime | None
    by_id: int | None


def one(db: Session, person: Actor, task_id: int) -> Task:
    """One task. Raises `NotFound`, also where this person may not know of it."""
    rows = hotpath.read(db, "task_page", {"task": task_id})
    if not rows:
        raise NotFound
    task = _task(db, rows[0])
    if not permissions.may(person, Action.TASK_VIEW, task):
        raise NotFound
    apart.read(db, person, task.instance_id)
    return _told_to(db, person, task)


def newest(db: Session, person: Actor, instance_id: int) -> Task | None:
    """The newest task of a case that has a form and was theirs, else that they may look at.

    Which case they may know of is the caller's to ask.
    """
    if not apart.may_read(db, person, instance_id):
        return None
    found = None
    for row in hotpath.read(db, "tasks_newest", {"case": instance_id, "most": MOST}):
        task = _task(db, row)
        if task.form is None or not permissions.may(person, Action.TASK_VIEW, task):
            continue
        is_theirs = person.id in (task.assignee_id, task.completed_by, task.done_for)
        if is_theirs or not person.keys.isdisjoint(task.candidate_keys):
            return _told_to(db, person, task)
        found = found or task
    return _told_to(db, person, found) if found is not None else None


def out_of_hands(db: Session, person: Actor, task_id: int) -> tuple[NotFound, Form | None]:
    """What somebody may hear of a task that they may not see now, and its form if they saw it.

    They saw it if they were told of it or acted on it; for everybody else there is no such task.
    """
    table, case, told = UserTask.__table__, ProcessInstance.__table__, Notification.__table__
    row = db.execute(
        select(table.c.instance_id, table.c.element_id, case.c.version_id)
        .join(case, case.c.id == table.c.instance_id)
        .where(table.c.id == task_id)
    ).one_or_none()
    if row is None:
        return NotFound(), None
    was_told = select(told.c.id).where(told.c.user_id == person.id, told.c.task_id == task_id)
    here = f'"task":{task_id}'
    acted = select(LogEntry.id).where(
        LogEntry.chain == eventlog.case_chain(row.instance_id),
        LogEntry.by == person.mark,
        or_(*(LogEntry.body.contains(f"{here}{end}", autoescape=True) for end in ",}")),
    )
    if not any(db.execute(one.limit(1)).first() for one in (was_told, acted)):
        return NotFound(), None
    return OutOfHands(), versions.of_case(db, row.version_id).form(row.element_id)


def _told_to(db: Session, person: Actor, task: Task) -> Task:
    """A vote that is secret is told to nobody but who gave it."""
    reader = secrecy.reader(person)
    is_own = reader is not None and reader in (task.completed_by, task.done_for)
    if task.outcome is None or not task.seat or is_own:
        return task
    if task.token not in secrecy.places(db, task.instance_id):
        return task
    return replace(task, outcome=None)


def _task(db: Session, row: tuple[Any, ...]) -> Task:
    found = dict(zip(hotpath_page.TASK, row, strict=True))
    version = versions.load_version(db, found.pop("version_id"), found.pop("version_sha256"))
    keys = frozenset(orjson.loads(found.pop("candidates")))
    made: dict[str, Any] = {
        "variables": orjson.loads(found.pop("variables")),
        "candidate_keys": keys,
    }
    words: dict[str, Any] = {
        name: found.pop(name) or "" for name in ("holder", "closed_by", "initiator")
    }
    times: dict[str, Any] = {name: statements.aware(found.pop(name)) for name in _TIMES}
    is_returned = bool(found.pop("returned"))
    return Task(**found, **made, **words, **times, returned=is_returned, version=version)


def rights(task: Task, *, fills: bool) -> Rights:
    """What the reader may do with the form: what the step allows, or only look on."""
    if task.form is None:
        return READ_ALL
    step = task.version.rights(task.element_id)
    return step if fills else step.for_reading()


def values(
    db: Session, task: Task, lines: tuple[Line, ...] = ()
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The form's values as they stand, and those the case began with.

    Where the entry that they came with is among `lines`, they are at hand.
    """
    stored = _kept(db, task.content_id, task.content_hash, lines)
    if task.offered_id in (None, task.content_id):
        return stored, stored
    return stored, _kept(db, task.offered_id, task.offered_hash, lines)


def _kept(
    db: Session, content_id: int | None, sha256: str | None, lines: tuple[Line, ...]
) -> Mapping[str, Any]:
    here = (one.written.get("values") for one in lines if one.body.content == sha256)
    found: Mapping[str, Any] | None = next(here, None) if sha256 else None
    return instances.values(db, content_id) if found is None else found


def written_by_others(db: Session, task: Task) -> dict[str, Any]:
    """The fields that signers of this step, or whom it was lent to, have changed, as they stand.

    A request that does not say what it has seen must not write over them.
    """
    table = LogEntry.__table__
    here = f'"token":"{task.token}"'
    row = db.execute(
        select(table.c.body)
        .where(
            table.c.chain == eventlog.case_chain(task.instance_id),
            table.c.kind.in_((Kind.TASK_VOTED, Kind.TASK_GIVEN_BACK)),
            table.c.body.contains(here, autoescape=True),
        )
        .order_by(table.c.seq)
        .limit(1)
    ).one_or_none()
    before = read_body(row.body).known.get("seen") if row is not None else None
    if before is None or before == task.content_hash:
        return {}
    kept = select(Content.id).where(
        Content.instance_id == task.instance_id, Content.sha256 == before
    )
    began = instances.values(db, db.execute(kept.limit(1)).scalar())
    stands = instances.values(db, task.content_id)
    return {name: stands[name] for name in stands if stands[name] != began.get(name)}


def history(db: Session, person: Actor, task: Task) -> tuple[Line, ...]:
    """The newest entries of the case, in order."""
    process, after = task.version.process, max(0, task.log_seq - MOST)
    known = {**task.people, person.id or 0: person.name}
    return timeline.of_case(db, person, task.instance_id, process, after=after, known=known)[0]


_KEPT: Final = select(_CONTENT.c.data).where(
    _CONTENT.c.instance_id == bindparam("case"), _CONTENT.c.sha256 == bindparam("hash")
)


def last_seen(db: Session, person: Actor, task: Task, lines: tuple[Line, ...]) -> Seen | None:
    """What stood when this person last acted in the case, or when this step was last done.

    None where neither happened, or where the content was erased since.
    """
    line = next((one for one in reversed(lines) if _is_look(one, person, task)), None)
    if line is None:
        return None
    if "values" in line.written:
        return Seen(line.written["values"], line.at, line.by_id)
    here = {"case": task.instance_id, "hash": line.body.known.get("seen")}
    data = db.execute(_KEPT, here).scalar() if here["hash"] else None
    kept = orjson.loads(data) if data else {}
    return Seen(kept["values"], line.at, line.by_id) if "values" in kept else None


def _is_look(line: Line, person: Actor, task: Task) -> bool:
    mine = line.element_id == task.element_id or line.by_id == person.id
    return mine and line.kind in SEEING
