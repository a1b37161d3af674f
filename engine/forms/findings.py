"""What is wrong with a form definition, and where: one finding a mistake, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

MAX_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: the component's key or id, the rule that objects, and a sentence."""

    element: str
    severity: Literal["error", "warning"]
    rule: str
    sentence: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """The sentence, filled in."""
        return self.sentence.format(**self.values)
