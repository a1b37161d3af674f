"""Running cases go to another version: a dry run, a run, how far it is, and back."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine import moving
from engine.errors import NotFound
from engine.moving import Reason, Run
from engine.permissions import Action
from web.access import needs
from web.api import paging
from web.api.fields import Anything, Json, ListOf, Moment, Number, Object, Shape, Text
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.api.schemas import KEY, LONG, WORD
from web.i18n import in_words
from web.session import db, me

MOST_CASES = 2_000


class MovePlanAsked(Shape):
    """From which version to which, and what became what ("" gives up an event)."""

    from_version = Number(required=True, least=1)
    to_version = Number(required=True, least=1)
    places = Anything("Old element ids to new ones; what is not named keeps its id.")


class MoveAsked(MovePlanAsked):
    """A run; without `instances`, all running cases of the version."""

    reason = Text(LONG, required=True)
    instances = ListOf(Number(least=1), "Numbers of cases.", most=MOST_CASES)


class MovePlanned(Shape):
    """A dry run: `reasons` and `cases` say what cannot be moved and why."""

    total = Number(required=True)
    tried = Number(required=True)
    movable = Number(required=True)
    reasons = ListOf(Anything(), required=True)
    cases = ListOf(Anything(), required=True)


class MoveRun(Shape):
    """A run and how far it has come."""

    id = Text(KEY, required=True)
    definition = Text(KEY, required=True)
    from_version = Number(required=True)
    to_version = Number(required=True)
    started_at = Moment(required=True)
    undone_at = Moment(required=True, nullable=True)
    left = Number("Cases that a worker has not come to yet.", required=True)
    counts = Anything("How many cases are in which status.", required=True)


class MoveRuns(Listed):
    """Runs, the newest first."""

    items = ListOf(Object(MoveRun), required=True)


class MovedCase(Shape):
    """What became of a case of a run; `why` is empty where it was moved."""

    instance = Number(required=True)
    title = Text(WORD, required=True)
    status = Text(KEY, required=True)
    why = Text(LONG, required=True)


class MovedCases(Listed):
    """A page of the cases of a run."""

    items = ListOf(Object(MovedCase), required=True)


@route(
    "POST",
    "/definitions/<word:key>/moves/plan",
    "What moving would do",
    body=MovePlanAsked,
    answers={200: MovePlanned},
)
@needs(Action.INSTANCE_MOVE)
def plan_move(key: str, asked: Json) -> Json:
    """Changes nothing; looks at no more than the first 2,000 cases."""
    dry = moving.plan(db(), key, _numbers(asked), _places(asked), by=me())
    return {
        "total": dry.total,
        "tried": dry.tried,
        "movable": dry.movable,
        "reasons": [{**_reason(one), "count": count} for one, count in dry.reasons],
        "cases": [
            {
                "instance": one.instance_id,
                "title": one.title,
                "places": list(one.places),
                "reasons": [_reason(why) for why in one.reasons],
            }
            for one in dry.cases
        ],
    }


@route(
    "POST",
    "/definitions/<word:key>/moves",
    "Move running cases to another version",
    body=MoveAsked,
    answers={201: MoveRun},
)
@needs(Action.INSTANCE_MOVE)
def begin_move(key: str, asked: Json) -> Told:
    """In the background; what would lose a place stays where it is."""
    run_id = moving.begin(
        db(),
        key,
        _numbers(asked),
        _places(asked),
        by=me(),
        reason=asked["reason"],
        only=asked.get("instances"),
    )
    where = url_for("api.show_move", key=key, run=run_id)
    return Told(_run(moving.run(db(), run_id, by=me())), 201, {"Location": where})


@route("GET", "/definitions/<word:key>/moves", "Runs, newest first", answers={200: MoveRuns})
@needs(Action.INSTANCE_MOVE)
def list_moves(key: str) -> Json:
    """Of this definition."""
    return paging.page(map(_run, moving.runs_of(db(), key, by=me())), None)


@route("GET", "/definitions/<word:key>/moves/<word:run>", "One run", answers={200: MoveRun})
@needs(Action.INSTANCE_MOVE)
def show_move(key: str, run: str) -> Json:
    """How far it is."""
    return _run(_found(key, run))


@route(
    "GET",
    "/definitions/<word:key>/moves/<word:run>/cases",
    "What became of the cases of a run",
    query=Paged,
    answers={200: MovedCases},
)
@needs(Action.INSTANCE_MOVE)
def list_moved(key: str, run: str, wanted: Json) -> Json:
    """By number."""
    _found(key, run)
    limit, after = paging.limit(wanted), paging.number(wanted) or 0
    rows = moving.outcomes(db(), run, by=me(), after=after, limit=limit + 1)
    items = [
        {
            "instance": one.instance_id,
            "title": one.title,
            "status": one.status,
            "why": in_words(one.sentence, one.values) if one.sentence else "",
        }
        for one in rows[:limit]
    ]
    return paging.page(items, items[-1]["instance"] if len(rows) > limit else None)


@route(
    "POST",
    "/definitions/<word:key>/moves/<word:run>/undo",
    "Move the cases of a run back",
    answers={200: MoveRun},
)
@needs(Action.INSTANCE_MOVE)
def undo_move(key: str, run: str) -> Json:
    """Each that can; the others stay, with the reason."""
    _found(key, run)
    moving.undo(db(), run, by=me())
    return _run(_found(key, run))


def _found(key: str, run: str) -> Run:
    found = moving.run(db(), run, by=me())
    if found.key != key:
        raise NotFound
    return found


def _numbers(asked: Json) -> tuple[int, int]:
    return asked["from_version"], asked["to_version"]


def _places(asked: Json) -> dict[str, str]:
    return {
        str(one)[:LONG]: to[:LONG]
        for one, to in (asked.get("places") or {}).items()
        if isinstance(to, str)
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "element": one.element,
        "label": one.label,
        "sentence": in_words(one.sentence, one.values),
    }


def _run(found: Run) -> Json:
    return {
        "id": found.id,
        "definition": found.key,
        "from_version": found.numbers[0],
        "to_version": found.numbers[1],
        "started_at": found.started_at,
        "undone_at": found.undone_at,
        "left": found.left,
        "counts": dict(found.counts),
    }
