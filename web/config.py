"""Settings from the environment, each with its meaning; docs/operations.md has the same list."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from web import config_outside
from web.config_outside import Outside

PREFIX: Final = "ZHENGAI_"
DATABASES: Final = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
SECRET: Final = config_outside.SECRET | {"smtp_url"}
MAIL: Final = ("smtp", "smtp+tls", "smtps")
MOST_HOURS: Final = 24 * 366
MOST_DAYS: Final = 366
LEAST_TRIES: Final = 10
MOST_TRIES: Final = 100_000
MOST_MINUTES: Final = 24 * 60
MOST_SECONDS: Final = 3600
MOST_THREADS: Final = 256
LAST_PORT: Final = 65_535
MOST_PROXIES: Final = 16
SHORTEST_TICK: Final = 0.01


class SettingError(ValueError):
    """A setting that cannot be used; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class Settings(Outside):
    """How this installation runs; how people get in from outside, `Outside` says.

    `database_url`: where the data are; without it, a SQLite file in the data directory.
    `data_dir`: files of the installation (database, secret key, kept seals).
    `secret_key`: signs short-lived cookies; without it, one is made and kept in the data directory.
    `demo`: shows the demo accounts on the sign-in page and lets them in.
    `host`, `port`: where the web node listens. `threads`: requests served at the same time.
    `timezone`: the school's time zone, for every date a person reads.
    `secure_cookies`: the site is reached by HTTPS; cookies are then never sent without it.
    `session_hours`: how long a signed-in browser may rest before it signs in again.
    `session_days`: how long a session lives at most, however much it is used.
    `tries_per_address`: wrong passwords from one address, over all accounts, before it must wait.
    `token_hours`: how long a token of the REST interface lives.
    `tick_seconds`: how often the scheduler looks for due work. `seal_minutes`: how often the record
    is sealed. `trusted_proxies`: how many reverse proxies stand before us and may name the client.
    `smtp_url`: the mail server; without it, no mail is sent. `mail_from`: who mail comes from.
    """

    database_url: str = field(repr=False)
    data_dir: Path
    secret_key: str = field(repr=False)
    demo: bool
    host: str
    port: int
    threads: int
    timezone: ZoneInfo
    secure_cookies: bool
    session_hours: int
    session_days: int
    tries_per_address: int
    token_hours: int
    tick_seconds: float
    seal_minutes: int
    trusted_proxies: int
    smtp_url: str = field(repr=False)
    mail_from: str


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises `SettingError` with a sentence."""
    given = os.environ if environment is None else environment
    data_dir = _data_dir(given)
    values: dict[str, Any] = {"data_dir": data_dir}
    for one in fields(Settings):
        if one.name in _READ:
            default, convert = _READ[one.name]
            values[one.name] = _converted(one.name, given.get(_name(one.name), default), convert)
    values["database_url"] = database_url(given)
    try:
        values["secret_key"] = given.get(_name("secret_key")) or _kept_secret(data_dir)
    except (OSError, UnicodeDecodeError) as problem:
        message = f"{_name('data_dir')}={data_dir}: its secret.key cannot be used: {problem}"
        raise SettingError(message) from problem
    settings = Settings(**values)
    if lacking := config_outside.lacking(settings, _name):
        raise SettingError(lacking)
    return settings


def database_url(given: Mapping[str, str]) -> str:
    """Where the data are. Raises `SettingError`, without repeating a password."""
    url = given.get(_name("database_url")) or f"sqlite:///{_data_dir(given) / 'zhengai.sqlite'}"
    if not url.startswith(DATABASES):
        message = f"{_name('database_url')} must begin with one of: {', '.join(DATABASES)}"
        raise SettingError(message)
    try:
        make_url(url)
    except (ArgumentError, ValueError) as problem:
        message = f"{_name('database_url')} cannot be read as an address of a database"
        raise SettingError(message) from problem
    return url


def _data_dir(given: Mapping[str, str]) -> Path:
    return Path(given.get(_name("data_dir"), "var")).expanduser().resolve()


def _name(field: str) -> str:
    return PREFIX + field.upper()


def _yes(text: str) -> bool:
    return {
        "1": True,
        "true": True,
        "yes": True,
        "0": False,
        "false": False,
        "no": False,
        "": False,
    }[text.lower()]


def _between(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return convert


def _seconds(text: str) -> float:
    number = float(text)
    if not SHORTEST_TICK <= number <= MOST_SECONDS:
        raise ValueError
    return number


def _mail_server(text: str) -> str:
    parts = urlsplit(text)
    is_server = parts.scheme in MAIL and parts.hostname and parts.port != 0
    if text and not (is_server and text.isprintable()):
        raise ValueError
    return text


def _mail_address(text: str) -> str:
    name, at, host = text.rpartition("@")
    if text and not (name and at and host and text.isprintable() and " " not in text):
        raise ValueError
    return text


_READ: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "demo": ("0", _yes),
    "host": ("127.0.0.1", str),
    "port": ("8000", _between(1, LAST_PORT)),
    "threads": ("8", _between(1, MOST_THREADS)),
    "timezone": ("Asia/Shanghai", ZoneInfo),
    "secure_cookies": ("0", _yes),
    "session_hours": ("12", _between(1, MOST_HOURS)),
    "session_days": ("7", _between(1, MOST_DAYS)),
    "tries_per_address": ("300", _between(LEAST_TRIES, MOST_TRIES)),
    "token_hours": ("12", _between(1, MOST_HOURS)),
    "tick_seconds": ("1", _seconds),
    "seal_minutes": ("10", _between(1, MOST_MINUTES)),
    "trusted_proxies": ("0", _between(0, MOST_PROXIES)),
    "smtp_url": ("", _mail_server),
    "mail_from": ("", _mail_address),
    **config_outside.READ,
}


def _converted(name: str, text: str, convert: Callable[[str], object]) -> object:
    try:
        return convert(text.strip())
    except (ValueError, KeyError, ZoneInfoNotFoundError) as problem:
        told = "" if name in SECRET else f"={text!r}"
        default = _READ[name][0]
        message = f"{_name(name)}{told} cannot be used; without it the default is {default!r}"
        raise SettingError(message) from problem


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret.key"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secret)
    return secret
