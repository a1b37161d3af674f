"""Deciding several like tasks at once: a summary before, a result for each after.

POST /tasks/batch/summary   the rows chosen in the inbox      POST /tasks/batch   decide them
GET of either               back to the inbox
"""

from __future__ import annotations

from collections.abc import Collection

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import tasks
from engine.errors import ReasonRequired, Refused
from engine.forms import validation
from engine.queries import task_page, task_verbs
from engine.queries.task_page import Task
from engine.tasks import decide as deciding
from engine.tasks.batch import MOST
from web import wording
from web.access import signed_in
from web.asked import row_number
from web.errors import status_of
from web.i18n import say
from web.session import db, me
from web.tasks.blueprint import bp

OUTCOMES = ("approve", "refuse")


class NothingChosen(Refused):
    """A batch without tasks."""

    sentence = "请先选中要一起办的任务。"


class OnePageFull(Refused):
    """More tasks than one batch may have."""

    sentence = "一次最多办 {most} 项，请分几次办。"


@bp.post("/tasks/batch/summary")
@signed_in
def summarise() -> ResponseReturnValue:
    """What would be decided, on one page: each task with its facts, and why one cannot be."""
    return _page(_chosen())


@bp.get("/tasks/batch/summary")
@bp.get("/tasks/batch")
@signed_in
def reloaded() -> ResponseReturnValue:
    """Pages of a batch answer a form and have no address to come back to: the inbox has."""
    return redirect(url_for("tasks.index"), 303)


@bp.post("/tasks/batch")
@signed_in
def decide() -> ResponseReturnValue:
    """Decide them; one that is refused stays, with the reason, and undoes none of the others."""
    chosen = _chosen()
    outcome = request.form.get("outcome", "")
    try:
        if not chosen:
            raise NothingChosen
        comment = deciding.opinion(request.form.get("comment", ""))
        if outcome == "refuse" and not comment:
            raise ReasonRequired
    except Refused as refusal:
        return _page(_chosen("listed"), refusal, ticked={one.id for one in chosen})
    titles = {one.id: one for one in chosen}
    found = tasks.complete_many(
        db(), list(titles), by=me(), outcome=outcome if outcome in OUTCOMES else "", comment=comment
    )
    results = [
        (titles[one.task_id], "" if one.refusal is None else say(one.refusal)) for one in found
    ]
    done = sum(1 for _task, refused in results if not refused)
    return render_template("tasks/batch_done.html", results=results, done=done)


def _chosen(name: str = "task") -> list[Task]:
    ids = [row_number(one) for one in request.form.getlist(name)[: MOST + 1]]
    known = dict.fromkeys(one for one in ids if one is not None)
    if len(known) > MOST:
        raise OnePageFull(most=MOST)
    found = []
    for one in known:
        try:
            found.append(task_page.one(db(), me(), one))
        except Refused:
            continue
    return found


def _page(
    chosen: list[Task], refusal: Refused | None = None, *, ticked: Collection[int] | None = None
) -> ResponseReturnValue:
    """The tasks with their facts; `ticked` are those still meant after a refusal, None for all."""
    rows = [(one, _why_not(one)) for one in chosen]
    fit = [one for one, why in rows if not why]
    shared = set.intersection(*(_outcomes(one) for one in fit)) if fit else set()
    steps = {(one.version.key, one.element_id) for one in fit}
    if refusal is None and not chosen:
        refusal = NothingChosen()
    status = status_of(refusal) if refusal is not None else 200
    return render_template(
        "tasks/batch.html",
        rows=rows,
        fit=fit,
        ticked={one.id for one in fit} if ticked is None else ticked,
        is_mixed=len(steps) > 1,
        outcomes=[
            (key, _label(fit, key, is_mixed=len(steps) > 1)) for key in OUTCOMES if key in shared
        ],
        comment=request.form.get("comment", ""),
        refusal=refusal,
    ), status


def _label(fit: list[Task], key: str, *, is_mixed: bool) -> str:
    """What the one step calls it; the usual word where there are several."""
    if is_mixed:
        return wording.usual(key)
    return wording.verb(fit[0].version, fit[0].element_id, key)


def _outcomes(task: Task) -> set[str]:
    return set(OUTCOMES) & set(task_verbs.allowed(me(), task))


def _why_not(task: Task) -> str:
    """Why a task is decided on its own page only; "" where it can be decided here."""
    if not task.is_open:
        return gettext("已经办过。")
    if not _outcomes(task):
        return gettext("不由您决定。")
    form = task.form
    if form is not None and validation.edits_anything(form, task.version.rights(task.element_id)):
        return gettext("这一步要填表，请打开办理。")
    return ""
