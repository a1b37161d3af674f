"""Group robots that are told of events: where they listen, in which form, of what.

Each change is an entry of the log. The secret that signs is named here and stands in the
environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import eventlog, permissions
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.forms import texts
from engine.models import Webhook
from engine.notices import Notice
from engine.people import Actor
from engine.permissions import Action

MOST: Final = 20
MAX_NAME: Final = 100
MAX_URL: Final = 500
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
SECRETS: Final = "WEBHOOK_SECRET_"
_SECRET: Final = re.compile(SECRETS + r"[A-Z0-9_]{1,60}")


class Form(StrEnum):
    """Whose robot it is: how a message is written and signed."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class WebhookNotFitting(Refused):
    """Something about it is missing or cannot be; `why` says what."""

    sentence = "不能保存群机器人：{why}"


class NameTaken(Refused):
    """Another robot has this name."""

    sentence = "已经有叫“{name}”的群机器人。"


class TooManyRobots(Refused):
    """There are as many as the page can show."""

    sentence = "群机器人最多 {most} 个。"


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot as it stands."""

    id: int
    name: str
    form: Form
    url: str
    secret: str
    kinds: frozenset[str]
    is_active: bool

    @property
    def host(self) -> str:
        """Where it listens, without the key that stands in its address."""
        return urlsplit(self.url).hostname or ""


def every(db: Session, *, active: bool = False) -> Sequence[Robot]:
    """All robots by name; they are few."""
    table = Webhook.__table__
    wanted = select(table).order_by(table.c.name).limit(MOST)
    if active:
        wanted = wanted.where(table.c.is_active)
    return [
        Robot(
            row.id,
            row.name,
            Form(row.form),
            row.url,
            row.secret,
            frozenset(orjson.loads(row.kinds)),
            bool(row.is_active),
        )
        for row in db.execute(wanted)
    ]


def get(db: Session, webhook_id: int) -> Robot:
    """One robot. Raises `NotFound`."""
    found = next((one for one in every(db) if one.id == webhook_id), None)
    if found is None:
        raise NotFound
    return found


def add(
    db: Session,
    *,
    by: Actor,
    name: str,
    form: str,
    url: str,
    secret: str = "",
    kinds: Iterable[str] = (),
) -> int:
    """Add a robot. Raises `WebhookNotFitting`, `NameTaken`, `TooManyRobots`."""
    permissions.require(by, Action.SETTING_EDIT)
    name, url, secret = texts.kept(name, MAX_NAME), url.strip(), secret.strip()
    told = sorted({one for one in kinds if one in set(Notice)})
    _check(name, form, url, secret, told)
    table = Webhook.__table__
    if db.execute(select(func.count()).select_from(table)).scalar_one() >= MOST:
        raise TooManyRobots(most=MOST)
    if db.execute(select(table.c.id).where(table.c.name == name)).first() is not None:
        raise NameTaken(name=name)
    row = {"name": name, "form": form, "url": url, "secret": secret, "is_active": True}
    row["kinds"] = orjson.dumps(told).decode()
    webhook_id = int(db.execute(insert(table).returning(table.c.id), row).scalar_one())
    _record(db, get(db, webhook_id), by)
    return webhook_id


def _check(name: str, form: str, url: str, secret: str, kinds: Sequence[str]) -> None:
    if not name:
        raise WebhookNotFitting(why="请填写名字。")
    if form not in set(Form):
        raise WebhookNotFitting(why="请选择是哪家的机器人。")
    if not _is_address(url):
        raise WebhookNotFitting(why="地址要以 https:// 开头，从群机器人的设置里原样复制。")
    if secret and not _SECRET.fullmatch(secret):
        raise WebhookNotFitting(
            why="密钥要填环境变量的名字，以 WEBHOOK_SECRET_ 开头；密钥本身不要填在这里。"
        )
    if not kinds:
        raise WebhookNotFitting(why="请至少选一种要通知的事。")


def _is_address(url: str) -> bool:
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (asking is the check)
    except ValueError:
        return False
    is_veiled = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return bool(is_veiled and parts.hostname and parts.username is None and not parts.fragment)


def switch(db: Session, webhook_id: int, *, by: Actor, on: bool) -> None:
    """Switch a robot on or off."""
    permissions.require(by, Action.SETTING_EDIT)
    found = get(db, webhook_id)
    if found.is_active == on:
        return
    table = Webhook.__table__
    db.execute(update(table).where(table.c.id == webhook_id).values(is_active=on))
    _record(db, get(db, webhook_id), by)


def _record(db: Session, robot: Robot, by: Actor) -> None:
    asked = {
        "webhook": robot.id,
        "name": robot.name,
        "form": robot.form.value,
        "host": robot.host,
        "kinds": sorted(robot.kinds),
        "secret": robot.secret,
        "is_active": robot.is_active,
    }
    about = (f"webhook:{robot.id}",)
    eventlog.record(db, Kind.WEBHOOK_CHANGED, by=by.mark, asked=asked, about=about)
