"""Definitions: the draft the designer saves, and publishing it as a version that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, decisions, eventlog, people, permissions, policies, starts, versions
from engine.bpmn import dialect, parse, process, second_opinion
from engine.bpmn.findings import Finding, has_errors
from engine.bpmn.lint import call_known, lint
from engine.bpmn.lint.known import FormFacts, Known
from engine.bpmn.lint.process_id import KEY
from engine.bpmn.lint.text_length import MAX_NAME
from engine.bpmn.outline import Outline
from engine.bpmn.parse import Unreadable
from engine.entries import Kind
from engine.errors import NotFound, NotPublishable, ReasonRequired, StaleDraft
from engine.forms import load, texts
from engine.handlers import CASES, DATE_NAMES, HANDLERS, PEOPLE, RESOLVERS, SOURCES
from engine.models import (
    Committee,
    FormText,
    Holding,
    Post,
    ProcessDefinition,
    ProcessDraft,
    ProcessVersion,
    Role,
    Unit,
    User,
)
from engine.people import Actor
from engine.permissions import Action
from engine.sentence import Sentence

MAX_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands: the bytes, its revision (0: none saved yet), who saved it and when."""

    bpmn: bytes
    revision: int
    saved_by: int | None
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing made; `is_new` is false where this very content had been published before."""

    version_id: int
    key: str
    number: int
    is_new: bool
    findings: tuple[Finding, ...]


def check(db: Session, xml: bytes, forms: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Everything found in a diagram, as publishing would judge it. Never raises."""
    return _judged(db, xml, forms or {})[1]


def _judged(
    db: Session, xml: bytes, forms: Mapping[str, str]
) -> tuple[Outline | None, tuple[Finding, ...]]:
    try:
        outline = parse.read(xml)
    except Unreadable as unreadable:
        return None, (unreadable.finding,)
    findings = lint(outline, known(db, forms))
    if not has_errors(findings):
        findings += _compared(xml, decisions.bundle(db, decisions.named(outline)))
    return outline, findings


@lru_cache(maxsize=32)
def _compared(xml: bytes, tables: str) -> tuple[Finding, ...]:
    """What the other engine says of a file and its tables: a check and publishing it ask once."""
    ready = process.build(parse.read(xml), decisions.unbundle(tables))
    return second_opinion.review(xml, ready)


def known(db: Session, forms: Mapping[str, str] | None = None) -> Known:
    """What diagrams may refer to here and now: posts, people, forms, handlers and so on."""
    texts = {**_library(db), **(forms or {})}
    readings = {key: load.accepted(text) for key, text in texts.items()}
    flows = _flows(db)
    return Known(
        posts=frozenset(db.execute(select(Post.key)).scalars()),
        units=frozenset(db.execute(select(Unit.code)).scalars()),
        users=frozenset(db.execute(_users()).scalars()),
        forms=form_addresses(readings),
        form_facts={key: form_facts(reading) for key, reading in readings.items()},
        topics=frozenset(HANDLERS),
        cases=frozenset(CASES),
        places=frozenset(RESOLVERS),
        people=frozenset(PEOPLE),
        committees=frozenset(db.execute(select(Committee.key)).scalars()),
        roles=frozenset(Role),
        decisions=decisions.known(db),
        vacant=frozenset(db.execute(_vacant()).scalars()),
        policies={one.key: one.rules for one in policies.every(db)},
        dates=frozenset(DATE_NAMES["cycle"](db)) if "cycle" in DATE_NAMES else None,
        definitions=frozenset(flows),
        calls=flows,
    )


def form_addresses(readings: Mapping[str, load.Reading]) -> dict[str, frozenset[str]]:
    """The fields and columns of the forms that can be used."""
    return {key: one.form.addresses for key, one in readings.items() if one.form is not None}


def form_facts(reading: load.Reading) -> FormFacts:
    """What a diagram's check asks about a form besides."""
    if reading.form is None:
        errors = (one for one in reading.findings if one.severity == "error")
        return FormFacts(
            faults=tuple((one.element, Sentence(one.sentence, **one.values)) for one in errors)
        )
    return FormFacts(fixed=reading.form.fixed, unoffered=reading.form.sources - frozenset(SOURCES))


