"""Which words may be the key of a value: names of the closed language that mean nothing else."""

from __future__ import annotations

import keyword
import unicodedata
from typing import Final

MAX_LENGTH: Final = 64

_OF_OBJECTS: Final = {
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "prototype",
    "toLocaleString",
    "toString",
    "valueOf",
}
_OF_THE_LANGUAGE: Final = {"true", "false", "null", "then", "between", "for", "some", "every"}
OF_ROWS: Final = {"id", "goal", "goal_label", "label", "own", "placeholder"}


def is_key(word: object) -> bool:
    """A letter (Chinese ones too), then letters, digits, underscores; nothing reserved."""
    return (
        isinstance(word, str)
        and len(word) <= MAX_LENGTH
        and word.isidentifier()
        and not word.startswith("_")
        and unicodedata.normalize("NFKC", word) == word
        and word not in _OF_OBJECTS | _OF_THE_LANGUAGE
        and not keyword.iskeyword(word)
    )
