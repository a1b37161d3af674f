"""Work: boxes, one task, its draft, and every verb that the task offers."""

from __future__ import annotations

from typing import Final

from engine import tasks
from engine.bpmn.commands import Then
from engine.errors import StaleDraft
from engine.queries import followed, inbox
from engine.queries.followed import Copied, Started
from engine.queries.inbox import Row
from engine.tasks import drafts
from engine.tasks.batch import Result
from web.access import signed_in
from web.api import paging, schemas, task_acts, told
from web.api.fields import Json
from web.api.routing import Told, route
from web.errors import status_of
from web.i18n import say
from web.session import db, me, settings

DONE: Final = 200


@route(
    "GET",
    "/tasks",
    "My work: what waits, what I did, what I began, what I typed",
    query=schemas.TasksWanted,
    answers={200: told.Tasks},
)
@signed_in
def list_tasks(wanted: Json) -> Json:
    """One page of one box."""
    box, limit = wanted.get("box", "todo"), paging.limit(wanted)
    after = paging.moment_and_number(wanted)
    if box == "started":
        cases, following = followed.started(db(), me(), after=after, limit=limit)
        return paging.page((told.StartedLine().dump(_started(one)) for one in cases), following)
    if box == "cc":
        copies, following = followed.copied(db(), me(), after=after, limit=limit)
        return paging.page((told.CopyLine().dump(_copy(one)) for one in copies), following)
    if box == "done":
        page = inbox.done(db(), me(), after=after, limit=limit)
    elif box == "draft":
        page = inbox.drafts(db(), me(), after=after, limit=limit)
    else:
        day, chip = inbox.school_day(settings().timezone), wanted.get("due", "")
        page = inbox.todo(db(), me(), day, chip=chip, after=after, limit=limit)
    return paging.page((told.TaskLine().dump(_line(one)) for one in page.rows), page.next)


@route("GET", "/tasks/<int:task_id>", "One task", answers={200: told.Task})
@signed_in
def show_task(task_id: int) -> Told:
    """With its form, the values, and the verbs allowed now; whom it is for has seen it from now."""
    task_acts.note_seen(task_id)
    return task_acts.shown(task_id)


@route(
    "PUT",
    "/tasks/<int:task_id>/draft",
    "Keep what was typed; nothing is required yet",
    body=schemas.DraftAsked,
    answers={200: told.DraftSaved},
    conditional=True,
)
@signed_in
def save_draft(task_id: int, asked: Json) -> Told:
    """Over the state that `If-Match` names; without it, over whatever is there."""
    seen = task_acts.unchanged(task_id)
    revision = seen.draft.revision
    try:
        tasks.save_draft(db(), task_id, by=me(), values=asked["values"], revision=revision)
    except StaleDraft as error:
        raise task_acts.stale(task_id) from error
    return task_acts.kept(task_id)


@route(
    "DELETE",
    "/tasks/<int:task_id>/draft",
    "Throw the draft away: the form is as it was handed over",
    answers={204: None},
    conditional=True,
)
@signed_in
def discard_draft(task_id: int) -> Told:
    """The one that `If-Match` names; without it, whatever is there."""
    seen = task_acts.unchanged(task_id)
    tasks.discard_draft(db(), task_id, by=me(), revision=seen.draft.revision)
    return Told(None, 204, task_acts.kept(task_id).headers)


@route(
    "POST",
    "/tasks/<int:task_id>/completion",
    "Decide",
    body=schemas.CompletionAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def complete_task(task_id: int, asked: Json) -> Json:
    """Hand a task in: the outcome, the form, the opinion."""
    seen = task_acts.unchanged(task_id)
    values = asked.get("values")
    if values is None:
        draft = drafts.draft(db(), task_id)
        values = draft.values if draft.revision else None
    task_acts.unwritten(seen, values)
    comment = asked.get("comment", "")
    picks = {
        one["step"]: [task_acts.person(who) for who in one["people"]]
        for one in asked.get("picks", ())
    }
    tasks.complete(
        db(),
        task_id,
        by=me(),
        outcome=asked["outcome"],
        values=values,
        comment=comment,
        picks=picks,
    )
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/return",
    "Send work back to an earlier step",
    body=schemas.ReturnAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def return_task(task_id: int, asked: Json) -> Json:
    """To one of the task's return targets, with a reason."""
    task_acts.unchanged(task_id)
    then = asked.get("then", Then.THROUGH_STEPS)
    tasks.send_back(db(), task_id, by=me(), to=asked["to"], then=then, reason=asked["reason"])
    return task_acts.done(task_id)


@route(
    "POST", "/tasks/<int:task_id>/claim", "Take a task", answers={200: told.Task}, conditional=True
)
@signed_in
def claim_task(task_id: int) -> Told:
    """One's own again changes nothing."""
    task_acts.unchanged(task_id)
    tasks.claim(db(), task_id, by=me())
    return task_acts.shown(task_id)


@route(
    "DELETE",
    "/tasks/<int:task_id>/claim",
    "Put a task back",
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def release_task(task_id: int) -> Json:
    """For the others it was offered to."""
    task_acts.unchanged(task_id)
    tasks.release(db(), task_id, by=me())
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/reassignment",
    "Hand a task to another person for good",
    body=schemas.ReassignmentAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def reassign_task(task_id: int, asked: Json) -> Json:
    """With a reason; afterwards it may be out of one's sight."""
    task_acts.unchanged(task_id)
    tasks.reassign(db(), task_id, by=me(), to=task_acts.person(asked["to"]), reason=asked["reason"])
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/batch",
    "Decide several tasks at once",
    body=schemas.BatchAsked,
    answers={200: told.BatchDone},
)
@signed_in
def decide_batch(asked: Json) -> Json:
    """Each as it would have been alone: one that is refused does not stop the others."""
    found = tasks.complete_many(
        db(), asked["ids"], by=me(), outcome=asked["outcome"], comment=asked.get("comment", "")
    )
    return {"items": [_result(one) for one in found]}


def _result(found: Result) -> Json:
    if found.refusal is not None:
        status, title = status_of(found.refusal), say(found.refusal)
        return {"task": found.task_id, "status": status, "title": title, "event": None}
    event = task_acts.done(found.task_id)["event"]
    return {"task": found.task_id, "status": DONE, "title": "", "event": event}


def _line(row: Row) -> Json:
    return {
        "id": row.task_id,
        "instance": row.instance_id,
        "title": row.title,
        "name": row.step,
        "element": row.element_id,
        "number": row.number,
        "status": row.status,
        "initiator": row.initiator,
        "definition_name": row.flow,
        "subject": row.subject,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "returned": row.returned,
        "assignee_id": row.assignee_id,
        "completed_at": row.completed_at,
        "outcome": row.outcome,
        "has_draft": row.has_draft,
        "lent_by": row.lent_by,
        "done_for": row.done_for,
        "deputy_of": row.deputy_of,
    }


def _copy(row: Copied) -> Json:
    return {
        "instance": row.instance_id,
        "title": row.title,
        "definition_name": row.flow,
        "state": row.status,
        "sender": row.sender,
        "sent_at": row.sent_at,
        "read_at": row.read_at,
    }


def _started(row: Started) -> Json:
    return {
        "instance": row.instance_id,
        "title": row.title,
        "definition_name": row.flow,
        "state": row.status,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "steps": row.steps,
        "holders": row.holders,
        "due_at": row.due_at,
    }
