"""Cells: what a spreadsheet or a text file holds, as text; and that text as what it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from engine.college import kinds
from engine.forms import texts
from quality import spreadsheets
from quality.imports import faults
from quality.imports.faults import Fault

LONGEST: Final = 1_000
"""What is kept of a cell; nothing that may be written into one is as long."""
SPACED: Final = 4
"""How many times as long as it may be a text is with spaces to align it: it is not read further."""
WHOLE: Final = 10.0**15
FIRST_YEAR, LAST_YEAR = 1900, 2199
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_415
"""Days as Excel counts them, of the years 1950 to 2100: a date whose cell lost its format."""
_SERIAL_ZERO: Final = date(1899, 12, 30)
WORDS: Final[Mapping[str, Sequence[str]]] = yaml.safe_load(
    Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
)
COVER: Final = "***"
HEAD, TAIL = 3, 2
SHORTEST: Final = 10
"""A text so short would show too much of itself."""


class Cell(StrEnum):
    """What the cells of a column hold."""

    CODE = "code"
    TEXT = "text"
    NAME = "name"
    USERNAME = "username"
    UNIT = "unit"
    UNIT_KIND = "unit_kind"
    POST = "post"
    DAY = "day"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    PERSON = "person"


class Wrong(Exception):
    """A text that does not mean what its column holds."""

    def __init__(self, sentence: str, **gaps: Any) -> None:
        super().__init__(sentence)
        self.sentence, self.gaps = sentence, gaps


def typed(value: object) -> str:
    """What stands in a cell, as the person who typed it would read it."""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, float):
        return _figure(value)
    if isinstance(value, datetime):
        is_day = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    text = texts.clean(str(value)) if value is not None else ""
    return spreadsheets.plain(text).strip()[:LONGEST]


def yes_or_no(value: bool) -> str:  # noqa: FBT001  (it is the value that is worded)
    """Yes or no, as a list to choose from writes it."""
    return WORDS["yes" if value else "no"][0]


def _figure(value: float) -> str:
    if value.is_integer() and abs(value) < WHOLE:
        return str(int(value))
    return repr(value)


def meant(kind: Cell, text: str, most: int) -> tuple[Any, Fault | None]:
    """What a text means in a column of this kind; None for an empty cell."""
    if not text.strip():
        return None, None
    if not texts.storable(text):
        return None, Fault("", faults.UNREADABLE)
    if len(text) > most * SPACED:
        return None, Fault("", faults.TOO_LONG, {"most": most})
    try:
        value = _READERS[kind](text)
    except Wrong as wrong:
        return None, Fault("", wrong.sentence, wrong.gaps)
    if isinstance(value, str) and len(value) > most:
        return None, Fault("", faults.TOO_LONG, {"most": most})
    return value, None


def half(text: str) -> str:
    """Full-width letters and digits made plain, and no spaces around."""
    return unicodedata.normalize("NFKC", text).strip()


def _line(text: str) -> str:
    return " ".join(text.split())


def _name(text: str) -> str:
    """Between Chinese characters a space is there to align a list: 王 伟 is 王伟."""
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", _line(text))


def _code(text: str) -> str:
    code = half(text)
    if any(one.isspace() for one in code):
        raise Wrong(faults.SPACES, text=text)
    return code


def _username(text: str) -> str:
    name = half(text)
    if re.fullmatch(r"[\w.@-]+", name) is None:
        raise Wrong(faults.NO_USERNAME, text=text)
    return name


_DAY: Final = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+0{1,2}:00(?::00)?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})\u5e74(\d{1,2})\u6708(\d{1,2})[\u65e5\u53f7]?"),
)


def _day(text: str) -> date:
    plain = re.sub(r"\s*([-/.\u5e74\u6708\u65e5\u53f7])\s*", r"\1", half(text))
    found = next((match for pattern in _DAY if (match := pattern.fullmatch(plain))), None)
    if found is not None:
        return _date(text, *map(int, found.groups()))
    if plain.isdecimal() and len(plain) == len(str(LAST_SERIAL)):
        if FIRST_SERIAL <= int(plain) <= LAST_SERIAL:
            return _SERIAL_ZERO + timedelta(days=int(plain))
    raise Wrong(faults.NO_DAY, text=text)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError as problem:
        raise Wrong(faults.NO_DAY, text=text) from problem
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Wrong(faults.NO_DAY, text=text)
    return found


def _unit_kind(text: str) -> str:
    """The key of a kind of unit, written as key or as label."""
    word = half(text)
    found = next((key for key, kind in kinds.UNIT_KINDS.items() if word in (key, kind.label)), None)
    if found is None:
        known = "、".join(kind.label for kind in kinds.UNIT_KINDS.values())
        raise Wrong(faults.UNKNOWN_KIND, text=text, known=known)
    return found


def _number(text: str) -> int:
    if re.fullmatch(r"-?\d{1,6}", half(text)) is None:
        raise Wrong(faults.NO_NUMBER, text=text)
    return int(half(text))


def _yes_no(text: str) -> bool:
    word = half(text).casefold()
    if word not in (*WORDS["yes"], *WORDS["no"]):
        raise Wrong(faults.NO_YES_OR_NO, text=text)
    return word in WORDS["yes"]


def _require_whole(text: str) -> None:
    """What was copied from a page that shows the ends only must not take the place of the whole."""
    if is_covered(text):
        raise Wrong(faults.COVERED, text=text)


def _email(text: str) -> str:
    address = half(text)
    _require_whole(address)
    if re.fullmatch(r"[^@\s<>(),;:\"]+@[^@\s<>(),;:\"]+\.[^@\s<>(),;:\".]+", address) is None:
        raise Wrong(faults.NO_EMAIL, text=text)
    return address


def _phone(text: str) -> str:
    number = _line(half(text))
    _require_whole(number)
    if re.fullmatch(r"[+\d][\d ()/;,#*\u8f6c-]{4,}", number) is None:
        raise Wrong(faults.NO_PHONE, text=text)
    return number


_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def _id_number(text: str) -> str:
    number = re.sub(r"\s", "", half(text)).upper()
    _require_whole(number)
    if re.fullmatch(r"\d\.\d+E\+\d+", number):
        raise Wrong(faults.LOST_DIGITS)
    if re.fullmatch(r"\d{17}[\dX]", number):
        return _resident(number)
    if re.fullmatch(r"[A-Z]{1,3}\d{6,12}[A-Z]?", number) is None:
        raise Wrong(faults.NO_ID_NUMBER)
    return number


def _resident(number: str) -> str:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as problem:
        raise Wrong(faults.BAD_BIRTHDAY) from problem
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % len(_CHECKS)] != number[-1]:
        raise Wrong(faults.BAD_CHECK_DIGIT)
    return number


_READERS: Final[Mapping[Cell, Callable[[str], Any]]] = {
    Cell.CODE: _code,
    Cell.TEXT: _line,
    Cell.NAME: _name,
    Cell.USERNAME: _username,
    Cell.UNIT: half,
    Cell.UNIT_KIND: _unit_kind,
    Cell.POST: _line,
    Cell.DAY: _day,
    Cell.NUMBER: _number,
    Cell.EMAIL: _email,
    Cell.PHONE: _phone,
    Cell.ID_NUMBER: _id_number,
    Cell.YES_NO: _yes_no,
    Cell.CHOICE: _line,
    Cell.PERSON: _code,
}


def masked(text: str) -> str:
    """A private value as others may see it: its ends, and of a short one nothing."""
    if "@" in text:
        name, _at, host = text.partition("@")
        return f"{name[:1]}{COVER}@{host}"
    if len(text) < SHORTEST:
        return COVER
    return text[:HEAD] + "*" * (len(text) - HEAD - TAIL) + text[-TAIL:]


def is_covered(text: str) -> bool:
    """Whether these are the ends of something only."""
    return COVER in text
