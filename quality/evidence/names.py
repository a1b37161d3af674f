"""Names of files as they are kept: no folders, nothing that is not to be seen, not too long."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST: Final = 120
LONGEST_ENDING: Final = 10
_RESERVED: Final = re.compile(r'[<>:"|?*]')
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(name: str) -> str:
    """The last part of a name, with nothing in it that turns the writing round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    composed = unicodedata.normalize("NFC", last)
    plain = "".join(one for one in composed if unicodedata.category(one) not in _HIDDEN)
    plain = " ".join(_RESERVED.sub("_", plain).split()).strip(". ")
    stem, ending = split(plain)
    if not ending:
        return plain[:MOST]
    return f"{stem[: MOST - len(ending) - 1].rstrip('. ')}.{ending}"


def split(name: str) -> tuple[str, str]:
    """A name before its ending, and the ending in small letters; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    is_ending = dot and stem and ending.isascii() and ending.isalnum()
    if not is_ending or len(ending) > LONGEST_ENDING:
        return name, ""
    return stem, ending.lower()
