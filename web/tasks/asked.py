"""What a request about a task brings: the words typed, the form filled in, the choices made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import request

from engine.bpmn.commands import Then
from engine.forms import posted
from engine.forms.validation import Invalid
from engine.queries.task_page import Task
from engine.sentence import Sentence
from web import asked

MOST_NAMED: Final = 100
MOST_PICKED: Final = 2_000
PICK: Final = "pick."


@dataclass(frozen=True, slots=True)
class Typed:
    """Everything a person wrote or chose on a task's page; it is shown again if the act is refused.

    `values` is None where the page had no form to fill in; `errors` where it could not be read.
    """

    comment: str = ""
    reason: str = ""
    outcome: str = ""
    to: str = ""
    then: str = Then.THROUGH_STEPS
    query: str = ""
    seen: str = ""
    revision: int = 0
    in_list: bool = False
    several: tuple[int, ...] = ()
    until: str = ""
    when: str = ""
    decision: str = ""
    picks: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] | None = None
    errors: Mapping[str, Sentence] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason for a return or a reassignment: its own, else the opinion."""
        return self.reason.strip() or self.comment.strip()


NOTHING: Final = Typed()


def read(task: Task, asks: str = "") -> Typed:
    """Read what was posted; `asks` is the verb whose choice and reason count.

    Each has fields of its own: the page holds all its dialogues at once, and one form sends them
    all. A form that is too large to read is kept as far as it was read.
    """
    values, errors = _values(task, request.form.items(multi=True))
    form = request.form
    return Typed(
        comment=form.get("comment", ""),
        reason=form.get(f"{asks}_reason", ""),
        outcome=form.get("outcome", ""),
        to=form.get(f"{asks}_to", ""),
        then=form.get("then", Then.THROUGH_STEPS),
        query=form.get(f"{asks}_q", ""),
        several=tuple(
            found
            for found in map(asked.row_number, form.getlist(f"{asks}_to")[:MOST_NAMED])
            if found is not None
        ),
        until=form.get(f"{asks}_until", ""),
        when=form.get(f"{asks}_when", ""),
        decision=form.get(f"{asks}_decision", ""),
        picks={
            name.removeprefix(PICK): text[:MOST_PICKED]
            for name, text in list(form.items())
            if name.startswith(PICK)
        },
        seen=form.get("seen", ""),
        revision=asked.row_number(form.get("draft_revision", "")) or 0,
        in_list="in_list" in form,
        values=values,
        errors=errors,
    )


def before_removing(task: Task, typed: Typed) -> Typed | None:
    """The same before a row's button took the row out; None where no such button was pressed."""
    pairs, removes = posted.as_filled_in(request.form.items(multi=True))
    if not removes:
        return None
    values, errors = _values(task, pairs)
    return replace(typed, values=values, errors=errors)


def _values(
    task: Task, pairs: Iterable[tuple[str, str]]
) -> tuple[Mapping[str, Any] | None, Mapping[str, Sentence]]:
    form = task.form
    if form is None or not any(name.startswith("values[") for name in request.form):
        return None, {}
    try:
        return posted.read(form, pairs), {}
    except Invalid as invalid:
        return invalid.filled, invalid.errors
