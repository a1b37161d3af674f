"""Called cases: begun for a place of a case, ended with that place, reported when they end.

What they get and give is in `engine.bpmn`; the worker's part (`engine.calls`) tells the case above.
A case is always locked before the cases it called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog, incidents, later
from engine.bpmn import dialect, process
from engine.bpmn.dialect import DialectError
from engine.bpmn.effects import Closed, Opened, Stuck
from engine.bpmn.process import Element, Kind
from engine.errors import CallsItself, CannotCall, CannotCallDeeper, Refused
from engine.expressions import ExpressionError
from engine.models import (
    InstanceStatus,
    JobKind,
    JobStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
)
from engine.people import Actor
from engine.scene import Cases, Parent, Scene, Tally

MOST_DEEP: Final = 10
MOST_AT_ONCE: Final = 100
"""How many called cases one act begins or ends by itself; a worker does the rest."""

MAX_ITEM: Final = 100

CANCEL: Final = "engine.cancel_called"
BEGIN: Final = "begin"
ENDED: Final = "ended"
FAILED: Final = "failed"
ALIVE: Final = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


def open_(scene: Scene, effect: Opened, element: Element) -> None:
    """Begin the case a call activity calls; where that cannot be, say so in an incident."""
    told = {**scene.variables(), **effect.local}
    parent = Parent(
        scene.instance_id, effect.token, scene.depth + 1, scene.about.started_by, scene.tally
    )
    if scene.tally.count >= MOST_AT_ONCE:
        _later(scene, effect, told)
        return
    scene.tally.count += 1
    try:
        child = begin(
            scene.db,
            scene.cases,
            element,
            told,
            parent,
            by=scene.by,
            subject=scene.about.subject,
            decisions=scene.version.process.decisions,
        )
    except (Refused, ExpressionError, DialectError) as refusal:
        job_id = _later(scene, effect, told, JobStatus.FAILED)
        sentence = "不能开始调用的流程：{why}"
        incidents.raise_for(
            scene.db,
            scene.instance_id,
            sentence=sentence,
            values={"why": str(refusal)},
            token=effect.token,
            element_id=element.id,
            job_id=job_id,
        )
        return
    scene.known[f"called {effect.token}"] = child


def _later(
    scene: Scene,
    effect: Opened,
    told: Mapping[str, Any],
    status: JobStatus = JobStatus.WAITING,
) -> int:
    """Leave the beginning to a worker, with the variables as they are now."""
    kept, _hashed = eventlog.keep(scene.db, scene.instance_id, {"told": told})
    return later.put(
        scene.db,
        JobKind.CALL,
        instance_id=scene.instance_id,
        token=effect.token,
        element_id=effect.element,
        reference=f"{BEGIN}:{kept}",
        status=status,
    )


def begin(  # noqa: PLR0913  (what a called case takes over, by keyword)
    db: Session,
    cases: Cases,
    element: Element,
    told: Mapping[str, Any],
    parent: Parent,
    *,
    by: Actor,
    subject: str | None,
    decisions: Mapping[str, process.Decision],
) -> int:
    """Begin the case that `element` calls, whole or not at all. Returns its number."""
    key = called(element, told, decisions)
    if parent.depth > MOST_DEEP:
        raise CannotCallDeeper(most=MOST_DEEP)
    if key in _above(db, parent.instance_id):
        raise CallsItself(key=key)
    business_key = element.business_key.evaluate(told) if element.business_key else None
    with db.begin_nested():
        return cases.begin(
            db,
            key,
            by=by,
            parent=replace(parent, item=_item(element, told)),
            subject=subject,
            business_key=None if business_key is None else str(business_key),
            values=handed(element.inputs, told),
        )


def _item(element: Element, told: Mapping[str, Any]) -> str:
    """The item that one of several called cases is for, where it has a name."""
    found = told.get(element.loop.variable) if element.loop is not None else None
    is_named = isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool))
    return " ".join(str(found).split())[:MAX_ITEM] if is_named else ""


def called(
    element: Element, told: Mapping[str, Any], decisions: Mapping[str, process.Decision]
) -> str:
    """The key of the flow a call activity calls, looked up in its table where one is named."""
    named = dialect.called(element.called)
    if not named.by_table:
        return named.key
    table = decisions.get(named.key)
    found = table.decide(told) if table is not None else None
    answers = list(found.values()) if isinstance(found, Mapping) else []
    if len(answers) != 1 or not isinstance(answers[0], str) or not answers[0].strip():
        raise CannotCall(table=named.key)
    return answers[0].strip()


def handed(lines: tuple[process.Handed, ...], told: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that go over, by their names there; what nobody has set goes over as null."""
    given: dict[str, Any] = {}
    for line in lines:
        if line.source == process.ALL:
            given |= told
        elif line.expression is not None:
            given[line.target] = line.expression.evaluate(told)
        else:
            given[line.target] = told.get(line.source)
    return given


