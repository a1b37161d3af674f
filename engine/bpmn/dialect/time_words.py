"""How rules of the school's time are written, in English and in Chinese: patterns, no sentences."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

AFTER: Final = "+后"
_AT: Final = r"(?:\s*(?P<hour>\d{1,2})[:：](?P<minute>\d{2}))?"
_COUNT: Final = r"(?P<days>\d{1,9})\s*(?:working\s+days?|个?工作日)"
WORKING: Final = re.compile(rf"{_COUNT}(?:内)?{_AT}", re.IGNORECASE | re.ASCII)
WEEK: Final = re.compile(
    rf"week\s+(?P<week>\d{{1,4}})\s+(?P<day>[a-z]+){_AT}", re.IGNORECASE | re.ASCII
)
WEEK_ZH: Final = re.compile(
    rf"第\s*(?P<week>\d{{1,4}})\s*(?:教学)?周\s*(?:的\s*)?(?:周|星期)(?P<day>.){_AT}"
)
DATE: Final = re.compile(
    r"(?P<kind>cycle|field)\s*[:：]\s*(?P<key>[A-Za-z][A-Za-z0-9_.]{0,59})"
    rf"(?:\s*(?P<sign>[-+−前后])\s*{_COUNT})?{_AT}",
    re.IGNORECASE,
)
LOOKS: Final = re.compile(
    r"[0-9]+\s*(working|个?工作日)|week\b|第|(cycle|field)\s*[:：]", re.IGNORECASE
)
DAYS: Final = MappingProxyType(
    {
        **{name: number for number, name in enumerate(("monday", "tuesday", "wednesday"))},
        **{name: number for number, name in enumerate(("thursday", "friday", "saturday"), 3)},
        "sunday": 6,
        **{name: number for number, name in enumerate("一二三四五六日")},
        "天": 6,
    }
)
