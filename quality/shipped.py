"""Flows that come with the product, published once in each installation: the extension request."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import ProcessDefinition
from engine.people import Actor
from engine.tasks import extension

ROOT: Final = Path(__file__).parent.parent
FLOWS: Final = (extension.FLOW,)


def lay(db: Session, *, by: Actor) -> None:
    """Publish the flows of the product that are not there, each with the form of its name."""
    known = set(db.execute(select(ProcessDefinition.key)).scalars())
    for key in FLOWS:
        if key in known:
            continue
        xml = (ROOT / "processes" / f"{key}.bpmn").read_bytes()
        form = (ROOT / "forms" / f"{key}.form").read_text(encoding="utf-8")
        definitions.publish(db, xml, by=by, note="随产品提供", forms={key: form})
