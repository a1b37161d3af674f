"""The steps of a version in plain words: who does each, with which form and buttons, by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn import dialect
from engine.bpmn.process import Element
from engine.versions import Version
from web import due_words, who_words, wording
from web.who_words import Names


@dataclass(frozen=True, slots=True)
class Step:
    """One step of people."""

    id: str
    name: str
    who: tuple[str, ...]
    form: str
    verbs: tuple[str, ...]
    due: str


def of(version: Version, known: Names, dates: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps in the order of the drawing; `dates` are the names of the year's."""
    labels = {
        key: part.label for form in version.forms.values() for key, part in form.valued.items()
    }
    named = {**labels, **dates}
    return tuple(_step(version, one, known, named) for one in version.process.user_tasks())


def _step(version: Version, element: Element, known: Names, named: Mapping[str, str]) -> Step:
    return Step(
        id=element.id,
        name=element.label,
        who=who_words.rules(dialect.who(element.attributes), known),
        form=element.attributes.get(dialect.FORM_REF, ""),
        verbs=tuple(
            wording.verb(version, element.id, one.key) for one in version.verbs(element.id)
        ),
        due=due_words.said(_due(element), named),
    )


def _due(element: Element) -> str:
    return element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE, "")