def _above(db: Session, instance_id: int) -> set[str]:
    """The flows of a case and of all cases above it, which are at most `MOST_DEEP`."""
    case, version, definition = (
        ProcessInstance.__table__,
        ProcessVersion.__table__,
        ProcessDefinition.__table__,
    )
    up = select(case.c.id, case.c.parent_id, case.c.version_id).where(case.c.id == instance_id)
    above = up.cte("above", recursive=True)
    above = above.union_all(
        select(case.c.id, case.c.parent_id, case.c.version_id).where(case.c.id == above.c.parent_id)
    )
    keys = (
        select(definition.c.key)
        .join(version, version.c.definition_id == definition.c.id)
        .join(above, above.c.version_id == version.c.id)
    )
    return set(db.execute(keys).scalars())


def close(scene: Scene, effect: Closed) -> None:
    """End the cases called from a place that is gone, and those called from them."""
    here = (scene.instance_id, effect.token)
    running = _called(scene.db, *here, MOST_AT_ONCE + 1)
    for child in running:
        if scene.tally.count >= MOST_AT_ONCE:
            later.enqueue(scene.db, CANCEL, f"{scene.instance_id}:{effect.token}")
            return
        scene.tally.count += 1
        scene.cases.cancel(scene.db, child, by=scene.by, tally=scene.tally)


def _called(db: Session, instance_id: int, token: str, limit: int) -> list[int]:
    table = ProcessInstance.__table__
    mine = (table.c.parent_id == instance_id) & (table.c.parent_token == token)
    alive = select(table.c.id).where(mine, table.c.status.in_(ALIVE))
    return list(db.execute(alive.order_by(table.c.id).limit(limit)).scalars())


def cancel_some(db: Session, reference: str, cases: Cases, *, by: Actor) -> bool:
    """End some of the cases called from a place that is gone. Returns whether more are left."""
    instance_id, _colon, token = reference.partition(":")
    running = _called(db, int(instance_id), token, MOST_AT_ONCE + 1)
    tally = Tally()
    for child in running[:MOST_AT_ONCE]:
        cases.cancel(db, child, by=by, tally=tally)
    return len(running) > MOST_AT_ONCE


def tell_failed(scene: Scene, effect: Stuck) -> bool:
    """Leave word where an error end of a called case is caught by nothing in it."""
    element = scene.version.process.elements[effect.element]
    if scene.called_by is None or element.kind is not Kind.END or element.event != "error":
        return False
    tell(scene, FAILED)
    return True


def tell(scene: Scene, what: str = ENDED) -> None:
    """A case that was called is over: leave word for the case above, which is not locked here."""
    if scene.called_by is not None:
        later.put(
            scene.db,
            JobKind.CALL,
            instance_id=scene.called_by,
            token=scene.called_at,
            reference=f"{what}:{scene.instance_id}",
        )
