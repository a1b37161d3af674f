"""Decision tables (决策表): the library, a table to read and to try, files to bring, an editor.

GET  /decisions            the list         POST /decisions             a file
GET  /decisions/K          one, to try      GET  /decisions/K/dmn       the file
GET  /decisions/K/rows/T   the editor       POST /decisions/K/rows/T    rows: change, try, save
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import BadRequest

from engine import decisions, permissions
from engine.bpmn import parse
from engine.decisions import Kept
from engine.dmn.table import Drawn
from engine.errors import NotDecidable, NotFound, Refused, StaleDraft
from engine.permissions import Action
from web import downloads, sheets
from web.access import needs
from web.errors import UNPROCESSABLE, status_of
from web.i18n import in_words, say
from web.session import db, me
from web.sheets import Sheet

bp = Blueprint("decisions", __name__, url_prefix="/decisions")


@bp.get("")
@needs(Action.DEFINITION_VIEW)
def index() -> str:
    """Every file of tables."""
    return _index()


def _index(refusal: str = "", findings: tuple[str, ...] = ()) -> str:
    return render_template(
        "decisions/index.html",
        files=[_listed(one) for one in decisions.kept(db())],
        may_edit=permissions.may(me(), Action.DEFINITION_PUBLISH),
        refusal=refusal,
        findings=findings,
    )


def _listed(one: Kept) -> dict[str, Any]:
    tables = decisions.ready(one.dmn).file.decisions
    return {
        "key": one.key,
        "name": one.name,
        "saved_at": one.saved_at,
        "tables": len(tables),
        "rows": sum(len(drawn.table.rows) for drawn in tables if drawn.table),
    }


@bp.post("")
@needs(Action.DEFINITION_PUBLISH)
def upload() -> ResponseReturnValue:
    """Put a file into the library; over another one only when told so."""
    file = request.files.get("file")
    xml = file.read(parse.MAX_BYTES + 1) if file is not None else b""
    if not xml:
        return _index(gettext("请选择一个 DMN 文件。")), UNPROCESSABLE
    revision = None if request.form.get("replace") == "1" else 0
    try:
        saved = decisions.save(db(), xml, by=me(), revision=revision)
    except StaleDraft:
        sentence = gettext("已经有这个决策表。要用文件代替它，请勾选“代替现有的”，再选一次文件。")
        return _index(sentence), status_of(StaleDraft())
    except NotDecidable as refusal:
        return _index(say(refusal), _found(refusal)), UNPROCESSABLE
    except Refused as refusal:
        return _index(say(refusal)), status_of(refusal)
    flash(gettext("已保存。以后发布的流程会带上它"))
    return redirect(url_for("decisions.show", table=saved.key), 303)


def _found(refusal: NotDecidable) -> tuple[str, ...]:
    findings: Any = refusal.values["findings"]
    return tuple(in_words(one.sentence, one.values) for one in findings if one.severity == "error")


@bp.get("/<word:table>")
@needs(Action.DEFINITION_VIEW)
def show(table: str) -> str:
    """The tables of a file as people read them, the first that it is for; values may be tried."""
    kept = decisions.get(db(), table)
    made = decisions.ready(kept.dmn)
    tried = None
    given = sheets.given(request.args)
    if request.args.get("try"):
        tried = sheets.tried(made, table, given)
    return render_template(
        "decisions/show.html",
        file=kept,
        sheets=[sheets.of(made, drawn) for drawn in _ordered(made.file.decisions, table)],
        fields=sheets.fields(made, table, given),
        tried=tried,
        findings=[in_words(one.sentence, one.values) for one in sheets.advice(kept.dmn)],
        may_edit=permissions.may(me(), Action.DEFINITION_PUBLISH),
    )


def _ordered(drawn: tuple[Drawn, ...], key: str) -> list[Drawn]:
    return sorted(drawn, key=lambda one: one.id != key)


@bp.get("/<word:table>/dmn")
@needs(Action.DEFINITION_VIEW)
def dmn(table: str) -> Response:
    """The file, byte by byte."""
    content = decisions.get(db(), table).dmn
    return downloads.saved(content, "application/xml", f"{table}.dmn")


@bp.get("/<word:table>/rows/<word:decision>")
@needs(Action.DEFINITION_PUBLISH)
def edit(table: str, decision: str) -> str:
    """The editor of one table's rows."""
    kept, sheet = _sheet(table, decision)
    return _editor(kept, sheet, kept.revision)


@bp.post("/<word:table>/rows/<word:decision>")
@needs(Action.DEFINITION_PUBLISH)
def change(table: str, decision: str) -> ResponseReturnValue:
    """Add or take away a row, try what is on the page, or save it; what was typed is kept."""
    kept, sheet = _sheet(table, decision)
    if "rows" not in request.form:
        raise BadRequest
    typed = sheets.typed(sheet, request.form)
    revision = request.form.get("revision", type=int) or 0
    todo, _colon, place = request.form.get("do", "save").partition(":")
    if todo in ("add", "remove", "up", "down"):
        return _editor(kept, sheets.changed(typed, todo, place), revision)
    try:
        xml = sheets.file_with(kept.dmn, typed)
        if todo == "try":
            return _try(kept, typed, revision, xml)
        decisions.save(db(), xml, by=me(), revision=revision, key=table)
    except NotDecidable as refusal:
        page = _editor(kept, typed, revision, refusal=say(refusal), findings=_found(refusal))
        return page, UNPROCESSABLE
    except (Refused, parse.Unreadable) as refusal:
        sentence = (
            say(refusal)
            if isinstance(refusal, Refused)
            else in_words(refusal.finding.sentence, refusal.finding.values)
        )
        code = status_of(refusal) if isinstance(refusal, Refused) else UNPROCESSABLE
        return _editor(kept, typed, revision, refusal=sentence), code
    flash(gettext("已保存。以后发布的流程会带上它"))
    return redirect(url_for("decisions.show", table=table), 303)


def _try(kept: Kept, typed: Sheet, revision: int, xml: bytes) -> str:
    decisions.key_of(xml)
    given = sheets.given(request.form)
    tried = sheets.tried(decisions.ready(xml), typed.id, given)
    return _editor(kept, typed, revision, tried=tried)


def _sheet(table: str, decision: str) -> tuple[Kept, Sheet]:
    kept = decisions.get(db(), table)
    made = decisions.ready(kept.dmn)
    drawn = next((one for one in made.file.decisions if one.id == decision), None)
    if drawn is None:
        raise NotFound
    return kept, sheets.of(made, drawn)


def _editor(
    kept: Kept,
    sheet: Sheet,
    revision: int,
    *,
    refusal: str = "",
    findings: tuple[str, ...] = (),
    tried: sheets.Tried | None = None,
) -> str:
    made = decisions.ready(kept.dmn)
    return render_template(
        "decisions/edit.html",
        file=kept,
        sheet=sheet,
        revision=revision,
        policies=sheets.policies(),
        aggregations=sheets.aggregations(),
        fields=sheets.fields(made, sheet.id, sheets.given(request.values)),
        refusal=refusal,
        findings=findings,
        tried=tried,
    )
