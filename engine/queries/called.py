"""The cases above a case and below it, as far as a person may know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import permissions
from engine.children import MOST_DEEP
from engine.models import ProcessInstance
from engine.people import Actor
from engine.permissions import Action
from engine.queries.cases import own

MOST: Final = 50

_CASE: Final = ProcessInstance.__table__


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Another case by number, title and status."""

    id: int
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Around:
    """The cases above, the outermost first, and those called from here; `is_cut`: and more."""

    above: tuple[CaseLink, ...]
    below: tuple[CaseLink, ...]
    is_cut: bool


def around(db: Session, person: Actor, instance_id: int) -> Around:
    """The chain of calls that a case stands in."""
    up = select(_CASE.c.id, _CASE.c.parent_id).where(_CASE.c.id == instance_id)
    chain = up.cte("chain", recursive=True)
    chain = chain.union_all(
        select(_CASE.c.id, _CASE.c.parent_id).where(_CASE.c.id == chain.c.parent_id)
    )
    higher = _links(person).where(_CASE.c.id.in_(select(chain.c.id)))
    higher = higher.where(_CASE.c.id != instance_id).order_by(_CASE.c.depth).limit(MOST_DEEP)
    lower = _links(person).where(_CASE.c.parent_id == instance_id).order_by(_CASE.c.id)
    above = tuple(CaseLink(*row) for row in db.execute(higher))
    below = tuple(CaseLink(*row) for row in db.execute(lower.limit(MOST + 1)))
    return Around(above, below[:MOST], len(below) > MOST)


def _links(person: Actor) -> Select[Any]:
    found = select(_CASE.c.id, _CASE.c.title, _CASE.c.status)
    if permissions.may(person, Action.INSTANCE_VIEW_ANY):
        return found
    return found.where(_CASE.c.id.in_(own(person)))
