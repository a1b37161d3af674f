"""The draft of a definition: read it, save over the one that was read."""

from __future__ import annotations

import hashlib

from flask import Response, request

from engine import definitions, people
from engine.definitions import Draft
from engine.errors import StaleDraft
from engine.permissions import Action
from web import downloads
from web.access import needs
from web.api import preconditions, schemas
from web.api.fields import Json, moment
from web.api.preconditions import Stale
from web.api.routing import XML, Told, finding_words, route
from web.session import db, me


@route("GET", "/definitions/<word:key>/draft", "The draft's diagram", answers={200: None})
@needs(Action.DEFINITION_EDIT)
def show_definition_draft(key: str) -> Response:
    """As it was saved, byte by byte; where none is saved, the active version to begin from."""
    draft = definitions.draft(db(), key, by=me())
    return xml_answer(draft.bpmn, tag(key, draft), f"{key}.bpmn")


@route(
    "PUT",
    "/definitions/<word:key>/draft",
    "Save the draft's diagram, whatever is still wrong with it",
    media=XML,
    answers={200: schemas.DefinitionDraft},
    conditional=True,
)
@needs(Action.DEFINITION_EDIT)
def save_definition_draft(key: str) -> Told:
    """Over the draft that `If-Match` names; without it, over whatever is there."""
    stands = definitions.draft(db(), key, by=me())
    if not preconditions.matches(tag(key, stands)):
        raise Stale(told(key, stands), tag(key, stands))
    xml = request.get_data()
    try:
        draft = definitions.save_draft(db(), key, xml, by=me(), revision=stands.revision)
    except StaleDraft as error:
        now = definitions.draft(db(), key, by=me())
        raise Stale(told(key, now), tag(key, now)) from error
    found = [finding_words(one) for one in definitions.check(db(), xml)]
    answer = {"key": key, "revision": draft.revision, "findings": found}
    return Told(answer, headers={"ETag": tag(key, draft)})


def tag(key: str, draft: Draft) -> str:
    """The tag of a draft."""
    content = hashlib.sha256(draft.bpmn).hexdigest()
    return preconditions.etag("draft", key, draft.revision, content)


def told(key: str, draft: Draft) -> Json:
    """What is there now, for somebody who came too late."""
    who = people.names(db(), [draft.saved_by]).get(draft.saved_by or 0, "")
    return {
        "key": key,
        "revision": draft.revision,
        "saved_by": who,
        "saved_at": moment(draft.saved_at),
        "bpmn": draft.bpmn.decode("utf-8", "replace"),
    }


def xml_answer(content: bytes, tag_: str, name: str) -> Response:
    """Bytes of a diagram, to be saved, never shown as a page of ours."""
    response = downloads.saved(content, "application/xml", name)
    response.headers["ETag"] = tag_
    return preconditions.unless_seen(response)
