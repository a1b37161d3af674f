"""Mail: one plain message at a time to the server of `ZHENGAI_SMTP_URL`, and nowhere else."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from engine import clock
from web.config import Settings

SECONDS: Final = 10
"""How long the server may be silent."""
PORTS: Final = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    """A message. `number` is its Message-ID, where the same may be sent again."""

    to: str
    subject: str
    text: str
    number: str = ""


def is_set(settings: Settings) -> bool:
    """Whether mail can be sent, and links in it can name this site."""
    return bool(settings.smtp_url and settings.public_url)


def send(settings: Settings, mail: Mail) -> None:
    """Hand the message to the server. Raises `OSError`, `smtplib.SMTPException`."""
    parts = urlsplit(settings.smtp_url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    with _connected(parts.scheme, host, port) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(_written(settings, mail))


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trusted)
    server = smtplib.SMTP(host, port, timeout=SECONDS)
    if scheme == "smtp+tls":
        server.starttls(context=trusted)
    return server


def _written(settings: Settings, mail: Mail) -> EmailMessage:
    host = urlsplit(settings.public_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = settings.mail_from or f"zhengai@{host}"
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate(clock.now().timestamp())
    message["Message-ID"] = mail.number or make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
