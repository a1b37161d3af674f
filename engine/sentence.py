"""A sentence for a person: Chinese text, ready to show, that can still be translated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self


class Sentence(str):
    """A `str` that remembers its template and values, so that the edge can say it otherwise."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Fill in the template. Values are never read as templates themselves."""
        self = super().__new__(cls, template.format(**values))
        self.template = template
        self.values = values
        return self

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate` (a gettext function), and those in it."""
        said = {
            name: value.said(translate) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**said)
