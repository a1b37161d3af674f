"""Imports as people handle them: begin, look at, decide, apply, drop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, jobs, permissions
from engine.college import parts
from engine.entries import Kind
from engine.errors import NotFound
from engine.forms import texts
from engine.models import Incident, IncidentStatus, Job, User
from engine.people import Actor
from engine.permissions import Action
from quality.imports import applying, columns, comparing, counting, covering, faults, rows, workbook
from quality.imports.columns import WORKERS, Row, Sheet
from quality.imports.errors import ImportNotReady, NothingInIt, NotYourSheet
from quality.imports.faults import Fault
from quality.imports.models import Import, ImportStatus, RowAction
from quality.imports.workbook import Read
from quality.pages import Page, clamp, cut

_run, _row, _user = Import.__table__, rows.TABLE, User.__table__
AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Run:
    """An import as it is shown. `done` of `total` rows are dealt with in the present status."""

    id: int
    filename: str
    sha256: str
    status: ImportStatus
    with_leavers: bool
    total: int
    done: int
    counts: Mapping[str, int]
    unused: Sequence[str]
    by_id: int
    by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def writes(self) -> int:
        """How many rows would write something, leavers aside."""
        return sum(self.counts.get(one, 0) for one in (RowAction.ADD, RowAction.CHANGE))


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown: what was typed, what it replaces, why it cannot be."""

    number: int
    sheet: Sheet
    line: int
    action: RowAction
    is_done: bool
    key: str
    data: Mapping[str, str]
    was: Mapping[str, Any]
    faults: Sequence[Fault]


def sheets_for(by: Actor) -> list[Sheet]:
    """The sheets that this person may bring in."""
    return [
        sheet for key, sheet in columns.ready().items() if permissions.may(by, WORKERS[key].right)
    ]


def begin(
    db: Session, filename: str, content: bytes, *, by: Actor, with_leavers: bool = False
) -> int:
    """Take a file: read it, keep its rows, have them compared. Returns the number of the import.

    Raises `UnfitFile`, `NotYourSheet`.
    """
    permissions.require(by, Action.IMPORT_RUN)
    found = workbook.read(content, filename)
    for read in found:
        if not permissions.may(by, WORKERS[read.sheet.key].right):
            raise NotYourSheet(sheet=read.sheet.name)
    total = sum(len(read.lines) for read in found)
    if total == 0:
        raise NothingInIt
    run = {
        "filename": _short(filename),
        "sha256": hashlib.sha256(content).hexdigest(),
        "status": ImportStatus.COMPARING.value,
        "with_leavers": with_leavers,
        "total": total,
        "done": 0,
        "counts": orjson.dumps({counting.UNUSED: _unused(found)}).decode(),
        "by_id": by.id,
        "created_at": clock.now(),
        "finished_at": None,
    }
    import_id: int = db.execute(insert(_run).returning(_run.c.id), run).scalar_one()
    _keep_rows(db, import_id, found)
    covering.remember(db, import_id)
    jobs.enqueue(db, comparing.TOPIC, str(import_id))
    return import_id


def _short(filename: str) -> str:
    plain = texts.clean(filename.encode(errors="replace").decode()).replace("\n", " ")
    return plain.replace("\\", "/").rpartition("/")[2][-200:] or "-"


def _unused(found: Sequence[Read]) -> list[str]:
    return [header for read in found for header in read.unknown][:50]


def _keep_rows(db: Session, import_id: int, found: Sequence[Read]) -> None:
    number = 0
    for read in found:
        cleaned = [rows.cleaned(read.sheet, line, typed) for line, typed in read.lines]
        ordered: list[Row] = WORKERS[read.sheet.key].within(cleaned)
        for row in ordered:
            number += 1
            row.number = number
        kept = [rows.written(import_id, read.sheet, row) for row in ordered]
        for portion in parts.chunks(kept, AT_ONCE):
            db.execute(insert(_row), list(portion))


def _visible(by: Actor) -> Any:
    """People who may edit people see every import, others those that they brought."""
    mine = _run.c.by_id == by.id
    return _run.c.id > 0 if permissions.may(by, Action.PERSON_EDIT) else mine


def listed(db: Session, by: Actor, *, after: int | None = None, limit: int = 50) -> Page[Run]:
    """Imports, the newest first."""
    permissions.require(by, Action.IMPORT_RUN)
    limit = clamp(limit)
    wanted = _runs().where(_visible(by)).order_by(_run.c.id.desc()).limit(limit + 1)
    if after is not None:
        wanted = wanted.where(_run.c.id < after)
    found, following = cut(db.execute(wanted).all(), limit, "id")
    return Page(tuple(map(_shown, found)), following)


def one(db: Session, by: Actor, import_id: int) -> Run:
    """An import. Raises `NotFound`."""
    permissions.require(by, Action.IMPORT_RUN)
    found = db.execute(_runs().where(_run.c.id == import_id, _visible(by))).one_or_none()
    if found is None:
        raise NotFound
    return _shown(found)


def _runs() -> Any:
    return select(_run, _user.c.name.label("by_name")).join(_user, _user.c.id == _run.c.by_id)


def _shown(row: Any) -> Run:
    counts = orjson.loads(row.counts)
    unused = counts.pop(counting.UNUSED, [])
    return Run(
        row.id,
        row.filename,
        row.sha256,
        ImportStatus(row.status),
        row.with_leavers,
        row.total,
        row.done,
        counts,
        unused,
        row.by_id,
        row.by_name,
        row.created_at,
        row.finished_at,
    )


