"""Text as people type and paste it: line ends made one, characters that nobody sees dropped."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import CannotKeep, TextTooLong

_LINE_END: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the words behind them round
    "\xad\u200b\u200c\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # no width
    "\ufdd0-\ufdef\ufffe\uffff]"  # no characters; no XML holds the last two
    "|(?<![\ufe0f\u2190-\u2bff\U0001f000-\U0001faff])\u200d"  # joins nothing but pictures
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text as it is kept: what cannot be seen could hide or turn words, or be refused later."""
    return _UNSEEN.sub("", _LINE_END.sub("\n", text))


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
