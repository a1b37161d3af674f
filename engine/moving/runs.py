"""Many cases at once: a run that a worker carries out in portions, watched and undone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, Select, func, insert, literal, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, later, people, permissions, versions
from engine.errors import CannotMove, NotFound, ReasonRequired, Refused
from engine.forms import texts
from engine.instances import MAX_COMMENT
from engine.models import (
    CaseMove,
    MoveRun,
    MoveStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
)
from engine.moving import carrying
from engine.moving.planning import MOVABLE, Reason
from engine.people import Actor
from engine.permissions import Action

TOPIC: Final = "engine.moving"
PORTION: Final = 20
MOST_SHOWN: Final = 200
UNDER_WAY: Final = (MoveStatus.WAITING, MoveStatus.GOING_BACK)

_run, _case = MoveRun.__table__, CaseMove.__table__


@dataclass(frozen=True, slots=True)
class Run:
    """A run and how far it has come: `counts` says how many cases are in which status."""

    id: str
    key: str
    numbers: tuple[int, int]
    reason: str
    started_by: int | None
    started_at: datetime
    undone_at: datetime | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All cases of the run."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """Those that a worker has not come to yet."""
        return sum(self.counts.get(status, 0) for status in UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of a run; `sentence` and `values` say why it was left as it was."""

    instance_id: int
    title: str
    status: str
    sentence: str
    values: Mapping[str, Any]


