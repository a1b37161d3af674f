"""Whom a provider has vouched for: the person here, found again, matched once, or made new.

What a provider calls somebody is kept beside the person (`Identity`), so that an account that is
renamed there still finds its person here. Nobody gets a post or a role this way.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, roles
from engine.college import persons
from engine.college.errors import NotAnEmail, Taken
from engine.entries import Kind
from engine.errors import Refused, SignInFailed
from engine.models import Identity, User
from engine.people import SYSTEM, Actor
from web.signin import outward

LONGEST_SUBJECT: Final = 255
MOST_LINKED: Final = 20
_PEOPLE: Final = select(User.id, User.username, User.number, User.name, User.is_active)


@dataclass(frozen=True, slots=True)
class Found:
    """What a provider says of somebody it knows.

    `provider` is ours for it (one word, the key of the identity), `called` what people call it.
    `subject` is its lasting name for the person; `key` is compared with numbers and user names
    here; `number` is empty where the provider does not tell it apart from the user name.
    """

    provider: str
    called: str
    subject: str
    key: str
    number: str = ""
    name: str = ""
    email: str = ""


log = logging.getLogger(__name__)


class OutsideRefused(SignInFailed):
    """A provider knows somebody, and we do not let them in."""

    @property
    def reason(self) -> str:
        """The name of the refusal, as the record has it: `two_people`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class NotHere(OutsideRefused):
    """Nobody here has this number or user name, and accounts are not made at the first sign-in."""

    sentence = (
        "{provider}认出了您（{key}），但本平台还没有您的账号。"
        "请把账号“{key}”和您的姓名告诉人员管理员，开通后再登录。"
    )


class HasLeft(OutsideRefused):
    """The person left; the account stays for the record and opens nothing."""

    sentence = "{name}的账号已经停用，不能登录。如果您还在校工作或学习，请联系人员管理员恢复。"


class TwoPeople(OutsideRefused):
    """The number is one person's and the user name another's."""

    sentence = (
        "{provider}给出的“{key}”和“{number}”在本平台对应不同的人，为避免认错人，没有登录。"
        "请人员管理员核对这两个人的账号和工号。"
    )


class TakenAlready(OutsideRefused):
    """Two accounts of one provider with one person's number."""

    sentence = (
        "“{key}”在本平台的账号已经由{provider}的另一个账号使用，两个账号不能同用一个工号，没有登录。"
        "请信息中心核对{provider}里的工号。"
    )


class AdministratorByNumber(OutsideRefused):
    """A user name alone leads to an administrator: those are found by number."""

    sentence = (
        "“{key}”在本平台是管理员的账号。为避免认错人，管理员第一次用{provider}登录时只按工号对应，"
        "没有登录。请人员管理员为这个账号填写与{provider}一致的工号，"
        "或由运维人员在服务器上用 zhengai sign-in-link 生成登录链接。"
    )


class NoName(OutsideRefused):
    """An account is to be made, and the provider does not say what the person is called."""

    sentence = (
        "{provider}没有给出您的姓名，无法开通账号，没有保存任何内容。"
        "请信息中心在{provider}里补上“{key}”的姓名后再登录。"
    )


class NoKey(OutsideRefused):
    """The answer lacks what people are told apart by."""

    sentence = (
        "{provider}的答复里没有“{attribute}”，不知道您是谁，没有登录。"
        "请信息中心补上，或核对平台的设置。"
    )


class Unfit(OutsideRefused):
    """What the provider says of somebody cannot be kept."""

    sentence = (
        "{provider}给出的账号、姓名或工号太长，或者有不能保存的字符，没有开通账号。请信息中心核对。"
    )


class ProviderWrong(OutsideRefused):
    """An answer that cannot be believed or read; `why` says what is wrong with it."""

    sentence = "{provider}的答复不能采信：{why}请再登录一次；还不行，请告诉信息中心。"


class ProviderSilent(OutsideRefused):
    """The provider cannot be reached, or takes too long."""

    sentence = "{provider}没有应答，请稍后再试，或用其他方式登录。"


def tell_operator(refusal: OutsideRefused) -> None:
    """A line in the process's own log where the fault is a server's, without names and secrets."""
    if isinstance(refusal, ProviderWrong | ProviderSilent | NoKey):
        cause = refusal.__cause__
        inner = outward.innermost(cause) if cause is not None else refusal.values.get("why", "")
        log.warning("%s: %s", refusal.reason, inner, extra={"action": "sign_in"})


def person(db: Session, found: Found, *, may_create: bool) -> int:
    """The person here. Raises a kind of `OutsideRefused`; then nothing was changed."""
    said = (found.subject, found.key, found.number)
    is_told = found.subject and found.key and len(found.subject) <= LONGEST_SUBJECT
    if not is_told or not all(one.isprintable() for one in said):
        raise ProviderWrong(provider=found.called, why="账号名是空的、太长，或者有不能用的字符。")
    linked = _linked(db, found)
    if linked is not None:
        _require_own_number(db, found, linked)
        return _let_in(linked)
    matched = _matched(db, found)
    if matched is None:
        return _create(db, found, may_create=may_create)
    user_id = _let_in(matched)
    _require_no_other_account(db, found, user_id)
    _link(db, found, user_id)
    return user_id


