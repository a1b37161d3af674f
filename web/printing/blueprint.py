"""Printing: a document or a case as PDF or Word, and batches with their progress and result.

GET  /documents/N/print.pdf   /documents/N/print.docx   one document, with ?version=
GET  /instances/N/print.pdf   /instances/N/print.docx   one case
GET  /prints                  one's batches             POST /prints     begin one
GET  /prints/N                progress and result       GET  /prints/N/file
POST /prints/N/cancellation
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, settings
from quality.printing import press, runs, word
from quality.printing.errors import NothingToPrint, RunOver, TooManyRuns, TooManyToPrint
from quality.printing.models import PrintStatus
from quality.printing.paper import Paper
from quality.printing.runs import PrintForm
from quality.printing.shelf import file_name
from web import htmx
from web.access import signed_in
from web.asked import number
from web.downloads import disposition
from web.i18n import language, say
from web.printing import chosen, papers, results
from web.session import db, me

bp = Blueprint("printing", __name__)

PDF: Final = "application/pdf"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/documents/<int:document_id>/print.pdf")
@signed_in
def document_pdf(document_id: int) -> Response:
    """A version of a document as PDF."""
    return _pdf(papers.of_document(db(), me(), document_id, number("version")))


@bp.get("/documents/<int:document_id>/print.docx")
@signed_in
def document_word(document_id: int) -> Response:
    """A version of a document as Word file."""
    return _word(papers.of_document(db(), me(), document_id, number("version")))


@bp.get("/instances/<int:instance_id>/print.pdf")
@signed_in
def instance_pdf(instance_id: int) -> Response:
    """A case as PDF."""
    return _pdf(papers.of_case(db(), me(), instance_id))


@bp.get("/instances/<int:instance_id>/print.docx")
@signed_in
def instance_word(instance_id: int) -> Response:
    """A case as Word file."""
    return _word(papers.of_case(db(), me(), instance_id))


def _pdf(paper: Paper) -> Response:
    _let_go()
    return _file(press.pdf(paper), PDF, file_name(paper.title, "pdf"), is_shown=True)


def _word(paper: Paper) -> Response:
    _let_go()
    return _file(word.docx(paper), WORD, file_name(paper.title, "docx"), is_shown=False)


def _let_go() -> None:
    """What is printed was read: the database waits for nobody while it is set."""
    db().rollback()


def _file(content: bytes, kind: str, name: str, *, is_shown: bool) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = disposition(name, is_shown=is_shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/prints")
@signed_in
def index() -> str:
    """The batches that the reader asked for, the newest first."""
    page = runs.listed(db(), me(), after=number("after"))
    return render_template(
        "printing/index.html",
        runs=page.items,
        days=settings.number(db(), "print_days"),
        next_url=url_for("printing.index", after=page.next) if page.next else None,
    )


@bp.post("/prints")
@signed_in
def begin() -> ResponseReturnValue:
    """Have the documents chosen printed in the background."""
    try:
        wanted = chosen.documents()
        form = PrintForm.WORD if request.form.get("form") == PrintForm.WORD else PrintForm.PDF
        run_id = runs.begin(db(), wanted, form, by=me(), language=language())
    except (NothingToPrint, TooManyToPrint, TooManyRuns) as refusal:
        db().rollback()
        flash(say(refusal), "refused")
        return redirect(url_for("documents.index", **chosen.filters()), 303)
    return redirect(url_for("printing.show", run_id=run_id), 303)


@bp.get("/prints/<int:run_id>")
@signed_in
def show(run_id: int) -> ResponseReturnValue:
    """How far a batch is, or its result."""
    run = runs.one(db(), me(), run_id)
    is_moving = run.status is PrintStatus.WAITING
    if htmx.asks() and not is_moving:
        return Response("", headers={"HX-Refresh": "true"})
    left = run.seconds_left(clock.now())
    return htmx.render(
        "printing/show.html",
        fragment="printing/_progress.html",
        run=run,
        is_moving=is_moving,
        is_stuck=is_moving and runs.is_stuck(db(), run_id),
        left=_in_words(left) if left is not None else "",
        days=settings.number(db(), "print_days"),
        size=_size(run_id),
    )


def _in_words(seconds: int) -> str:
    if seconds < 60:  # noqa: PLR2004  (a minute)
        return str(gettext("不到 1 分钟"))
    return str(gettext("大约 %(count)s 分钟", count=-(-seconds // 60)))


def _size(run_id: int) -> str:
    place = results.shelf(run_id).zip
    return f"{place.stat().st_size / 1e6:.1f}" if place.exists() else ""


@bp.get("/prints/<int:run_id>/file")
@signed_in
def file(run_id: int) -> Response:
    """The result of a batch, for whoever asked for it."""
    return results.packed(runs.one(db(), me(), run_id))


@bp.post("/prints/<int:run_id>/cancellation")
@signed_in
def give_up(run_id: int) -> ResponseReturnValue:
    """Print no more of a batch; what was printed of it goes with the next look of the worker."""
    try:
        runs.cancel(db(), run_id, by=me())
    except RunOver as refusal:
        db().rollback()
        flash(say(refusal), "refused")
    return redirect(url_for("printing.show", run_id=run_id), 303)
