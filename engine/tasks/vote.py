"""One vote in a step that several sign. A refusal is a vote, not an end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import signing
from engine.bpmn.dialect import Abstain
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import UnknownOutcome
from engine.models import TaskPart, TaskStatus
from engine.people import Actor
from engine.rounds import Round
from engine.tasks import seats
from engine.tasks.held import Held


def cast(
    db: Session,
    held: Held,
    *,
    by: Actor,
    outcome: str,
    comment: str,
    filled: Mapping[str, Any] | None,
    data: Mapping[str, Any],
) -> Step | None:
    """Give the vote of a seat. Returns the kernel's step if it decides the round.

    `data` are the people picked for later steps. Raises `UnknownOutcome`.
    """
    before = seats.stood(db, held)
    _require_allowed(held, before, outcome)
    content: dict[str, Any] = {"comment": comment} if comment else {}
    if data:
        content["picked"] = dict(data)
    if before.hidden:
        content["vote"] = outcome
    tally = signing.voted(before.rule, before.tally, held.part, held.weight, outcome)
    act = seats.SeatAct(
        Kind.TASK_VOTED,
        TaskStatus.COMPLETED,
        tally,
        outcome=outcome,
        asked={} if before.hidden else {"outcome": outcome},
        content=content,
        filled=filled,
    )
    return seats.perform(db, held, before, act, by=by)


def _require_allowed(held: Held, before: Round, outcome: str) -> None:
    """A chair decides; others abstain only where the rule or the step offers it."""
    if outcome != signing.ABSTAIN:
        return
    is_chair = held.part == TaskPart.CHAIR
    if is_chair or before.rule.abstain is Abstain.NO or not before.rule.is_group:
        raise UnknownOutcome(outcome="弃权")