def _linked(db: Session, found: Found) -> Any | None:
    """Whom this account of the provider belonged to before, whatever it is called now."""
    mine = (Identity.provider == found.provider) & (Identity.subject == found.subject)
    return db.execute(_PEOPLE.join(Identity, Identity.user_id == User.id).where(mine)).one_or_none()


def _matched(db: Session, found: Found) -> Any | None:
    """Who has this number or this user name here.

    Raises `TwoPeople` for more than one, `AdministratorByNumber` for an administrator's user name:
    whoever may choose a name at the provider must not become them.
    """
    said = [one for one in (found.number, found.key) if one]
    rows = db.execute(
        _PEOPLE.where(or_(User.number.in_(said), User.username.in_(said))).limit(2)
    ).all()
    if not rows:
        return None
    if len(rows) > 1 or (found.number and rows[0].number not in (None, found.number)):
        raise TwoPeople(provider=found.called, key=found.key, number=found.number or found.key)
    if rows[0].number not in said and roles.is_administrator(db, rows[0].id):
        raise AdministratorByNumber(provider=found.called, key=found.key)
    return rows[0]


def _require_own_number(db: Session, found: Found, linked: Any) -> None:
    if not found.number or linked.number == found.number:
        return
    holder = db.execute(_PEOPLE.where(User.number == found.number)).one_or_none()
    if holder is not None:
        raise TwoPeople(provider=found.called, key=linked.username, number=found.number)


def _require_no_other_account(db: Session, found: Found, user_id: int) -> None:
    other = select(Identity.subject).where(
        Identity.provider == found.provider,
        Identity.user_id == user_id,
        Identity.subject != found.subject,
    )
    if db.execute(other.limit(1)).one_or_none() is not None:
        raise TakenAlready(provider=found.called, key=found.key)


def _let_in(row: Any) -> int:
    if not row.is_active:
        raise HasLeft(name=row.name)
    return int(row.id)


def _link(db: Session, found: Found, user_id: int) -> None:
    """Keep what the provider calls the person; who does it at this very moment has done it."""
    now = clock.now()
    row = {"provider": found.provider, "subject": found.subject, "user_id": user_id}
    try:
        with db.begin_nested():
            db.execute(insert(Identity), {**row, "created_at": now})
    except IntegrityError:
        return
    eventlog.record(
        db,
        Kind.USER_CHANGED,
        by=Actor(user_id, "").mark,
        asked={"user": user_id, "changed": ["identity"]},
        about=(f"user:{user_id}",),
        private={"identity": ["", f"{found.called} {found.key}"]},
    )


def linked(db: Session, user_id: int) -> list[Row[tuple[str, str, datetime]]]:
    """The accounts of providers that lead to this person: provider, its name for them, since."""
    columns = select(Identity.provider, Identity.subject, Identity.created_at)
    mine = columns.where(Identity.user_id == user_id).order_by(Identity.created_at)
    return list(db.execute(mine.limit(MOST_LINKED)))


def unlink(db: Session, user_id: int, *, by: Actor, reason: str) -> int:
    """No account of a provider leads to this person any more; the next sign-in finds anew.

    Returns how many there were.
    """
    accounts = linked(db, user_id)
    if accounts:
        db.execute(delete(Identity.__table__).where(Identity.__table__.c.user_id == user_id))
        eventlog.record(
            db,
            Kind.USER_CHANGED,
            by=by.mark,
            asked={"user": user_id, "changed": ["identity"], "reason": reason},
            about=(f"user:{user_id}",),
            private={
                "identity": [" ".join(f"{one.provider} {one.subject}" for one in accounts), ""]
            },
        )
    return len(accounts)


def _create(db: Session, found: Found, *, may_create: bool) -> int:
    if not may_create:
        raise NotHere(provider=found.called, key=found.key)
    if not found.name.strip():
        raise NoName(provider=found.called, key=found.key)
    try:
        user_id = _made(db, found)
    except Taken:  # somebody else made the account at this very moment
        matched = _matched(db, found)
        if matched is None:
            raise
        user_id = _let_in(matched)
    except Refused as problem:
        raise Unfit(provider=found.called) from problem
    _link(db, found, user_id)
    return user_id


def _made(db: Session, found: Found) -> int:
    """A new person; an address that is none is left out, and nobody is kept out for it."""
    number = found.number or None
    try:
        return persons.create(
            db, found.key, found.name, by=SYSTEM, number=number, email=found.email
        )
    except NotAnEmail:
        return persons.create(db, found.key, found.name, by=SYSTEM, number=number)
