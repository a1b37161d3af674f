"""The register of subjects, and what each has published."""

from __future__ import annotations

from flask import url_for

from engine import clock
from engine.permissions import Action
from quality import documents, subjects
from quality.models import Subject
from quality.subjects import Given, Wanted
from web.access import needs, signed_in
from web.api import documents as published
from web.api import paging, preconditions, register, schemas, told
from web.api.fields import Json
from web.api.preconditions import Stale
from web.api.routing import Told, route
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
    has_no_owner = wanted.get("ownerless")
    narrowed = Wanted(
        kind=wanted.get("kind"),
        unit_id=wanted.get("unit"),
        parent_id=wanted.get("parent"),
        is_pilot=wanted.get("pilot"),
        has_owner=None if has_no_owner is None else not has_no_owner,
        is_active=wanted.get("active"),
        text=wanted.get("q", ""),
    )
    found = subjects.visible(
        db(), me(), narrowed, after=paging.number(wanted), limit=paging.limit(wanted)
    )
    return paging.page(map(register.brief, found.items), found.next)


@route(
    "POST",
    "/subjects",
    "Enter a subject",
    body=register.SubjectAsked,
    answers={201: register.SubjectInFull},
)
@needs(Action.SUBJECT_EDIT)
def create_subject(asked: Json) -> Told:
    """Its owner is one from `since`, or from today on."""
    said = {"code": "", "name": "", "unit_id": None} | register.columns(asked)
    since = register.day(asked) or clock.today()
    given = Given(kind=asked["kind"], **said)
    register.require_sound(subjects.problems(db(), given))
    (subject_id,) = subjects.create_all(db(), [given], by=me(), since=since)
    row = subjects.one(db(), me(), subject_id)
    headers = {
        "Location": url_for("api.show_subject", subject_id=subject_id),
        "ETag": register.tag(row),
    }
    return Told(register.in_full(row), 201, headers)


@route(
    "GET",
    "/subjects/<int:subject_id>",
    "One subject in full",
    answers={200: register.SubjectInFull},
)
@signed_in
def show_subject(subject_id: int) -> Told:
    """With its head, who answers for it, and its team."""
    row = subjects.one(db(), me(), subject_id)
    return Told(register.in_full(row), headers={"ETag": register.tag(row)})


@route(
    "PUT",
    "/subjects/<int:subject_id>",
    "Change a subject",
    body=register.SubjectChange,
    answers={200: register.SubjectInFull},
    conditional=True,
)
@needs(Action.SUBJECT_EDIT)
def change_subject(subject_id: int, asked: Json) -> Told:
    """What is left out stays; another owner is one from `since`, or from today on."""
    preconditions.hold(Subject.id, subject_id)
    row = subjects.one(db(), me(), subject_id)
    if not preconditions.matches(register.tag(row)):
        raise Stale(register.in_full(row), register.tag(row))
    said, since = register.columns(asked), register.day(asked) or clock.today()
    owner_id = said.pop("owner_id", row.owner_id)
    given = Given(kind=row.kind, **(register.in_columns(row) | said))
    register.require_sound(subjects.problems(db(), given, subject_id=subject_id))
    if said:
        subjects.change(db(), subject_id, said, by=me())
    if owner_id != row.owner_id:
        subjects.give_owner(db(), subject_id, owner_id, since=since, by=me())
    row = subjects.one(db(), me(), subject_id)
    return Told(register.in_full(row), headers={"ETag": register.tag(row)})


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
    asked = documents.Wanted(
        subject_id=subject_id, stage=wanted.get("stage"), period=wanted.get("period")
    )
    return published.page(asked, wanted)
