"""One field or cell as a template draws it: its control, its choices, the entries of its list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from engine.forms import choices, drawn, fieldtypes
from engine.forms.choices import Choices
from engine.forms.drawn import EntryView, FieldView
from engine.forms.model import Field, Kind
from engine.forms.rights import Right
from engine.sentence import Sentence

_NOTHING: Final[dict[str, Any]] = {}


class Place(NamedTuple):
    """Where a value stands: its path, the name of its control, and what it is called aloud.

    `html_id` is known where many stand in one row.
    """

    path: str
    name: str
    label: str
    html_id: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is known about every value that is drawn: errors by path, and what is offered live.

    `before` is asked for by the caller; `said` collects what the summary on top tells.
    """

    errors: Mapping[str, Sentence]
    live: Choices
    said: list[drawn.Said]

    def field(
        self,
        part: Field,
        at: Place,
        value: object,
        right: Right,
        difference: dict[str, Any] | None = None,
    ) -> FieldView:
        """The view of one value."""
        error = self.errors.get(at.path) if self.errors else None
        html_id = at.html_id or drawn.html_id(at.path)
        if error is not None:
            self.said.append(drawn.Said(html_id, at.label, error))
        edits = right.edits
        more: dict[str, Any] = _NOTHING
        if part.source or part.options:
            more = self._chosen(part, value, edits=edits)
        elif edits and part.kind is Kind.LIST:
            more = {"entries": tuple(self._entries(part, at, value))}
        return FieldView(
            definition=part,
            name=at.name,
            html_id=html_id,
            label=at.label,
            value=value,
            text=fieldtypes.read(part, value, self.live),
            editable=edits,
            required=edits and (part.required or right is Right.REQUIRED),
            error=error,
            **more,
            **(difference or _NOTHING),
        )

    def _chosen(self, part: Field, value: object, *, edits: bool) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if edits:
            more["options"] = choices.offered(part, value, self.live)
        if part.kind is Kind.EVIDENCE:
            more["cited"] = choices.cited(value, self.live)
        return more

    def _entries(self, part: Field, at: Place, value: object) -> Iterator[EntryView]:
        given = (
            [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
        )
        blank: list[Mapping[str, Any]] = [{}] if len(given) < part.most else []
        for number, entry in enumerate([*given, *blank]):
            yield EntryView(
                number=number + 1,
                html_id=drawn.html_id(f"{at.path}/{number}"),
                fields=tuple(
                    self.field(
                        one,
                        Place(
                            f"{at.path}/{number}/{one.key}",
                            f"{at.name}[{number}][{one.key}]",
                            f"{at.label} {number + 1} · {one.label}",
                        ),
                        entry.get(one.key),
                        Right.EDIT,
                    )
                    for one in part.parts
                ),
                blank=number >= len(given),
            )
