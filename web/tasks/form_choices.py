"""What a task's form offers and names that is not written in it: live choices, and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import citing, live_choices
from engine.forms.choices import Choices
from engine.forms.model import Form, Kind
from engine.queries.task_page import Task
from web import evidence
from web.session import db


def of(task: Task, form: Form, *values: Mapping[str, Any], edits: bool) -> Choices:
    """What can be chosen now, where anything can, and the names of what these values cite."""
    named = evidence.named(form, *values, case=task.instance_id)
    if not edits:
        return Choices(named=named)
    options = dict(live_choices.of(db(), form, task.subject, task.variables).options)
    if any(field.kind is Kind.EVIDENCE for field in form.fields()):
        options[citing.EVIDENCE] = evidence.nearest(task.instance_id)
    return Choices(options, named)
