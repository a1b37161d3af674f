"""`zhengai init`: an empty installation with two administrators, since nobody may be both.

One runs the system (flows, people, operation); the other gives rights and runs nothing.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, people, roles
from engine.college import persons
from engine.models import Role, RoleGrant, User
from engine.people import SYSTEM
from quality import default_grants, foundation
from web import commands
from web import demo as demo_college
from web.config import read

SHORTEST: Final = 8
SYSTEM_ROLES: Final = (Role.PROCESS_ADMIN, Role.PEOPLE_ADMIN, Role.OPERATOR)
SECURITY: Final = "security"
SECURITY_NAME: Final = "安全管理员"


def init(options: argparse.Namespace) -> int:
    """Make the schema and the two administrators; passwords are asked for, or piped in as lines.

    Where there are people but nobody who gives rights (an installation of before), the second alone
    is made. Without a second line it has no password, and gets in by a sign-in link.
    """
    with commands.writing(read()) as db:
        is_empty = db.execute(select(User.id).limit(1)).one_or_none() is None
        if not is_empty and _has_security_admin(db):
            print("this installation has people already; nothing was changed", file=sys.stderr)
            return 1
        wanted = [options.username, SECURITY] if is_empty else [SECURITY]
        passwords = [_password(username) for username in wanted]
        wrong = _wrong(passwords, is_empty=is_empty)
        if wrong:
            print(wrong, file=sys.stderr)
            return 1
        if is_empty:
            admin = persons.create(
                db, options.username, options.name, by=SYSTEM, password=passwords[0]
            )
            for role in SYSTEM_ROLES:
                roles.give(db, admin, role, by=SYSTEM)
        security = persons.create(
            db, SECURITY, SECURITY_NAME, by=SYSTEM, password=passwords[-1] or None
        )
        roles.give(db, security, Role.SECURITY_ADMIN, by=SYSTEM)
        foundation.lay(db, by=SYSTEM)
        default_grants.lay(db)
    for username, password in zip(wanted, passwords, strict=True):
        if password:
            print(f"ready: sign in as {username}")
        else:
            print(f"ready: {username} needs a way in: zhengai sign-in-link {username}")
    return 0


def _has_security_admin(db: Session) -> bool:
    today = clock.today()
    admins = select(RoleGrant.id).where(RoleGrant.role == Role.SECURITY_ADMIN)
    return db.execute(admins.where(people.in_force(RoleGrant, today)).limit(1)).first() is not None


def _password(username: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"password of {username}: ")
    return sys.stdin.readline().rstrip("\n")


def _wrong(passwords: list[str], *, is_empty: bool) -> str:
    """What is wrong with the passwords; that of the system administrator must be there."""
    given = [one for one in passwords if one]
    if (is_empty and not passwords[0]) or any(len(one) < SHORTEST for one in given):
        return f"the password needs at least {SHORTEST} characters"
    if demo_college.PASSWORD in given:
        return "everybody knows the password of the demo; take another"
    if len(set(given)) < len(given):
        return "the two administrators are two people: give them two passwords"
    return ""
