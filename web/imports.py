"""Bringing in people, units and posts from a file: template, upload, preview, progress, result.

GET  /imports                   the list       POST /imports                 a file
GET  /imports/template          to fill in     GET  /imports/N               one, as far as it is
GET  /imports/N/mistakes        rows to mend   POST /imports/N/application   write the good rows
POST /imports/N/rows/M          a leaver stays, or leaves after all
POST /imports/N/removal         give it up
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import NotFound, Refused
from engine.permissions import Action
from quality import spreadsheets
from quality.imports import runs, values, written
from quality.imports.errors import EmptyFile, ImportNotReady
from quality.imports.faults import Fault
from quality.imports.models import ImportStatus, RowAction
from quality.imports.people import RETURNS
from quality.imports.runs import Line, Run
from web import downloads, htmx, sensitive
from web.access import needs
from web.asked import number
from web.errors import status_of
from web.i18n import in_words, say
from web.session import db, me

bp = Blueprint("imports", __name__, url_prefix="/imports")

MOVING: Final = (ImportStatus.COMPARING, ImportStatus.APPLYING)
SHOWN: Final = tuple(action for action in RowAction if action is not RowAction.UNREAD)
BRIEF: Final = 4
"""How many cells of a row that is added are shown."""
STATUS: Final[Mapping[ImportStatus, tuple[str, str, str]]] = {
    ImportStatus.COMPARING: ("正在比对", "now", ""),
    ImportStatus.READY: ("待确认", "warn", "clock"),
    ImportStatus.APPLYING: ("正在写入", "now", ""),
    ImportStatus.DONE: ("已写入", "ok", "check"),
    ImportStatus.DROPPED: ("已放弃", "dash", ""),
}
ACTIONS: Final[Mapping[RowAction, tuple[str, str, str]]] = {
    RowAction.ADD: ("新增", "ok", "plus"),
    RowAction.CHANGE: ("修改", "now", "edit"),
    RowAction.SAME: ("不变", "", ""),
    RowAction.LEAVE: ("不在名单上", "warn", "sign-out"),
    RowAction.KEEP: ("不在名单上，保留", "dash", ""),
    RowAction.ERROR: ("有错", "late", "alert"),
}


class Cell(NamedTuple):
    """A cell as it is shown: its header, what stands there now, what will, whether it is wrong."""

    header: str
    was: str | None
    now: str
    is_wrong: bool


@bp.get("")
@needs(Action.IMPORT_RUN)
def index() -> str:
    """Imports, the newest first, and the way to begin one."""
    return _index()


@bp.post("")
@needs(Action.IMPORT_RUN)
def upload() -> ResponseReturnValue:
    """Take a file; it is compared in the background."""
    file = request.files.get("file")
    is_complete = request.form.get("complete") == "1"
    try:
        if file is None or not file.filename:
            raise EmptyFile
        import_id = runs.begin(db(), file.filename, file.read(), by=me(), with_leavers=is_complete)
    except Refused as refusal:
        return _index(say(refusal), is_complete=is_complete), status_of(refusal)
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _index(refusal: str = "", *, is_complete: bool = False) -> str:
    page = runs.listed(db(), me(), after=number("after"))
    return render_template(
        "imports/index.html",
        runs=page.items,
        sheets=runs.sheets_for(me()),
        status=_worded(STATUS),
        actions=_worded(ACTIONS),
        next_url=url_for("imports.index", after=page.next) if page.next else None,
        refusal=refusal,
        is_complete=is_complete,
    )


@bp.get("/template")
@needs(Action.IMPORT_RUN)
def template() -> Response:
    """A workbook to fill in, with the sheets that the reader may bring in."""
    content = written.template(db(), runs.sheets_for(me()))
    return downloads.saved(content, spreadsheets.MEDIA_TYPE, gettext("导入模板.xlsx"))


@bp.get("/<int:import_id>")
@needs(Action.IMPORT_RUN)
def show(import_id: int) -> ResponseReturnValue:
    """As far as it is: how much is done, what it would do, what came of it."""
    run = runs.one(db(), me(), import_id)
    is_stuck = run.status in MOVING and import_id in runs.stuck(db(), [import_id])
    if htmx.asks() and request.args.get("part") == "progress" and run.status not in MOVING:
        return Response("", headers={"HX-Refresh": "true"})
    context = {"run": run, "is_stuck": is_stuck, "status": _worded(STATUS)}
    if run.status in MOVING:
        return htmx.render("imports/moving.html", fragment="imports/_progress.html", **context)
    wanted = _wanted(run)
    page = runs.lines(db(), import_id, action=wanted, after=number("after"))
    return render_template(
        "imports/show.html",
        **context,
        actions=_worded(ACTIONS),
        wanted=wanted,
        sheets=runs.by_sheet(db(), import_id),
        lines=[
            (line, _cells(line), _reasons(line))
            for line in (runs.seen(one, run, me()) for one in page.items)
        ],
        next_url=url_for("imports.show", import_id=import_id, rows=wanted, after=page.next)
        if page.next
        else None,
        is_mine=run.by_id == me().id,
    )


def _wanted(run: Run) -> RowAction | None:
    """Which rows are shown: those asked for, else those in error, else all."""
    asked = request.args.get("rows", "")
    if asked in set(SHOWN):
        return RowAction(asked)
    return RowAction.ERROR if not asked and run.counts.get(RowAction.ERROR) else None


def _cells(line: Line) -> list[Cell]:
    """What a row says that a reader needs: all that changes or is wrong, else its first cells."""
    wrong = {fault.column for fault in line.faults}
    found = []
    if RETURNS in line.was:
        found.append(Cell("", gettext("已离校"), gettext("在校"), is_wrong=False))
    for column in line.sheet.columns:
        now, was = line.data.get(column.key, ""), line.was.get(column.key)
        if line.action is RowAction.LEAVE or line.action is RowAction.KEEP:
            now, was = now or str(was or ""), None
        is_told = was is not None or column.key in wrong
        if now or is_told:
            private = column.is_sensitive and column.key not in wrong  # else as it may be seen
            texts = [values.masked(text) if text and private else text for text in (was, now)]
            found.append(Cell(column.header, texts[0], texts[1] or "", column.key in wrong))
    told = [cell for cell in found if cell.was is not None or cell.is_wrong]
    return (
        told
        or [cell for cell in found if cell.now not in (line.key, line.data.get("name"))][:BRIEF]
    )


def _reasons(line: Line) -> list[str]:
    headers = line.sheet.headers
    return [
        gettext("%(column)s：%(why)s", column=headers[fault.column], why=_said(fault))
        if fault.column in headers
        else _said(fault)
        for fault in line.faults
    ]


def _said(fault: Fault) -> str:
    return in_words(fault.sentence, fault.values)


@bp.get("/<int:import_id>/mistakes")
@needs(Action.IMPORT_RUN)
def mistakes(import_id: int) -> Response:
    """The rows in error as a workbook, to mend and bring in again."""
    run = runs.one(db(), me(), import_id)
    if not run.counts.get(RowAction.ERROR):
        raise NotFound
    sensitive.handed_out(import_id, runs.private(db(), import_id))
    content = written.mistakes(db(), import_id, _said)
    name = gettext("有错的行-%(id)s.xlsx", id=import_id)
    return downloads.saved(content, spreadsheets.MEDIA_TYPE, name)


@bp.post("/<int:import_id>/application")
@needs(Action.IMPORT_RUN)
def apply(import_id: int) -> ResponseReturnValue:
    """Write the good rows; who is missing leaves only when that is confirmed."""
    leavers = request.form.get("leavers") == "1"
    return _done(import_id, lambda: runs.apply(db(), import_id, by=me(), leavers=leavers))


@bp.post("/<int:import_id>/rows/<int:row>")
@needs(Action.IMPORT_RUN)
def decide(import_id: int, row: int) -> ResponseReturnValue:
    """Let one who is missing stay, or leave after all."""
    stays = request.form.get("stays") == "1"
    _done(import_id, lambda: runs.stay(db(), import_id, row, by=me(), stays=stays))
    shown = RowAction.LEAVE if stays else RowAction.KEEP
    return redirect(url_for("imports.show", import_id=import_id, rows=shown.value), 303)


@bp.post("/<int:import_id>/removal")
@needs(Action.IMPORT_RUN)
def remove(import_id: int) -> ResponseReturnValue:
    """Give up an import that was not written."""
    return _done(import_id, lambda: runs.drop(db(), import_id, by=me()))


def _done(import_id: int, deed: Any) -> ResponseReturnValue:
    try:
        deed()
    except ImportNotReady as refusal:
        flash(say(refusal))
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _worded(table: Mapping[Any, tuple[str, str, str]]) -> dict[Any, tuple[str, str, str]]:
    return {key: (gettext(words), css, icon) for key, (words, css, icon) in table.items()}
