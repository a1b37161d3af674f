"""Decision tables: read them, put one into the library, ask one."""

from __future__ import annotations

import hashlib

from flask import Response, request

from engine import decisions
from engine.decisions import Kept
from engine.errors import CannotDecide, NotFound
from engine.expressions import ExpressionError
from engine.permissions import Action
from web.access import needs
from web.api import drafts, paging, preconditions, schemas
from web.api.fields import Anything, Flag, Json, ListOf, Moment, Number, Object, Shape, Text
from web.api.paging import Listed, Paged
from web.api.preconditions import Stale
from web.api.routing import XML, Told, finding_words, route
from web.api.schemas import KEY, WORD
from web.session import db, me


class Decision(Shape):
    """A file of tables; `decisions` are the ids that diagrams may name."""

    key = Text(KEY, required=True)
    name = Text(WORD, required=True)
    revision = Number(required=True)
    saved_at = Moment(required=True)
    decisions = ListOf(Text(KEY), required=True)


class DecisionsPage(Listed):
    """A page of files."""

    items = ListOf(Object(Decision), required=True)


class DecisionSaved(Shape):
    """What saving made; `is_new` is false where this content stood there already."""

    key = Text(KEY, required=True)
    revision = Number(required=True)
    is_new = Flag(required=True)
    findings = ListOf(Object(schemas.Finding), required=True)


class EvaluationAsked(Shape):
    """Values to ask a table with; `decision` is another table of the file."""

    values = Anything("The variables that the table reads.", required=True)
    decision = Text(KEY, "Without it: the one that the file is for.")


class Evaluation(Shape):
    """Which rows hold (from 1), and what the table answers: a result, several, or none."""

    rows = ListOf(Number(), required=True)
    results = ListOf(Anything(), required=True)


@route(
    "GET",
    "/decisions",
    "Decision tables, by key",
    query=Paged,
    answers={200: DecisionsPage},
)
@needs(Action.DEFINITION_VIEW)
def list_decisions(wanted: Json) -> Json:
    """Every file of the library."""
    limit, after = paging.limit(wanted), paging.word(wanted)
    rows = sorted((one for one in decisions.kept(db()) if one.key > after), key=lambda one: one.key)
    following = rows[limit - 1].key if len(rows) > limit else None
    return paging.page(map(_told, rows[:limit]), following)


@route("GET", "/decisions/<word:table>", "One file of tables", answers={200: Decision})
@needs(Action.DEFINITION_VIEW)
def show_decision(table: str) -> Told:
    """What is in it; the file itself is at `/dmn`."""
    kept = decisions.get(db(), table)
    return Told(_told(kept), headers={"ETag": _tag(kept)})


@route("GET", "/decisions/<word:table>/dmn", "The file", answers={200: None})
@needs(Action.DEFINITION_VIEW)
def show_decision_file(table: str) -> Response:
    """The bytes as they were saved."""
    kept = decisions.get(db(), table)
    return drafts.xml_answer(kept.dmn, _tag(kept), f"{table}.dmn")


@route(
    "PUT",
    "/decisions/<word:table>",
    "Put a file of tables into the library",
    media=XML,
    answers={200: DecisionSaved, 201: DecisionSaved},
    conditional=True,
)
@needs(Action.DEFINITION_PUBLISH)
def save_decision(table: str) -> Told:
    """Versions published from now on take it; those published keep theirs."""
    try:
        stands: Kept | None = decisions.get(db(), table)
    except NotFound:
        stands = None
    if stands is not None and not preconditions.matches(_tag(stands)):
        raise Stale(_told(stands), _tag(stands))
    saved = decisions.save(db(), request.get_data(), by=me(), key=table)
    answer = {
        "key": saved.key,
        "revision": saved.revision,
        "is_new": saved.is_new,
        "findings": [finding_words(one) for one in saved.findings],
    }
    headers = {"ETag": _tag(decisions.get(db(), table))}
    return Told(answer, 200 if stands is not None else 201, headers)


@route(
    "POST",
    "/decisions/<word:table>/evaluation",
    "Ask a table",
    body=EvaluationAsked,
    answers={200: Evaluation},
)
@needs(Action.DEFINITION_VIEW)
def ask_decision(table: str, asked: Json) -> Json:
    """What it answers for these values; nothing is kept."""
    made = decisions.ready(decisions.get(db(), table).dmn)
    chosen = made.by_id.get(asked.get("decision") or made.top)
    if chosen is None:
        raise NotFound
    try:
        found = chosen.run(asked["values"])
    except ExpressionError as problem:
        raise CannotDecide(why=str(problem)) from problem
    answer = found.answer
    results = answer if isinstance(answer, list) else [] if answer is None else [answer]
    return {"rows": list(found.rows), "results": results}


def _tag(kept: Kept) -> str:
    return f'"{hashlib.sha256(kept.dmn).hexdigest()}"'


def _told(kept: Kept) -> Json:
    return {
        "key": kept.key,
        "name": kept.name,
        "revision": kept.revision,
        "saved_at": kept.saved_at,
        "decisions": list(decisions.ready(kept.dmn).by_id),
    }
