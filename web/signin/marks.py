"""Marks of what a person gets in with, for cookies: with another password they fit no more.

A mark is a hash that only this house can make; nothing can be read from it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Identity, SecondFactor, User
from web.signin import keys


def of_password(db: Session, user_id: int) -> str:
    """The mark of the password, also of having none."""
    return keys.blurred(f"password {user_id} {_password(db, user_id)}")


def of_ways_in(db: Session, user_id: int) -> str:
    """The mark of all that lets the person in: password, accounts of providers, second factor."""
    accounts = select(Identity.provider, Identity.subject).where(Identity.user_id == user_id)
    linked = [tuple(row) for row in db.execute(accounts.order_by(*accounts.selected_columns))]
    factor = select(SecondFactor.secret).where(SecondFactor.user_id == user_id)
    locked = db.execute(factor).scalar_one_or_none()
    return keys.blurred(f"ways in {user_id} {_password(db, user_id)} {linked} {locked}")


def _password(db: Session, user_id: int) -> str | None:
    stored = select(User.password_hash).where(User.id == user_id)
    return db.execute(stored).scalar_one_or_none()
