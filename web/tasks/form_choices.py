"""What a task's form offers and names that is not written in it: live choices, and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine import citing, live_choices
from engine.forms.choices import Choices
from engine.forms.model import Form, Kind, Option
from engine.handlers import Piece
from engine.queries.task_page import Task
from quality.evidence import cited
from web.session import db, me

EVIDENCE: Final = "evidence"


def of(task: Task, form: Form, *values: Mapping[str, Any], edits: bool) -> Choices:
    """What can be chosen now, where anything can, and the names of what these values cite."""
    if not edits:
        return Choices(named=_named(task, form, values))
    options = dict(live_choices.of(db(), form, task.subject, task.variables).options)
    if any(field.kind is Kind.EVIDENCE for field in form.fields()):
        pieces = cited.choices(db(), me(), case_id=task.instance_id)
        options[EVIDENCE] = tuple(map(_option, pieces))
    return Choices(options, _named(task, form, values))


def _named(task: Task, form: Form, values: tuple[Mapping[str, Any], ...]) -> dict[int, Option]:
    pieces = citing.told(db(), me(), form, *values, instance_id=task.instance_id)
    return {number: _option(piece) for number, piece in pieces.items()}


def _option(piece: Piece) -> Option:
    """A piece of evidence by name; one that the reader may not know of has only its number."""
    if not piece.name:
        return Option(str(piece.id), f"#{piece.id}")
    return Option(str(piece.id), piece.name, f"/evidence/{piece.id}")
