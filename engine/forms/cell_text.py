"""A value as people type it into one cell of a spreadsheet, read back as the form keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from marshmallow import ValidationError

from engine.forms import fieldtypes
from engine.forms.model import Field, Kind, Option
from engine.sentence import Sentence

_NUMBERED: Final = re.compile(r"\s*[0-9]{1,2}[.、．]\s*")
_ENTRY: Final = re.compile(r"(?P<first>[^\uff08\uff09]*)\uff08(?P<rest>[^\uff08\uff09]*)\uff09\s*")
_BETWEEN: Final = re.compile(r"[、,，;；\n]")
_YES: Final = frozenset({"✓", "√", "是", "true", "yes", "1", "x"})
_TEXTS: Final = (Kind.TEXTFIELD, Kind.TEXTAREA)
MOST_NAMED: Final = 10


class CannotRead(Exception):
    """A text that does not mean what its column holds, and why."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def value(part: Field, text: str, options: Sequence[Option]) -> object:
    """What was typed into a cell, where these are the choices. Raises `CannotRead`."""
    found: object = text
    if part.kind in (Kind.SELECT, Kind.RADIO):
        found = _chosen(text, options)
    elif part.kind is Kind.CHECKLIST:
        found = [_chosen(word, options) for word in _BETWEEN.split(text) if word.strip()]
    elif part.kind is Kind.CHECKBOX:
        found = text.strip().lower() in _YES
    elif part.kind is Kind.LIST:
        found = [entry(part, line) for line in text.split("\n") if line.strip()]
    elif not text:
        return "" if part.kind in _TEXTS else None
    try:
        return None if found is None else fieldtypes.TYPES[part.kind].check(part, found)
    except ValidationError as error:
        raise CannotRead(_first(error.messages)) from error


def _first(messages: object) -> Sentence:
    while isinstance(messages, Mapping | list):
        inner = list(messages.values()) if isinstance(messages, Mapping) else messages
        messages = inner[0] if inner else ""
    return messages if isinstance(messages, Sentence) else Sentence("{said}", said=str(messages))


def _chosen(text: str, options: Sequence[Option]) -> str | None:
    wanted = text.strip()
    if not wanted:
        return None
    found = next((one.value for one in options if wanted in (one.label, one.value)), None)
    if found is None:
        words = "、".join(one.label for one in options[:MOST_NAMED] if one.value)
        raise CannotRead(Sentence("只能选：{choices}。", choices=words))
    return found


def entry(part: Field, line: str) -> dict[str, object]:
    """One line `1. what（owner，until，state）` as the entry that reads so."""
    words = _NUMBERED.sub("", line, count=1).strip()
    split = _ENTRY.fullmatch(words)
    first, *waiting = part.parts
    answer: dict[str, object] = {first.key: split["first"].strip() if split else words}
    for piece in re.split(r"[，,]", split["rest"]) if split else ():
        if not piece.strip():
            continue
        taker, found = _taken(waiting, piece.strip())
        answer[taker.key] = found
        waiting.remove(taker)
    return answer


def _taken(waiting: Sequence[Field], piece: str) -> tuple[Field, object]:
    """The part that a word belongs to: one that takes few words before one that takes any."""
    for one in sorted(waiting, key=lambda part: part.kind in _TEXTS):
        try:
            return one, value(one, piece, one.options)
        except CannotRead:
            continue
    raise CannotRead(Sentence("看不懂这一条里的“{words}”。", words=piece))
