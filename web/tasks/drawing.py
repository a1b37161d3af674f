"""What a task's page draws: the form as it stands or was typed, the record, what comes, verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine import clock, people, permissions, predicates, tasks
from engine.entries import Kind
from engine.errors import NotFound, ReasonRequired, Refused
from engine.forms import changes, validation, view, writable
from engine.forms.changes import Change
from engine.forms.choices import Choices
from engine.forms.drawn import FormView
from engine.forms.model import Form
from engine.forms.rights import Rights
from engine.forms.validation import Invalid
from engine.people import user_key
from engine.permissions import Action
from engine.queries import around, colleagues, coming, task_page, task_verbs
from engine.queries.colleagues import Colleague
from engine.queries.task_page import Seen, Task
from engine.queries.timeline import Line
from engine.sentence import Sentence
from engine.tasks import drafts, extension
from engine.tasks.drafts import Saved
from web import wording
from web.i18n import moment
from web.session import db, me, settings
from web.tasks import beside, buttons, form_choices, kept, picking, record, signing_words
from web.tasks.asked import NOTHING, Typed
from web.tasks.buttons import Buttons, Choice

MOST_CHANGES: Final = 50
SEARCHING: Final = frozenset({"reassign", "lend", "copy", "add_signer"})
"""Verbs that look people up."""
GIVING: Final = frozenset({"reassign", "lend", "add_signer"})
"""Those that put the work into their hands."""
TO_OTHERS: Final = frozenset({"copy", "lend", "deputy"})
"""Those that make no sense for oneself."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A step that the work may go back to, and who would get it again."""

    element_id: str
    word: str
    name: str
    who: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The form to draw, its draft, what differs from what was seen, what stood a period before.

    `revision` is the draft's over which what is drawn was written: with a `conflict`, an older one.
    """

    drawn: FormView | None
    draft: Saved
    changes: tuple[Change, ...]
    conflict: tuple[Change, ...]
    last: Mapping[str, Any]
    seen: Seen | None
    revision: int = 0


def of(
    task: Task, typed: Typed = NOTHING, refusal: Refused | None = None, opened: str = ""
) -> dict[str, Any]:
    """Everything the templates of one task need. `opened` is the choice that is being made."""
    lines = task_page.history(db(), me(), task)
    fills = task.is_open and permissions.may(me(), Action.TASK_COMPLETE, task)
    allowed = task_verbs.allowed(me(), task)
    neighbours = around.of(db(), me(), task, typed=fills)
    targets = _targets(task, lines, neighbours.done) if "return" in allowed else ()
    may_claim = fills and _may_claim(task)
    may_release = _may_release(task)
    may = [one for one in allowed if one != "return" or targets]
    verbs = buttons.of(task, may, fills=fills, others=may_claim + may_release)
    paper = _paper(task, typed, refusal, lines, drafts.read(neighbours.typed), fills=fills)
    steps = coming.ahead(db(), task)
    choice = buttons.choice(task, opened) if opened else None
    return {
        "task": task,
        "paper": paper,
        "drawn": paper.drawn,
        "last": paper.last,
        "fills": fills,
        "edits": paper.drawn is not None and paper.drawn.editable,
        "draft_saved": "" if typed.values is not None else clock_time(paper.draft.saved_at),
        "seen": paper.seen,
        "sent_back": _sent_back(task, lines),
        "passes": record.passes(lines, task.version, goes_on=task.is_open),
        "waiting": neighbours.waiting,
        "steps": steps,
        "buttons": verbs,
        "choices": _choices(task, verbs),
        "choice": choice,
        "targets": targets,
        "done_as": wording.verb(task.version, task.element_id, task.outcome or ""),
        "may_claim": may_claim,
        "may_release": may_release,
        "may_take_back": task_verbs.may_take_back(db(), me(), task),
        "in_place_of": _in_place_of(task),
        "lender": _name(task.lent_by),
        "extension": extension.pending(db(), task.id) if task.is_open and task.due_at else None,
        "done_for": _name(task.done_for),
        "typed": typed,
        "refusal": refusal,
        "lacks_reason": isinstance(refusal, ReasonRequired) and (choice is not None or not opened),
        "opened": opened if choice is not None else "",
        "kept": kept.texts(task.form) if refusal is not None and not fills else (),
        "people": _people(task, typed.query, opened) if opened in SEARCHING else (),
        "picked": _picked(typed.several) if opened else (),
        "outcomes": buttons.outcomes(task) if "on_behalf" in (opened, *verbs.keys) else (),
        "seats": neighbours.seats,
        "signing_rule": signing_words.of(task),
        "holders": task_verbs.holders(db(), task) if "on_behalf" in verbs.keys else (),
        "picks": picking.fields(task, typed) if fills else (),
        "is_mine": task.completed_by == me().id,
    }


def preview(task_id: int) -> dict[str, Any] | None:
    """The same for the pane beside the list; None where there is nothing to show."""
    try:
        return of(task_page.one(db(), me(), task_id))
    except NotFound:
        return None


def _people(task: Task, text: str, verb: str) -> tuple[Colleague, ...]:
    """Whom the task may be handed to; nobody for somebody from outside, who sees no directory."""
    if not permissions.may(me(), Action.PERSON_VIEW):
        return ()
    others = named_by_step(task.id) if verb in GIVING else ()
    but = me().id if verb in TO_OTHERS else None
    return colleagues.starting_with(db(), text, others=others, but=but)


def named_by_step(task_id: int | None) -> tuple[int, ...]:
    """The people whom a step's own rules name: they may be given it although they are no staff."""
    if task_id is None:
        return ()
    try:
        task = task_page.one(db(), me(), task_id)
    except NotFound:
        return ()
    return tasks.meant(db(), task, task.element_id)


