"""What comes with the product, laid once in each installation: flows with their forms, policies.

What stands there already, people may have changed: it stays as it is, and where the product has
another one by now, that is offered, to be looked at and taken over as a new version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
import yaml
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from engine import definitions, policies, versions
from engine.bpmn import dialect, parse
from engine.definitions import Published
from engine.errors import NotFound, NotPublishable
from engine.models import FormText, ProcessDefinition, ProcessVersion
from engine.people import Actor
from engine.tasks import extension
from quality import standards, templates

ROOT: Final = Path(__file__).parent.parent
POLICIES: Final = Path(__file__).parent / "catalog" / "policies.yaml"
KINDS: Final = (
    "department",
    "major",
    "course",
    "teaching_staff_team",
    "teacher",
    "student_cohort",
    "student",
)
"""One flow, and one form, for departments and colleges; one for each other kind of subject."""

FLOWS: Final = (
    extension.FLOW,
    *(f"approval_{kind}" for kind in KINDS),
    *(f"collection_{kind}" for kind in KINDS),
    templates.FLOW,
    *standards.FLOWS.values(),
)
NOTE: Final = "随产品提供"
TAKEN: Final = "采用随产品提供的新版本"
"""The note of a version that somebody took over from the product."""


def lay(db: Session, *, by: Actor) -> tuple[str, ...]:
    """Save the policies and publish the flows of the product that were never here.

    Returns the keys of those that wait for somebody: their form is the college's own by now, or
    what they refer to is not here.
    """
    lay_policies(db, by=by)
    known, own = _known(db), _edited_forms(db)
    waiting = []
    for key in (key for key in FLOWS if key not in known):
        xml = bpmn(key)
        wanted = forms(xml)
        try:
            if own & wanted.keys():
                waiting.append(key)
            else:
                definitions.publish(db, xml, by=by, note=NOTE, forms=wanted)
        except NotPublishable:
            waiting.append(key)
    return tuple(waiting)


def are_laid(db: Session) -> bool:
    """Whether every flow of the product has been here."""
    return _known(db) >= set(FLOWS)


def _known(db: Session) -> set[str]:
    return set(db.execute(select(ProcessDefinition.key)).scalars())


def _edited_forms(db: Session) -> frozenset[str]:
    """The forms of the library that are not as any version of the product had them."""
    bundles = db.execute(_versions(ProcessVersion.forms).where(_is_ours())).scalars()
    ours = {pair for bundle in bundles for pair in orjson.loads(bundle).items()}
    kept = db.execute(select(FormText.key, FormText.text))
    return frozenset(
        row.key for row in kept if (row.key, row.text) not in ours and row.text != form(row.key)
    )


def _versions(*columns: Any) -> Select[Any]:
    """Versions of the flows that come with the product."""
    definition = ProcessDefinition.__table__
    return (
        select(*columns)
        .join(definition, definition.c.id == ProcessVersion.definition_id)
        .where(definition.c.key.in_(FLOWS))
    )


def _is_ours() -> ColumnElement[bool]:
    """The condition on versions that they came with the product: laid, or taken over."""
    return or_(ProcessVersion.published_by.is_(None), ProcessVersion.note == TAKEN)


@dataclass(frozen=True, slots=True)
class Offer:
    """A flow of the product that the college never had in this version, or not at all.

    `is_edited`: the college has one of its own, or a form of its own.
    """

    key: str
    name: str
    is_new: bool
    is_edited: bool


def offers(db: Session) -> tuple[Offer, ...]:
    """The flows whose version of today the college never had, in the order of the product.

    What it had and left is its choice, and is not offered again.
    """
    columns = (ProcessDefinition.key, ProcessVersion.id, ProcessVersion.sha256)
    had = db.execute(_versions(*columns)).all()
    hashes = {(row.key, row.sha256) for row in had}
    wanted = [key for key in FLOWS if (key, sha256(key)) not in hashes]
    if not wanted:
        return ()
    active = select(ProcessDefinition.key, ProcessDefinition.active_version_id)
    here = {row.key: row.active_version_id for row in db.execute(active)}
    ours = set(db.execute(_versions(ProcessVersion.id).where(_is_ours())).scalars())
    own = _edited_forms(db)
    return tuple(
        Offer(
            key=key,
            name=parse.read(bpmn(key)).name,
            is_new=here.get(key) is None,
            is_edited=here.get(key) not in {None, *ours} or bool(own & forms(bpmn(key)).keys()),
        )
        for key in wanted
    )


def take_over(db: Session, key: str, *, by: Actor) -> Published:
    """Publish a flow as it comes with the product, with its forms: what is under way keeps its own.

    Raises `NotFound` for a flow that is not the product's, and what `definitions.publish` raises.
    """
    if key not in FLOWS:
        raise NotFound
    xml = bpmn(key)
    return definitions.publish(db, xml, by=by, note=TAKEN, forms=forms(xml))


def lay_policies(db: Session, *, by: Actor) -> None:
    """Save the escalation policies of the catalogue that are not there."""
    for told in yaml.safe_load(POLICIES.read_bytes()):
        if policies.get(db, told["key"]) is None:
            policies.save(db, told["key"], by=by, name=told["name"], rungs=told["rungs"])


@cache
def bpmn(key: str) -> bytes:
    """The diagram of a flow that comes with the product."""
    return (ROOT / "processes" / f"{key}.bpmn").read_bytes()


@cache
def sha256(key: str) -> str:
    """The content hash that a version has which is as it comes with the product."""
    xml = bpmn(key)
    return versions.content_hash(xml, orjson.dumps(forms(xml)).decode())


def forms(xml: bytes) -> dict[str, str]:
    """The forms that a diagram names, as they come with the product, by key in order."""
    return {key: text for key in sorted(set(_named(xml))) if (text := form(key)) is not None}


@cache
def form(key: str) -> str | None:
    """A form as it comes with the product, if it does."""
    path = ROOT / "forms" / f"{key}.form"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _named(xml: bytes) -> Iterator[str]:
    attributes: Mapping[str, Any]
    for attributes in (node.attributes for node in parse.read(xml).nodes):
        if dialect.FORM_REF in attributes:
            yield attributes[dialect.FORM_REF]
