"""What browsers call themselves, in words that their owners know them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

METHODS: Final[Mapping[str, str]] = {
    "password": "密码",
    "oidc": "统一登录",
    "cas": "统一登录",
    "ldap": "统一登录",
    "link": "一次性链接",
}
# the first that fits: browsers name those they descend from as well
_BROWSERS: Final = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("wxwork", "企业微信"),
    ("QQBrowser", "QQ 浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def words(said: str) -> str:
    """A browser and its system, or the beginning of what it says it is."""
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    if not browser and not system:
        return said[:40] or gettext("未知设备")
    return " · ".join(filter(None, (gettext(browser) if browser else "", system)))
