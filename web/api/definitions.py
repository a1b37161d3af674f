"""Definitions: the list, and keeping a diagram as a draft, whatever is still wrong with it."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import PurePath
from typing import Final

from flask import request, url_for
from sqlalchemy import select

from engine import definitions, permissions
from engine.bpmn import parse
from engine.bpmn.findings import Finding, Severity
from engine.errors import NotPublishable, Refused
from engine.forms import load
from engine.models import ProcessDefinition, ProcessVersion
from engine.permissions import Action
from web.access import needs
from web.api import drafts, paging, preconditions, schemas
from web.api.fields import Json
from web.api.paging import Paged
from web.api.preconditions import Stale
from web.api.routing import MULTIPART, XML, Told, finding_words, route
from web.session import db, me

DIAGRAMS: Final = frozenset({".bpmn", ".xml"})
FORMS: Final = frozenset({".form", ".json"})
MAX_FORMS: Final = 50

_FORM_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", re.ASCII)


class FilesWrong(Refused):
    """A multipart body without exactly one diagram, or with files of other kinds."""

    sentence = "请上传一个 .bpmn 文件，以及它用到的 .form 文件（文件名就是表单的标识）。"


@route(
    "GET",
    "/definitions",
    "Definitions, by key",
    query=Paged,
    answers={200: schemas.Definitions},
)
@needs(Action.DEFINITION_VIEW)
def list_definitions(wanted: Json) -> Json:
    """Those with a published version; to who may edit, also those that are drafts so far."""
    limit, version = paging.limit(wanted), ProcessVersion.__table__
    found = (
        select(
            ProcessDefinition.key,
            ProcessDefinition.name,
            version.c.number.label("version"),
            version.c.published_at,
        )
        .join(version, version.c.id == ProcessDefinition.active_version_id, isouter=True)
        .where(ProcessDefinition.key > paging.word(wanted))
        .order_by(ProcessDefinition.key)
        .limit(limit + 1)
    )
    if not permissions.may(me(), Action.DEFINITION_EDIT):
        found = found.where(ProcessDefinition.active_version_id.is_not(None))
    rows = db().execute(found).all()
    items = [row._asdict() for row in rows[:limit]]
    return paging.page(items, items[-1]["key"] if len(rows) > limit else None)


@route(
    "POST",
    "/definitions",
    "Keep a diagram as a draft, runnable or not",
    media=(*XML, MULTIPART),
    answers={201: schemas.DefinitionDraft},
    conditional=True,
)
@needs(Action.DEFINITION_EDIT)
def keep_definition() -> Told:
    """The bytes are kept as they came; forms sent with it go to the library."""
    xml, forms = diagram()
    for key, text in forms.items():
        definitions.save_form(db(), key, text, by=me())
    if preconditions.is_conditional():
        _require_unchanged(xml)
    key = definitions.keep(db(), xml, by=me())
    draft = definitions.draft(db(), key, by=me())
    found = definitions.check(db(), xml)
    headers = {
        "Location": url_for("api.show_definition_draft", key=key),
        "ETag": drafts.tag(key, draft),
    }
    answer = {
        "key": key,
        "revision": draft.revision,
        "findings": [finding_words(one) for one in found],
    }
    return Told(answer, 201, headers)


def _require_unchanged(xml: bytes) -> None:
    key = parse.read(xml).id
    draft = definitions.draft(db(), key, by=me())
    tag = drafts.tag(key, draft)
    if not preconditions.matches(tag):
        raise Stale(drafts.told(key, draft), tag)


def diagram() -> tuple[bytes, dict[str, str]]:
    """The diagram of this request, and the forms that came with it, by key."""
    if request.mimetype != MULTIPART:
        return request.get_data(), {}
    diagrams: list[bytes] = []
    forms: dict[str, str] = {}
    for file in chain.from_iterable(request.files.listvalues()):
        path = PurePath(file.filename or "")
        if path.suffix in DIAGRAMS:
            diagrams.append(file.read())
        elif path.suffix in FORMS and _FORM_KEY.fullmatch(path.stem) and len(forms) < MAX_FORMS:
            forms[path.stem] = _form(file.read())
        else:
            raise FilesWrong
    if len(diagrams) != 1:
        raise FilesWrong
    return diagrams[0], forms


def _form(content: bytes) -> str:
    reading = load.read(content)
    if reading.form is None:
        found = tuple(
            Finding(one.element, Severity(one.severity), one.rule, one.sentence, one.values)
            for one in reading.findings
        )
        raise NotPublishable(count=len(found), findings=found)
    return content.decode("utf-8-sig")
