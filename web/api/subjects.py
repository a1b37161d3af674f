"""The linked chain: subjects, and what they have published."""

from __future__ import annotations

from dataclasses import asdict

from engine.forms import rights
from quality import documents, subjects
from quality.documents import DocumentRow
from quality.subjects import SubjectRow, Wanted
from web.access import signed_in
from web.api import paging, schemas, told
from web.api.fields import Json
from web.api.routing import route
from web.api.task_view import shown_values
from web.session import db, me


@route(
    "GET",
    "/subjects",
    "Subjects this person may know of",
    query=schemas.SubjectsWanted,
    answers={200: told.Subjects},
)
@signed_in
def list_subjects(wanted: Json) -> Json:
    """By number."""
    found = subjects.visible(
        db(),
        me(),
        Wanted(kind=wanted.get("kind"), text=wanted.get("q", "")),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    return paging.page(map(_subject, found.items), found.next)


@route(
    "GET",
    "/subjects/<int:subject_id>/documents",
    "What a subject has published",
    query=schemas.DocumentsWanted,
    answers={200: told.Documents},
)
@signed_in
def list_documents(subject_id: int, wanted: Json) -> Json:
    """The last published first."""
    subjects.one(db(), me(), subject_id)
    found = documents.published(
        db(),
        me(),
        subject_id=subject_id,
        stage=wanted.get("stage"),
        period=wanted.get("period"),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    return paging.page(map(_document, found.items), found.next)


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
    told_ = _document(found.document.row)
    return {**told_, "number": number, "values": values, "versions": versions}


def _subject(row: SubjectRow) -> Json:
    owner = {"id": row.owner_id, "name": row.owner or ""} if row.owner_id is not None else None
    return {**asdict(row), "owner": owner}


def _document(row: DocumentRow) -> Json:
    return {**asdict(row), "subject": row.subject_id, "version": row.number}
