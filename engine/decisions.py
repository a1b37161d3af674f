"""Decision tables: the library that people edit, and what a version takes along of it.

A file is kept under the id of the decision it is for. A table that a diagram names is any decision
of any file; the whole file goes along, since its tables may need one another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, dmn, eventlog, permissions
from engine.bpmn import dialect
from engine.bpmn.dialect import DialectError
from engine.bpmn.dialect.written import KEY
from engine.bpmn.findings import Finding, error, has_errors
from engine.bpmn.outline import Outline
from engine.bpmn.parse import Unreadable
from engine.dmn import Decision, Decisions
from engine.entries import Kind
from engine.errors import DecisionTaken, NotDecidable, NotFound, StaleDraft, TooLarge
from engine.models import DecisionText
from engine.people import Actor
from engine.permissions import Action

MOST: Final = 500
"""Files in the library."""
MAX_NAME: Final = 200

_table = DecisionText.__table__


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the library as it stands."""

    key: str
    name: str
    dmn: bytes
    revision: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving made; `is_new` is false where the file stood there already."""

    key: str
    revision: int
    is_new: bool
    findings: tuple[Finding, ...]


def kept(db: Session) -> tuple[Kept, ...]:
    """Every file of the library, by name."""
    rows = db.execute(select(_table).order_by(_table.c.name, _table.c.key).limit(MOST))
    return tuple(_kept(row) for row in rows)


def get(db: Session, key: str) -> Kept:
    """A file of the library. Raises `NotFound`."""
    row = db.execute(select(_table).where(_table.c.key == key)).one_or_none()
    if row is None:
        raise NotFound
    return _kept(row)


def _kept(row: Any) -> Kept:
    return Kept(row.key, row.name, bytes(row.dmn), row.revision, row.saved_at)


@lru_cache(maxsize=MOST)
def ready(xml: bytes) -> Decisions:
    """A file ready to decide; the same bytes are read once. Raises `Unreadable`."""
    return dmn.read(xml)


def key_of(xml: bytes) -> str:
    """Under which key a file would be kept. Raises `NotDecidable` with what is wrong with it."""
    findings = _judged(xml)
    if has_errors(findings):
        errors = sum(1 for one in findings if one.severity == "error")
        raise NotDecidable(count=errors, findings=findings)
    return ready(xml).top


def _judged(xml: bytes) -> tuple[Finding, ...]:
    findings = dmn.lint(xml)
    if has_errors(findings):
        return findings
    made = ready(xml)
    sentence = "标识“{id}”不能用：只用字母、数字和 _ . -，以字母开头，最多 100 个字。"
    wrong = [one for one in made.by_id if not KEY.fullmatch(one)]
    return (
        *findings,
        *(error(one[:MAX_NAME], "id_well_formed", sentence, id=one[:MAX_NAME]) for one in wrong),
    )


def save(
    db: Session, xml: bytes, *, by: Actor, revision: int | None = None, key: str | None = None
) -> Saved:
    """Put a file into the library; versions published from now on take it.

    `revision` is the one somebody began from (None: over whatever stands). Raises `NotDecidable`
    (with `findings`), `StaleDraft`, `DecisionTaken`, `NotFound` for a file of another key.
    """
    permissions.require(by, Action.DEFINITION_PUBLISH)
    found = key_of(xml)
    if key is not None and key != found:
        raise DecisionTaken(id=found, key=key)
    stands = db.execute(
        select(_table.c.revision, _table.c.dmn).where(_table.c.key == found).with_for_update()
    ).one_or_none()
    if revision is not None and revision != (stands.revision if stands else 0):
        raise StaleDraft
    findings = _judged(xml)
    if stands is not None and bytes(stands.dmn) == xml:
        return Saved(found, stands.revision, is_new=False, findings=findings)
    _require_free(db, ready(xml), found)
    number = (stands.revision if stands else 0) + 1
    _put(db, found, xml, number)
    asked = {"key": found, "revision": number, "sha256": hashlib.sha256(xml).hexdigest()}
    eventlog.record(db, Kind.DECISION_CHANGED, by=by.mark, asked=asked)
    return Saved(found, number, is_new=True, findings=findings)


def _require_free(db: Session, made: Decisions, key: str) -> None:
    """No table of the file stands in another file already."""
    others = [one for one in kept(db) if one.key != key]
    if len(others) >= MOST:
        raise TooLarge(most=MOST)
    for other in others:
        for taken in _by_id(other.dmn).keys() & made.by_id.keys():
            raise DecisionTaken(id=taken, key=other.key)


def _put(db: Session, key: str, xml: bytes, number: int) -> None:
    made = ready(xml)
    name = made.name or made.by_id[made.top].label
    row = {"name": name[:MAX_NAME], "dmn": xml, "revision": number, "saved_at": clock.now()}
    if number == 1:
        with suppress(IntegrityError), db.begin_nested():
            db.execute(insert(_table), {"key": key, **row})
            return
        raise StaleDraft  # somebody else made it at this moment
    db.execute(update(_table).where(_table.c.key == key).values(row))


def _by_id(xml: bytes) -> Mapping[str, Decision]:
    try:
        return ready(xml).by_id
    except Unreadable:
        return {}


def known(db: Session, given: Iterable[bytes] = ()) -> frozenset[str]:
    """The ids of all tables that diagrams may name, with those of files that come along."""
    files = [*(one.dmn for one in kept(db)), *given]
    return frozenset(found for file in files for found in _by_id(file))


def labels(db: Session) -> tuple[tuple[str, str], ...]:
    """The ids of all tables with their names, as a designer chooses among them."""
    found = {key: one.label for file in kept(db) for key, one in _by_id(file.dmn).items()}
    return tuple(sorted(found.items(), key=lambda one: (one[1], one[0])))


def named(outline: Outline) -> frozenset[str]:
    """The tables that a diagram names: its business rule tasks, and calls of what a table says."""
    found: set[str] = set()
    for node in outline.nodes:
        if node.tag == "businessRuleTask":
            found.add(node.attributes.get(dialect.DECISION_REF, "").strip())
        with suppress(DialectError):
            called = dialect.called(node.attributes.get(dialect.CALLED, ""))
            found |= {called.key} if called.by_table else set()
    return frozenset(found - {""})


def bundle(db: Session, names: frozenset[str]) -> str:
    """The files of the library that hold these tables, as a version keeps them."""
    files = {
        one.key: one.dmn.decode()
        for one in (kept(db) if names else ())
        if names & _by_id(one.dmn).keys()
    }
    return orjson.dumps(files, option=orjson.OPT_SORT_KEYS).decode()


def unbundle(text: str) -> Mapping[str, Decision]:
    """The tables of a version by id, ready to decide. Raises `Unreadable`."""
    made = [ready(file.encode()) for file in orjson.loads(text).values()]
    return {found: one.by_id[found] for one in made for found in one.by_id}
