"""One-time links: whoever follows one sets a new password, once, within the hour.

Only the hash of the link's secret is kept. The link that is mailed is made by the job that mails
it, so its secret stands in no table, and its address comes from the settings, never from a request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from babel.support import Translations
from flask import request
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, doors, eventlog, handlers, people, roles
from engine import settings as house
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.models import SignInLink, User
from engine.people import SYSTEM, Actor
from web.config import Settings
from web.signin import keys, mail, passwords
from web.signin.mail import Mail

TOPIC: Final = "mail.reset"
PATH: Final = "/sign-in/link/"
MAILED: Final = "mailed-"
BY_OPERATOR: Final = "operator-"
BEGINS: Final = {"mail": MAILED, "command": BY_OPERATOR}
"""How a secret begins that was mailed, or made by the operator's command; part of what is hashed,
so that nobody can take it off. Who watches over the house follows an operator's link alone."""
KEPT: Final = timedelta(days=30)
WORDS: Final = Path(__file__).resolve().parents[1] / "translations"

_table = SignInLink.__table__


class LinkDead(Refused):
    """The link was used, is too old, was replaced by a newer one, or never was."""

    sentence = "这个链接无效：可能已经用过、已过时，或者之后又生成了新的。请重新申请。"


class NotByPeopleAdmin(Refused):
    """Who runs the house opens and shuts no doors of the offices that watch over them."""

    sentence = (
        "{name}是（或将是）安全管理员或审计人员，登录的事人员管理员不能代办。"
        "请运维人员在服务器上用 zhengai sign-in-link 生成链接，用过之后其他登录都会失效。"
    )


class ThisIsYou(Refused):
    """One's own ways in are changed on one's own page, with the password."""

    sentence = "这是您自己的账号，请在“我的”页面修改。"


@dataclass(frozen=True, slots=True)
class Made:
    """A link's secret, shown once, and for how many minutes it is good."""

    secret: str
    minutes: int

    def address(self, base: str) -> str:
        """The link, for a site that is reached at `base`."""
        return f"{base.rstrip('/')}{PATH}{self.secret}"


def make(db: Session, user_id: int, *, by: Actor, how: str) -> Made:
    """Make a link for a person; those made before lead nowhere now. Raises `NotFound`."""
    people.actor(db, user_id)
    secret = BEGINS.get(how, "") + keys.token()
    made, now = Made(secret, house.number(db, "link_minutes")), clock.now()
    doors.end_links(db, user_id)
    row = {
        "token_hash": keys.hashed(made.secret),
        "user_id": user_id,
        "created_at": now,
        "expires_at": now + timedelta(minutes=made.minutes),
    }
    db.execute(insert(_table), row)
    asked = {"user": user_id, "how": how, "minutes": made.minutes}
    eventlog.record(db, Kind.SIGN_IN_LINK_MADE, by=by.mark, asked=asked, chain=eventlog.DOOR)
    return made


def require_may_let_in(db: Session, user_id: int, *, by: Actor) -> None:
    """Go on only if an administrator may open or shut this person's doors.

    Whoever gives the person a role meanwhile waits, and ends what is made here. Raises `NotFound`,
    `ThisIsYou`, `NotByPeopleAdmin`.
    """
    if by.id == user_id:
        raise ThisIsYou
    locked = select(User.id).where(User.id == user_id)
    db.execute(locked.with_for_update(key_share=True))
    actor = people.actor(db, user_id)
    if user_id in roles.watchers(db):
        raise NotByPeopleAdmin(name=actor.name)


def base(settings: Settings) -> str:
    """How browsers reach this site: as the settings say, else as the one who asks reached it."""
    return settings.public_url or request.host_url


def holder(db: Session, secret: str) -> int:
    """Whom a link would let in; looking does not use it up. Raises `LinkDead`.

    A link that was mailed helps with a password that the house lets its owner use: raises
    `ElsewhereOnly`. What an administrator hands over in person is their decision.
    """
    live = (_table.c.token_hash == keys.hashed(secret)) & _alive()
    user_id = db.execute(select(_table.c.user_id).where(live)).scalar_one_or_none()
    if user_id is None:
        raise LinkDead
    if not secret.startswith(BY_OPERATOR) and user_id in roles.watchers(db):
        raise LinkDead
    try:
        people.actor(db, user_id)
    except NotFound as gone:
        raise LinkDead from gone
    if secret.startswith(MAILED) and not passwords.may_use_one(db, user_id):
        raise passwords.ElsewhereOnly
    return int(user_id)


def use(db: Session, secret: str) -> int:
    """Use a link up: of two at the same moment, one does. Raises `LinkDead`, `ElsewhereOnly`."""
    user_id = holder(db, secret)
    live = (_table.c.token_hash == keys.hashed(secret)) & _alive()
    used = update(_table).where(live).values(used_at=clock.now())
    if db.execute(used.returning(_table.c.user_id)).first() is None:
        raise LinkDead
    return user_id


def _alive() -> Any:
    return _table.c.used_at.is_(None) & (_table.c.expires_at > clock.now())


def account(db: Session, named: str) -> str:
    """The reference under which a link is mailed to this account; nobody's for one without mail."""
    mine = (User.username == passwords.possible(named)) & User.is_active
    mine &= func.length(User.email) > 0
    found = db.execute(select(User.id).where(mine)).scalar_one_or_none()
    return str(found or 0)


def register(settings: Settings) -> None:
    """Have the job that mails links use these settings."""

    @handlers.outside(TOPIC)
    def prepare(db: Session, reference: str) -> Callable[[], None] | None:
        row = db.execute(
            select(User.name, User.email, User.language).where(
                User.id == int(reference), User.is_active
            )
        ).one_or_none()
        if row is None or not row.email or not mail.is_set(settings):
            return None
        if int(reference) in roles.watchers(db):  # the address is what the people's office wrote
            return None
        if not passwords.may_use_one(db, int(reference)):
            return None
        made = make(db, int(reference), by=SYSTEM, how="mail")
        message = _message(row.name, row.email, row.language, made, settings)
        return lambda: mail.send(settings, message)


def _message(name: str, email: str, language: str, made: Made, settings: Settings) -> Mail:
    words = Translations.load(WORDS, [language or "zh"])
    gettext = words.gettext
    text = gettext(
        "{name}，您好：\n\n"
        "有人（应该是您）请求重设诊改平台的密码。"
        "请在 {minutes} 分钟内打开下面的链接设置新密码：\n\n"
        "{link}\n\n"
        "链接只能用一次。如果不是您本人操作，不必理会这封邮件，您的密码没有改变。\n"
    )
    link = made.address(settings.public_url)
    filled = text.format(name=name, minutes=made.minutes, link=link)
    return Mail(email, gettext("重设诊改平台的密码"), filled)
