"""The school's directory behind the sign-in form: who has no password here may have one there."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import User
from web.config_outside import CREATED
from web.session import own_writing, settings
from web.signin import ldap, outside


def check(username: str, password: str) -> int | None:
    """The person with this name and password in the directory; None if nobody, or no directory.

    Nobody, too, where the person has a password here: the directory may call them by their number
    or in capitals, and is no second way in. Then nothing is kept.
    The server is asked outside every transaction. Raises a kind of `OutsideRefused`.
    """
    if not settings().ldap_url:
        return None
    found = ldap.check(settings(), username, password)
    if found is None:
        return None
    with own_writing() as own:
        user_id = outside.person(own, found, may_create=settings().sign_up == CREATED)
        if _has_password(own, user_id):
            own.rollback()
            return None
        return user_id


def _has_password(own: Session, user_id: int) -> bool:
    stored = select(User.password_hash).where(User.id == user_id)
    return own.execute(stored).scalar_one() is not None
