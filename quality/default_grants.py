"""The grants that a new installation begins with, as rows; from then on they are edited as such."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog, grants
from engine.grants import NewGrant
from engine.models import Grant, LogChain, Reach
from engine.people import SYSTEM
from engine.permissions import Action
from quality import kinds

CATALOG: Final = Path(__file__).parent / "catalog" / "grants.yaml"


def lay(db: Session) -> int:
    """Give the grants of the catalogue where there were never any. Returns how many.

    Two nodes that start at once come one after the other: the house chain is locked first.
    """
    chain = select(LogChain.seq).where(LogChain.name == eventlog.HOUSE).with_for_update()
    db.execute(chain).one_or_none()
    if db.execute(select(Grant.id).limit(1)).first() is not None:
        return 0
    return len(grants.give_all(db, told(), by=SYSTEM))


def catch_up(db: Session) -> int:
    """Give the grants of actions that came with a newer version of the product. Returns how many.

    Only where nobody was ever granted the action; a new installation waits for `lay`.
    """
    chain = select(LogChain.seq).where(LogChain.name == eventlog.HOUSE).with_for_update()
    db.execute(chain).one_or_none()
    known = _granted(db)
    if not known:
        return 0
    missing = [one for one in told() if one.action not in known]
    return len(grants.give_all(db, missing, by=SYSTEM)) if missing else 0


def are_complete(db: Session) -> bool:
    """Whether every action that is given by grants was ever given to somebody."""
    return _granted(db) >= set(grants.GRANTABLE)


def _granted(db: Session) -> set[str]:
    return set(db.execute(select(Grant.action).distinct()).scalars())


def told() -> Iterator[NewGrant]:
    """The grants of the catalogue: the general ones, then who opens and who leads each kind."""
    for line in yaml.safe_load(CATALOG.read_bytes()):
        action, reach = Action(line["action"]), Reach(line["reach"])
        yield NewGrant(line["holder"], action, reach, subject_kind=line.get("kind"))
    for kind in kinds.every():
        for post in kind.openers:
            yield NewGrant(f"p:{post}", Action.SUBJECT_START, Reach.UNIT, subject_kind=kind.key)
        for action in (Action.SUBJECT_VIEW, Action.TEMPLATE_EDIT):
            yield NewGrant(f"p:{kind.lead}", action, Reach.ALL, subject_kind=kind.key)
