"""Published versions, made ready to run once and kept: a version never changes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import decisions
from engine.bpmn import dialect, parse, process
from engine.bpmn.process import Element, Process
from engine.dmn import Decision
from engine.entries import Kind
from engine.errors import DefinitionSuspended, NotFound, UnknownDefinition
from engine.forms import load, rights
from engine.forms.model import Form
from engine.forms.rights import Rights
from engine.models import ProcessDefinition, ProcessVersion

MOST_KEPT: Final = 200
NO_TABLES: Final = "{}"


@dataclass(frozen=True)
class Version:
    """A version ready to run: its process and its forms by key, its decision tables by id."""

    id: int
    key: str
    number: int
    name: str
    process: Process
    forms: Mapping[str, Form]
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def form(self, element_id: str) -> Form | None:
        """The form of a step, if it has one."""
        return self.forms.get(
            self.process.elements[element_id].attributes.get(dialect.FORM_REF, "")
        )

    def rights(self, element_id: str) -> Rights:
        """What a step may do with its form: as drawn, else the first edits and others read."""
        written = self.process.elements[element_id].properties.get(dialect.FIELD_RIGHTS)
        if written is not None:
            return rights.parse(written)
        return rights.EDIT_ALL if element_id == self.first_step else rights.READ_ALL

    def verbs(self, element_id: str) -> tuple[dialect.Verb, ...]:
        """The buttons of a step; where votes are counted, refusing is one unless written else."""
        properties = self.process.elements[element_id].properties
        written = properties.get(dialect.VERBS)
        signing = dialect.signing(properties.get(dialect.SIGNING) or "any")
        if written is not None:
            found = dialect.verbs(written)
        else:
            found = dialect.VERBS_VOTING if signing.is_vote else dialect.VERBS_USUAL
        if signing.offers_abstain and not dialect.offers(found, "abstain"):
            found = (*found, dialect.Verb("abstain"))
        return found

    @cached_property
    def first_step(self) -> str:
        """The step of the initiator: the first that is for them, else the first of all."""
        steps = self.process.user_tasks()
        return next((one.id for one in steps if is_initiators(one)), steps[0].id if steps else "")


def content_hash(bpmn: bytes, forms: str, tables: str = NO_TABLES) -> str:
    """The hash of a version's content: its diagram, and the forms and tables it refers to."""
    more = b"" if tables == NO_TABLES else b"\n" + tables.encode()
    return hashlib.sha256(bpmn + b"\n" + forms.encode() + more).hexdigest()


def is_initiators(element: Element) -> bool:
    """Whether a step is for whoever started the case."""
    return any(
        rule.kind is dialect.RuleKind.INITIATOR for rule in dialect.who(element.attributes).rules
    )


_kept: OrderedDict[str, Version] = OrderedDict()
_lock = Lock()


def load_version(db: Session, version_id: int, sha256: str) -> Version:
    """The version with this key and content hash; compiled at most once per process."""
    cached = f"{version_id}:{sha256}"
    with _lock:
        found = _kept.get(cached)
        if found is not None:
            _kept.move_to_end(cached)
            return found
    found = _compiled(db, version_id)
    with _lock:
        _kept[cached] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


_MADE, _CALLED = ProcessVersion.__table__, ProcessDefinition.__table__
_ACTIVE: Final = (
    select(_MADE.c.id, _MADE.c.sha256, _CALLED.c.name, _CALLED.c.suspended_at)
    .join(_CALLED, _CALLED.c.active_version_id == _MADE.c.id)
    .where(_CALLED.c.key == bindparam("key"))
)


def active(db: Session, key: str) -> Version:
    """The version new cases of this definition start on.

    Raises `UnknownDefinition`, `DefinitionSuspended`.
    """
    row = db.execute(_ACTIVE, {"key": key}).one_or_none()
    if row is None:
        raise UnknownDefinition(key=key)
    if row.suspended_at is not None:
        raise DefinitionSuspended(name=row.name)
    return load_version(db, row.id, row.sha256)


_SHA256: Final = select(_MADE.c.sha256).where(_MADE.c.id == bindparam("version"))


def of_case(db: Session, version_id: int) -> Version:
    """The version a case is pinned to, by its key alone."""
    sha256 = db.execute(_SHA256, {"version": version_id}).scalar_one_or_none()
    if sha256 is None:
        raise NotFound
    return load_version(db, version_id, sha256)


def numbered(db: Session, key: str, number: int) -> Version:
    """A version by the number people know it by. Raises `NotFound`."""
    row = db.execute(
        select(ProcessVersion.id, ProcessVersion.sha256)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessVersion.definition_id)
        .where(ProcessDefinition.key == key, ProcessVersion.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound
    return load_version(db, row.id, row.sha256)


def after(db: Session, version: Version, kind: Kind, asked: Mapping[str, Any]) -> Version:
    """The version a case is on from this entry on, which it was started on or moved to."""
    number = asked.get("version") if kind is Kind.INSTANCE_STARTED else None
    if kind in (Kind.INSTANCE_MOVED, Kind.INSTANCE_MOVED_BACK):
        number = asked.get("to")
    if number is None or number == version.number:
        return version
    return numbered(db, version.key, number)


def _compiled(db: Session, version_id: int) -> Version:
    row = db.execute(
        select(
            ProcessVersion.bpmn,
            ProcessVersion.forms,
            ProcessVersion.decisions,
            ProcessVersion.number,
            ProcessVersion.name,
            ProcessDefinition.key,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessVersion.definition_id)
        .where(ProcessVersion.id == version_id)
    ).one()
    forms: dict[str, Form] = {}
    for key, text in orjson.loads(row.forms).items():
        form = load.accepted(text).form
        if form is None:
            raise UnknownDefinition(key=key)
        forms[key] = form
    tables = decisions.unbundle(row.decisions)
    made = process.build(parse.read(row.bpmn), tables)
    return Version(version_id, row.key, row.number, row.name, made, forms, tables)
