"""A grid of a task as a workbook: fetched, filled in elsewhere, and laid into the draft."""

from __future__ import annotations

from flask import Response

from engine.errors import StaleDraft
from engine.queries import task_page
from quality import spreadsheets
from web.access import signed_in
from web.api import task_acts, told, uploads
from web.api.fields import Json, ListOf, Number, Object, Shape, Text
from web.api.routing import MULTIPART, Told, route
from web.api.schemas import KEY, LONG
from web.api.uploads import FileOnly
from web.i18n import said
from web.session import db, me
from web.tasks import spreadsheet


class BadCell(Shape):
    """A cell that was not taken; what stood there before stays."""

    place = Text(KEY, "In the workbook: `C3`.", required=True)
    row = Text(LONG, required=True)
    column = Text(LONG, required=True)
    text = Text(LONG, "What the cell says, at most a hundred characters of it.", required=True)
    sentence = Text(LONG, "Why not.", required=True)


class GridLaid(told.DraftSaved):
    """A draft after a workbook was laid into it."""

    count = Number("How many cells were taken.", required=True)
    added = Number("How many rows were added.", required=True)
    bad = ListOf(Object(BadCell), required=True)


@route(
    "GET",
    "/tasks/<int:task_id>/grids/<word:grid>",
    "A grid of a task as a workbook",
    answers={200: None},
)
@signed_in
def show_grid(task_id: int, grid: str) -> Response:
    """As the task's page shows it; what the step may not change is locked."""
    return spreadsheet.workbook(task_page.one(db(), me(), task_id), grid)


@route(
    "POST",
    "/tasks/<int:task_id>/grids/<word:grid>",
    "Lay a workbook of a grid into the draft",
    body=FileOnly,
    media=(MULTIPART, spreadsheets.MEDIA_TYPE),
    answers={200: GridLaid},
    conditional=True,
)
@signed_in
def lay_grid(task_id: int, grid: str, asked: Json | None) -> Told:  # noqa: ARG001  (a file only)
    """The good cells are kept, each bad one is told; as `file` of a form, or as the body itself."""
    seen = task_acts.unchanged(task_id)
    _name, content = uploads.one()
    try:
        _view, taken = spreadsheet.laid(seen.row, grid, content)
    except StaleDraft as error:
        raise task_acts.stale(task_id) from error
    bad = [
        {
            "place": one.place,
            "row": one.row,
            "column": one.column,
            "text": one.text,
            "sentence": said(one.why),
        }
        for one in taken.bad
    ]
    kept = task_acts.kept(task_id)
    return Told(
        {**kept.body, "count": taken.count, "added": taken.added, "bad": bad}, headers=kept.headers
    )
