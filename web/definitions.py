"""Flows and their versions: who published what when with which note; diagrams to take and to bring.

GET  /definitions                      the list       POST /definitions   a file, kept as a draft
GET  /definitions/K                    one            GET  /definitions/K/versions/N
GET  /definitions/K/versions/N/bpmn    the diagram as it was published
GET  /definitions/K/who                whom each step would go to today, for a subject
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import definitions, permissions, preview, starts, suspending, versions
from engine.bpmn import parse
from engine.bpmn.findings import Finding
from engine.bpmn.parse import Unreadable
from engine.errors import NotFound, Refused
from engine.permissions import Action
from engine.queries import catalogue
from engine.queries.catalogue import Edition
from quality import cycle, shipped
from web import steps, who_words
from web.access import needs
from web.downloads import disposition
from web.errors import UNPROCESSABLE
from web.htmx import render
from web.i18n import in_words, said, say
from web.session import db, me
from web.steps import Step

bp = Blueprint("definitions", __name__, url_prefix="/definitions")

KEY: Final = re.compile(r"[\w.-]{1,100}")
CONFLICT: Final = 409


@bp.get("")
@needs(Action.DEFINITION_VIEW)
def index() -> str:
    """Every flow with its active version."""
    return _index()


@bp.post("")
@needs(Action.DEFINITION_EDIT)
def upload() -> ResponseReturnValue:
    """Keep a file as a draft, runnable or not; over another draft only when told so."""
    file = request.files.get("file")
    xml = file.read(parse.MAX_BYTES + 1) if file is not None else b""
    if not xml:
        return _index(gettext("请选择一个 BPMN 文件。")), UNPROCESSABLE
    try:
        outline = parse.read(xml)
    except Unreadable as unreadable:
        return _index(_text(unreadable.finding)), UNPROCESSABLE
    key = outline.id
    if KEY.fullmatch(key) is None:
        sentence = gettext(
            "文件里的流程标识“%(key)s”不能用：只用字母、数字和 _ . -，最多 100 个字。",
            key=key[:100],
        )
        return _index(sentence), UNPROCESSABLE
    if request.form.get("replace") != "1" and _has_draft(key):
        sentence = gettext(
            "“%(name)s”已经有一份草稿。要用文件代替它，请勾选“代替现有草稿”，再选一次文件。",
            name=outline.name or key,
        )
        return _index(sentence, conflict=True), CONFLICT
    definitions.keep(db(), xml, by=me())
    flash(gettext("已存为草稿"))
    return redirect(url_for("definitions.show", key=key), 303)


@bp.get("/<word:key>")
@needs(Action.DEFINITION_VIEW)
def show(key: str) -> str:
    """One flow: its diagram, its versions, and for those who edit, the draft and what it lacks."""
    return page(key)


def page(key: str, standing: Refused | None = None) -> str:
    """The page of one flow, with why it could not be suspended, where it could not."""
    flow = catalogue.flow(db(), key)
    editions = catalogue.editions(db(), key)
    active = next((one for one in editions if one.is_active), None)
    may_edit = permissions.may(me(), Action.DEFINITION_EDIT)
    draft = definitions.draft(db(), key, by=me()) if may_edit else None
    published = catalogue.bpmn(db(), active.id) if active is not None else b""
    has_draft = draft is not None and draft.revision > 0 and draft.bpmn != published
    found = definitions.check(db(), draft.bpmn) if draft is not None and has_draft else ()
    return render_template(
        "definitions/show.html",
        flow=flow,
        editions=editions,
        active=active,
        steps=_steps(active),
        may_edit=may_edit,
        draft=draft if has_draft else None,
        findings=[(one, said(one.where), _text(one)) for one in found],
        errors=sum(one.severity == "error" for one in found),
        is_suspended=suspending.is_suspended(db(), key),
        may_suspend=active is not None and permissions.may(me(), Action.INSTANCE_SUSPEND),
        schedule=_schedule(flow.id, active),
        refusal=say(standing) if standing is not None else "",
        reason=request.form.get("reason", ""),
    )


@bp.get("/<word:key>/versions/<int:number>")
@needs(Action.DEFINITION_VIEW)
def version(key: str, number: int) -> str:
    """One published version."""
    edition = _edition(key, number)
    return render_template(
        "definitions/version.html",
        flow=catalogue.flow(db(), key),
        edition=edition,
        steps=_steps(edition),
    )


@bp.get("/<word:key>/versions/<int:number>/bpmn")
@needs(Action.DEFINITION_VIEW)
def bpmn(key: str, number: int) -> Response:
    """The diagram of a version, byte by byte; with `?download=1` as a file."""
    edition = _edition(key, number)
    response = Response(catalogue.bpmn(db(), edition.id), content_type="application/xml")
    if request.args.get("download") == "1":
        name = disposition(f"{key}-v{number}.bpmn", is_shown=False)
        response.headers["Content-Disposition"] = name
    return response


def _index(refusal: str = "", *, conflict: bool = False) -> str:
    may_edit = permissions.may(me(), Action.DEFINITION_EDIT)
    return render_template(
        "definitions/index.html",
        flows=catalogue.flows(db()),
        next_runs=starts.soonest(db()),
        offers=shipped.offers(db()) if may_edit else (),
        may_edit=may_edit,
        refusal=refusal,
        conflict=conflict,
    )


def _edition(key: str, number: int) -> Edition:
    found = next((one for one in catalogue.editions(db(), key) if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _has_draft(key: str) -> bool:
    try:
        return definitions.draft(db(), key, by=me()).revision > 0
    except NotFound:
        return False


@bp.get("/<key>/who")
@needs(Action.DEFINITION_VIEW)
def who(key: str) -> str:
    """Whom each step would go to today, if a case began now; nothing begins."""
    version = versions.active(db(), key)
    asked = who_words.about(request.args)
    return render(
        "definitions/who.html",
        fragment="definitions/_who.html",
        version=version,
        ahead=who_words.who(preview.steps_of(version), asked),
        subject=request.args.get("subject", ""),
    )


def _text(finding: Finding) -> str:
    return in_words(finding.sentence, finding.values)


@dataclass(frozen=True, slots=True)
class _Schedule:
    """When a flow begins by itself next, and in whose name; nobody's where they have left."""

    next_run: datetime | None
    names: tuple[str, ...]
    has_failed: bool


def _schedule(definition_id: int, edition: Edition | None) -> _Schedule | None:
    """How a flow begins by itself, where it does."""
    if edition is None:
        return None
    ready = versions.load_version(db(), edition.id, edition.sha256)
    events = [event for event in ready.process.start_events if event.event == "timer"]
    if not events:
        return None
    names: dict[str, None] = {}
    for event in events:
        with suppress(NotFound):
            names[starts.starter(db(), event, edition.id).name] = None
    runs = starts.next_runs(db(), definition_id)
    failed = starts.has_failed(db(), definition_id)
    return _Schedule(runs[0] if runs else None, tuple(names), failed)


def _steps(edition: Edition | None) -> tuple[Step, ...]:
    """The steps of people, as a table beside the drawing."""
    if edition is None:
        return ()
    ready = versions.load_version(db(), edition.id, edition.sha256)
    dates = dict(cycle.named_dates(db()))
    return steps.of(ready, who_words.names(preview.steps_of(ready)), dates)
