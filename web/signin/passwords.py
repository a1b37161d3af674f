"""Passwords: checking one, slowly for whoever guesses; and what a new one must be."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import people, roles
from engine import settings as house
from engine.errors import Refused, SignInFailed
from engine.models import Identity, User
from engine.people import Actor
from web.demo import college
from web.session import db, own_session, own_writing, settings
from web.signin import directory, door, keys, marks, names, outside, tries
from web.signin.outside import OutsideRefused

MAX_PASSWORD: Final = 200
COMMON: Final = Path(__file__).parent / "common_passwords.txt"
KNOWN_COOKIE: Final = "zhengai_known"
YEAR: Final = 365 * 24 * 3600


class Proof(NamedTuple):
    """Who somebody is, and how they showed it."""

    user_id: int
    method: str


class DemoOnly(SignInFailed):
    """The password of the demo accounts, which everybody knows, outside a demo."""

    sentence = "演示账号只能在演示模式下登录。"


class ElsewhereOnly(SignInFailed):
    """The house lets this person in through its provider only."""

    sentence = "这个账号请用学校统一登录。"


class PasswordTooShort(Refused):
    """A new password is shorter than the house allows, or longer than anybody types."""

    sentence = "新密码至少 {least} 个字符，最多 {most} 个。"


class PasswordCommon(Refused):
    """A new password is among those that everybody tries first."""

    sentence = "这个密码太常见，很容易被猜中，请换一个。"


class PasswordIsDemo(Refused):
    """A new password is the one on the demo's sign-in page."""

    sentence = "这是演示账号的密码，人人都知道，请换一个。"


class DemoShared(Refused):
    """The demo accounts are everybody's: nobody changes what the others come in with."""

    sentence = "演示账号由大家共用，它的登录方式不能改。"


class PasswordNamesPerson(Refused):
    """A new password has in it what everybody knows of the person."""

    sentence = "新密码里不要有账号名、姓名、工号或手机号。"


def check(username: str, password: str) -> Proof:
    """The person with this name and password. Raises `SignInFailed` and its kin, `LockedOut`.

    Who has no password here may have one in the school's directory. Wrong tries are counted in
    transactions of their own: let go of the request's own before.
    """
    if password == college.PASSWORD and not settings().demo:
        raise DemoOnly
    username = username.strip()
    address = f"address:{door.address()}"
    with own_session() as own:
        row = _account(own, username)
        known = _known_browser(own, row.id) if row is not None else ""
    key = known or f"account:{keys.blurred(names.folded(username))}"
    count = tries.take(key, watched=() if known else (address,))
    if row is None or row.password_hash is None:
        found = _in_directory(row, names.typed(username), password, count)
        if found is not None:
            with own_writing() as own:
                tries.forget(own, key)
            return Proof(found, "ldap")
    stored = row.password_hash if row is not None and row.is_active else None
    fits = len(password) <= MAX_PASSWORD and people.password_matches(stored, password)
    if row is None or not fits:
        tries.missed(address, settings().tries_per_address)
        _refused(row, "password", count)
        raise SignInFailed
    with own_writing() as own:
        tries.forget(own, key)
    with own_session() as own:
        is_allowed = may_use_one(own, row.id)
    if not is_allowed:
        _refused(row, "elsewhere", count)
        raise ElsewhereOnly
    return Proof(int(row.id), "password")


def _in_directory(
    row: Row[tuple[int, str | None, bool]] | None, username: str, password: str, count: int
) -> int | None:
    try:
        return directory.check(username, password)
    except OutsideRefused as refusal:
        outside.tell_operator(refusal)
        _refused(row, refusal.reason, count)
        raise


def _account(own: Session, username: str) -> Row[tuple[int, str | None, bool]] | None:
    columns = select(User.id, User.password_hash, User.is_active)
    return own.execute(columns.where(User.username == possible(username))).one_or_none()


def possible(username: str) -> str:
    """The name as a database may be asked for it; nobody's, where nobody can be called so."""
    return username if username.isprintable() else ""


