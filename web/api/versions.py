"""Published versions: list them, read one, publish one."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from flask import Response, request, url_for
from sqlalchemy import Select, select

from engine import definitions
from engine.bpmn import parse
from engine.errors import NotFound, Refused
from engine.models import ProcessDefinition, ProcessVersion, User
from engine.permissions import Action
from web.access import needs
from web.api import drafts, paging, preconditions, schemas
from web.api.definitions import diagram
from web.api.fields import Json
from web.api.paging import Paged
from web.api.preconditions import Stale
from web.api.routing import MULTIPART, XML, Told, finding_words, route
from web.session import db, me


class ForeignDiagram(Refused):
    """The diagram is of another process than the address says."""

    sentence = "图里的流程标识是“{found}”，这里是“{key}”，不能发布。"


@route(
    "GET",
    "/definitions/<word:key>/versions",
    "Versions of a definition, newest first",
    query=Paged,
    answers={200: schemas.Versions},
)
@needs(Action.DEFINITION_VIEW)
def list_versions(key: str, wanted: Json) -> Json:
    """With the notes they were published with."""
    limit, before = paging.limit(wanted), paging.number(wanted)
    found = _versions(key).order_by(ProcessVersion.number.desc()).limit(limit + 1)
    if before is not None:
        found = found.where(ProcessVersion.number < before)
    rows = db().execute(found).all()
    if not rows and before is None:
        raise NotFound
    items = [_told(row) for row in rows[:limit]]
    return paging.page(items, items[-1]["number"] if len(rows) > limit else None)


@route(
    "GET",
    "/definitions/<word:key>/versions/<int:number>",
    "One version with its forms",
    answers={200: schemas.VersionWithForms},
)
@needs(Action.DEFINITION_VIEW)
def show_version(key: str, number: int) -> Told:
    """The forms as they were when it was published."""
    row = _one(key, number)
    forms = {name: orjson.loads(text) for name, text in orjson.loads(row.forms).items()}
    return Told({**_told(row), "forms": forms}, headers={"ETag": f'"{row.sha256}"'})


@route(
    "GET",
    "/definitions/<word:key>/versions/<int:number>/bpmn",
    "A version's diagram",
    answers={200: None},
)
@needs(Action.DEFINITION_VIEW)
def show_bpmn(key: str, number: int) -> Response:
    """The bytes that were published, unchanged."""
    content = _one(key, number).bpmn
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    return drafts.xml_answer(content, tag, f"{key}-v{number}.bpmn")


@route(
    "POST",
    "/definitions/<word:key>/versions",
    "Publish the draft, or the diagram sent",
    body=schemas.NoteAsked,
    query=schemas.NoteWanted,
    media=(*XML, MULTIPART),
    answers={201: schemas.Published},
    conditional=True,
)
@needs(Action.DEFINITION_PUBLISH)
def publish_version(key: str, asked: Json | None, wanted: Json) -> Told:
    """New cases start on it; running ones keep theirs. JSON `{note}` publishes the draft."""
    note = str((asked or wanted).get("note") or request.form.get("note", ""))
    forms: dict[str, str] = {}
    if asked is not None:
        draft = definitions.draft(db(), key, by=me())
        if not preconditions.matches(drafts.tag(key, draft)):
            raise Stale(drafts.told(key, draft), drafts.tag(key, draft))
        xml = draft.bpmn
    else:
        xml, forms = diagram()
    found = parse.read(xml).id
    if found != key:
        raise ForeignDiagram(found=found, key=key)
    made = definitions.publish(db(), xml, by=me(), note=note[: schemas.NOTE], forms=forms)
    answer = {
        "definition": made.key,
        "number": made.number,
        "is_new": made.is_new,
        "findings": [finding_words(one) for one in made.findings],
    }
    where = url_for("api.show_version", key=made.key, number=made.number)
    return Told(answer, 201, {"Location": where})


def _versions(key: str) -> Select[Any]:
    version = ProcessVersion.__table__
    return (
        select(version, ProcessDefinition.active_version_id, User.name.label("publisher"))
        .join(ProcessDefinition, ProcessDefinition.id == version.c.definition_id)
        .join(User, User.id == version.c.published_by, isouter=True)
        .where(ProcessDefinition.key == key)
    )


def _one(key: str, number: int) -> Any:
    row = db().execute(_versions(key).where(ProcessVersion.number == number)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _told(row: Any) -> Json:
    publisher = None
    if row.published_by is not None:
        publisher = {"id": row.published_by, "name": row.publisher or ""}
    return {
        "definition": request.view_args["key"] if request.view_args else "",
        "number": row.number,
        "name": row.name,
        "note": row.note,
        "sha256": row.sha256,
        "is_active": row.id == row.active_version_id,
        "published_at": row.published_at,
        "published_by": publisher,
    }
