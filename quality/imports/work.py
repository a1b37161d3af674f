"""What this package plugs in: who works on which sheet, and its background work."""

from __future__ import annotations

from engine import handlers
from quality.imports import applying, columns, comparing, covering
from quality.imports.held import HoldingWorker
from quality.imports.people import PersonWorker
from quality.imports.subjects import SubjectWorker
from quality.imports.units import UnitWorker


def register() -> None:
    """Plug in the sheets of units, people, posts held and subjects, and the work on them."""
    columns.register("units", UnitWorker())
    columns.register("people", PersonWorker())
    columns.register("holdings", HoldingWorker())
    columns.register("subjects", SubjectWorker())
    handlers.background(comparing.TOPIC)(comparing.work)
    handlers.background(applying.TOPIC)(applying.work)
    handlers.background(covering.TOPIC)(covering.work)
