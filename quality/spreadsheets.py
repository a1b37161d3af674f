"""Text in workbooks and text files that we write: no spreadsheet takes a cell for a formula.

A spreadsheet computes what begins with `=`, `+`, `-`, `@`, a tab or a line end, in some countries
also with their wide forms. Such text gets an apostrophe, and loses it when it is read back.
"""

from __future__ import annotations

from typing import Any, Final

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS: Final[dict[str, Any]] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""With what every workbook is written: text stays text, and nothing is kept outside memory."""
GUARDED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with."""


def guarded(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; `plain` undoes it."""
    return f"'{text}" if text.lstrip("'").startswith(GUARDED) else text


def plain(text: str) -> str:
    """The text that was guarded."""
    is_guarded = text.startswith("'") and text.lstrip("'").startswith(GUARDED)
    return text[1:] if is_guarded else text
