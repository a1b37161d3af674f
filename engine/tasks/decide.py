"""Handing a task in: the decision, the form, the opinion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import citing, instances, live_choices, predicates
from engine import picks as choices
from engine.bpmn import dialect
from engine.bpmn.commands import Complete
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import InstanceSuspended, ReasonRequired, UnknownOutcome
from engine.forms import texts, validation
from engine.instances import Act
from engine.models import InstanceStatus
from engine.people import Actor
from engine.permissions import Action
from engine.tasks import lending, seats, vote
from engine.tasks.held import Held, hold

MAX_COMMENT: Final = instances.MAX_COMMENT


def complete(
    db: Session,
    task_id: int,
    *,
    by: Actor,
    outcome: str = "approve",
    values: Mapping[str, Any] | None = None,
    comment: str = "",
    picks: Mapping[str, Sequence[int]] | None = None,
) -> Step | None:
    """Hand in a task: the outcome, the form as filled (None leaves it as it stands), an opinion.

    `picks` are people by the id of the step they are chosen for (`picks.due`).

    Raises `InstanceSuspended`, `UnknownOutcome`, `ReasonRequired`, `PickMissing`,
    `validation.Invalid`, and what `hold` and `picks.checked` raise.
    """
    held = hold(db, task_id, Action.TASK_COMPLETE, by=by)
    if held.case.status == InstanceStatus.SUSPENDED:
        raise InstanceSuspended
    comment = opinion(comment)
    if held.lent_by is not None:
        lending.hand_back(db, held, by=by, comment=comment, filled=_filled(db, held, values, by)[0])
        return None
    seats.may_act(db, held, by)
    _require_outcome(held, outcome)
    if outcome == "refuse" and not comment:
        raise ReasonRequired
    filled, cited = _filled(db, held, values, by)
    picked = (
        choices.checked(db, held.case.version, held.element_id, picks)
        if outcome == "approve"
        else {}
    )
    if held.seat:
        return vote.cast(
            db, held, by=by, outcome=outcome, comment=comment, filled=filled, data=picked
        )
    reads = held.case.version.process.reads
    data = {name: value for name, value in (filled or {}).items() if name in reads}
    if "outcome" in reads:
        data["outcome"] = outcome
    data |= picked
    content: dict[str, Any] = {"comment": comment} if comment else {}
    if data:
        content["data"] = data
    if filled is not None:
        content["values"] = filled
    act = Act(
        Kind.TASK_COMPLETED,
        Complete(held.token, data),
        content=content,
        values_changed=filled is not None,
        token=held.token,
        outcome=outcome,
        goes_to=seats.straight_back(db, held),
        asked=held.asked(by, outcome=outcome),
        known={"seen": held.case.content_hash, **cited},
        done_for=predicates.in_place_of(by, held),
    )
    return instances.perform(db, held.case, act, by=by)


def opinion(text: str) -> str:
    """An opinion or reason as it is kept. Raises `CannotKeep`, `TooLarge`."""
    return texts.kept(text, MAX_COMMENT)


def _require_outcome(held: Held, outcome: str) -> None:
    offered = {verb.key for verb in held.case.version.verbs(held.element_id)}
    known = dialect.OUTCOMES if held.seat else dialect.DECIDING
    if outcome not in known & offered:
        raise UnknownOutcome(outcome=dialect.VERB_WORDS.get(outcome, outcome))


def _filled(
    db: Session, held: Held, values: Mapping[str, Any] | None, by: Actor
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The form values that stand after this act, or None where this step changes none.

    Beside them, for the entry, which file of each piece of evidence they cite.
    """
    version, case = held.case.version, held.case
    form = version.form(held.element_id)
    rights = version.rights(held.element_id)
    if form is None or not validation.edits_anything(form, rights):
        return None, {}
    stored = instances.values(db, case.content_id)
    offered = (
        instances.values(db, case.offered_id) if case.offered_id != case.content_id else stored
    )
    given = stored if values is None else values
    live = live_choices.of(db, form, case.subject, case.variables)
    filled = validation.validate(
        form, given, rights, case.variables, stored=stored, offered=offered, live=live
    )
    cited = citing.keep(db, form, filled, rights, stored=stored, instance_id=case.id, by=by)
    told = {str(one): number for one, number in sorted(cited.items())}
    return filled, {"cited": told} if told else {}
