"""What conditions hide, for these values and variables: asked once, answered for every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.forms.model import Field, Form, Grid, Group, Part


@dataclass(frozen=True, slots=True)
class Visibility:
    """The values that conditions see, those of hidden fields being null."""

    known: Mapping[str, object]
    hidden: frozenset[str]

    def shows(self, part: Part) -> bool:
        """Whether this part, or this column, is shown; the groups around it are not asked."""
        if isinstance(part, Field | Grid) and part.key in self.hidden:
            return False
        return self.shows_column(part)

    def shows_column(self, part: Part) -> bool:
        """Whether the part's own condition lets it be seen."""
        return part.condition is None or not part.condition.hides(self.known)


def of(
    form: Form, values: Mapping[str, object], variables: Mapping[str, object] | None
) -> Visibility:
    """Walk the form in order: a field that is hidden counts as empty for those after it."""
    known: dict[str, object] = dict(variables or {})
    known |= {key: values.get(key) for key in form.keys}
    hidden: set[str] = set()
    for part, around in form.walk():
        if not isinstance(part, Field | Grid):
            continue
        if any(_hides(one, known) for one in (*around, part)):
            hidden.add(part.key)
            known[part.key] = None
    return Visibility(known, frozenset(hidden))


def _hides(part: Part | Group, known: Mapping[str, object]) -> bool:
    return part.condition is not None and part.condition.hides(known)
