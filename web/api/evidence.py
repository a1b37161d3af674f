"""The library of evidence: lists, one piece with its files, uploads, the files themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from flask import Response, url_for

from quality.evidence import kept, listed, names, rights
from quality.evidence.filetypes import Family
from quality.evidence.kept import Said, Taken
from quality.evidence.listed import EvidenceRow, Wanted
from quality.evidence.rights import Place
from web.access import signed_in
from web.api import paging
from web.api.fields import Choice as OneOf
from web.api.fields import (
    Day,
    Digits,
    Flag,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Text,
)
from web.api.paging import Listed, Paged
from web.api.routing import MULTIPART, Told, route
from web.api.schemas import KEY, NAME, WORD, Person
from web.api.uploads import FileOnly
from web.evidence import served
from web.evidence.streams import sent, store, take
from web.session import db, me

FAMILIES: Final = [one.value for one in Family]


class EvidenceWanted(Paged):
    """Which evidence."""

    whose = OneOf(("mine", "subjects", "units"), "Uploaded by me, of my subjects, of my units.")
    family = OneOf(FAMILIES, "What the newest file is.")
    state = OneOf(("expiring", "retired"), "Expired or about to; out of use. Else all in use.")
    subject = Digits("Number of the subject it belongs to.", least=1)
    q = Text(KEY, "Part of the name, the note, the file's or the subject's name.")


class EvidenceAsked(Shape):
    """What goes with files that are put down."""

    place = Text(KEY, "`subject:5` or `unit:3`.", required=True, least=1)
    case = Digits("A case of which one has a task in hand, about that subject.", least=1)
    name = Text(WORD, "For a single file; else each is called as its file.")
    note = Text(kept.MOST_NOTE, "What it shows.")
    expires_on = Day("The last day it counts.")


class EvidenceChange(Shape):
    """What is to be said of a piece instead; what is left out stays."""

    name = Text(WORD, least=1)
    note = Text(kept.MOST_NOTE)
    expires_on = Day(nullable=True)
    active = Flag("Out of use, or in use again.")


class EvidenceFileTold(Shape):
    """One of the files that a piece is or was."""

    number = Number(required=True)
    filename = Text(NAME, required=True)
    media_type = Text(KEY, required=True)
    size = Number("Bytes.", required=True)
    sha256 = Text(KEY, required=True)
    by = Text(NAME, required=True)
    uploaded_at = Moment(required=True)


class EvidenceTold(Shape):
    """A piece of evidence with its newest file."""

    id = Number(required=True)
    name = Text(WORD, required=True)
    note = Text(kept.MOST_NOTE, required=True)
    owner = Object(Person, required=True)
    unit = Number(required=True)
    subject = Number(required=True, nullable=True)
    number = Number("Of the newest file.", required=True)
    filename = Text(NAME, required=True)
    media_type = Text(KEY, required=True)
    size = Number("Bytes.", required=True)
    sha256 = Text(KEY, required=True)
    uploaded_at = Moment(required=True)
    expires_on = Day(required=True, nullable=True)
    is_expired = Flag(required=True)
    is_active = Flag(required=True)
    cases = Number("How many cases cite it.", required=True)


class EvidenceList(Listed):
    """A page of evidence, newest first."""

    items = ListOf(Object(EvidenceTold), required=True)


class EvidenceMade(Shape):
    """Pieces that were put down."""

    items = ListOf(Object(EvidenceTold), required=True)


class CitedTold(Shape):
    """A case that cites a piece."""

    instance = Number("None where the case may not be seen.", required=True, nullable=True)
    title = Text(NAME, required=True)
    number = Number("The file that is cited.", required=True)
    places = Number(required=True)
    document = Number("What the case has published.", required=True, nullable=True)
    version = Number(required=True, nullable=True)


class EvidenceInFull(EvidenceTold):
    """A piece with all its files and where it is cited."""

    files = ListOf(Object(EvidenceFileTold), required=True)
    cited = ListOf(Object(CitedTold), required=True)
    others = Number("How many more cases cite it that the caller may not see.", required=True)


@route(
    "GET",
    "/evidence",
    "Evidence this person may see",
    query=EvidenceWanted,
    answers={200: EvidenceList},
)
@signed_in
def list_evidence(wanted: Json) -> Json:
    """The newest first."""
    family = wanted.get("family")
    narrowed = Wanted(
        whose=wanted.get("whose", ""),
        family=Family(family) if family else None,
        state=wanted.get("state", ""),
        subject_id=wanted.get("subject"),
        text=wanted.get("q", ""),
    )
    found = listed.listed(
        db(), me(), narrowed, after=paging.number(wanted), limit=paging.limit(wanted)
    )
    return paging.page(map(told, found.items), found.next)


@route(
    "POST",
    "/evidence",
    "Put files down as evidence",
    query=EvidenceAsked,
    media=(MULTIPART,),
    answers={201: EvidenceMade},
)
@signed_in
def upload_evidence(wanted: Json) -> Told:
    """Each `file` of the form becomes a piece of its own."""
    rights.place(db(), me(), wanted["place"], case=wanted.get("case"))
    taken = take(sent())
    place = rights.place(db(), me(), wanted["place"], case=wanted.get("case"))
    made = []
    for one in taken:
        own = wanted.get("name", "") if len(taken) == 1 else ""
        made.append(put(one, place, wanted, own))
    headers = {"Location": url_for("api.show_evidence", evidence_id=made[0])}
    return Told({"items": [told(listed.one(db(), me(), one)) for one in made]}, 201, headers)


@route(
    "GET",
    "/evidence/<int:evidence_id>",
    "One piece of evidence in full",
    answers={200: EvidenceInFull},
)
@signed_in
def show_evidence(evidence_id: int) -> Json:
    """With its files, and the cases that cite it."""
    return _in_full(evidence_id)


@route(
    "PUT",
    "/evidence/<int:evidence_id>",
    "Say otherwise what a piece is, retire it, or take it up again",
    body=EvidenceChange,
    answers={200: EvidenceInFull},
)
@signed_in
def change_evidence(evidence_id: int, asked: Json) -> Json:
    """What is left out stays."""
    row = listed.one(db(), me(), evidence_id)
    said = Said(
        asked.get("name", row.name),
        asked.get("note", row.note),
        asked.get("expires_on", row.expires_on),
    )
    kept.change(db(), evidence_id, said, by=me())
    if "active" in asked:
        switch = kept.restore if asked["active"] else kept.retire
        switch(db(), evidence_id, by=me())
    return _in_full(evidence_id)


@route(
    "POST",
    "/evidence/<int:evidence_id>/files",
    "Give a piece a newer file",
    body=FileOnly,
    media=(MULTIPART,),
    answers={201: EvidenceInFull},
)
@signed_in
def replace_evidence(evidence_id: int, asked: Json | None) -> Told:  # noqa: ARG001  (a file only)
    """What cites the old one keeps it."""
    listed.one(db(), me(), evidence_id)
    (one, *_more) = take(sent()[:1])
    kept.replace(db(), store(), evidence_id, one, by=me())
    return Told(_in_full(evidence_id), 201)


@route(
    "GET",
    "/evidence/<int:evidence_id>/files/<int:number>",
    "A file of a piece",
    answers={200: None},
)
@signed_in
def show_evidence_file(evidence_id: int, number: int) -> Response:
    """As it was put down."""
    return served.answer(listed.file(db(), me(), evidence_id, number), is_saved=True)


def put(one: Taken, place: Place, wanted: Json, name: str) -> int:
    """Keep one file as a piece of evidence, called as the file where no name is given."""
    named = name or names.split(one.filename)[0]
    said = Said(named, wanted.get("note", ""), wanted.get("expires_on"))
    return kept.add(db(), store(), one, place=place, said=said, by=me())


def _in_full(evidence_id: int) -> Json:
    row = listed.one(db(), me(), evidence_id)
    cases, others = listed.cited(db(), me(), evidence_id)
    files = [{**asdict(one), "uploaded_at": one.at} for one in listed.files(db(), evidence_id)]
    cited = [
        {**asdict(one), "instance": one.instance_id, "document": one.document_id} for one in cases
    ]
    return {**told(row), "files": files, "cited": cited, "others": others}


def told(row: EvidenceRow) -> Json:
    """A piece as `EvidenceTold` describes it."""
    return {
        **asdict(row),
        "owner": {"id": row.owner_id, "name": row.owner},
        "unit": row.unit_id,
        "subject": row.subject_id,
        "is_expired": row.is_expired,
    }
