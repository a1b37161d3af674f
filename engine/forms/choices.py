"""What a form offers that is not written in it: live choices by source, and evidence by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.forms import limits
from engine.forms.model import Field, Kind, Option


@dataclass(frozen=True, slots=True)
class Choices:
    """`options` by the name of their source; `named` is evidence by id, as the reader knows it."""

    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    named: Mapping[int, Option] = field(default_factory=dict)


NONE: Final = Choices()


def offered(field_: Field, value: object, choices: Choices) -> tuple[Option, ...]:
    """What a field offers to choose from. What is chosen already is always among it.

    Evidence is too much for a list at every cell: a cell offers what it cites, the page the rest.
    """
    if not field_.source:
        return field_.options
    if field_.kind is Kind.EVIDENCE:
        return cited(value, choices)
    options = choices.options.get(field_.source, ())
    known = {option.value for option in options}
    if isinstance(value, str) and value and value not in known:
        return (Option(value, label(value)), *options)
    return options


def cited(value: object, choices: Choices) -> tuple[Option, ...]:
    """The pieces of evidence in a value, by name where it is known."""
    ids = value if isinstance(value, list | tuple) else ()
    return tuple(choices.named.get(one) or Option(str(one), f"#{one}") for one in ids)


def option(number: int | str, words: str) -> Option:
    """A live choice: its number or code, and the words that are kept with it."""
    return Option(f"{number}:{words}"[: limits.MAX_CHOICE], words)


def label(value: str) -> str:
    """The words of a live choice, which is kept as `12:words`."""
    number, colon, words = value.partition(":")
    return words if colon and words and number.isascii() and number.isalnum() else value


def refused(field_: Field, value: object, before: object, choices: Choices) -> bool:
    """Whether a live choice was neither offered nor there before. Evidence has its own judge."""
    if field_.kind is not Kind.SELECT or not field_.source or not value:
        return False
    options = choices.options.get(field_.source, ())
    return value != before and all(value != option.value for option in options)