def _flows(db: Session) -> dict[str, frozenset[str]]:
    """Published flows by key, each with those that it calls."""
    rows = db.execute(
        select(ProcessDefinition.key, ProcessVersion.bpmn).join(
            ProcessVersion, ProcessVersion.id == ProcessDefinition.active_version_id
        )
    )
    return {
        key: call_known.called_by(parse.read(xml)) if b"callActivity" in xml else frozenset()
        for key, xml in rows
    }


def _users() -> Any:
    """What people are called in rules: their user names and their numbers."""
    here = select(User.username).where(User.is_active)
    return here.union(select(User.number).where(User.is_active, User.number.is_not(None)))


def _vacant() -> Select[str]:
    """Posts that nobody who is here holds today."""
    held = (
        select(Holding.post_id)
        .join(User, User.id == Holding.user_id)
        .where(User.is_active, people.in_force(Holding, clock.today()))
    )
    return select(Post.key).where(Post.id.not_in(held))


def _library(db: Session) -> dict[str, str]:
    return {row.key: row.text for row in db.execute(select(FormText.key, FormText.text))}


def save_form(db: Session, key: str, text: str, *, by: Actor) -> None:
    """Put a form into the library; versions published from now on take it."""
    permissions.require(by, Action.DEFINITION_PUBLISH)
    revision = db.execute(select(FormText.revision).where(FormText.key == key)).scalar_one_or_none()
    row = {"text": text, "revision": (revision or 0) + 1, "saved_at": clock.now()}
    if revision is None:
        with suppress(IntegrityError), db.begin_nested():
            db.execute(insert(FormText), {"key": key, **row})
            return
    db.execute(update(FormText).where(FormText.key == key).values(row))


def draft(db: Session, key: str, *, by: Actor) -> Draft:
    """The draft of a definition; where none is saved, the active version to begin from."""
    permissions.require(by, Action.DEFINITION_EDIT)
    definition_id, active_id = _definition(db, key)
    row = db.execute(
        select(
            ProcessDraft.bpmn, ProcessDraft.revision, ProcessDraft.saved_by, ProcessDraft.saved_at
        ).where(ProcessDraft.definition_id == definition_id)
    ).one_or_none()
    if row is not None:
        return Draft(row.bpmn, row.revision, row.saved_by, row.saved_at)
    bpmn = db.execute(
        select(ProcessVersion.bpmn).where(ProcessVersion.id == active_id)
    ).scalar_one_or_none()
    return Draft(bpmn or b"", 0, None, None)


