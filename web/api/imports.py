"""Bringing in people, units and posts from a file: upload, preview row by row, application."""

from __future__ import annotations

from typing import Final

from flask import Response, request, url_for

from engine.permissions import Action
from quality import spreadsheets
from quality.imports import runs, written
from quality.imports.columns import Sheet
from quality.imports.models import ImportStatus, RowAction
from quality.imports.runs import Line, Run
from web import sensitive
from web.access import needs
from web.api import paging, uploads
from web.api.fields import (
    Anything,
    Flag,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Switch,
    Text,
)
from web.api.fields import Choice as OneOf
from web.api.paging import Listed, Paged
from web.api.routing import MULTIPART, Told, route
from web.api.schemas import KEY, NAME, WORD, Person
from web.i18n import in_words
from web.session import db, me

CSV: Final = "text/csv"
SENTENCE: Final = 1_000
ACTIONS: Final = [action.value for action in RowAction]
STATUSES: Final = [status.value for status in ImportStatus]


class ImportWanted(Shape):
    """What goes with a file that is the body itself."""

    filename = Text(WORD, "Its name; an ending .csv or .xlsx says what it is.")
    complete = Switch("The list is complete: who is missing is shown as leaving.")


class ApplicationAsked(Shape):
    """What is to be written beside the good rows."""

    leavers = Flag("Those who are missing leave; without it they stay.")


class StayAsked(Shape):
    """What becomes of somebody who is missing from the list."""

    stays = Flag("Stays after all; else leaves when that is confirmed.", required=True)


class ImportRowsWanted(Paged):
    """Which rows."""

    action = OneOf(ACTIONS, "Only rows that would do this, or did.")
    sheet = Text(KEY, "units, people, holdings …")


class ImportTold(Shape):
    """An import, as far as it is."""

    id = Number(required=True)
    filename = Text(WORD, required=True)
    sha256 = Text(KEY, required=True)
    status = OneOf(STATUSES, required=True)
    complete = Flag("Who is missing is shown as leaving.", required=True)
    total = Number("Rows to deal with in the present status.", required=True)
    done = Number("Rows dealt with.", required=True)
    counts = Anything("Number of rows by action.", required=True)
    unused = ListOf(Text(WORD), "Headers that mean no column.", required=True)
    stuck = Flag("The background work failed and waits as an incident.", required=True)
    by = Object(Person, required=True)
    created_at = Moment(required=True)
    finished_at = Moment(required=True, nullable=True)


class Imports(Listed):
    """A page of imports, newest first."""

    items = ListOf(Object(ImportTold), required=True)


class Reason(Shape):
    """Why a row is in error."""

    column = Text(KEY, "Key of the column; empty for the row as a whole.", required=True)
    sentence = Text(SENTENCE, required=True)


class ImportRowTold(Shape):
    """A row of an import."""

    number = Number(required=True)
    sheet = Text(KEY, required=True)
    line = Number("Line in the sheet; 0 for somebody who is missing from it.", required=True)
    action = OneOf(ACTIONS, required=True)
    is_done = Flag("It was dealt with.", required=True)
    key = Text(WORD, required=True)
    values = Anything("What the cells say, by column.", required=True)
    was = Anything("What stands there of that which would change.", required=True)
    reasons = ListOf(Object(Reason), required=True)


class ImportRows(Listed):
    """A page of rows."""

    items = ListOf(Object(ImportRowTold), required=True)


class ColumnTold(Shape):
    """A column of a sheet."""

    key = Text(KEY, required=True)
    header = Text(NAME, required=True)
    aliases = ListOf(Text(NAME), "Other headers that mean it.", required=True)
    kind = Text(KEY, required=True)
    required = Flag(required=True)
    most = Number("How long a text may be.", required=True)
    help = Text(SENTENCE, required=True)


class SheetTold(Shape):
    """A sheet that the caller may bring in."""

    key = Text(KEY, required=True)
    name = Text(NAME, required=True)
    columns = ListOf(Object(ColumnTold), required=True)


class ImportSheets(Shape):
    """All of them, in the order in which they are applied."""

    items = ListOf(Object(SheetTold), required=True)


@route(
    "GET",
    "/imports/sheets",
    "Sheets and columns that can be brought in",
    answers={200: ImportSheets},
)
@needs(Action.IMPORT_RUN)
def list_import_sheets() -> Json:
    """The same table that makes the template."""
    return {"items": [_sheet(sheet) for sheet in runs.sheets_for(me())]}


@route("GET", "/imports", "Imports, newest first", query=Paged, answers={200: Imports})
@needs(Action.IMPORT_RUN)
def list_imports(wanted: Json) -> Json:
    """Those that the caller brought; to who may edit people, all."""
    page = runs.listed(db(), me(), after=paging.number(wanted), limit=paging.limit(wanted))
    stuck = runs.stuck(db(), [run.id for run in page.items])
    return paging.page((_told(run, stuck) for run in page.items), page.next)