def lines(
    db: Session,
    import_id: int,
    *,
    action: RowAction | None = None,
    sheet: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[Line]:
    """Rows of an import that `one` has shown to be there, in the order of the file."""
    limit = clamp(limit)
    wanted = select(_row).where(_row.c.import_id == import_id, _row.c.number > (after or 0))
    if action is not None:
        wanted = wanted.where(_row.c.action == action)
    if sheet is not None:
        wanted = wanted.where(_row.c.sheet == sheet)
    rows_found = db.execute(wanted.order_by(_row.c.number).limit(limit + 1)).all()
    found, following = cut(rows_found, limit, "number")
    return Page(tuple(map(line, found)), following)


def line(row: Any) -> Line:
    """A kept row as it is shown."""
    return Line(
        row.number,
        columns.sheets()[row.sheet],
        row.line,
        RowAction(row.action),
        row.is_done,
        row.key,
        orjson.loads(row.data),
        orjson.loads(row.was),
        faults.loaded(row.reasons),
    )


def seen(line: Line, run: Run, by: Actor) -> Line:
    """A row as this person may see it: what is private whole only for who typed it, to mend it."""
    is_theirs = run.by_id == by.id and by.seen_by is None
    was = covering.ends(line.sheet, line.was)
    if is_theirs and line.action is RowAction.ERROR:
        return replace(line, was=was)
    data = covering.ends(line.sheet, line.data)
    return replace(line, data=data, was=was, faults=covering.reasons(line.sheet, line.faults))


def private(db: Session, import_id: int) -> list[str]:
    """The columns whose private cells stand whole in rows in error."""
    wrong = select(_row).where(_row.c.import_id == import_id, _row.c.action == RowAction.ERROR)
    found = map(line, db.execute(wrong))
    return sorted({key for one in found for key in covering.whole(one.sheet, one.data)})


def by_sheet(db: Session, import_id: int) -> list[tuple[Sheet, int]]:
    """The sheets of an import, and how many rows each has."""
    counted = select(_row.c.sheet, func.count().label("rows")).where(_row.c.import_id == import_id)
    found = {row.sheet: row.rows for row in db.execute(counted.group_by(_row.c.sheet))}
    return [(sheet, found[key]) for key, sheet in columns.sheets().items() if key in found]


def stuck(db: Session, import_ids: Iterable[int]) -> frozenset[int]:
    """Those imports whose background work came to an incident that is still open."""
    topics = (comparing.TOPIC, applying.TOPIC)
    found = (
        select(Job.reference)
        .join(Incident, Incident.job_id == Job.id)
        .where(
            Incident.status == IncidentStatus.OPEN,
            Job.topic.in_(topics),
            Job.reference.in_([str(import_id) for import_id in import_ids]),
        )
    )
    return frozenset(int(reference) for reference in db.execute(found).scalars())


def stay(db: Session, import_id: int, number: int, *, by: Actor, stays: bool) -> None:
    """Decide for one leaver of the preview: stays after all, or leaves."""
    _mine(db, import_id, by)
    was = (RowAction.LEAVE, RowAction.KEEP) if stays else (RowAction.KEEP, RowAction.LEAVE)
    changed = (
        update(_row)
        .where(_row.c.import_id == import_id, _row.c.number == number, _row.c.action == was[0])
        .values(action=was[1].value)
    )
    db.execute(changed)
    _recount(db, import_id)


def _mine(db: Session, import_id: int, by: Actor) -> Any:
    """The import, locked, if it waits for this person's decision."""
    permissions.require(by, Action.IMPORT_RUN)
    one(db, by, import_id)
    run = counting.locked(db, import_id)
    if run.by_id != by.id:
        raise ImportNotReady(why="只有上传它的人可以决定。")
    if run.status != ImportStatus.READY:
        raise ImportNotReady(why=_WHY[ImportStatus(run.status)])
    return run


_WHY: Final[Mapping[ImportStatus, str]] = {
    ImportStatus.COMPARING: "还在比对，请等预览出来。",
    ImportStatus.APPLYING: "已经在写入了。",
    ImportStatus.DONE: "已经写入完毕。",
    ImportStatus.DROPPED: "已经放弃了。",
}


def _recount(db: Session, import_id: int) -> None:
    run = counting.locked(db, import_id)
    noted = counting.noted(run.counts, counting.counts(db, import_id))
    db.execute(update(_run).where(_run.c.id == import_id).values(counts=noted))


def apply(db: Session, import_id: int, *, by: Actor, leavers: bool = False) -> None:
    """Have the good rows written. Without `leavers`, everybody who is missing stays.

    Raises `ImportNotReady`.
    """
    _mine(db, import_id, by)
    if not leavers:
        missing = (_row.c.import_id == import_id) & (_row.c.action == RowAction.LEAVE)
        db.execute(update(_row).where(missing).values(action=RowAction.KEEP.value))
        _recount(db, import_id)
    counts = counting.counts(db, import_id)
    total = sum(counts.get(action, 0) for action in applying.WRITES)
    begun = {"status": ImportStatus.APPLYING.value, "done": 0, "total": total}
    db.execute(update(_run).where(_run.c.id == import_id).values(begun))
    run = counting.locked(db, import_id)
    eventlog.record(
        db,
        Kind.IMPORT_BEGUN,
        by=by.mark,
        asked={"import": import_id, "sha256": run.sha256, "rows": counts},
        about=(f"import:{import_id}",),
    )
    jobs.enqueue(db, applying.TOPIC, str(import_id))


def drop(db: Session, import_id: int, *, by: Actor) -> None:
    """Give up an import that was not applied: its rows go, for they hold what people wrote."""
    shown = one(db, by, import_id)
    run = counting.locked(db, import_id)
    if shown.by_id != by.id:
        raise ImportNotReady(why="只有上传它的人可以决定。")
    if run.status not in (ImportStatus.COMPARING, ImportStatus.READY):
        raise ImportNotReady(why=_WHY[ImportStatus(run.status)])
    covering.drop(db, import_id)
