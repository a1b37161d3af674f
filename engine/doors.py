"""Shutting doors: ends the sessions, tokens, links and half-made second factors of a person.

Opening them is `web.signin`'s; these are called by whatever must not leave a door open: a person
leaves, gets a role or a new password, changes the address that links are sent to.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.entries import Kind
from engine.models import ApiToken, SecondFactor, SignInLink, WebSession


def shut(db: Session, user_id: int, *, by: str, but: str = "") -> int:
    """End all of a person's sessions (`but` this one, by its hash), tokens and links.

    A second factor that no code has confirmed is forgotten: whoever was shown it, knows it.

    `by` is the mark of who does it. Returns how many sessions were ended.
    """
    ended = end_sessions(db, user_id, by=by, but=but)
    end_tokens(db, user_id, by=by)
    end_links(db, user_id)
    table = SecondFactor.__table__
    half_made = (table.c.user_id == user_id) & table.c.confirmed_at.is_(None)
    db.execute(delete(table).where(half_made))
    return ended


def end_sessions(db: Session, user_id: int, *, by: str, but: str = "") -> int:
    """End a person's sessions, all or all others. Returns how many there were."""
    table = WebSession.__table__
    gone = delete(table).where(table.c.user_id == user_id, table.c.token_hash != but)
    ended = len(db.execute(gone.returning(table.c.token_hash)).all())
    if ended:
        asked = {"user": user_id, "count": ended}
        eventlog.record(db, Kind.SESSION_ENDED, by=by, asked=asked, chain=eventlog.DOOR)
    return ended


def end_tokens(db: Session, user_id: int, *, by: str) -> int:
    """End a person's tokens. Returns how many there were."""
    table = ApiToken.__table__
    names = select(table.c.name).where(table.c.user_id == user_id, table.c.expires_at > clock.now())
    ended = list(db.execute(names).scalars())
    db.execute(delete(table).where(table.c.user_id == user_id))
    if ended:
        asked = {"user": user_id, "count": len(ended)}
        eventlog.record(db, Kind.TOKEN_ENDED, by=by, asked=asked, chain=eventlog.DOOR)
    return len(ended)


def end_links(db: Session, *user_ids: int) -> None:
    """Links that were made for these people and not used lead nowhere from here on."""
    table = SignInLink.__table__
    unused = table.c.user_id.in_(user_ids) & table.c.used_at.is_(None)
    db.execute(update(table).where(unused).values(used_at=clock.now()))
