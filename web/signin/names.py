"""Account names as people type them: one name in many spellings is one name to guess at."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 200
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Zs", "Zl", "Zp"})
"""Combining marks, characters without a width, controls, white space: directories skip them."""


def typed(name: str) -> str:
    """The name without the spaces around it, in the one spelling that directories are asked in."""
    return unicodedata.normalize("NFKC", name.strip())


def folded(name: str) -> str:
    """What wrong tries for a name are counted under, however it is spelled.

    Directories take capitals, wide letters, accents, spaces and invisible characters for nothing:
    `ＺＨＡＮＧ`, `zháng` and `zhang ` bind as `zhang`, so that they must wait as it does.
    """
    plain = unicodedata.normalize("NFKD", name[:LONGEST]).casefold()
    seen = "".join(
        one
        for one in unicodedata.normalize("NFKD", plain)
        if unicodedata.category(one) not in _UNSEEN
    )
    return unicodedata.normalize("NFKC", seen)
