"""The steps of a version in plain words: who does each, with which form and buttons, by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from engine.bpmn import dialect
from engine.bpmn.process import Element
from engine.versions import Version
from web import who_words, wording
from web.who_words import Names

DURATION: Final = re.compile(r"P(?:(\d+)W|(\d+)D|T(\d+)H)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of people."""

    id: str
    name: str
    who: tuple[str, ...]
    form: str
    verbs: tuple[str, ...]
    due: str


def of(version: Version, known: Names) -> tuple[Step, ...]:
    """The steps in the order of the drawing."""
    return tuple(_step(version, one, known) for one in version.process.user_tasks())


def _step(version: Version, element: Element, known: Names) -> Step:
    return Step(
        id=element.id,
        name=element.label,
        who=who_words.rules(dialect.who(element.attributes), known),
        form=element.attributes.get(dialect.FORM_REF, ""),
        verbs=tuple(
            wording.verb(version, element.id, one.key) for one in version.verbs(element.id)
        ),
        due=_due(element.properties.get(dialect.DUE, "")),
    )


def _due(written: str) -> str:
    found = DURATION.fullmatch(written)
    if found is None:
        return written
    weeks, days, hours = found.groups()
    if weeks:
        return gettext("%(count)s 周", count=weeks)
    return gettext("%(count)s 天", count=days) if days else gettext("%(count)s 小时", count=hours)
