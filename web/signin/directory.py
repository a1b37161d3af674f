"""The school's directory behind the sign-in form: who has no password here may have one there."""

from __future__ import annotations

from web.config_outside import CREATED
from web.session import own_writing, settings
from web.signin import ldap, outside


def check(username: str, password: str) -> int | None:
    """The person with this name and password in the directory; None if nobody, or no directory.

    The server is asked outside every transaction. Raises a kind of `OutsideRefused`.
    """
    if not settings().ldap_url:
        return None
    found = ldap.check(settings(), username, password)
    if found is None:
        return None
    with own_writing() as own:
        return outside.person(own, found, may_create=settings().sign_up == CREATED)
