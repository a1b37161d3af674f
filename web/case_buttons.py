"""The verbs of a case as its page offers them, and what was written into their dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for
from flask_babel import gettext

from engine import copies, permissions
from engine.errors import Refused
from engine.models import InstanceStatus
from engine.permissions import Action
from engine.queries import cases, colleagues, followed
from engine.queries.cases import CaseView, Tie
from engine.tasks import copies as copying
from engine.tasks import persons, reopening, withdrawing
from web.asked import row_number
from web.i18n import say
from web.session import db, me

MOST_PICKED: Final = persons.MOST + 1
"""One more than may be named, so that too many are refused and not dropped."""
OVER: Final = frozenset(
    {InstanceStatus.COMPLETED, InstanceStatus.TERMINATED, InstanceStatus.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the case that the reader may say now."""

    key: str
    label: str
    says: str
    symbol: str
    url: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written into a dialog; shown again after a refusal."""

    reason: str = ""
    note: str = ""
    to: str = ""
    query: str = ""
    several: tuple[int, ...] = ()


def typed() -> Typed:
    """What this request brings."""
    form = request.form
    numbers = (row_number(one) for one in form.getlist("copy_to")[:MOST_PICKED])
    return Typed(
        form.get("reason", ""),
        form.get("note", ""),
        form.get("to", ""),
        form.get("copy_q", ""),
        tuple(one for one in numbers if one is not None),
    )


def drawn(view: CaseView, asked: str, refusal: Refused | None) -> dict[str, Any]:
    """What the page of a case needs of its verbs; `asked` is the one whose dialog is open."""
    found = of(view)
    if asked not in {one.key for one in found}:
        asked = ""
    written = typed()
    said = say(refusal) if refusal is not None else ""
    return {
        "verbs": found,
        "asked": asked,
        "verb_error": said if asked else "",
        "trouble": "" if asked else said,
        "left_over": "" if asked or not said else written.reason or written.note,
        "typed": written,
        "withdrawable": any(one.key == "withdraw" for one in found),
        "is_unread": copies.is_unread(db(), view.row.id, me().id or 0),
        "copies": followed.copies_of(db(), view.row.id),
        "people": colleagues.starting_with(db(), written.query, but=me().id)
        if asked == "copy"
        else (),
        "picked": colleagues.named(db(), written.several) if asked == "copy" else (),
        "steps": _steps(view) if any(one.key == "reopen" for one in found) else (),
    }


def of(view: CaseView) -> tuple[Verb, ...]:
    """The verbs that the reader may say about this case now."""
    found = []
    is_running = view.row.status == InstanceStatus.RUNNING
    if is_running and _may_withdraw(view):
        found.append(_verb(view, "withdraw", gettext("撤回"), "undo", "withdraw"))
    others = [one for one in view.waiting if one.assignee_id != me().id]
    if is_running and others and permissions.may(me(), Action.TASK_URGE, _Work(view)):
        found.append(_verb(view, "urge", gettext("催办"), "bell", "urge"))
    may_look = permissions.may(me(), Action.PERSON_VIEW)
    if may_look and not copying.MAY_COPY.isdisjoint(_ties(view)):
        found.append(_verb(view, "copy", gettext("抄送"), "copy", "copy"))
    is_called = view.row.status in OVER and permissions.may(me(), Action.INSTANCE_REOPEN)
    if is_called:
        found.append(_verb(view, "reopen", gettext("重新打开"), "redo", "reopen"))
    return tuple(found)


def _verb(view: CaseView, key: str, label: str, symbol: str, endpoint: str) -> Verb:
    says = gettext("发送") if key == "copy" else label
    return Verb(key, label, says, symbol, url_for(f"instances.{endpoint}", instance_id=view.row.id))


def _ties(view: CaseView) -> set[Tie]:
    return set(cases.ties(db(), me(), view.row.id))


def _may_withdraw(view: CaseView) -> bool:
    if not permissions.may(me(), Action.INSTANCE_WITHDRAW, view.row):
        return False
    return withdrawing.is_possible(db(), view.row.id, view.version, by=me())


@dataclass(frozen=True, slots=True)
class _Work:
    """The case as the policy asks about work in it."""

    view: CaseView
    assignee_id: int | None = None
    candidate_keys: frozenset[str] = frozenset()
    completed_by: int | None = None

    @property
    def started_by(self) -> int | None:
        """Who began it."""
        return self.view.row.started_by

    @property
    def definition(self) -> str:
        """The key of the flow."""
        return self.view.row.definition


def _steps(view: CaseView) -> tuple[tuple[str, str], ...]:
    done = reopening.steps_done(db(), view.row.id, view.version)
    return tuple((one, view.version.process.label(one)) for one in done)
