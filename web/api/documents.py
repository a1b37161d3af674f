"""Published documents: list them, read a version, see what differs between two."""

from __future__ import annotations

from dataclasses import asdict

from engine.errors import NotFound
from engine.forms import rights
from engine.forms.choices import Choices
from quality import documents, kinds
from quality.documents import DocumentRow, VersionView, Wanted
from web import evidence
from web.access import signed_in
from web.api import paging, schemas, told
from web.api.differences import Changes, TwoWanted
from web.api.fields import Choice, Digits, Json, Moment, Number, Object, Shape, Switch, Text
from web.api.routing import route
from web.api.schemas import KEY, NAME
from web.api.task_view import shown_values
from web.session import db, me


class DocumentsOfAllWanted(schemas.DocumentsWanted):
    """Which documents, of which subjects."""

    kind = Choice(kinds.KEYS)
    year = Digits("Those whose period covers it.", least=2000, most=2099)
    subject = Digits("Number of a subject.", least=1)
    unit = Digits("Number of a unit.", least=1)
    mine = Switch("Only those of one's own subjects.")
    q = Text(KEY, "Part of the subject's name, or the beginning of its code.")


class DocumentChangesWanted(TwoWanted):
    """Which two versions."""

    last_period = Switch("`before` is a version of the document of the period before.")


class Side(Shape):
    """A version that was compared, who handed it in and who approved it last."""

    document = Number(required=True)
    title = Text(NAME, required=True)
    period = Text(KEY, required=True)
    number = Number(required=True)
    published_at = Moment(required=True)
    instance = Number("The case that brought it.", required=True)
    handed_in_by = Text(KEY, required=True)
    approved_by = Text(KEY, required=True)


class DocumentChanges(Changes):
    """What differs between two versions, in the words of the later one's form."""

    before = Object(Side, required=True)
    after = Object(Side, required=True)


@route(
    "GET",
    "/documents",
    "Published documents",
    query=DocumentsOfAllWanted,
    answers={200: told.Documents},
)
@signed_in
def list_all_documents(wanted: Json) -> Json:
    """The last published first."""
    asked = Wanted(
        kind=wanted.get("kind"),
        stage=wanted.get("stage"),
        period=wanted.get("period"),
        year=wanted.get("year"),
        subject_id=wanted.get("subject"),
        unit_id=wanted.get("unit"),
        mine=wanted.get("mine", False),
        text=wanted.get("q", ""),
    )
    return page(asked, wanted)


def page(asked: Wanted, wanted: Json) -> Json:
    """One page of documents that this person may read."""
    found = documents.published(
        db(), me(), asked, after=paging.number(wanted), limit=paging.limit(wanted)
    )
    return paging.page(map(_line, found.items), found.next)


@route(
    "GET",
    "/documents/<int:document_id>",
    "A published document",
    query=schemas.VersionWanted,
    answers={200: told.Document},
)
@signed_in
def show_document(document_id: int, wanted: Json) -> Json:
    """Its newest version, or the one asked for."""
    found = documents.version(db(), me(), document_id, wanted.get("version"))
    values = shown_values(found.form, rights.READ_ALL, found.values, found.variables)
    versions = [
        {"number": one.number, "published_at": one.published_at, "instance": one.instance_id}
        for one in found.document.versions
    ]
    number = found.version.number
    return {**_line(found.document.row), "number": number, "values": values, "versions": versions}


@route(
    "GET",
    "/documents/<int:document_id>/changes",
    "What differs between two versions of a document",
    query=DocumentChangesWanted,
    answers={200: DocumentChanges},
)
@signed_in
def list_document_changes(document_id: int, wanted: Json) -> Json:
    """Field by field and cell by cell."""
    earlier, later = _two(document_id, wanted)
    cited = evidence.named(later.form, earlier.values, later.values, case=later.version.instance_id)
    return {
        "before": _side(earlier),
        "after": _side(later),
        "items": documents.compare(earlier, later, Choices(named=cited)),
    }


def _two(document_id: int, wanted: Json) -> tuple[VersionView, VersionView]:
    """The versions that are asked for, the earlier first. Raises `NotFound`."""
    later = documents.version(db(), me(), document_id, wanted.get("after"))
    if wanted.get("last_period"):
        past = documents.before(db(), me(), later.document.row)
        if past is None:
            raise NotFound
        return documents.version(db(), me(), past.row.id, wanted.get("before")), later
    number = wanted.get("before", max(later.version.number - 1, 1))
    earlier = documents.version(db(), me(), document_id, number)
    if earlier.version.number > later.version.number:
        earlier, later = later, earlier
    return earlier, later


def _side(found: VersionView) -> Json:
    row, version = found.document.row, found.version
    handed_in_by, approved_by = documents.signatures(db(), found)
    return {
        "document": row.id,
        "title": row.title,
        "period": row.period,
        "number": version.number,
        "published_at": version.published_at,
        "instance": version.instance_id,
        "handed_in_by": handed_in_by,
        "approved_by": approved_by,
    }


def _line(row: DocumentRow) -> Json:
    return {**asdict(row), "subject": row.subject_id, "version": row.number}
