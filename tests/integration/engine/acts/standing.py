"""What must hold of cases after every act: each place has what it waits for, and nothing is left.

A place that waits for people has an open task, one that waits for a time or for work has its job,
one for a message or a signal its subscription, one that called a case that case, or word from it on
its way. No task, job, subscription, incident or called case belongs to a place that is gone. What
waits in a suspended case is paused, and only there. The record replays to the same state, tasks and
rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from engine import replay
from engine.bpmn import state
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.state import Token
from engine.models import (
    Incident,
    Job,
    ProcessInstance,
    SigningRound,
    Subscription,
    TaskCandidate,
    UserTask,
)
from engine.replay import Frame
from engine.versions import of_case

OPEN: Final = ("ready", "claimed")
TO_COME: Final = (*OPEN, "waiting")
UNDONE: Final = ("waiting", "paused", "failed")
ALIVE: Final = ("running", "suspended")
EVENTS: Final = frozenset({"timer", "message", "signal"})


def stands(db: Session, before: int) -> dict[int, Sequence[Frame]]:
    """Check all cases numbered above `before`. Returns what the record says of each."""
    table = ProcessInstance.__table__
    cases = db.execute(select(table).where(table.c.id > before).order_by(table.c.id)).all()
    rows = {one: _by_case(db, one, before) for one in (UserTask, Job, Subscription, Incident)}
    found: dict[int, Sequence[Frame]] = {}
    for case in cases:
        mine = {one: its.get(case.id, ()) for one, its in rows.items()}
        process = of_case(db, case.version_id).process
        tokens = {str(one.id): one for one in state.load(case.state).tokens}
        if case.status not in ALIVE:
            tokens = {}
        waits = {
            token: element
            for token, one in tokens.items()
            if (element := process.elements[one.element]) and _is_waiting(process, one)
        }
        _tasks(db, waits, mine[UserTask])
        _rounds(db, case.id, mine[UserTask])
        _jobs(case, waits, mine[Job], mine[UserTask])
        _subscriptions(waits, mine[Subscription])
        _called(case, waits, cases, mine[Job])
        _incidents(tokens, mine)
        again = replay.replay(db, case.id)
        assert again.difference is None, again.difference.text()
        found[case.id] = again.frames
    return found


def _by_case(db: Session, model: Any, before: int) -> dict[int, list[Row[Any]]]:
    table: Table = model.__table__
    found: dict[int, list[Row[Any]]] = {}
    for row in db.execute(select(table).where(table.c.instance_id > before).order_by(table.c.id)):
        found.setdefault(row.instance_id, []).append(row)
    return found


def _is_waiting(process: Process, token: Token) -> bool:
    element = process.elements[token.element]
    is_open_inside = token.total or element.kind is Kind.SUB_PROCESS
    return bool(token.number) and not token.stuck and not is_open_inside


def _tasks(db: Session, waits: Mapping[str, Element], rows: Sequence[Row[Any]]) -> None:
    places = {token for token, element in waits.items() if element.kind is Kind.USER}
    live = [row for row in rows if row.status in TO_COME]
    open_ = [row for row in live if row.status in OPEN]
    assert {row.token for row in open_} == places
    assert {row.token for row in live} <= places
    assert {(row.token, row.element_id) for row in live} <= {
        (token, element.id) for token, element in waits.items()
    }
    table = TaskCandidate.__table__
    mine = table.c.task_id.in_([row.id for row in rows])
    offered = set(db.execute(select(table.c.task_id).where(mine)).scalars())
    assert offered == {row.id for row in open_}


def _rounds(db: Session, case: int, rows: Sequence[Row[Any]]) -> None:
    """A round that is decided has nobody left to vote; one that is not counts those who are."""
    seats = [row for row in rows if row.seat and row.status in TO_COME]
    table = SigningRound.__table__
    for one in db.execute(select(table).where(table.c.instance_id == case)).mappings():
        mine = [row for row in seats if row.token == one["token"]]
        if one["outcome"] is not None:
            assert not mine
        elif mine:
            group = [row.weight for row in mine if row.part in ("signer", "holder")]
            assert one["left"] == sum(group)
            assert one["added_left"] == sum(row.part == "added" for row in mine)


def _jobs(
    case: Row[Any],
    waits: Mapping[str, Element],
    rows: Sequence[Row[Any]],
    tasks: Sequence[Row[Any]],
) -> None:
    undone = [row for row in rows if row.status in UNDONE]
    expected = "paused" if case.status == "suspended" else "waiting"
    # word from a called case may come while this one stands still; a worker then lays it aside
    own = [row for row in undone if row.kind not in ("background", "call")]
    assert {row.status for row in own} <= {expected, "failed"}
    assert case.status == "suspended" or "paused" not in {row.status for row in undone}
    for token, element in waits.items():
        kinds = [row.kind for row in undone if row.token == token]
        if element.kind is Kind.SERVICE:
            assert kinds == ["service"], element.id
        elif element.event == "timer":
            assert kinds == ["timer"], element.id
    open_ = {row.token for row in tasks if row.status in TO_COME}
    for row in undone:
        if row.token is not None:
            assert row.token in (open_ if row.kind == "deadline" else waits), row.kind
            assert row.element_id in (None, waits[row.token].id), row.kind


def _subscriptions(waits: Mapping[str, Element], rows: Sequence[Row[Any]]) -> None:
    listens = {
        (token, element.id)
        for token, element in waits.items()
        if element.event in ("message", "signal") and element.kind is not Kind.SEND
    }
    assert sorted((row.token, row.element_id) for row in rows) == sorted(listens)


def _called(
    case: Row[Any],
    waits: Mapping[str, Element],
    cases: Iterable[Row[Any]],
    jobs: Sequence[Row[Any]],
) -> None:
    calls = {token for token, element in waits.items() if element.kind is Kind.CALL}
    alive = [one.parent_token for one in cases if one.parent_id == case.id and one.status in ALIVE]
    word = [row.token for row in jobs if row.kind == "call" and row.status in UNDONE]
    assert set(alive) | set(word) == calls
    assert len(alive) == len(set(alive))


def _incidents(tokens: Mapping[str, Token], rows: Mapping[Any, Sequence[Row[Any]]]) -> None:
    """What cannot go on has an incident, and an incident is about what cannot go on."""
    open_ = [row for row in rows[Incident] if row.status == "open"]
    stuck = {token for token, one in tokens.items() if one.stuck}
    told = {row.token for row in open_ if row.token is not None}
    assert stuck <= told
    assert told <= set(tokens), [row for row in open_ if row.token not in tokens]
    failed = {row.id for row in rows[Job] if row.status == "failed"}
    assert {row.job_id for row in open_ if row.job_id is not None} == failed
