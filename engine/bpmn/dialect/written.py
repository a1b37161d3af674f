"""What all small grammars share: lists with commas, bounds, and the error with a sentence."""

from __future__ import annotations

import re
from typing import Final

MAX_TEXT: Final = 2_000
MAX_ITEMS: Final = 50
MAX_SHOWN: Final = 60

KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}", re.ASCII)


class DialectError(ValueError):
    """A value that does not follow the grammar of its word, with a sentence that says why."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


def items(text: str) -> list[str]:
    """The parts of a list separated by commas. Raises `DialectError`."""
    if len(text) > MAX_TEXT:
        raise DialectError("内容太长，最多 {most} 个字符。", most=MAX_TEXT)
    if "${" in text or "#{" in text:
        message = "“{text}”：这里不能用表达式 ${{ … }} 或 #{{ … }}。"
        raise DialectError(message, text=short(text))
    if "，" in text:
        raise DialectError("“{text}”：请用英文逗号“,”分开。", text=short(text))
    found = [item.strip() for item in text.split(",")]
    if not all(found):
        raise DialectError("“{text}”：逗号之间不能空着。", text=short(text))
    if len(found) > MAX_ITEMS:
        raise DialectError("最多写 {most} 项。", most=MAX_ITEMS)
    return found


def short(text: str) -> str:
    """What somebody wrote, short enough for a sentence."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
