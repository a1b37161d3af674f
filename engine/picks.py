"""Who is to choose the people of a later step, and the check of what they chose.

A choice is a variable of the case under a name that no expression can read or write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.assignment import MOST_NAMED
from engine.bpmn import dialect, state
from engine.bpmn.dialect import RuleKind
from engine.errors import NotFound, PickMissing, TooManyPicked
from engine.holders import Looker
from engine.versions import Version


@dataclass(frozen=True, slots=True)
class Due:
    """A step whose people are chosen now; `chosen` are those of an earlier pass."""

    element_id: str
    name: str
    chosen: tuple[int, ...] = ()


def due(version: Version, element_id: str, stands: str = "") -> tuple[Due, ...]:
    """The steps whose people are to be chosen by whoever completes this one.

    `stands` is the case's state as kept: what was chosen before is offered again.
    """
    if not any(name.startswith(dialect.PICKED) for name in version.process.reads):
        return ()
    data = state.load(stands).data if stands else {}
    found = []
    for step in version.process.user_tasks():
        for rule in dialect.who(step.attributes).rules:
            if rule.kind is RuleKind.PICK and _picker(version, rule.key) == element_id:
                kept = data.get(dialect.PICKED + step.id)
                found.append(Due(step.id, step.label, _people(kept)))
                break
    return tuple(found)


def _people(kept: object) -> tuple[int, ...]:
    return tuple(one for one in kept if type(one) is int) if isinstance(kept, list) else ()


def _picker(version: Version, key: str) -> str:
    return version.first_step if key == RuleKind.INITIATOR else key


def checked(
    db: Session, version: Version, element_id: str, picks: Mapping[str, Sequence[int]] | None
) -> dict[str, list[int]]:
    """The variables that keep what was chosen at this step. Nothing may be left open.

    Raises `PickMissing`, `TooManyPicked`, `NotFound` for somebody who is not there.
    """
    kept: dict[str, list[int]] = {}
    looker = Looker(db)
    for one in due(version, element_id):
        chosen = list(dict.fromkeys((picks or {}).get(one.element_id, ())))
        if not chosen:
            raise PickMissing(step=one.name)
        if len(chosen) > MOST_NAMED:
            raise TooManyPicked(step=one.name, most=MOST_NAMED)
        if len(looker.active(chosen)) < len(chosen):
            raise NotFound
        kept[dialect.PICKED + one.element_id] = chosen
    return kept
