"""Text as people type and paste it: line ends made one, invisible control characters dropped."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import CannotKeep, TextTooLong

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text as it is kept. Control characters cannot be seen, and no database wants them."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def kept(text: str, most: int) -> str:
    """Text that somebody wrote outside a form. Raises `CannotKeep`, `TextTooLong`."""
    if not storable(text):
        raise CannotKeep
    text = clean(text).strip()
    if len(text) > most:
        raise TextTooLong(most=most)
    return text


def storable(text: str) -> bool:
    """Half a character (a lone surrogate) has no bytes: such text can be neither kept nor sent."""
    return _SURROGATE.search(text) is None
