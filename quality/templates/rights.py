"""Who may write and hand in the template of which kind: the department that leads it, by grants."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from engine import grants
from engine.people import Actor
from engine.permissions import Action
from quality import kinds
from quality.templates.errors import MayNotEdit


def editable(db: Session, person: Actor) -> frozenset[str]:
    """The kinds whose template this person may write. One statement."""
    return _of(scope.subject_kind for scope in grants.scopes(db, person, Action.TEMPLATE_EDIT))


def _of(granted: Iterable[str | None]) -> frozenset[str]:
    found = set(granted)
    return frozenset(kinds.KEYS) if None in found else frozenset(one for one in found if one)


def require(db: Session, person: Actor, kind: str) -> None:
    """Go on only if this person may. Raises `NotFound` for no kind, `MayNotEdit`."""
    label = kinds.get(kind).label
    if kind not in editable(db, person):
        raise MayNotEdit(kind=label)
