"""The verbs of a task: hand in, return, hand over, take, put back. A refusal shows the page again.

POST /tasks/N/completion | return | reassignment | claim | release
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import instances, tasks
from engine.effects import NEVER
from engine.errors import NotFound, Refused, StaleDraft
from engine.forms.validation import Invalid
from engine.queries import cases, inbox, task_page
from engine.queries.task_page import Task
from engine.tasks import drafts
from web import wording
from web.access import signed_in
from web.asked import row_number
from web.errors import status_of
from web.session import db, me, settings
from web.tasks import asked, drawing, page, picking
from web.tasks.asked import Typed
from web.tasks.blueprint import bp

TAKE_BACK: Final = "take_back"
"""The one verb of a task that is done."""
# Buttons that only open, search or close a choice.
_CHOOSING: Final = frozenset({"ask", "find", "cancel"})

Deed = Callable[[Task, Typed], int | None]


class ContentChanged(Refused):
    """The form was changed by somebody else after this page had been opened."""

    sentence = "您打开这一页之后，表单内容有改动。下面是现在的内容，请看过再办理；您写的意见还在。"


class NobodyChosen(Refused):
    """A reassignment without a person."""

    sentence = "请选择转办给谁。"


@bp.post("/tasks/<int:task_id>/completion")
@signed_in
def complete(task_id: int) -> ResponseReturnValue:
    """Agree, refuse, submit: whatever the step offers."""

    def deed(task: Task, typed: Typed) -> None:
        require_readable(typed)
        _require_seen(task, typed)
        require_newest(task, typed)
        tasks.complete(
            db(),
            task.id,
            by=me(),
            outcome=typed.outcome,
            values=typed.values,
            comment=typed.comment,
            picks=picking.people(typed.picks) if typed.picks else None,
        )

    return act(task_id, deed)


@bp.post("/tasks/<int:task_id>/return")
@signed_in
def send_back(task_id: int) -> ResponseReturnValue:
    """Send the work back; without a target the page asks where to."""

    def deed(task: Task, typed: Typed) -> None:
        tasks.send_back(db(), task.id, by=me(), to=typed.to, then=typed.then, reason=typed.why)

    return act(task_id, deed, asks="return")


@bp.post("/tasks/<int:task_id>/reassignment")
@signed_in
def reassign(task_id: int) -> ResponseReturnValue:
    """Hand the work to somebody else for good; without a person the page asks whom."""

    def deed(task: Task, typed: Typed) -> None:
        person = row_number(typed.to)
        if person is None:
            raise NobodyChosen
        tasks.reassign(db(), task.id, by=me(), to=person, reason=typed.why)

    return act(task_id, deed, asks="reassign")


@bp.post("/tasks/<int:task_id>/claim")
@signed_in
def claim(task_id: int) -> ResponseReturnValue:
    """Take a task that is offered to several."""
    return _hold(task_id, lambda task, _typed: tasks.claim(db(), task.id, by=me()))


@bp.post("/tasks/<int:task_id>/release")
@signed_in
def release(task_id: int) -> ResponseReturnValue:
    """Put it back for the others."""
    return _hold(task_id, lambda task, _typed: tasks.release(db(), task.id, by=me()))


def _hold(task_id: int, deed: Deed) -> ResponseReturnValue:
    task = task_page.one(db(), me(), task_id)
    typed = asked.read(task)
    try:
        deed(task, typed)
    except Refused as refusal:
        return again(task_id, typed, refusal)
    return _back(typed, task_id)


def act(
    task_id: int, deed: Deed, *, asks: str = "", done: str = "", stays: str = ""
) -> ResponseReturnValue:
    """Do something about a task. `asks` is the verb whose dialog it is, `done` the verb to name.

    With `stays` the reader stays where they are and reads this, or goes to the task that the deed
    answers with; else the next task follows.
    """
    task = task_page.one(db(), me(), task_id)
    typed = asked.read(task, asks)
    is_asked = task.is_open or asks == TAKE_BACK
    if is_asked and not _CHOOSING.isdisjoint(request.form):
        return page.draw(task, typed=typed, opened="" if "cancel" in request.form else asks)
    following = _following(task)
    try:
        instead = deed(task, typed)
    except Refused as refusal:
        return again(task_id, typed, refusal, opened=asks)
    flash(stays or _told(task, typed, asks or done))
    return _back(typed, (instead or task_id) if stays else following)


def require_readable(typed: Typed) -> None:
    """Go on only if the posted form could be read. Raises `Invalid`."""
    if typed.errors:
        raise Invalid(typed.errors, typed.values or {})


def require_newest(task: Task, typed: Typed) -> None:
    """Nobody hands in over what was saved in another window since: both are shown.

    Whoever saved it, and only where it says something else. Raises `StaleDraft`.
    """
    if typed.values is None:
        return
    instances.lock(db(), task.instance_id)
    draft = drafts.draft(db(), task.id)
    if draft.revision != typed.revision and drawing.of(task, typed)["paper"].conflict:
        raise StaleDraft


def _require_seen(task: Task, typed: Typed) -> None:
    """Nobody approves what they did not see: the case is locked, then compared with the page."""
    if not typed.seen:
        return
    instances.lock(db(), task.instance_id)
    now = task_page.one(db(), me(), task.id)
    if now.is_open and now.content_hash != typed.seen:
        raise ContentChanged


def again(task_id: int, typed: Typed, refusal: Refused, *, opened: str = "") -> ResponseReturnValue:
    """The page as it was, with the refusal, and with everything that was typed."""
    if isinstance(refusal, NotFound):
        raise refusal
    db().rollback()
    task = task_page.one(db(), me(), task_id)
    return page.draw(
        task,
        status_of(refusal),
        typed=typed,
        refusal=refusal,
        opened=opened if task.is_open or opened == TAKE_BACK else "",
    )


def _following(task: Task) -> int | None:
    """The task that comes after this one in the inbox, before this one leaves it."""
    at: datetime = task.due_at or NEVER
    day = inbox.school_day(settings().timezone)
    rows = inbox.todo(db(), me(), day, after=(at, task.id), limit=1).rows
    return rows[0].task_id if rows else None


def _back(typed: Typed, task_id: int | None) -> ResponseReturnValue:
    if typed.in_list or task_id is None:
        return redirect(url_for("tasks.index", task=task_id), 303)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _told(task: Task, typed: Typed, asks: str) -> str:
    """What became of it, in one sentence: what was done, and where the case is now."""
    verb = wording.verb(task.version, task.element_id, asks or typed.outcome)
    waiting = cases.waiting(db(), task.instance_id)
    if not waiting:
        return gettext("已%(verb)s：%(title)s。现在没有人要办。", verb=verb, title=task.title)
    return gettext(
        "已%(verb)s：%(title)s。现在到%(step)s，在 %(holder)s 处。",
        verb=verb,
        title=task.title,
        step=waiting[0].name,
        holder=wording.listed(who for one in waiting for who in one.who),
    )
