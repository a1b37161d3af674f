"""What a row may not do whoever may bring the list: one's own posts, the doors of those who watch.

The engine refuses it when the row is written; here the preview says so before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import permissions, roles
from engine.college import persons
from engine.college.errors import WatcherNotChanged
from engine.errors import Refused
from engine.models import Role
from engine.people import Actor
from engine.permissions import Action
from quality.imports import held, people
from quality.imports.columns import Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.there import Give


def judged(db: Session, found: Mapping[int, Verdict], *, by: Actor) -> dict[int, Verdict]:
    """The verdicts, with those in error that this person's list must not carry out."""
    may_all = permissions.may(by, Action.RIGHTS_EDIT)
    watching = {} if may_all else roles.watchers(db)
    judged = dict(found)
    for number, verdict in found.items():
        faults = list(_faults(verdict.plan, by, watching))
        if faults:
            judged[number] = wrong(faults)
    return judged


def _faults(plan: Any, by: Actor, watching: Mapping[int, Role]) -> list[Fault]:
    if not isinstance(plan, people.Plan | held.Plan) or plan.user_id is None:
        return []
    found = []
    if plan.user_id == by.id and isinstance(plan.given, Give):
        found.append(_fault("post", roles.NotYourOwnRights()))
    if not isinstance(plan, people.Plan):
        return found
    if plan.user_id == by.id and "is_external" in plan.fields:
        found.append(_fault("is_external", roles.NotYourOwnRights()))
    if plan.user_id in watching:
        role = roles.LABELS[watching[plan.user_id]]
        refusal = WatcherNotChanged(who=plan.name, role=role)
        touched = sorted(persons.AT_THE_DOOR & set(plan.fields))
        found += [_fault(name, refusal) for name in touched]
    return found


def _fault(column: str, refusal: Refused) -> Fault:
    return Fault(column, refusal.sentence, dict(refusal.values))
