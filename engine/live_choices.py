"""What the selects of a form offer that is not written in it: asked when they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from engine.forms import choices
from engine.forms.choices import Choices
from engine.forms.model import Form
from engine.handlers import SOURCES

MOST: Final = 500
"""Choices of one source: more than that nobody finds in a list."""


def of(db: Session, form: Form, subject: str | None, variables: Mapping[str, Any]) -> Choices:
    """What may be chosen now, for this subject. A source that nobody registered offers nothing."""
    if not form.sources:
        return choices.NONE
    return Choices(
        {
            name: tuple(SOURCES[name](db, subject, variables))[:MOST]
            for name in sorted(form.sources)
            if name in SOURCES
        }
    )