def begin(
    db: Session,
    key: str,
    numbers: tuple[int, int],
    places: Mapping[str, str] | None = None,
    *,
    by: Actor,
    reason: str,
    only: Sequence[int] | None = None,
) -> str:
    """Begin to move the cases of a version, or `only` some of them. Returns the run's id."""
    permissions.require(by, Action.INSTANCE_MOVE)
    reason = texts.kept(reason, MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    old, new = (versions.numbered(db, key, number) for number in numbers)
    if old.id == new.id:
        raise CannotMove(why="两个版本是同一个。")
    run_id = secrets.token_hex(8)
    row = {
        "id": run_id,
        "definition_id": select(ProcessVersion.definition_id)
        .where(ProcessVersion.id == old.id)
        .scalar_subquery(),
        "from_version_id": old.id,
        "to_version_id": new.id,
        "places": eventlog.as_json(dict(places or {})).decode(),
        "reason": reason,
        "started_by": by.id,
        "started_at": clock.now(),
    }
    db.execute(insert(_run).values(row))
    table = ProcessInstance.__table__
    waiting = literal(MoveStatus.WAITING.value)
    chosen = select(literal(run_id), table.c.id, waiting, literal(""), literal("{}")).where(
        table.c.version_id == old.id, table.c.status.in_(MOVABLE)
    )
    if only is not None:
        chosen = chosen.where(table.c.id.in_(list(only)))
    columns = ["run", "instance_id", "status", "sentence", "data"]
    db.execute(insert(_case).from_select(columns, chosen))
    later.enqueue(db, TOPIC, run_id)
    return run_id


def undo(db: Session, run_id: str, *, by: Actor) -> None:
    """Begin to move the cases of a run back; each that cannot go stays, with the reason."""
    permissions.require(by, Action.INSTANCE_MOVE)
    found = db.execute(select(_run).where(_run.c.id == run_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    if found.undone_at is not None:
        raise CannotMove(why="这次迁移已经撤销过了。")
    if _counts(db, [run_id]).get(run_id, {}).get(MoveStatus.WAITING):
        raise CannotMove(why="这次迁移还没有做完，请稍后再撤销。")
    told = {"undone_at": clock.now(), "undone_by": by.id}
    db.execute(update(_run).where(_run.c.id == run_id).values(told))
    moved = (_case.c.run == run_id) & (_case.c.status == MoveStatus.MOVED)
    db.execute(update(_case).where(moved).values(status=MoveStatus.GOING_BACK))
    later.enqueue(db, TOPIC, run_id)


def work(db: Session, run_id: str) -> bool:
    """Move a portion of a run's cases, or move them back. Answers whether more are left."""
    told = db.execute(select(_run).where(_run.c.id == run_id)).one()
    here, there = (
        versions.of_case(db, version_id)
        for version_id in (told.from_version_id, told.to_version_id)
    )
    mine = (_case.c.run == run_id) & _case.c.status.in_(UNDER_WAY)
    rows = db.execute(select(_case).where(mine).order_by(_case.c.instance_id).limit(PORTION + 1))
    waiting = rows.all()
    actors: dict[int, Actor] = {}
    for row in waiting[:PORTION]:
        is_back = row.status == MoveStatus.GOING_BACK
        who = (told.undone_by if is_back else told.started_by) or 0
        by = actors.setdefault(who, people.actor(db, who))
        try:
            with db.begin_nested():
                changes = (
                    _back(db, row, (there, here), by)
                    if is_back
                    else _forth(db, row, (here, there), told, by)
                )
        except Refused as refused:
            status = MoveStatus.STAYS if is_back else MoveStatus.REFUSED
            changes = {"status": status, **_why(refused)}
        db.execute(update(_case).where(_case.c.id == row.id).values(changes))
    return len(waiting) > PORTION


def _forth(
    db: Session,
    row: Row[Any],
    versions_: tuple[versions.Version, versions.Version],
    told: Row[Any],
    by: Actor,
) -> dict[str, Any]:
    places = orjson.loads(told.places)
    seq = carrying.move(db, row.instance_id, versions_, places, by=by, reason=told.reason)
    return {"status": MoveStatus.MOVED, "seq": seq, "moved_at": clock.now()}


def _back(
    db: Session, row: Row[Any], versions_: tuple[versions.Version, versions.Version], by: Actor
) -> dict[str, Any]:
    carrying.move_back(db, row.instance_id, versions_, row.seq, by=by)
    return {"status": MoveStatus.MOVED_BACK, "moved_back_at": clock.now()}


def _why(refused: Refused) -> dict[str, str]:
    """A refusal as a row keeps it: a sentence to translate, and what fills it."""
    reason = refused.values.get("reason")
    if isinstance(reason, Reason):
        sentence = reason.sentence
        values: Mapping[str, object] = {**reason.values, "place": reason.label}
    else:
        sentence, values = refused.sentence, refused.values
    return {"sentence": sentence, "data": orjson.dumps(dict(values), default=str).decode()}


def run(db: Session, run_id: str, *, by: Actor) -> Run:
    """A run and how far it is. Raises `NotFound`."""
    permissions.require(by, Action.INSTANCE_MOVE)
    rows = db.execute(_runs().where(_run.c.id == run_id)).all()
    if not rows:
        raise NotFound
    return _told(rows[0], _counts(db, [run_id]))


def runs_of(db: Session, key: str, *, by: Actor) -> tuple[Run, ...]:
    """The runs of a definition, the newest first."""
    permissions.require(by, Action.INSTANCE_MOVE)
    wanted = _runs().where(ProcessDefinition.key == key)
    rows = db.execute(wanted.order_by(_run.c.started_at.desc()).limit(MOST_SHOWN)).all()
    counts = _counts(db, [row.id for row in rows])
    return tuple(_told(row, counts) for row in rows)


def _runs() -> Select[Any]:
    old, new = ProcessVersion.__table__.alias("old"), ProcessVersion.__table__.alias("new")
    return (
        select(
            _run,
            ProcessDefinition.key,
            old.c.number.label("old_number"),
            new.c.number.label("new_number"),
        )
        .join(old, old.c.id == _run.c.from_version_id)
        .join(new, new.c.id == _run.c.to_version_id)
        .join(ProcessDefinition, ProcessDefinition.id == _run.c.definition_id)
    )


def _counts(db: Session, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    counted = (
        select(_case.c.run, _case.c.status, func.count())
        .where(_case.c.run.in_(run_ids))
        .group_by(_case.c.run, _case.c.status)
    )
    found: dict[str, dict[str, int]] = {}
    for run_id, status, count in db.execute(counted):
        found.setdefault(run_id, {})[status] = count
    return found


def _told(row: Row[Any], counts: Mapping[str, Mapping[str, int]]) -> Run:
    return Run(
        row.id,
        row.key,
        (row.old_number, row.new_number),
        row.reason,
        row.started_by,
        row.started_at,
        row.undone_at,
        counts.get(row.id, {}),
    )


def outcomes(
    db: Session, run_id: str, *, by: Actor, after: int = 0, limit: int = MOST_SHOWN
) -> tuple[Outcome, ...]:
    """What became of the cases of a run, by number."""
    permissions.require(by, Action.INSTANCE_MOVE)
    table = ProcessInstance.__table__
    rows = db.execute(
        select(_case.c.instance_id, table.c.title, _case.c.status, _case.c.sentence, _case.c.data)
        .join(table, table.c.id == _case.c.instance_id)
        .where(_case.c.run == run_id, _case.c.instance_id > after)
        .order_by(_case.c.instance_id)
        .limit(limit)
    )
    return tuple(Outcome(*row[:4], orjson.loads(row.data)) for row in rows)