def _definition(db: Session, key: str) -> tuple[int, int | None]:
    row = db.execute(
        select(ProcessDefinition.id, ProcessDefinition.active_version_id).where(
            ProcessDefinition.key == key
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.id, row.active_version_id


def save_draft(db: Session, key: str, xml: bytes, *, by: Actor, revision: int) -> Draft:
    """Save the designer's work over the revision it began from, whatever is still wrong with it.

    Raises `StaleDraft` where somebody else saved in between.
    """
    permissions.require(by, Action.DEFINITION_EDIT)
    parse.tree(xml)
    definition_id, _active = _definition(db, key)
    db.execute(
        select(ProcessDefinition.id).where(ProcessDefinition.id == definition_id).with_for_update()
    )
    stands = draft(db, key, by=by).revision
    if stands != revision:
        raise StaleDraft
    row = {"bpmn": xml, "revision": revision + 1, "saved_by": by.id, "saved_at": clock.now()}
    if revision == 0:
        db.execute(insert(ProcessDraft), {"definition_id": definition_id, **row})
    else:
        db.execute(
            update(ProcessDraft).where(ProcessDraft.definition_id == definition_id).values(row)
        )
    return Draft(xml, revision + 1, by.id, row["saved_at"])  # type: ignore[arg-type]  # a mixed row


def keep(db: Session, xml: bytes, *, by: Actor) -> str:
    """Keep an uploaded diagram as a draft, runnable or not. Returns the definition's key.

    That is the process's id, or one made of the content where the id cannot be a key. Raises
    `Unreadable` for bytes that are no BPMN file.
    """
    permissions.require(by, Action.DEFINITION_EDIT)
    outline = parse.read(xml)
    key = (
        outline.id if KEY.fullmatch(outline.id) else f"file-{hashlib.sha256(xml).hexdigest()[:12]}"
    )
    if (
        db.execute(select(ProcessDefinition.id).where(ProcessDefinition.key == key)).one_or_none()
        is None
    ):
        _create(db, key, (outline.name or key)[:MAX_NAME], by)
    save_draft(db, key, xml, by=by, revision=draft(db, key, by=by).revision)
    return key


def _create(db: Session, key: str, name: str, by: Actor) -> int:
    row = {"key": key, "name": name, "created_at": clock.now()}
    added = insert(ProcessDefinition).returning(ProcessDefinition.id)
    try:
        with db.begin_nested():
            definition_id: int = db.execute(added, row).scalar_one()
    except IntegrityError:  # somebody else made it at this moment
        return _definition(db, key)[0]
    eventlog.record(db, Kind.DEFINITION_CREATED, by=by.mark, asked={"key": key, "name": name})
    return definition_id


def publish(
    db: Session, xml: bytes, *, by: Actor, note: str, forms: Mapping[str, str] | None = None
) -> Published:
    """Publish a diagram with the forms it refers to as one version; new cases start on it.

    The same content again is no new version. Raises `NotPublishable` (with `findings`),
    `ReasonRequired`.
    """
    permissions.require(by, Action.DEFINITION_PUBLISH)
    note = texts.kept(note, MAX_NOTE)
    if not note:
        raise ReasonRequired
    outline, findings = _judged(db, xml, forms or {})
    if outline is None or has_errors(findings):
        raise NotPublishable(
            count=sum(1 for one in findings if one.severity == "error"), findings=findings
        )
    for key, text in (forms or {}).items():
        save_form(db, key, text, by=by)
    bundle = orjson.dumps(_referred(outline, _library(db)), option=orjson.OPT_SORT_KEYS).decode()
    tables = decisions.bundle(db, decisions.named(outline))
    sha256 = versions.content_hash(xml, bundle, tables)
    definition_id = _definition_for(db, outline, by)
    same = db.execute(
        select(ProcessVersion.id, ProcessVersion.number).where(
            ProcessVersion.definition_id == definition_id, ProcessVersion.sha256 == sha256
        )
    ).one_or_none()
    if same is not None:
        _activate(db, definition_id, same.id, outline, by)
        return Published(same.id, outline.id, same.number, is_new=False, findings=findings)
    newest = select(func.coalesce(func.max(ProcessVersion.number), 0))
    number = (
        db.execute(newest.where(ProcessVersion.definition_id == definition_id)).scalar_one() + 1
    )
    row = {
        "definition_id": definition_id,
        "number": number,
        "name": outline.name or outline.id,
        "bpmn": xml,
        "forms": bundle,
        "decisions": tables,
        "sha256": sha256,
        "note": note,
        "published_by": by.id,
        "published_at": clock.now(),
    }
    version_id = db.execute(insert(ProcessVersion).returning(ProcessVersion.id), row).scalar_one()
    _activate(db, definition_id, version_id, outline, by)
    asked = {"key": outline.id, "number": number, "sha256": sha256, "note": note}
    eventlog.record(db, Kind.VERSION_PUBLISHED, by=by.mark, asked=asked)
    return Published(version_id, outline.id, number, is_new=True, findings=findings)


def _referred(outline: Outline, library: Mapping[str, str]) -> dict[str, str]:
    keys = {node.attributes.get(dialect.FORM_REF, "") for node in outline.nodes}
    return {key: library[key] for key in sorted(keys) if key in library}


def _definition_for(db: Session, outline: Outline, by: Actor) -> int:
    found = (
        select(ProcessDefinition.id).where(ProcessDefinition.key == outline.id).with_for_update()
    )
    definition_id = db.execute(found).scalar_one_or_none()
    return (
        definition_id
        if definition_id is not None
        else _create(db, outline.id, outline.name or outline.id, by)
    )


def _activate(
    db: Session, definition_id: int, version_id: int, outline: Outline, by: Actor
) -> None:
    values = {"active_version_id": version_id, "name": outline.name or outline.id}
    db.execute(
        update(ProcessDefinition).where(ProcessDefinition.id == definition_id).values(values)
    )
    starts.lay(db, definition_id, versions.of_case(db, version_id).process, by=by)
