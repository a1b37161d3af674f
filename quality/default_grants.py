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
    """Give the grants that came with a newer version of the product. Returns how many.

    Those of actions that nobody was ever granted, and those for the kinds apart that were never
    given; a new installation waits for `lay`.
    """
    chain = select(LogChain.seq).where(LogChain.name == eventlog.HOUSE).with_for_update()
    db.execute(chain).one_or_none()
    if not _granted(db):
        return 0
    missing = _missing(db)
    return len(grants.give_all(db, missing, by=SYSTEM)) if missing else 0


def are_complete(db: Session) -> bool:
    """Whether every action that is given by grants was ever given to somebody, and kinds apart."""
    return _granted(db) >= set(grants.GRANTABLE) and not _missing(db)


def _missing(db: Session) -> list[NewGrant]:
    """What of the catalogue was never given, of new actions and of the kinds apart.

    A grant for a kind apart that somebody has ended stays ended.
    """
    actions = _granted(db)
    columns = (Grant.holder, Grant.action, Grant.subject_kind)
    wanted = select(*columns).where(Grant.subject_kind.in_(sorted(kinds.APART)))
    given = {tuple(row) for row in db.execute(wanted.distinct())}
    return [
        one
        for one in told()
        if one.action not in actions
        or (
            one.subject_kind in kinds.APART
            and (one.holder, one.action, one.subject_kind) not in given
        )
    ]


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
