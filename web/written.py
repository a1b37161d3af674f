"""What somebody wrote into a form of administration: read part by part, every fault at its field.

A view asks for the parts it needs and looks at `errors` once; what was typed stays in `given`, so
that the page comes back as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from flask import request
from flask_babel import gettext

from engine.college import parts
from engine.college.errors import UnlikelyDay
from engine.errors import Refused
from web.asked import row_number
from web.i18n import say

TOP: Final = ""
"""Where a refusal stands that belongs to no single field."""
MAX_DIGITS: Final = 9


def seen(shown: Mapping[str, str]) -> str:
    """The mark of what a form began with, for `Written.unless_changed`."""
    return hashlib.sha256(repr(sorted(shown.items())).encode()).hexdigest()[:24]


class Written:
    """A form that was sent; `errors` by field, one sentence each."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.given: Mapping[str, str] = request.form if given is None else given
        self.errors: dict[str, str] = {}

    def text(self, name: str, *, most: int = 200, needed: bool = False) -> str:
        """A line of text without the spaces around it."""
        found = self.given.get(name, "").strip()
        if needed and not found:
            self.wrong(name, gettext("请填写这一项。"))
        elif len(found) > most:
            self.wrong(
                name,
                gettext("最多 %(most)s 个字，现在有 %(count)s 个。", most=most, count=len(found)),
            )
        return found[:most]

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A day, as a date field sends it."""
        found = self.given.get(name, "").strip()
        if not found:
            if needed:
                self.wrong(name, gettext("请填写日期。"))
            return None
        try:
            day = date.fromisoformat(found[:10])
            parts.known_day(day)
        except ValueError:
            self.wrong(name, gettext("看不懂这个日期，请写成 2027-03-31 的样子。"))
        except UnlikelyDay as refusal:
            self.wrong(name, say(refusal))
        else:
            return day
        return None

    def number(self, name: str, *, least: int = 0, most: int = 10_000) -> int | None:
        """A whole number, or nothing."""
        found = self.given.get(name, "").strip()
        if not found:
            return None
        is_number = found.isascii() and found.isdecimal() and len(found) <= MAX_DIGITS
        if not is_number or not least <= int(found) <= most:
            self.wrong(name, gettext("请填 %(least)s 到 %(most)s 的整数。", least=least, most=most))
            return None
        return int(found)

    def row(self, name: str, *, needed: bool = False) -> int | None:
        """The number of something that was chosen from a list."""
        found = row_number(self.given.get(name, "").strip())
        if found is None and needed:
            self.wrong(name, gettext("请选择一项。"))
        return found

    def choice(self, name: str, words: Collection[str]) -> str:
        """One of a few words."""
        found = self.given.get(name, "")
        if found not in words:
            self.wrong(name, gettext("请选择一项。"))
        return found

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.given.get(name))

    def unless_changed(self, shown: str) -> None:
        """Refuse once to write over what somebody changed since the page was opened."""
        if self.given.get("seen", shown) != shown:
            self.wrong(
                TOP,
                gettext(
                    "您打开这一页以后，别人改过这里，您的修改还没有保存。"
                    "请在另一个窗口核对；再按一次保存，就以这一页为准。"
                ),
            )

    def wrong(self, name: str, sentence: str) -> None:
        """Something is wrong at a field; the first sentence stays."""
        self.errors.setdefault(name, sentence)

    def refused(
        self,
        refusal: Refused,
        fields: Mapping[type[Refused], str],
        named: Mapping[str, str] | None = None,
    ) -> None:
        """A refusal of the engine at the field it belongs to, or above the form.

        `fields` are places by kind of refusal, `named` by the part that the refusal names.
        """
        part = str(refusal.values.get("what") or refusal.values.get("part") or "")
        kind = next((fields[one] for one in type(refusal).__mro__ if one in fields), TOP)
        self.wrong((named or {}).get(part, kind), say(refusal))
