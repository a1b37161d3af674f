"""What somebody typed into a task they can do no longer: shown again, so that it can be copied.

A task may leave its holder's hands while they type: it was called back, passed on, withdrawn.
Whoever had it is told so; whoever never had it learns nothing, and gets back only what they sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import NotFound
from engine.forms.model import Form, Grid
from engine.queries import task_page
from web.errors import answer, status_of
from web.i18n import say
from web.session import READING, db, me
from web.tasks.blueprint import bp

_VALUE: Final = re.compile(
    r"values\[([^\[\]]{1,64})\](?:\[[^\[\]]{0,100}\]\[([^\[\]]{1,64})\])?"
    r"(?:\[[0-9]{1,3}\]\[[^\[\]]{1,64}\])?"
)
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was sent, under the name of its field, "" where that is not the reader's."""

    label: str
    words: str


def texts(form: Form | None) -> tuple[Text, ...]:
    """Everything this request brings that a person wrote: the form, opinions, reasons, names."""
    found = [
        Text(label, words.strip())
        for name, words in list(request.form.items(multi=True))[:MOST]
        if words.strip() and (label := _label(name, form)) is not None
    ]
    return tuple(dict.fromkeys(found))


def _label(name: str, form: Form | None) -> str | None:
    """What a field is called; None for one that nobody types into."""
    if name == "comment":
        return gettext("意见")
    if name.endswith("_reason"):
        return gettext("理由")
    if name.startswith("pick."):
        return gettext("由谁办")
    value = _VALUE.fullmatch(name)
    if value is None:
        return None
    part = form.field(value[1]) if form is not None else None
    if isinstance(part, Grid):
        column = part.by_key.get(value[2] or "")
        return column.label if column is not None else part.label
    return part.label if part is not None else ""


@bp.errorhandler(NotFound)
def lost(error: NotFound) -> ResponseReturnValue:
    """A task that its reader may not see: in words, with all that they sent."""
    task_id = (request.view_args or {}).get("task_id")
    if request.method in READING or task_id is None:
        return answer(status_of(error), say(error), error)
    db().rollback()
    refusal, form = task_page.out_of_hands(db(), me(), task_id)
    page = render_template("tasks/lost.html", refusal=refusal, kept=texts(form))
    return page, status_of(refusal)
