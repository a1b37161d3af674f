"""What people are found by: the ends of their name, its pinyin, their number and user name.

A search is a range of words with one beginning, so every end of a Chinese name is a word (允恭
finds 吴允恭), and every reading of a character with several leads to the person.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from itertools import islice, product
from typing import Any, Final

LONGEST: Final = 100
ENDS: Final = 12
SPOKEN: Final = 20
"""How many characters of a name are spoken; more is no name that anybody types in letters."""
READINGS: Final = 16
"""How many readings of one name lead to it; 单曾 alone has six."""
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_BETWEEN: Final = re.compile(r"[\s·•.,'-]+")


def words_of(name: str, number: str | None, username: str) -> set[str]:
    """The words under which a person is found, in lower case."""
    plain = name.strip().lower()
    found = {_plain(username), _plain(number or ""), *_ends(plain)}
    for spoken in islice(product(*_readings(plain)), READINGS):
        found.add("".join(syllable[0] for syllable in spoken))
        found.add("".join(spoken))
    return {word[:LONGEST] for word in found if word}


def beginning(text: str) -> tuple[str, str]:
    """The range of words that begin so: from the first, up to but not including the second."""
    word = _plain(text)[:LONGEST]
    return word, word[:-1] + chr(min(ord(word[-1]) + 1, 0x10FFFF)) if word else ""


def _plain(text: str) -> str:
    """In lower case, with one space for whatever stands between words."""
    return _BETWEEN.sub(" ", text.strip().lower())


def _ends(plain: str) -> list[str]:
    """The name from each Chinese character, or each word, to its end."""
    name = _plain(plain)
    starts = (
        place
        for place, character in enumerate(name)
        if place == 0 or _CHINESE.match(character) or name[place - 1] == " "
    )
    return [name[place:] for place in islice(starts, ENDS)]


def _readings(plain: str) -> list[tuple[str, ...]]:
    """How each character sounds, in every reading; a word of Latin letters sounds as written."""
    pieces = re.findall(r"[\u3400-\u9fff\U00020000-\U000323af]|[a-z0-9]+", plain)
    return [_sounds(piece) for piece in pieces[:SPOKEN]]


@lru_cache(maxsize=10_000)
def _sounds(piece: str) -> tuple[str, ...]:
    """The readings of a Chinese character without tones; what pypinyin does not know is kept."""
    library = _pypinyin()
    read = library.pinyin(piece, style=library.Style.NORMAL, heteronym=True)
    return tuple(sound for sound in read[0] if sound) if read else (piece,)


@cache
def _pypinyin() -> Any:
    """The library, loaded at need: its dictionaries are slow, and few processes name people."""
    return import_module("pypinyin")
