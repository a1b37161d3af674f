"""What acts on tasks have in common: is it unchanged, what became of it, whom a request names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy import select

from engine import eventlog, instances, people, secrecy, tasks, versions
from engine.errors import CannotAssign, NotFound
from engine.models import ProcessInstance, User, UserTask
from engine.queries import task_page
from web.api import preconditions, task_view, told
from web.api.fields import Json
from web.api.preconditions import Stale
from web.api.routing import WRITING, Told, blueprint
from web.errors import answer, status_of
from web.i18n import say
from web.session import db, me, own_writing


def unchanged(task_id: int) -> task_view.Seen:
    """The task, if it is still as `If-Match` says; its case is locked before they are compared."""
    if preconditions.is_conditional():
        instances.lock(db(), task_view.see(db(), me(), task_id).row.instance_id)
    seen = task_view.see(db(), me(), task_id)
    if not preconditions.matches(seen.tag):
        raise Stale(_shape(seen), seen.tag)
    return seen


def stale(task_id: int) -> Stale:
    """The refusal where somebody was faster, with what is there now."""
    seen = task_view.see(db(), me(), task_id)
    return Stale(_shape(seen), seen.tag)


def _shape(seen: task_view.Seen) -> Any:
    return told.Task().dump(task_view.told(db(), me(), seen))


def unwritten(seen: task_view.Seen, values: Mapping[str, Any] | None) -> None:
    """Without `If-Match`, what others have written into the form meanwhile is not written over."""
    if values is None or preconditions.is_conditional():
        return
    theirs = task_page.written_by_others(db(), seen.row)
    if any(name in values and values[name] != stands for name, stands in theirs.items()):
        raise Stale(_shape(seen), seen.tag)


@blueprint.errorhandler(NotFound)
def lost(error: NotFound) -> Response:
    """409 for a task that left the caller's hands before the request came; else 404."""
    task_id = (request.view_args or {}).get("task_id")
    if request.method in WRITING and task_id is not None:
        db().rollback()
        error, _form = task_page.out_of_hands(db(), me(), task_id)
    return answer(status_of(error), say(error), error)


def note_seen(task_id: int) -> None:
    """Note the first look of somebody it is for: the one thing a reading request writes."""
    if not tasks.is_unseen(db(), task_id, by=me()):
        return
    with own_writing() as writing:
        tasks.seen(writing, task_id, by=me())


def shown(task_id: int) -> Told:
    """The task as it stands, with its tag."""
    seen = task_view.see(db(), me(), task_id)
    return Told(task_view.told(db(), me(), seen), headers={"ETag": seen.tag})


def kept(task_id: int) -> Told:
    """The draft of a task as it was kept, with the task's new tag."""
    seen = task_view.see(db(), me(), task_id)
    names = people.names(db(), [seen.draft.saved_by])
    draft = task_view.draft_told(seen, seen.draft, names)
    answer = {"task": task_id, "draft": draft, "etag": seen.tag}
    return Told(answer, headers={"ETag": seen.tag})


def done(task_id: int) -> Json:
    """What became of a task and its case, read back; the act asked the rights.

    A vote that is secret is told to nobody but who gave it.
    """
    task, case = UserTask.__table__, ProcessInstance.__table__
    columns = (case.c.id, case.c.title, case.c.status.label("state"), case.c.version_id)
    heads = (case.c.log_seq, case.c.log_hash, task.c.status, task.c.outcome)
    whose = (task.c.token, task.c.completed_by, task.c.done_for)
    row = (
        db()
        .execute(
            select(*columns, *heads, *whose)
            .join(task, task.c.instance_id == case.c.id)
            .where(task.c.id == task_id)
        )
        .one()
    )
    is_told = secrecy.reader(me()) in (row.completed_by, row.done_for) or row.outcome is None
    is_told = is_told or row.token not in secrecy.places(db(), row.id)
    return {
        "task": task_id,
        "status": row.status,
        "outcome": row.outcome if is_told else None,
        "event": {"chain": eventlog.case_chain(row.id), "seq": row.log_seq, "hash": row.log_hash},
        "instance": task_view.brief(
            row.id, row.title, row.state, versions.of_case(db(), row.version_id)
        ),
    }


def person(named: str | int) -> int:
    """The number of a person, who may be named by it."""
    if isinstance(named, int):
        return named
    wanted = select(User.id).where(User.username == named)
    found = db().execute(wanted).scalar_one_or_none()
    if found is None:
        raise CannotAssign(rule=named)
    return int(found)
