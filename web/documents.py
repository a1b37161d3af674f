"""Published documents: the list, one with its versions, and what differs between two of them.

GET /documents?kind=major&stage=goal&year=2027&unit=3&mine=1&q=机器人    GET /documents/export?…
GET /documents/N    GET /documents/N/changes?before=1&after=2
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext

from engine import clock
from engine.errors import NotFound
from engine.forms import rights, view
from engine.forms.choices import Choices
from quality import births, documents, kinds, periods
from quality.documents import VersionView, Wanted
from quality.models import Stage
from quality.spreadsheets import MEDIA_TYPE
from web import document_book, downloads, evidence, list_book
from web.access import signed_in
from web.asked import number, row_number
from web.asked import year as asked_year
from web.session import db, me

bp = Blueprint("documents", __name__, url_prefix="/documents")
LONGEST: Final = 100


@bp.get("")
@signed_in
def index() -> str:
    """Published documents this person may see, the last published first."""
    wanted, asked = narrowing(request.args)
    page = documents.published(db(), me(), wanted, after=number("after"))
    return render_template(
        "documents/index.html",
        rows=page.items,
        asked=asked,
        kinds=[(one.key, gettext(one.label)) for one in kinds.every()],
        stages=[(one.value, gettext(words)) for one, words in document_book.STAGES.items()],
        years=sorted({*periods.lately(clock.today().year), wanted.year or 0} - {0}, reverse=True),
        units=documents.units(db(), me()),
        next_url=url_for("documents.index", **asked, after=page.next) if page.next else None,
    )


@bp.get("/export")
@signed_in
def export() -> Response:
    """The same list as a workbook, as far as one workbook goes, with its filter on top."""
    wanted, _asked = narrowing(request.args)
    unit = dict(documents.units(db(), me())).get(wanted.unit_id or 0, "—")
    rows = documents.first(db(), me(), wanted, list_book.MOST_ROWS)
    content = document_book.written(rows, wanted, unit)
    return downloads.saved(content, MEDIA_TYPE, gettext("文档目录.xlsx"))


def narrowing(given: Mapping[str, str]) -> tuple[Wanted, dict[str, Any]]:
    """What a list of documents is narrowed to, and the same as an address says it."""
    kind, stage = given.get("kind", ""), given.get("stage", "")
    wanted = Wanted(
        kind=kind if kind in kinds.KEYS else None,
        stage=stage if stage in set(Stage) else None,
        year=asked_year(given.get("year", "")),
        unit_id=row_number(given.get("unit", "")),
        mine=bool(given.get("mine")),
        text=given.get("q", "").strip()[:LONGEST],
    )
    asked = {
        "kind": wanted.kind,
        "stage": wanted.stage,
        "year": wanted.year,
        "unit": wanted.unit_id,
        "mine": "1" if wanted.mine else None,
        "q": wanted.text or None,
    }
    return wanted, asked


@bp.get("/<int:document_id>")
@signed_in
def show(document_id: int) -> str:
    """One version of a document, the newest unless told; it prints as the form does."""
    found = documents.version(db(), me(), document_id, number("version"))
    past = documents.before(db(), me(), found.document.row)
    return render_template(
        "documents/show.html",
        row=found.document.row,
        versions=found.document.versions,
        version=found.version,
        past=past.row if past is not None else None,
        chain=documents.chain(db(), me(), found.document.row.subject_id),
        origin=births.origin(
            db(), found.document.row.kind, found.version.template, found.version.made_from_id
        ),
        drawn=view.view(
            found.form,
            found.values,
            rights.READ_ALL,
            variables=found.variables,
            live=_named(found, found.values),
        ),
    )


@bp.get("/<int:document_id>/changes")
@signed_in
def changes(document_id: int) -> str:
    """What differs between two versions, and the later one with the differences marked.

    The earlier may be one of the period before: `before=12-1` is version 1 of document 12.
    """
    later = documents.version(db(), me(), document_id, _whole(request.args.get("after", "")))
    past = documents.before(db(), me(), later.document.row)
    of, _, version = request.args.get("before", "").rpartition("-")
    if of and (past is None or of != str(past.row.id)):
        raise NotFound
    source = past.row.id if past is not None and of else document_id
    earlier = documents.version(db(), me(), source, _whole(version))
    if not of and earlier.version.number > later.version.number:
        earlier, later = later, earlier
    named = _named(later, earlier.values, later.values)
    return render_template(
        "documents/changes.html",
        row=later.document.row,
        past=past,
        earlier=earlier,
        later=later,
        signed=[documents.signatures(db(), one) for one in (earlier, later)],
        changes=documents.compare(earlier, later, named),
        drawn=view.view(
            later.form,
            later.values,
            rights.READ_ALL,
            variables=later.variables,
            before=earlier.values,
            live=named,
        ),
    )


def _whole(written: str) -> int:
    found = row_number(written)
    if found is None:
        raise NotFound
    return found


def _named(found: VersionView, *values: Mapping[str, Any]) -> Choices:
    """What these values cite, by name."""
    return Choices(named=evidence.named(found.form, *values, case=found.version.instance_id))
