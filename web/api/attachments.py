"""A single file put down and fetched: the short way to evidence, for programs that want no more."""

from __future__ import annotations

from flask import Response, url_for

from quality.evidence import listed, rights
from quality.evidence.errors import NoPlace
from quality.evidence.rights import Place
from web.access import signed_in
from web.api import evidence
from web.api.evidence import EvidenceAsked, EvidenceTold
from web.api.fields import Json, Text
from web.api.routing import MULTIPART, Told, route
from web.api.schemas import KEY
from web.evidence import served
from web.evidence.streams import sent, take
from web.session import db, me


class AttachmentAsked(EvidenceAsked):
    """What goes with a file that is put down."""

    place = Text(KEY, "`subject:5` or `unit:3`; left out, the first that the caller has.", least=1)


@route(
    "POST",
    "/attachments",
    "Put one file down as evidence",
    query=AttachmentAsked,
    media=(MULTIPART,),
    answers={201: EvidenceTold},
)
@signed_in
def attach(wanted: Json) -> Told:
    """The `file` of the form becomes a piece of evidence, which tasks may cite by its number."""
    _place(wanted)
    (one, *_more) = take(sent()[:1])
    made = evidence.put(one, _place(wanted), wanted, wanted.get("name", ""))
    headers = {"Location": url_for("api.show_attachment", evidence_id=made)}
    return Told(evidence.told(listed.one(db(), me(), made)), 201, headers)


@route(
    "GET",
    "/attachments/<int:evidence_id>",
    "The newest file of a piece of evidence",
    answers={200: None},
)
@signed_in
def show_attachment(evidence_id: int) -> Response:
    """As it was put down."""
    return served.answer(listed.file(db(), me(), evidence_id, None), is_saved=True)


def _place(wanted: Json) -> Place:
    """Where it is put down. Raises `NoPlace`."""
    if "place" in wanted:
        return rights.place(db(), me(), wanted["place"], case=wanted.get("case"))
    own = rights.places(db(), me())
    if not own:
        raise NoPlace
    return own[0]
