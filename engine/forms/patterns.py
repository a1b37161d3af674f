"""`validate.pattern`: regular expressions simple enough that no text can make them slow.

Characters, classes and quantifiers; no groups, alternatives, references or look-around. What is
left is weighed: the product of all choices a match could try has a bound.
"""

from __future__ import annotations

import re
from typing import Final

from engine.forms import limits
from engine.sentence import Sentence

MAX_LENGTH: Final = 200
MAX_WEIGHT: Final = 100_000

_ITEM: Final = re.compile(
    r"""
    (?: \[\^?(?:\\[-\\\]^.dwsnt/] | [^\\\[\]])+\]  # a class
      | \\[dDwWsS.\\^$*+?(){}|/\[\]-]              # an escape
      | [^\\\[\](){}*+?|^$] )                      # a plain character or the dot
    (?: (?P<sign>[*+?]) | \{(?P<low>\d{1,4})(?:(?P<comma>,)(?P<high>\d{1,4})?)?\} )?
    """,
    re.VERBOSE,
)


def problem(pattern: str) -> Sentence | None:
    """Why this pattern is refused, or None."""
    if len(pattern) > MAX_LENGTH:
        return Sentence("格式要求太长，最多 {max} 个字符。", max=MAX_LENGTH)
    start = 1 if pattern.startswith("^") else 0
    end = len(pattern) - 1 if _ends(pattern) else len(pattern)
    weight = 1 if start else limits.MAX_PATTERN_TEXT
    while start < end:
        item = _ITEM.match(pattern, start, end)
        if item is None:
            message = "格式要求里不能用“{part}”：只能用字符、[…] 和 * + ? {{n}}。"
            return Sentence(message, part=pattern[start:end][:20])
        weight *= _choices(item)
        start = item.end()
    if weight > MAX_WEIGHT:
        return Sentence("格式要求太复杂，检查起来会很慢；请减少 * 和 +，或用 ^ 开头。")
    try:
        re.compile(pattern)
    except re.error:
        return Sentence("看不懂格式要求“{pattern}”。", pattern=pattern[:60])
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern, checked before, occurs in the text."""
    return re.search(pattern, text[: limits.MAX_PATTERN_TEXT]) is not None


def _ends(pattern: str) -> bool:
    """Whether the pattern ends in an anchor, and not in an escaped dollar sign."""
    return pattern.endswith("$") and (len(pattern) - len(pattern[:-1].rstrip("\\"))) % 2 == 1


def _choices(item: re.Match[str]) -> int:
    if item["sign"]:
        return 2 if item["sign"] == "?" else limits.MAX_PATTERN_TEXT
    if item["comma"]:
        high = int(item["high"]) if item["high"] else limits.MAX_PATTERN_TEXT
        return max(1, min(high, limits.MAX_PATTERN_TEXT) - int(item["low"]) + 1)
    return 1
