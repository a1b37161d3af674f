"""What a step may do with each field: hidden, read, edit or required, written in the diagram."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.forms import keys, limits
from engine.forms.model import Field, Form, Grid

MAX_LENGTH: Final = 10_000


class Right(StrEnum):
    """The four things a step can be allowed, each more than the one before."""

    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"
    REQUIRED = "required"

    @property
    def shows(self) -> bool:
        """Whether the value may be seen."""
        return self is not Right.HIDDEN

    @property
    def edits(self) -> bool:
        """Whether the value may be changed."""
        return self in {Right.EDIT, Right.REQUIRED}


class RightsError(ValueError):
    """Field rights that cannot be read; the sentence says which part."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True)
class Rights:
    """Rights by address: `goals.remark`, `goals.*`, `goals`, `*`. The most specific one counts."""

    by_address: tuple[tuple[str, Right], ...]
    _named: dict[str, Right] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", dict(self.by_address))

    def of(self, part: Field | Grid) -> Right:
        """The right to a field; for a grid, the right to its rows: add, remove, move."""
        right = self._first(part.key, "*")
        if isinstance(part, Field):
            return _at_most_read(right, part)
        return right

    def of_column(self, grid: Grid, column: Field) -> Right:
        """The right to a grid's column. A grid that is hidden hides its columns with it."""
        whole = self._first(grid.key, "*")
        if whole is Right.HIDDEN:
            return Right.HIDDEN
        inherited = Right.EDIT if whole is Right.REQUIRED else whole
        right = self._first(f"{grid.key}.{column.key}", f"{grid.key}.*", default=inherited)
        return _at_most_read(right, column)

    def for_reading(self) -> Rights:
        """The same, for somebody who only looks on: nothing hidden is shown, nothing is edited."""
        return Rights(
            tuple((key, Right.READ if right.edits else right) for key, right in self.by_address)
        )

    def _first(self, *addresses: str, default: Right = Right.READ) -> Right:
        named = self._named
        return next((named[each] for each in addresses if each in named), default)


EDIT_ALL: Final = Rights((("*", Right.EDIT),))
READ_ALL: Final = Rights((("*", Right.READ),))


def parse(text: str) -> Rights:
    """Read `*:read, goals.remark:edit`. What is not named may be read. Raises `RightsError`."""
    if len(text) > MAX_LENGTH:
        raise RightsError("字段权限太长，最多 {max} 个字符。", max=MAX_LENGTH)
    rights: dict[str, Right] = {}
    for part in re.split("[,，;；\n]", text):
        if not part.strip():
            continue
        address, right = _entry(part.strip())
        if address in rights:
            raise RightsError("字段“{address}”的权限写了两次。", address=address)
        rights[address] = right
    return Rights(tuple(rights.items()))


def unknown(rights: Rights, form: Form) -> tuple[str, ...]:
    """The addresses that name nothing in this form."""
    return tuple(address for address, _ in rights.by_address if not _names(address, form))


def _entry(part: str) -> tuple[str, Right]:
    address, sign, word = (each.strip() for each in part.replace("：", ":").partition(":"))
    if not sign or not _is_address(address):
        message = "字段权限“{part}”要写成“字段:权限”，例：*:read, goals.remark:edit"
        raise RightsError(message, part=part[: limits.MAX_ID])
    if word not in set(Right):
        message = "权限“{word}”只能是 hidden、read、edit 或 required。"
        raise RightsError(message, word=word[: limits.MAX_ID])
    return address, Right(word)


def _is_address(address: str) -> bool:
    key, dot, column = address.partition(".")
    if address == "*":
        return True
    return keys.is_key(key) and (not dot or column == "*" or keys.is_key(column))


def _names(address: str, form: Form) -> bool:
    key, _, column = address.partition(".")
    if key == "*":
        return True
    part = form.field(key)
    if isinstance(part, Grid):
        return column in {"", "*"} or column in part.by_key
    return part is not None and not column


def _at_most_read(right: Right, field: Field) -> Right:
    return Right.READ if field.readonly and right.edits else right
