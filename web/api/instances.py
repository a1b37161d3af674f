"""Cases: begin one, list them, one with its log and its replay, end it."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import url_for
from flask_babel import gettext

from engine import eventlog, instances, secrecy, tasks
from engine.comparing import Difference
from engine.db import begin_writing
from engine.entries import Kind
from engine.errors import TooLarge
from engine.permissions import Action
from engine.queries import apart, cases, marks, timeline
from engine.queries.cases import CaseRow, CaseView, OpenTask
from engine.queries.timeline import Line
from engine.replay import Frame, replay
from quality import documents, subjects
from web.access import needs, signed_in
from web.api import paging, schemas, task_acts, told, verb_shapes
from web.api.fields import Json
from web.api.paging import Paged
from web.api.routing import Told, route
from web.i18n import in_words
from web.session import db, me

MAX_VALUES: Final = 100_000


@route(
    "GET",
    "/instances",
    "Cases this person may see, newest first",
    query=schemas.InstancesWanted,
    answers={200: told.Instances},
)
@signed_in
def list_instances(wanted: Json) -> Json:
    """Those I started, have or had a task in, or am offered one of; with the right, all."""
    subject = wanted.get("subject")
    which = cases.Wanted(
        state=wanted.get("state"),
        mine=wanted.get("mine", False),
        definition=wanted.get("definition"),
        subject=subjects.reference(subject) if subject is not None else None,
    )
    after, limit = paging.number(wanted), paging.limit(wanted)
    rows, following = cases.listed(db(), me(), which, after=after, limit=limit)
    return paging.page(map(line, rows), following)


@route(
    "POST",
    "/instances",
    "Begin a case",
    body=schemas.InstanceAsked,
    answers={201: told.Instance},
)
@signed_in
def start_instance(asked: Json) -> Told:
    """On the version of the definition that is active now."""
    values = asked.get("values", {})
    if len(orjson.dumps(values)) > MAX_VALUES:
        raise TooLarge(most=gettext("{count} 字节").format(count=MAX_VALUES))
    subject = asked.get("subject")
    instance_id = instances.start(
        db(),
        asked["definition"],
        by=me(),
        subject=subjects.reference(subject) if subject is not None else None,
        business_key=asked.get("business_key"),
        values=values,
    )
    return begun(instance_id)


def begun(instance_id: int) -> Told:
    """The case that a request began."""
    where = url_for("api.show_instance", instance_id=instance_id)
    return Told(_instance(instance_id), 201, {"Location": where})


@route("GET", "/instances/<int:instance_id>", "One case", answers={200: told.Instance})
@signed_in
def show_instance(instance_id: int) -> Json:
    """With the work that waits in it."""
    return _instance(instance_id)


@route(
    "GET",
    "/instances/<int:instance_id>/log",
    "The entries of a case, oldest first",
    query=Paged,
    answers={200: told.Log},
)
@signed_in
def show_log(instance_id: int, wanted: Json) -> Json:
    """As recorded, with the opinions; what the forms held is shown with the tasks."""
    after, limit = paging.number(wanted) or 0, paging.limit(wanted)
    lines, following = timeline.lines(db(), me(), instance_id, after=after, limit=limit)
    return paging.page(map(_entry, lines), following)


@route(
    "GET",
    "/instances/<int:instance_id>/replay",
    "Replay a case and compare; recorded",
    answers={200: told.Replay},
)
@needs(Action.INSTANCE_REPLAY)
def show_replay(instance_id: int) -> Json:
    """Looking leaves an entry, so this request writes although it is a GET."""
    db().rollback()
    begin_writing(db())
    cases.see(db(), me(), instance_id)
    apart.read(db(), me(), instance_id)
    found = replay(db(), instance_id, reader=secrecy.reader(me()))
    asked = {"instance": instance_id}
    eventlog.record(db(), Kind.REPLAY_VIEWED, by=me().mark, asked=asked)
    return {
        "instance": instance_id,
        "identical": found.difference is None,
        "difference": _difference(found.difference) if found.difference else None,
        "erased": found.erased,
        "frames": [_frame(one) for one in found.frames],
    }


@route(
    "POST",
    "/instances/<int:instance_id>/cancellation",
    "End a case where it stands",
    body=schemas.ReasonAsked,
    answers={200: told.Instance},
)
@signed_in
def cancel_instance(instance_id: int, asked: Json) -> Json:
    """Who may not see the case learns nothing; who may see it but not end it is refused."""
    cases.see(db(), me(), instance_id)
    instances.cancel(db(), instance_id, by=me(), reason=asked["reason"])
    return _instance(instance_id)


@route(
    "POST",
    "/instances/<int:instance_id>/withdrawal",
    "Take a case back to its first step",
    body=verb_shapes.WhyAsked,
    answers={200: told.Instance},
)
@signed_in
def withdraw_instance(instance_id: int, asked: Json) -> Json:
    """By whoever began it, while nobody has decided anything since it was handed in."""
    cases.see(db(), me(), instance_id)
    tasks.withdraw(db(), instance_id, by=me(), reason=asked.get("reason", ""))
    return _instance(instance_id)


@route(
    "POST",
    "/instances/<int:instance_id>/reopening",
    "Let a case that is over go on",
    body=verb_shapes.ReopeningAsked,
    answers={200: told.Instance},
)
@signed_in
def reopen_instance(instance_id: int, asked: Json) -> Json:
    """At a step that was done; both decisions stay in the record."""
    cases.see(db(), me(), instance_id)
    tasks.reopen(db(), instance_id, by=me(), to=asked.get("to"), reason=asked["reason"])
    return _instance(instance_id)


@route(
    "POST",
    "/instances/<int:instance_id>/urge",
    "Urge all who hold up a case",
    body=verb_shapes.UrgeAsked,
    answers={200: told.Instance},
)
@signed_in
def urge_instance(instance_id: int, asked: Json) -> Json:
    """Nobody again too soon."""
    cases.see(db(), me(), instance_id)
    tasks.urge_case(db(), instance_id, by=me(), note=asked.get("note", ""))
    return _instance(instance_id)


@route(
    "POST",
    "/instances/<int:instance_id>/copies",
    "Show a case to others",
    body=verb_shapes.CopyAsked,
    answers={200: told.Instance},
)
@signed_in
def copy_instance(instance_id: int, asked: Json) -> Json:
    """Also when it is over."""
    cases.see(db(), me(), instance_id)
    to = [task_acts.person(one) for one in asked["to"]]
    tasks.copy_case(db(), instance_id, by=me(), to=to, note=asked.get("note", ""))
    return _instance(instance_id)


@route(
    "POST",
    "/instances/<int:instance_id>/reading",
    "Say that one has read one's copy",
    answers={200: told.Instance},
)
@signed_in
def read_instance(instance_id: int) -> Json:
    """Of a case of which one has no unread copy, nothing changes."""
    cases.see(db(), me(), instance_id)
    tasks.read_copy(db(), instance_id, by=me())
    return _instance(instance_id)


def line(row: CaseRow) -> Json:
    """A case in a list."""
    started_by = person(row.started_by, row.initiator)
    return {
        "id": row.id,
        "title": row.title,
        "state": row.status,
        "definition": row.definition,
        "version": row.version,
        "subject": row.subject,
        "business_key": row.business_key,
        "started_by": started_by,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
    }


def person(user_id: int | None, name: str | None) -> Json | None:
    """A person, briefly."""
    return None if user_id is None else {"id": user_id, "name": name or ""}


def _instance(instance_id: int) -> Json:
    view: CaseView = cases.one(db(), me(), instance_id)
    document = documents.of_case(db(), instance_id)
    return {
        **line(view.row),
        "tasks": [_task(one) for one in view.waiting],
        "document": document.document_id if document is not None else None,
    }


def _task(task: OpenTask) -> Json:
    return {
        "id": task.id,
        "element": task.element_id,
        "name": task.name,
        "number": task.number,
        "status": task.status,
        "assignee": person(task.assignee_id, task.holder),
        "offered_to": task.offered_to,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "returned": task.returned,
    }


def _entry(found: Line) -> Json:
    return {
        "seq": found.seq,
        "at": found.at,
        "kind": found.kind or "damaged",
        "by": found.by,
        "who": found.who,
        "element": found.element_id,
        "element_name": found.element,
        "outcome": found.outcome,
        "comment": found.comment,
        "erased": found.erased,
        "asked": dict(found.body.asked),
        "known": dict(found.body.known),
        "followed": dict(found.body.followed),
        "content": found.body.content,
        "hash": found.hash,
    }


def _difference(found: Difference) -> Json:
    sentence = in_words(found.sentence, found.values)
    return {"chain": found.chain, "seq": found.seq, "sentence": sentence}


def _frame(found: Frame) -> dict[str, Any]:
    return {
        "seq": found.seq,
        "at": found.at,
        "kind": found.kind,
        "by": found.by,
        "active": list(marks.active(found.state)),
    }
