"""A value on its own: whether anything is there, whether it is a number, how it is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from marshmallow import ValidationError

from engine.forms import limits
from engine.sentence import Sentence


def wrong(template: str, /, **values: object) -> ValidationError:
    """A refusal of one value."""
    return ValidationError(Sentence(template, **values))


def is_empty(value: object) -> bool:
    """Whether nothing was filled in. A box that is not ticked is empty."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == []


def decimal(typed: str) -> Decimal:
    """The number that somebody typed. Raises `ValidationError`."""
    plain = unicodedata.normalize("NFKC", typed).strip().replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise wrong("这里要填数字，例如 15。") from None
    if not number.is_finite() or "_" in plain or abs(number.adjusted()) > limits.MAX_TYPED_NUMBER:
        raise wrong("这里要填数字，例如 15。")
    return number


def number(value: object) -> int | float | None:
    """A number as it was kept or typed, or None where it is none (yet)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    if isinstance(value, int):
        return value if abs(value) <= limits.MAX_NUMBER else None
    try:
        found = decimal(str(value))
    except ValidationError:
        return None
    if abs(found) > limits.MAX_NUMBER:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def total(values: Iterable[object]) -> Decimal | None:
    """The sum of what is a number among these, or None where nothing is."""
    found = [Decimal(str(one)) for one in map(number, values) if one is not None]
    return sum(found, Decimal()) if found else None


def shown_number(value: Decimal) -> str:
    """A sum as one reads it."""
    text = f"{value:.{limits.MAX_DECIMALS}f}"
    return text.rstrip("0").rstrip(".")
