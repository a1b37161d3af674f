"""What is being typed into a task, kept on the server: by the page's script, or by its button.

PUT /tasks/N/draft      {"values": {...}, "revision": n}      answers {"revision", "saved_at"}
                                                              and what is "calculated", by path;
                                                              412 with the "conflict" where it was
                                                              saved elsewhere since
POST /tasks/N/draft     the form itself, without any script
POST /tasks/N/draft/discard     throw it away
"""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import people, tasks
from engine.errors import Refused, StaleDraft, TaskNotOpen
from engine.forms import writable
from engine.forms.validation import Invalid
from engine.queries import task_page
from engine.tasks import drafts
from web import json_body
from web.access import signed_in
from web.errors import UNPROCESSABLE, problem, status_of
from web.i18n import say
from web.json_body import NotJson
from web.session import db, me
from web.tasks import acts, asked, drawing
from web.tasks.blueprint import bp

GONE = 410


class NoDraft(Refused):
    """The body is no draft: values by name, and the revision that they were typed over."""

    sentence = "草稿的格式不对。"


@bp.put("/tasks/<int:task_id>/draft")
@signed_in
def autosave(task_id: int) -> ResponseReturnValue:
    """Keep what was typed; answered in JSON, refusals too."""
    try:
        values, revision = _body()
        saved = tasks.save_draft(db(), task_id, by=me(), values=values, revision=revision)
    except TaskNotOpen as refusal:
        return problem(GONE, say(refusal))
    except Invalid as refusal:
        errors = {path: said.said(gettext) for path, said in refusal.errors.items()}
        return problem(UNPROCESSABLE, say(refusal), {"errors": errors})
    except StaleDraft as refusal:
        return problem(status_of(refusal), say(refusal), {"conflict": _standing(task_id)})
    except Refused as refusal:
        return problem(status_of(refusal), say(refusal))
    told = {"revision": saved.revision, "saved_at": drawing.clock_time(saved.saved_at)}
    return jsonify(told | ({"calculated": dict(saved.calculated)} if saved.calculated else {}))


def _standing(task_id: int) -> dict[str, Any]:
    """The draft as it stands now, where this step may write: the page lays its own beside it."""
    task = task_page.one(db(), me(), task_id)
    draft = drafts.draft(db(), task_id)
    values = draft.values if draft.revision else task_page.values(db(), task)[0]
    rights = task_page.rights(task, fills=True)
    other = draft.saved_by if draft.saved_by != me().id else None
    return {
        "revision": draft.revision,
        "by": people.names(db(), [other]).get(other or 0, ""),
        "saved_at": drawing.clock_time(draft.saved_at),
        "values": writable.values(task.form, values, rights) if task.form is not None else {},
    }


def _body() -> tuple[dict[str, Any], int]:
    try:
        body = json_body.read(request.get_data())
    except NotJson as error:
        raise NoDraft from error
    if not request.is_json:
        raise NoDraft
    values = body.get("values") if isinstance(body, dict) else None
    revision = body.get("revision") if isinstance(body, dict) else None
    if not isinstance(values, dict) or not isinstance(revision, int) or revision < 0:
        raise NoDraft
    return values, revision


@bp.post("/tasks/<int:task_id>/draft")
@signed_in
def save(task_id: int) -> ResponseReturnValue:
    """Keep what was typed, and the effect of a row's button, and show the page again.

    The text of a row that is taken out is kept first, so that it can be had back.
    """
    task = task_page.one(db(), me(), task_id)
    typed = asked.read(task)
    steps = [one for one in (asked.before_removing(task, typed), typed) if one is not None]
    typed, revision = steps[0], typed.revision
    try:
        for step in steps:
            acts.require_readable(step)
            values = step.values or {}
            saved = tasks.save_draft(db(), task_id, by=me(), values=values, revision=revision)
            revision = saved.revision
    except Refused as refusal:
        return acts.again(task_id, typed, refusal)
    if "save" in request.form:
        flash(gettext("草稿已保存。"))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.post("/tasks/<int:task_id>/draft/discard")
@signed_in
def discard(task_id: int) -> ResponseReturnValue:
    """Throw the draft away; the page shows the form as it came."""
    typed = asked.read(task_page.one(db(), me(), task_id))
    try:
        tasks.discard_draft(db(), task_id, by=me(), revision=typed.revision)
    except Refused as refusal:
        return acts.again(task_id, typed, refusal)
    flash(gettext("草稿已放弃，表单恢复成交给您时的样子。"))
    return redirect(url_for("tasks.show", task_id=task_id), 303)
