"""“Hidden when”: a form-js condition, checked when the form is read, asked when it is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import expressions
from engine.forms import feel


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: as written, and compiled."""

    text: str
    hide: expressions.Expression

    @property
    def names(self) -> frozenset[str]:
        """The values that it reads."""
        return self.hide.names

    def hides(self, values: Mapping[str, object]) -> bool:
        """Is the component hidden for these values? Without a clear yes it is shown, as in form-js.

        A name without a value is null; a comparison that makes no sense then hides nothing, so
        that no field disappears by accident. Whether somebody may see it is a matter of rights.
        """
        known = {name: values.get(name) for name in self.hide.names}
        try:
            return self.hide.evaluate(known) is True
        except expressions.ExpressionError:
            return False


def read(text: str) -> Condition:
    """Compile `=stage != "goal"`. Raises `ExpressionError`."""
    body = text.strip()
    if not body.startswith("="):
        raise expressions.ExpressionError('条件要以等号开头，例：=stage != "goal"')
    return Condition(text, expressions.compile(feel.translate(body[1:])))