@route(
    "POST",
    "/imports",
    "Bring in a file: it is compared in the background, nothing is written yet",
    query=ImportWanted,
    media=(MULTIPART, spreadsheets.MEDIA_TYPE, CSV),
    answers={201: ImportTold},
)
@needs(Action.IMPORT_RUN)
def begin_import(wanted: Json) -> Told:
    """As `file` of a form, or as the body itself."""
    named, content = uploads.one()
    name = wanted.get("filename", "") or named
    name = name or ("list.csv" if request.mimetype == CSV else "list.xlsx")
    import_id = runs.begin(db(), name, content, by=me(), with_leavers=wanted.get("complete", False))
    told = _one(import_id)
    return Told(told, 201, {"Location": url_for("api.show_import", import_id=import_id)})


@route("GET", "/imports/<int:import_id>", "An import, as far as it is", answers={200: ImportTold})
@needs(Action.IMPORT_RUN)
def show_import(import_id: int) -> Json:
    """Ask again until its status is ready, or done."""
    return _one(import_id)


@route(
    "DELETE",
    "/imports/<int:import_id>",
    "Give up an import that was not applied",
    answers={200: ImportTold},
)
@needs(Action.IMPORT_RUN)
def drop_import(import_id: int) -> Json:
    """Its rows are deleted."""
    runs.drop(db(), import_id, by=me())
    return _one(import_id)


@route(
    "GET",
    "/imports/<int:import_id>/rows",
    "Rows of an import, with what they would change and why they cannot",
    query=ImportRowsWanted,
    answers={200: ImportRows},
)
@needs(Action.IMPORT_RUN)
def list_import_rows(import_id: int, wanted: Json) -> Json:
    """In the order of the file."""
    run = runs.one(db(), me(), import_id)
    action = wanted.get("action")
    page = runs.lines(
        db(),
        import_id,
        action=RowAction(action) if action else None,
        sheet=wanted.get("sheet"),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    seen = (runs.seen(line, run, me()) for line in page.items)
    return paging.page(map(_row, seen), page.next)


@route(
    "PUT",
    "/imports/<int:import_id>/rows/<int:number>",
    "Decide whether somebody who is missing stays",
    body=StayAsked,
    answers={200: ImportTold},
)
@needs(Action.IMPORT_RUN)
def decide_import_row(import_id: int, number: int, asked: Json) -> Json:
    """Only rows whose action is leave or keep are touched."""
    runs.stay(db(), import_id, number, by=me(), stays=asked["stays"])
    return _one(import_id)


@route(
    "POST",
    "/imports/<int:import_id>/application",
    "Write the good rows, in the background",
    body=ApplicationAsked,
    answers={202: ImportTold},
)
@needs(Action.IMPORT_RUN)
def apply_import(import_id: int, asked: Json) -> Told:
    """Each row is compared once more; one that changed meanwhile becomes an error."""
    runs.apply(db(), import_id, by=me(), leavers=asked.get("leavers", False))
    return Told(_one(import_id), 202)


@route(
    "GET",
    "/imports/<int:import_id>/mistakes",
    "The rows in error as a workbook with their reasons",
    answers={200: None},
)
@needs(Action.IMPORT_RUN)
def show_import_mistakes(import_id: int) -> Response:
    """In the shape they came in, to mend and bring in again."""
    runs.one(db(), me(), import_id)
    sensitive.handed_out(import_id, runs.private(db(), import_id))
    content = written.mistakes(
        db(), import_id, lambda fault: in_words(fault.sentence, fault.values)
    )
    return Response(content, content_type=spreadsheets.MEDIA_TYPE)


def _sheet(sheet: Sheet) -> Json:
    columns = [
        {
            "key": column.key,
            "header": column.header,
            "aliases": list(column.aliases),
            "kind": column.kind.value,
            "required": column.is_required,
            "most": column.most,
            "help": column.help,
        }
        for column in sheet.columns
    ]
    return {"key": sheet.key, "name": sheet.name, "columns": columns}


def _one(import_id: int) -> Json:
    return _told(runs.one(db(), me(), import_id), runs.stuck(db(), [import_id]))


def _told(run: Run, stuck: frozenset[int]) -> Json:
    return {
        "id": run.id,
        "filename": run.filename,
        "sha256": run.sha256,
        "status": run.status.value,
        "complete": run.with_leavers,
        "total": run.total,
        "done": run.done,
        "counts": dict(run.counts),
        "unused": list(run.unused),
        "stuck": run.id in stuck,
        "by": {"id": run.by_id, "name": run.by},
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }


def _row(line: Line) -> Json:
    reasons = [
        {"column": fault.column, "sentence": in_words(fault.sentence, fault.values)}
        for fault in line.faults
    ]
    return {
        "number": line.number,
        "sheet": line.sheet.key,
        "line": line.line,
        "action": line.action.value,
        "is_done": line.is_done,
        "key": line.key,
        "values": dict(line.data),
        "was": dict(line.was),
        "reasons": reasons,
    }
