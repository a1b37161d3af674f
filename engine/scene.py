"""One act being turned into rows: what every function that does so is told, and adds to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.assignment import About
from engine.hotpath import Writes
from engine.people import Actor
from engine.versions import Version


@dataclass(slots=True)
class Scene:
    """One act being turned into rows: the case, who acts, when, and what becomes known."""

    db: Session
    instance_id: int
    version: Version
    about: About
    by: Actor
    now: datetime
    token: str | None = None
    outcome: str | None = None
    returned: bool = False
    goes_to: int | None = None
    writes: Writes = field(default_factory=lambda: Writes(0))
    known: dict[str, Any] = field(default_factory=dict)
