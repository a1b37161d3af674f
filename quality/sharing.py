"""Who may see a subject's published documents, and who may start work: query conditions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from engine import people
from engine.people import Actor
from quality import kinds, units
from quality.models import Subject

_subject = Subject.__table__


def may_see(person: Actor) -> ColumnElement[bool]:
    """The condition on subjects whose documents this person sees."""
    rules = kinds.sharing()
    sees_all = not rules.roles.isdisjoint(person.roles) or any(
        people.post_key(post) in person.keys for post in rules.posts
    )
    if sees_all:
        return true()
    conditions = [may_start(person)]
    led = [one.key for one in kinds.every() if people.post_key(one.lead) in person.keys]
    if led:
        conditions.append(_subject.c.kind.in_(led))
    overseen = [unit for post in rules.overseers for unit in _units(person, post)]
    if overseen:
        conditions.append(_subject.c.unit_id.in_(units.at_or_below(overseen)))
    return or_(*conditions)


def may_start(person: Actor) -> ColumnElement[bool]:
    """The condition on subjects for which this person may start work."""
    if not kinds.sharing().starters.isdisjoint(person.roles):
        return true()
    conditions: list[ColumnElement[Any]] = [_subject.c.owner_id == person.id]
    for kind in kinds.every():
        posted = [unit for post in kind.openers for unit in _units(person, post)]
        if posted:
            conditions.append(and_(_subject.c.kind == kind.key, _subject.c.unit_id.in_(posted)))
    return or_(false(), *conditions)


def _units(person: Actor, post: str) -> list[int]:
    """The units in which the person holds a post today."""
    prefix = people.post_key(post) + ":"
    return sorted(int(key[len(prefix) :]) for key in person.keys if key.startswith(prefix))
