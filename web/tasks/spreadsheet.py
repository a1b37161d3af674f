"""A grid of a task as a workbook: fetched, filled in elsewhere, and laid into the draft.

GET  /tasks/N/grids/KEY.xlsx    what the reader sees of the grid
POST /tasks/N/grids/KEY.xlsx    the page as it is typed, with the file `book.KEY`
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import tasks
from engine.errors import NotFound, Refused
from engine.forms import writable
from engine.forms.drawn import GridView, GroupView, PartView
from engine.forms.model import Grid
from engine.queries import task_page
from engine.queries.task_page import Task
from engine.tasks import drafts
from quality.spreadsheets import MEDIA_TYPE
from web import downloads
from web.access import signed_in
from web.session import db, me
from web.tasks import acts, asked, drawing, gridbook
from web.tasks.asked import NOTHING, Typed
from web.tasks.blueprint import bp
from web.tasks.gridbook import Taken


@bp.get("/tasks/<int:task_id>/grids/<word:grid>.xlsx")
@signed_in
def fetch(task_id: int, grid: str) -> Response:
    """The grid as the page shows it to its reader."""
    return workbook(task_page.one(db(), me(), task_id), grid)


def workbook(task: Task, key: str) -> Response:
    """A grid of a task as its reader sees it. Raises `NotFound`."""
    view, _ = _grid(task, key, NOTHING)
    name = gridbook.filename(view, task.title)
    return downloads.saved(gridbook.written(view), MEDIA_TYPE, name)


@bp.post("/tasks/<int:task_id>/grids/<word:grid>.xlsx")
@signed_in
def lay(task_id: int, grid: str) -> ResponseReturnValue:
    """Take the good cells of a workbook over what is typed, keep the draft, tell the bad ones."""
    task = task_page.one(db(), me(), task_id)
    typed = asked.read(task)
    file = request.files.get(f"book.{grid}")
    try:
        acts.require_readable(typed)
        view, taken = laid(task, grid, file.read() if file is not None else b"", typed)
    except Refused as refusal:
        return acts.again(task_id, typed, refusal)
    if taken.bad:
        return render_template("tasks/uploaded.html", task=task, grid=view, taken=taken)
    told = gettext(
        "已从表格读入 %(count)s 格，新增 %(added)s 行，存在草稿里。",
        count=taken.count,
        added=taken.added,
    )
    flash(told)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def laid(task: Task, key: str, content: bytes, typed: Typed = NOTHING) -> tuple[GridView, Taken]:
    """Take the good cells of a workbook over what is typed, or what stands, and keep the draft.

    Raises `NotFound`, `UnfitFile`, and what `save_draft` raises.
    """
    view, model = _grid(task, key, typed)
    values, revision = _stands(task, typed)
    taken = gridbook.taken(content, view, model, values.get(key) or ())
    values[key] = taken.rows
    tasks.save_draft(db(), task.id, by=me(), values=values, revision=revision)
    return view, taken


def _grid(task: Task, key: str, typed: Typed) -> tuple[GridView, Grid]:
    """A grid as its reader sees it, and its definition. Raises `NotFound`."""
    drawn = drawing.of(task, typed)["drawn"]
    view = next((one for one in _grids(drawn.parts if drawn else ()) if one.key == key), None)
    model = task.form.field(key) if task.form is not None else None
    if view is None or not isinstance(model, Grid):
        raise NotFound
    return view, model


def _grids(parts: Iterable[PartView]) -> Iterable[GridView]:
    for part in parts:
        if isinstance(part, GridView):
            yield part
        elif isinstance(part, GroupView):
            yield from _grids(part.parts)


def _stands(task: Task, typed: Typed) -> tuple[dict[str, Any], int]:
    """What the page sent; without a page, what stands: the draft, or what was handed in."""
    if typed.values is not None:
        return dict(typed.values), typed.revision
    draft = drafts.draft(db(), task.id)
    values = draft.values if draft.revision else task_page.values(db(), task)[0]
    if task.form is None:
        return {}, draft.revision
    return writable.values(task.form, values, task_page.rights(task, fills=True)), draft.revision
