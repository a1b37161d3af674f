"""What is wrong with a file, in a form that a person, a page and a program can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Errors forbid publishing; warnings are advice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: where (`element` id, "" for the file), by which rule, in a sentence.

    `where` is what people call the element; "" for the whole file.
    """

    element: str
    severity: Severity
    rule: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    where: str = ""

    def text(self) -> str:
        """The sentence with its values filled in."""
        return self.sentence.format(**self.values)


def error(element: str, rule: str, sentence: str, **values: object) -> Finding:
    """Say what forbids publishing."""
    return Finding(element, Severity.ERROR, rule, sentence, values)


def warning(element: str, rule: str, sentence: str, **values: object) -> Finding:
    """Say what a careful person would change."""
    return Finding(element, Severity.WARNING, rule, sentence, values)


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Whether anything among them forbids publishing."""
    return any(finding.severity is Severity.ERROR for finding in findings)
