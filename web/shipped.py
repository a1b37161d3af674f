"""Flows as they come with the product, beside what the college has: differences, and taking over.

GET  /definitions/K/shipped      what differs      POST /definitions/K/shipped      take it over
GET  /definitions/K/shipped/bpmn     its diagram
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from engine import preview, versions
from engine.bpmn import parse, process
from engine.errors import NotFound, NotPublishable
from engine.forms import load
from engine.forms.model import Form, Grid
from engine.permissions import Action
from engine.queries import catalogue
from engine.queries.catalogue import Edition
from engine.versions import Version
from quality import cycle, shipped
from web import steps, who_words
from web.access import needs
from web.errors import status_of
from web.i18n import in_words, said, say
from web.session import db, me
from web.steps import Step

bp = Blueprint("shipped", __name__, url_prefix="/definitions/<word:key>/shipped")

PARTS: Final = {
    "name": lazy_gettext("步骤"),
    "who": lazy_gettext("谁办"),
    "verbs": lazy_gettext("按钮"),
    "due": lazy_gettext("期限"),
    "form": lazy_gettext("表单"),
}


@dataclass(frozen=True, slots=True)
class Differing:
    """Something that reads otherwise here and there; an empty tuple where it is not at all."""

    where: str
    part: str
    here: tuple[str, ...]
    there: tuple[str, ...]


@bp.get("")
@needs(Action.DEFINITION_EDIT)
def show(key: str) -> str:
    """What differs between the version in use and the one that comes with the product."""
    return _page(key)


@bp.post("")
@needs(Action.DEFINITION_PUBLISH)
def take(key: str) -> ResponseReturnValue:
    """Publish it as the next version: new cases begin on it, those under way keep theirs."""
    try:
        made = shipped.take_over(db(), key, by=me())
    except NotPublishable as refusal:
        db().rollback()
        return _page(key, refusal), status_of(refusal)
    flash(gettext("已采用，现行第 %(number)s 版；在办的流程仍按原来的版本办。", number=made.number))
    return redirect(url_for("definitions.show", key=key), 303)


@bp.get("/bpmn")
@needs(Action.DEFINITION_EDIT)
def bpmn(key: str) -> Response:
    """The diagram that comes with the product."""
    return Response(_shipped(key), content_type="application/xml")


def _shipped(key: str) -> bytes:
    if key not in shipped.FLOWS:
        raise NotFound
    return shipped.bpmn(key)


def _page(key: str, refusal: NotPublishable | None = None) -> str:
    ready = _ready(key, _shipped(key))
    active = _active(key)
    here = versions.load_version(db(), active.id, active.sha256) if active is not None else None
    found = refusal.values["findings"] if refusal is not None else ()
    return render_template(
        "definitions/shipped.html",
        key=key,
        name=ready.name,
        active=active,
        offer=next((one for one in shipped.offers(db()) if one.key == key), None),
        is_same=active is not None and active.sha256 == shipped.sha256(key),
        steps=_steps(ready),
        differing=(*_of_steps(here, ready), *_of_forms(here, ready)) if here is not None else (),
        refusal=say(refusal) if refusal is not None else "",
        findings=[(said(one.where), in_words(one.sentence, one.values)) for one in found],
    )


def _ready(key: str, xml: bytes) -> Version:
    read = {name: load.read(text).form for name, text in shipped.forms(xml).items()}
    forms = {name: form for name, form in read.items() if form is not None}
    outline = parse.read(xml)
    return Version(0, key, 0, outline.name, process.build(outline), forms)


def _active(key: str) -> Edition | None:
    try:
        editions = catalogue.editions(db(), key)
    except NotFound:
        return None
    return next((one for one in editions if one.is_active), None)


def _steps(version: Version) -> tuple[Step, ...]:
    names = who_words.names(preview.steps_of(version))
    return steps.of(version, names, dict(cycle.named_dates(db())))


def _of_steps(here: Version, there: Version) -> Iterable[Differing]:
    before = {one.id: one for one in _steps(here)}
    after = {one.id: one for one in _steps(there)}
    for id_, one in {**before, **after}.items():
        old, new = before.get(id_), after.get(id_)
        for part, label in PARTS.items():
            pair = (_words(old, part), _words(new, part))
            if pair[0] != pair[1]:
                yield Differing(one.name, str(label), *pair)
            if old is None or new is None:
                break


def _words(step: Step | None, part: str) -> tuple[str, ...]:
    if step is None:
        return ()
    told = getattr(step, part)
    return told if isinstance(told, tuple) else (told,) if told else ()


def _of_forms(here: Version, there: Version) -> Iterable[Differing]:
    for key in sorted(here.forms.keys() | there.forms.keys()):
        before, after = _fields(here.forms.get(key)), _fields(there.forms.get(key))
        gone = tuple(before[one] for one in before if one not in after)
        come = tuple(after[one] for one in after if one not in before)
        changed = [one for one in before if one in after and before[one] != after[one]]
        gone += tuple(before[one] for one in changed)
        come += tuple(after[one] for one in changed)
        if gone or come:
            yield Differing(gettext("表单 %(key)s", key=key), gettext("栏目"), gone, come)


def _fields(form: Form | None) -> Mapping[str, str]:
    """The labels of a form's fields and columns, by address."""
    found: dict[str, str] = {}
    for part in form.valued.values() if form is not None else ():
        found[part.key] = part.label
        for column in part.columns if isinstance(part, Grid) else ():
            found[f"{part.key}.{column.key}"] = f"{part.label} · {column.label}"
    return found
