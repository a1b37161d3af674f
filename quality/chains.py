"""Which flow approves the documents of which kind of subject, stage by stage: what a table says.

The table `approval_chain` stands in the library of decision tables, where people change it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from engine import decisions
from engine.bpmn.parse import Unreadable
from engine.dmn import Decision
from engine.errors import NotFound
from engine.expressions import ExpressionError
from engine.people import Actor
from quality import kinds
from quality.kinds import SubjectKind
from quality.models import Stage

TABLE: Final = "approval_chain"
FILE: Final = Path(__file__).parent.parent / "processes" / f"{TABLE}.dmn"
ANSWER: Final = "definition"


def definition(db: Session, kind: SubjectKind, stage: Stage) -> str:
    """The flow for this kind and stage; what the kind itself says, where the table says nothing."""
    return _said(_table(db), kind, stage)


def every(db: Session) -> dict[tuple[str, Stage], str]:
    """The flow for each kind and stage, by the kind's key."""
    table = _table(db)
    return {
        (kind.key, stage): _said(table, kind, stage)
        for kind in kinds.every()
        for stage in kind.stages
    }


def _table(db: Session) -> Decision | None:
    try:
        return decisions.ready(decisions.get(db, TABLE).dmn).by_id.get(TABLE)
    except (NotFound, Unreadable):
        return None


def _said(table: Decision | None, kind: SubjectKind, stage: Stage) -> str:
    try:
        answer = table.decide({"kind": kind.key, "stage": stage.value}) if table else None
    except ExpressionError:
        answer = None
    found = answer.get(ANSWER) if isinstance(answer, dict) else None
    return found if isinstance(found, str) and found else kind.definition


def lay(db: Session, *, by: Actor) -> None:
    """Put the table that comes with the product into the library, unless one stands there."""
    try:
        decisions.get(db, TABLE)
    except NotFound:
        decisions.save(db, FILE.read_bytes(), by=by)