def may_use_one(own: Session, user_id: int) -> bool:
    """Whether the house lets this person in with a password.

    Administrators always, so that a fault of the provider does not shut everybody out.
    """
    rule = house.word(own, "local_sign_in")
    if rule == "everybody":
        return True
    if not people.actor(own, user_id).roles.isdisjoint(roles.ADMINISTRATORS):
        return True
    linked = select(Identity.user_id).where(Identity.user_id == user_id).limit(1)
    return rule == "unlinked" and own.execute(linked).first() is None


def _refused(row: Row[tuple[int, str | None, bool]] | None, why: str, count: int) -> None:
    door.refused(row.id if row is not None else None, why, count)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="known browser")


def remember_browser(response: Response, user_id: int) -> Response:
    """Know this browser again: strangers who guess at the account do not lock its owner out of it.

    The cookie opens nothing; it has a count of tries of its own, until the password is another.
    """
    known = _signer().dumps([user_id, keys.token()[:12], marks.of_password(db(), user_id)])
    secure = settings().secure_cookies
    response.set_cookie(
        KNOWN_COOKIE, known, max_age=YEAR, secure=secure, httponly=True, samesite="Lax"
    )
    return response


def _known_browser(own: Session, user_id: int) -> str:
    """The key under which this browser's tries for the account are counted, if it is known."""
    try:
        whose, number, mark = _signer().loads(request.cookies.get(KNOWN_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return ""
    is_known = whose == user_id and mark == marks.of_password(own, user_id)
    return f"browser:{number}" if is_known else ""


def require_good(new: str, *, about: tuple[str, ...], least: int) -> None:
    """Go on only with a password that is not guessed first; `about` is what people know of one.

    Raises `PasswordTooShort`, `PasswordCommon`, `PasswordIsDemo`, `PasswordNamesPerson`.
    """
    if not least <= len(new) <= MAX_PASSWORD:
        raise PasswordTooShort(least=least, most=MAX_PASSWORD)
    folded = new.casefold()
    if new == college.PASSWORD:
        raise PasswordIsDemo
    if folded in _common() or len(set(folded)) == 1:
        raise PasswordCommon
    for told in about:
        word = told.casefold().strip()
        if word and (folded == word or (len(word) >= 3 and word in folded)):  # noqa: PLR2004  (two letters prove nothing)
            raise PasswordNamesPerson


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def shortest(own: Session) -> int:
    """How long a new password must be, as the house says."""
    return house.number(own, "shortest_password")


def require_not_shared(username: str) -> None:
    """Go on only with an account that is one person's. Raises `DemoShared`."""
    if settings().demo and username in {account for account, *_rest in college.ACCOUNTS}:
        raise DemoShared


def require_fit(user_id: int, new: str) -> None:
    """Go on only with a good password for this person. Raises what `require_good` raises."""
    columns = select(User.username, User.name, User.number, User.phone)
    row = db().execute(columns.where(User.id == user_id)).one()
    about = (row.username, row.name, row.number or "", row.phone)
    require_good(new, about=about, least=shortest(db()))


def username(user_id: int) -> str:
    """The name a person signs in with."""
    return str(db().execute(select(User.username).where(User.id == user_id)).scalar_one())


def change(user_id: int, new: str, *, by: Actor) -> None:
    """Give a person a new password, if it is a good one. Raises what `require_good` raises."""
    require_fit(user_id, new)
    people.set_password(db(), user_id, new, by=by)


def has_one(user_id: int) -> bool:
    """Whether the person has a password here."""
    mine = (User.id == user_id) & User.password_hash.is_not(None)
    return db().execute(select(User.id).where(mine)).first() is not None


def check_own(user_id: int, username: str, password: str) -> None:
    """Check the password of who is signed in, before an act that asks for it.

    Raises `SignInFailed`, `LockedOut`; wrong tries count for this person, not for the account.
    """
    key = f"own:{user_id}"
    tries.take(key)
    with own_session() as own:
        row = _account(own, username)
    if row is None or row.id != user_id or not people.password_matches(row.password_hash, password):
        raise SignInFailed
    with own_writing() as own:
        tries.forget(own, key)
