"""Whom every step of a flow would go to today, before a case runs: who(definition, subject)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from engine.assignment import HEAD, About, Found, resolve, unit_of
from engine.bpmn import dialect
from engine.bpmn.dialect import Own, Place, Repeat, RuleKind, Who
from engine.bpmn.outline import Outline
from engine.holders import Looker
from engine.versions import Version

_LATER: Final = frozenset({RuleKind.FIELD, RuleKind.PICK})
_UPWARDS: Final = frozenset(
    {RuleKind.HEADS, RuleKind.HEAD, RuleKind.LEADER, RuleKind.CONTACT_LEADER}
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step to be looked at: its id, its name, whom it is for."""

    id: str
    name: str
    who: Who


def steps_of(version: Version, only: Iterable[str] | None = None) -> tuple[Step, ...]:
    """The steps of a version, or some of them."""
    wanted = set(only) if only is not None else None
    return tuple(
        Step(one.id, one.label, dialect.who(one.attributes, one.properties))
        for one in version.process.user_tasks()
        if wanted is None or one.id in wanted
    )


def steps_drawn(outline: Outline) -> tuple[Step, ...]:
    """The steps of a diagram that may still be wrong; those that cannot be read are left out."""
    found = []
    for node in outline.nodes:
        if node.tag not in ("userTask", "manualTask"):
            continue
        try:
            who = dialect.who(node.attributes, node.properties)
        except dialect.DialectError:
            continue
        found.append(Step(node.id, node.label, who))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step before anybody is there: whom it would go to today, and by which rules.

    `is_open` says that a field or a pick will decide while the case runs.
    """

    element_id: str
    name: str
    who: Who
    found: Found
    is_open: bool


def who(db: Session, steps: Sequence[Step], about: About) -> tuple[Ahead, ...]:
    """Whom these steps would go to today, in a few statements however many they are."""
    looker = Looker(db)
    _prepare(looker, [step.who for step in steps], about)
    found = []
    for step in steps:
        asked = replace(step.who, repeat=Repeat.NEVER)
        one = resolve(db, asked, replace(about, element=step.id), looker)
        waits = any(rule.kind in _LATER for rule in step.who.rules)
        is_open = waits and (one.fallback or bool(one.by))
        found.append(Ahead(step.id, step.name, step.who, one, is_open))
    return tuple(found)


def _prepare(looker: Looker, wanted: Sequence[Who], about: About) -> None:
    """Ask for all that these rules need, many at a time."""
    rules = [rule for who in wanted for rule in (*who.rules, *who.fallback)]
    looker.users(rule.key for rule in rules if rule.kind is RuleKind.USER)
    looker.units(rule.unit for rule in rules if rule.place is Place.UNIT)
    looker.roles(rule.key for rule in rules if rule.kind is RuleKind.ROLE)
    named = (rule.key for rule in rules if rule.kind is RuleKind.COMMITTEE)
    looker.committees(key.partition(":")[0] for key in named)
    placed = [(rule, unit_of(looker, rule, about)) for rule in rules if rule.place]
    places = [(rule, unit) for rule, unit in placed if unit is not None]
    starts = [unit for rule, unit in places if rule.kind in _UPWARDS]
    if any(who.own is Own.UP for who in wanted) and about.started_by is not None:
        home = looker.place(Place.INITIATOR_UNIT, str(about.started_by))
        starts += [home] if home is not None else []
    looker.chains(starts)
    up = {unit for start in starts for unit in looker.above(start)}
    posts: list[tuple[str, int | None]] = [
        (rule.key, None) for rule in rules if rule.kind is RuleKind.POST and not rule.place
    ]
    posts += [(rule.key, unit) for rule, unit in places if rule.kind is RuleKind.POST]
    kinds = {str(rule.kind) for rule, _unit in places if rule.kind in _UPWARDS}
    upward = {HEAD if kind == RuleKind.HEADS else kind for kind in kinds} | {HEAD}
    posts += [(post, unit) for post in sorted(upward) for unit in sorted(up)]
    looker.posts(posts)
