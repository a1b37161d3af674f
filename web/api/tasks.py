"""Work: boxes, one task, its draft, and every verb that the task offers."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from engine import eventlog, instances, people, tasks, versions
from engine.bpmn.commands import Then
from engine.errors import CannotAssign, Refused, StaleDraft
from engine.models import ProcessInstance, User, UserTask
from engine.queries import inbox
from engine.queries.inbox import Row, Started
from engine.tasks import drafts
from web.access import signed_in
from web.api import paging, preconditions, schemas, task_view, told
from web.api.fields import Json
from web.api.preconditions import Stale
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
        cases, following = inbox.started(db(), me(), after=after, limit=limit)
        return paging.page((told.StartedLine().dump(_started(one)) for one in cases), following)
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
    """With its form, the values, and the verbs allowed now."""
    return _told(task_id)


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
    seen = _unchanged(task_id)
    revision = seen.draft.revision
    try:
        saved = tasks.save_draft(db(), task_id, by=me(), values=asked["values"], revision=revision)
    except StaleDraft as error:
        raise _stale(task_id) from error
    after = task_view.see(db(), me(), task_id)
    names = people.names(db(), [saved.saved_by])
    draft = task_view.draft_told(after, saved, names)
    answer = {"task": task_id, "draft": draft, "etag": after.tag}
    return Told(answer, headers={"ETag": after.tag})


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
    _unchanged(task_id)
    values = asked.get("values")
    if values is None:
        draft = drafts.draft(db(), task_id)
        values = draft.values if draft.revision else None
    comment = asked.get("comment", "")
    tasks.complete(db(), task_id, by=me(), outcome=asked["outcome"], values=values, comment=comment)
    return _done(task_id)


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
    _unchanged(task_id)
    then = asked.get("then", Then.THROUGH_STEPS)
    tasks.send_back(db(), task_id, by=me(), to=asked["to"], then=then, reason=asked["reason"])
    return _done(task_id)


@route(
    "POST", "/tasks/<int:task_id>/claim", "Take a task", answers={200: told.Task}, conditional=True
)
@signed_in
def claim_task(task_id: int) -> Told:
    """One's own again changes nothing."""
    _unchanged(task_id)
    tasks.claim(db(), task_id, by=me())
    return _told(task_id)


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
    _unchanged(task_id)
    tasks.release(db(), task_id, by=me())
    return _done(task_id)


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
    _unchanged(task_id)
    tasks.reassign(db(), task_id, by=me(), to=_user(asked["to"]), reason=asked["reason"])
    return _done(task_id)


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
    lines = {task_id: _decide(task_id, asked) for task_id in sorted(set(asked["ids"]))}
    return {"items": [lines[task_id] for task_id in dict.fromkeys(asked["ids"])]}


def _decide(task_id: int, asked: Json) -> Json:
    comment = asked.get("comment", "")
    try:
        with db().begin_nested():
            tasks.complete(db(), task_id, by=me(), outcome=asked["outcome"], comment=comment)
    except Refused as refused:
        status, title = status_of(refused), say(refused)
        return {"task": task_id, "status": status, "title": title, "event": None}
    return {"task": task_id, "status": DONE, "title": "", "event": _done(task_id)["event"]}


def _unchanged(task_id: int) -> task_view.Seen:
    """The task, if it is still as `If-Match` says; its case is locked before they are compared."""
    if preconditions.is_conditional():
        instances.lock(db(), task_view.see(db(), me(), task_id).row.instance_id)
    seen = task_view.see(db(), me(), task_id)
    if not preconditions.matches(seen.tag):
        raise Stale(_shape(seen), seen.tag)
    return seen


def _stale(task_id: int) -> Stale:
    seen = task_view.see(db(), me(), task_id)
    return Stale(_shape(seen), seen.tag)


def _shape(seen: task_view.Seen) -> Any:
    return told.Task().dump(task_view.told(db(), me(), seen))


def _told(task_id: int) -> Told:
    seen = task_view.see(db(), me(), task_id)
    return Told(task_view.told(db(), me(), seen), headers={"ETag": seen.tag})


def _done(task_id: int) -> Json:
    """What became of a task and its case, read back; asks no rights, for the act asked them."""
    task, case = UserTask.__table__, ProcessInstance.__table__
    columns = (case.c.id, case.c.title, case.c.status.label("state"), case.c.version_id)
    heads = (case.c.log_seq, case.c.log_hash, task.c.status, task.c.outcome)
    row = (
        db()
        .execute(
            select(*columns, *heads)
            .join(task, task.c.instance_id == case.c.id)
            .where(task.c.id == task_id)
        )
        .one()
    )
    return {
        "task": task_id,
        "status": row.status,
        "outcome": row.outcome,
        "event": {"chain": eventlog.case_chain(row.id), "seq": row.log_seq, "hash": row.log_hash},
        "instance": task_view.brief(
            row.id, row.title, row.state, versions.of_case(db(), row.version_id)
        ),
    }


def _user(named: str | int) -> int:
    """The number of a person, who may be named by it."""
    if isinstance(named, int):
        return named
    wanted = select(User.id).where(User.username == named)
    found = db().execute(wanted).scalar_one_or_none()
    if found is None:
        raise CannotAssign(rule=named)
    return int(found)


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
