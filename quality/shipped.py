"""What comes with the product, laid once in each installation: flows with their forms, policies.

What stands there already, people may have changed: it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, policies
from engine.bpmn import dialect, parse
from engine.models import FormText, ProcessDefinition
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


def lay(db: Session, *, by: Actor) -> None:
    """Save the policies and publish the flows of the product that are not there."""
    lay_policies(db, by=by)
    known = set(db.execute(select(ProcessDefinition.key)).scalars())
    kept = set(db.execute(select(FormText.key)).scalars())
    for key in FLOWS:
        if key in known:
            continue
        xml = bpmn(key)
        wanted = {form: text for form, text in forms(xml).items() if form not in kept}
        definitions.publish(db, xml, by=by, note=NOTE, forms=wanted)
        kept |= wanted.keys()


def lay_policies(db: Session, *, by: Actor) -> None:
    """Save the escalation policies of the catalogue that are not there."""
    for told in yaml.safe_load(POLICIES.read_bytes()):
        if policies.get(db, told["key"]) is None:
            policies.save(db, told["key"], by=by, name=told["name"], rungs=told["rungs"])


def bpmn(key: str) -> bytes:
    """The diagram of a flow that comes with the product."""
    return (ROOT / "processes" / f"{key}.bpmn").read_bytes()


def forms(xml: bytes) -> dict[str, str]:
    """The forms that a diagram names, as they come with the product."""
    named = sorted(set(_named(xml)))
    return {key: (ROOT / "forms" / f"{key}.form").read_text(encoding="utf-8") for key in named}


def _named(xml: bytes) -> Iterator[str]:
    attributes: Mapping[str, Any]
    for attributes in (node.attributes for node in parse.read(xml).nodes):
        if dialect.FORM_REF in attributes:
            yield attributes[dialect.FORM_REF]