def _picked(chosen: Iterable[int]) -> tuple[Colleague, ...]:
    """Those chosen so far, for whom the directory is open."""
    may_look = permissions.may(me(), Action.PERSON_VIEW)
    return colleagues.named(db(), chosen) if may_look else ()


def clock_time(at: datetime | None) -> str:
    """A time as it is said of a draft: 10:42, and with the day if that is not today."""
    if at is None:
        return ""
    here = settings().timezone
    local = at.astimezone(here)
    is_today = local.date() == clock.now().astimezone(here).date()
    return f"{local:%H:%M}" if is_today else moment(at)


def _targets(task: Task, lines: tuple[Line, ...], done: Iterable[str]) -> tuple[Earlier, ...]:
    did = {one.element_id: one.who for one in lines if one.kind is Kind.TASK_COMPLETED}
    found = tasks.targets_among(task.version, done, task.element_id)
    return tuple(
        Earlier(one.element_id, one.word, one.name, did.get(one.element_id, "")) for one in found
    )


def _choices(task: Task, verbs: Buttons) -> tuple[Choice, ...]:
    """The dialogs that the page has."""
    asking = [(one.key, one.label) for one in verbs.every if one.asks]
    if task_verbs.may_take_back(db(), me(), task):
        asking.append(("take_back", ""))
    return tuple(filter(None, (buttons.choice(task, *one) for one in asking)))


def _name(user_id: int | None) -> str:
    return people.names(db(), [user_id]).get(user_id or 0, "")


def _in_place_of(task: Task) -> str:
    """Whose work the reader does as a deputy."""
    if not task.is_open or not me().deputy_for:
        return ""
    principal = predicates.in_place_of(me(), task)
    return next((one.name for one in me().deputy_for if one.id == principal), "")


def _may_claim(task: Task) -> bool:
    may = permissions.may(me(), Action.TASK_CLAIM, task)
    return task.is_offered and may and not _is_only_mine(task)


def _may_release(task: Task) -> bool:
    """A task held by its reader can be put back where there were others to take it."""
    is_mine = task.assignee_id == me().id and task.lent_by is None
    return task.is_open and is_mine and not _is_only_mine(task)


def _is_only_mine(task: Task) -> bool:
    return task.candidate_keys == {user_key(me().id or 0)}


def _sent_back(task: Task, lines: tuple[Line, ...]) -> Line | None:
    """Why a returned task is here again."""
    if not task.returned or not task.is_open:
        return None
    returns = (one for one in reversed(lines) if one.kind is Kind.TASK_RETURNED)
    return next(returns, None)


def _paper(
    task: Task,
    typed: Typed,
    refusal: Refused | None,
    lines: tuple[Line, ...],
    draft: Saved,
    *,
    fills: bool,
) -> Paper:
    form = task.form
    if form is None:
        return Paper(None, drafts.NONE, (), (), {}, None)
    seen = task_page.last_seen(db(), me(), task, lines)
    rights = task_page.rights(task, fills=fills)
    stored, offered = task_page.values(db(), task, lines)
    edits = fills and validation.edits_anything(form, rights)
    draft = draft if edits else drafts.NONE
    before = seen.values if seen else None
    written = typed.values if typed.values is not None else draft.values if draft.revision else None
    values: Mapping[str, Any]
    if typed.values is None and draft.revision and draft.case_revision == task.case_revision:
        values, errors = draft.values, dict[str, Sentence]()  # looked at when it was saved
    else:
        values, errors = _shown(task, form, rights, written, (stored, offered))
    if isinstance(refusal, Invalid):
        values, errors = refusal.filled, refusal.errors
    live = form_choices.of(task, form, values, before or {}, edits=edits)
    drawn = view.view(
        form,
        values,
        rights,
        {**errors, **typed.errors},
        task.variables,
        before=before,
        offered=offered,
        live=live,
    )
    conflict: tuple[Change, ...] = ()
    if typed.values is not None and draft.revision not in {drafts.NONE.revision, typed.revision}:
        mine, other = (writable.values(form, one, rights) for one in (values, draft.values))
        conflict = _told(form, (other, mine), live, rights)
    return Paper(
        drawn,
        draft,
        _told(form, (before, stored), live, rights) if before is not None else (),
        conflict,
        beside.last(form, offered, rights) if edits else {},
        seen,
        typed.revision if conflict else draft.revision,
    )


def _told(
    form: Form,
    pair: tuple[Mapping[str, Any] | None, Mapping[str, Any]],
    live: Choices,
    rights: Rights,
) -> tuple[Change, ...]:
    """What differs between two, as far as this step shows it."""
    return changes.changes(form, *pair, live, rights)[:MOST_CHANGES]


def _shown(
    task: Task,
    form: Form,
    rights: Rights,
    written: Mapping[str, Any] | None,
    known: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> tuple[Mapping[str, Any], dict[str, Sentence]]:
    """What was written over what stands: facts that the step may not edit are the current ones."""
    stored, offered = known
    if written is None:
        return stored, {}
    if not task.is_open:
        return {**stored, **written}, {}
    try:
        return validation.draft(
            form, written, rights, task.variables, stored=stored, offered=offered
        ), {}
    except Invalid as invalid:
        return invalid.filled, invalid.errors
