"""Writing to group robots: 企业微信, 钉钉, 飞书; signed as each wants it, bounded in every way.

Only addresses that an administrator put down are asked, no redirect is followed, and of the answer
no more is read than says whether it worked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import requests

from engine import clock
from engine.errors import Refused
from engine.webhooks import Form, Robot
from web.signin import outward

MOST_WRITTEN: Final = 3_000
"""Bytes of text; 企业微信 takes 4,096 with everything around it."""
MAX_SAID: Final = 200
OK: Final = 200
_SIGNS: Final = str.maketrans("<>[]", "＜＞［］")


class RobotRefused(Refused):
    """The robot's server did not take the message; `why` is what it said."""

    sentence = "群机器人“{name}”没有收下消息：{why}"


def send(robot: Robot, text: str, ca_file: str = "") -> None:
    """Write to the group. Raises `RobotRefused`."""
    url, body = _WRITE[robot.form](robot, _cut(_plain(text)), _secret(robot))
    try:
        with outward.bound(requests.Session(), ca_file) as session:
            answer = session.post(url, json=body, allow_redirects=False)
    except outward.Unanswered as silent:
        raise RobotRefused(name=robot.name, why=str(silent)[:MAX_SAID]) from silent
    if answer.status_code != OK:
        raise RobotRefused(name=robot.name, why=f"HTTP {answer.status_code}")
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise RobotRefused(name=robot.name, why="JSON?")
    code = told.get("errcode", told.get("code", told.get("StatusCode")))
    if code != 0:
        words = str(told.get("errmsg") or told.get("msg") or "")
        raise RobotRefused(name=robot.name, why=f"{code} {words}"[:MAX_SAID])


def _secret(robot: Robot) -> str:
    if not robot.secret:
        return ""
    secret = os.environ.get(robot.secret, "")
    if not secret:
        raise RobotRefused(name=robot.name, why=f"{robot.secret}: —")
    return secret


def _plain(text: str) -> str:
    """Titles are what people wrote: no link, no colour, no call to everybody begins in them."""
    return text.translate(_SIGNS)


def _cut(text: str) -> str:
    return text.encode()[:MOST_WRITTEN].decode(errors="ignore")


Written = tuple[str, Mapping[str, Any]]


def _wecom(robot: Robot, text: str, _secret: str) -> Written:
    return robot.url, {"msgtype": "markdown", "markdown": {"content": text}}


def _dingtalk(robot: Robot, text: str, secret: str) -> Written:
    body = {"msgtype": "text", "text": {"content": text}}
    if not secret:
        return robot.url, body
    at = str(int(clock.now().timestamp() * 1000))
    sign = _signed(secret, f"{at}\n{secret}")
    more = urlencode({"timestamp": at, "sign": sign})
    return f"{robot.url}{'&' if '?' in robot.url else '?'}{more}", body


def _feishu(robot: Robot, text: str, secret: str) -> Written:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        at = str(int(clock.now().timestamp()))
        body |= {"timestamp": at, "sign": _signed(f"{at}\n{secret}", "")}
    return robot.url, body


def _signed(key: str, message: str) -> str:
    return base64.b64encode(
        hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    ).decode()


_WRITE: Final[Mapping[Form, Callable[[Robot, str, str], Written]]] = {
    Form.WECOM: _wecom,
    Form.DINGTALK: _dingtalk,
    Form.FEISHU: _feishu,
}
