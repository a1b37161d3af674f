"""Who stands behind the keys of inboxes today."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from engine.holders import Looker


def behind(db: Session, keys: Iterable[str]) -> tuple[int, ...]:
    """Who reads the inboxes with these keys today."""
    looker, found = Looker(db), dict[int, None]()
    for key in keys:
        kind, _colon, rest = key.partition(":")
        name, _colon, more = rest.partition(":")
        if kind == "u":
            found |= dict.fromkeys(looker.active([int(name)]))
        elif kind == "p":
            found |= dict.fromkeys(looker.post(name, int(more) if more else None))
        elif kind == "r":
            found |= dict.fromkeys(looker.role(name))
        elif kind == "c":
            found |= dict.fromkeys(looker.committee(name, more))
    return tuple(found)
