"""How several people sign one step (会签)."""

from __future__ import annotations

from engine.bpmn.dialect.written import DialectError, short


def signing(text: str) -> str:
    """Read a signing rule; now `any` alone: whoever acts first decides. Raises `DialectError`."""
    if text.strip() != "any":
        message = "目前还不能运行会签规则“{text}”，只能用 any（一人办理即可）。"
        raise DialectError(message, text=short(text))
    return "any"
