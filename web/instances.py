"""Cases: the list, beginning one, one with its diagram and record, ending it.

GET  /instances          those one may see   GET  /instances/new      what may be begun
POST /instances          begin one           GET  /instances/N        one case
GET  /instances/N/bpmn   its diagram         POST /instances/N/cancellation
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import instances, messages, permissions, versions
from engine.bpmn.process import Kind
from engine.errors import CannotStart, NotFound, ReasonRequired, Refused, TooLarge
from engine.models import InstanceStatus
from engine.permissions import Action
from engine.queries import apart, called, cases, catalogue, timeline
from engine.queries.cases import CaseView, OpenTask
from engine.tasks import decide, extension
from quality import births, chains, documents, kinds, standards, subjects, templates
from quality.documents import CaseDocument
from quality.models import Stage
from quality.subjects import Startable
from web import case_buttons, drawings, wording
from web.access import signed_in
from web.asked import number
from web.errors import status_of
from web.i18n import said, say
from web.session import db, me

bp = Blueprint("instances", __name__, url_prefix="/instances")

LINES: Final = 200
CHOICES: Final = 50
MOST_NAMED: Final = 10


@bp.get("")
@signed_in
def index() -> str:
    """Cases this person may see, the newest first."""
    state, mine = request.args.get("state", ""), request.args.get("mine") == "1"
    text = request.args.get("q", "").strip()[:100]
    wanted = cases.Wanted(
        state=state if state in set(InstanceStatus) else None, mine=mine, text=text
    )
    rows, following = cases.listed(db(), me(), wanted, after=number("after"))
    chosen = {"state": wanted.state, "mine": "1" if mine else None, "q": text or None}
    return render_template(
        "instances/index.html",
        rows=rows,
        places=cases.waiting_in(db(), [row.id for row in rows]),
        chosen=chosen,
        next_url=url_for("instances.index", **chosen, after=following) if following else None,
    )


@bp.get("/new")
@signed_in
def new() -> str:
    """What this person may begin: for which subject, which stage and period; else why not."""
    return _start_page()


@bp.post("")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a case and go on to its first task."""
    form = request.form
    try:
        written = form.get("subject", "")
        if written:
            chosen = _startable(subjects.read_reference(written))
            values = {name: form.get(name, "").strip() for name in ("stage", "period")}
            subject = subjects.reference(chosen.subject.id)
            flow = _flow(chosen, values["stage"])
            instance_id = instances.start(db(), flow, by=me(), subject=subject, values=values)
        else:
            instance_id = instances.start(db(), form.get("definition", ""), by=me())
    except CannotStart as refusal:
        db().rollback()
        return _start_page(refusal), status_of(refusal)
    task_id = cases.open_for(db(), me(), instance_id)
    flash(gettext("已发起"))
    if task_id is None:
        return redirect(url_for("instances.show", instance_id=instance_id), 303)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _flow(chosen: Startable, stage: str) -> str:
    """The flow that the table of chains names for this kind and stage."""
    kind = kinds.get(chosen.subject.kind)
    if stage not in set(Stage):
        return kind.definition  # the kind of case says what is wrong with the stage
    return chains.definition(db(), kind, Stage(stage))


def _startable(subject_id: int) -> Startable:
    found = subjects.startable(db(), me(), subject_id=subject_id, limit=1)
    if not found.items:
        raise NotFound
    return found.items[0]


def _start_page(refusal: Refused | None = None) -> str:
    given = request.values
    text = given.get("q", "").strip()[:100]
    subject = given.get("subject", "")
    page = subjects.startable(db(), me(), text=text, after=number("after"), limit=CHOICES)
    chosen = _startable(subjects.read_reference(subject)) if subject else None
    if chosen is None and len(page.items) == 1 and not text and number("after") is None:
        chosen = page.items[0]
    own_pages = {extension.FLOW, templates.FLOW, *standards.FLOWS.values()}
    offers = [offer for one in (*page.items, *filter(None, [chosen])) for offer in one.offers]
    begun = [offer.instance_id for offer in offers if offer.instance_id is not None]
    elsewhere = own_pages | set(chains.every(db()).values())
    flows = [flow for flow in catalogue.flows(db()) if flow.number and flow.key not in elsewhere]
    return render_template(
        "instances/new.html",
        page=page,
        chosen=chosen,
        flows=flows,
        waiting=cases.open_for_each(db(), me(), begun),
        text=text,
        given=given,
        refusal=refusal,
        next_url=url_for("instances.new", q=text or None, after=page.next) if page.next else None,
    )


@bp.get("/<int:instance_id>")
@signed_in
def show(instance_id: int) -> str:
    """One case: who has it now, where it stands, what happened, what it is about."""
    return page(instance_id)


@bp.get("/<int:instance_id>/bpmn")
@signed_in
def bpmn(instance_id: int) -> Response:
    """The diagram of the version that this case runs on, or of another that it ran on."""
    version = cases.one(db(), me(), instance_id).version
    wanted = number("version")
    if wanted is not None and wanted != version.number:
        version = versions.numbered(db(), version.key, wanted)
    return Response(catalogue.bpmn(db(), version.id), content_type="application/xml")


@bp.post("/<int:instance_id>/cancellation")
@signed_in
def cancel(instance_id: int) -> ResponseReturnValue:
    """End a case where it stands; whoever may not see it learns nothing."""
    cases.see(db(), me(), instance_id)
    try:
        reason = decide.opinion(request.form.get("reason", ""))
        instances.cancel(db(), instance_id, by=me(), reason=reason)
    except (ReasonRequired, TooLarge) as refusal:
        db().rollback()
        return page(instance_id, refusal), status_of(refusal)
    flash(gettext("流程已撤销"))
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def page(
    instance_id: int,
    refusal: Refused | None = None,
    *,
    asked: str = "",
    verb_refusal: Refused | None = None,
    standing: Refused | None = None,
) -> str:
    """The page of a case; `asked` is the verb whose dialog is open, with what was refused.

    `standing` is why it could not be suspended.
    """
    view = cases.one(db(), me(), instance_id)
    before = number("before")
    newest = view.entries if before is None else min(before - 1, view.entries)
    first = max(0, newest - LINES)
    lines, _following = timeline.lines(
        db(), me(), instance_id, after=first, limit=newest - first or 1
    )
    record = [
        (line, wording.words(view.version, line.kind, line.shown))
        for line in reversed(lines)
        if line.seq <= newest
    ]
    only = request.args.get("only", "")
    decisions = [one for one in record if one[1].mark in wording.DECISIONS]
    work = documents.of_case(db(), instance_id)
    drawing = timeline.drawing(db(), me(), instance_id)
    is_running = view.row.status == InstanceStatus.RUNNING
    is_suspended = view.row.status == InstanceStatus.SUSPENDED
    is_open = is_running or is_suspended
    return render_template(
        "instances/show.html",
        view=view,
        row=view.row,
        waiting=_together(view.waiting),
        marks=drawings.marks(drawing),
        pending=_pending(view, drawing.active),
        record=decisions if only == "decisions" else record,
        decisions=len(decisions),
        only=only,
        first=first,
        is_newest=newest == view.entries,
        is_running=is_running,
        open_task=cases.open_for(db(), me(), instance_id) if is_running else None,
        facts=_subject(view),
        work=work,
        chain=_chain(work),
        origin=_origin(work, view.variables),
        may_replay=permissions.may(me(), Action.INSTANCE_REPLAY)
        and apart.may_read(db(), me(), instance_id),
        may_cancel=is_open and permissions.may(me(), Action.INSTANCE_CANCEL),
        may_suspend=is_open and permissions.may(me(), Action.INSTANCE_SUSPEND),
        is_suspended=is_suspended,
        around=called.around(db(), me(), instance_id),
        standing=say(standing) if standing is not None else "",
        refusal=say(refusal) if refusal is not None else "",
        reason=request.form.get("reason", ""),
        **case_buttons.drawn(view, asked or request.args.get("ask", ""), verb_refusal),
    )


@dataclass(frozen=True, slots=True)
class _Pending:
    """What a case without an open task waits for: called flows, else events by name."""

    calls: bool
    events: tuple[str, ...]


def _pending(view: CaseView, active: Iterable[str]) -> _Pending:
    process = view.version.process
    here = [process.elements[one] for one in active if one in process.elements]
    awaited = [one.id for one in here if one.kind in _EVENTS]
    may_send = awaited and permissions.may(me(), Action.MESSAGE_DELIVER)
    keys = messages.keys_of(db(), view.row.id) if may_send else {}
    events = tuple(
        "·".join((said(process.called(one)), *((keys[one],) if one in keys else ())))
        for one in awaited
    )
    return _Pending(any(one.kind is Kind.CALL for one in here), events)


_EVENTS: Final = frozenset({Kind.CATCH, Kind.RECEIVE})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A step that waits, with all who hold it: several sign one step together."""

    first: OpenTask
    names: tuple[str, ...]
    ids: frozenset[int]

    @property
    def who(self) -> str:
        """Those who hold it, the first few by name."""
        if len(self.names) <= MOST_NAMED:
            return wording.listed(self.names)
        some = wording.listed(self.names[:MOST_NAMED])
        return gettext("%(some)s等 %(count)s 人", some=some, count=len(self.names))


def _together(waiting: Iterable[OpenTask]) -> list[_Waiting]:
    """The open tasks of a case, those of one round as one."""
    found: dict[tuple[object, ...], list[OpenTask]] = {}
    for task in waiting:
        own = (task.element_id, task.number) if task.assignee_id else (task.id,)
        found.setdefault(own, []).append(task)
    return [
        _Waiting(
            them[0],
            tuple(dict.fromkeys(name for one in them for name in one.who)),
            frozenset(one.id for one in them),
        )
        for them in found.values()
    ]


def _subject(view: CaseView) -> subjects.SubjectRow | None:
    """The subject, where this person may know of it."""
    if not view.row.subject:
        return None
    try:
        return subjects.one(db(), me(), subjects.read_reference(view.row.subject))
    except NotFound:
        return None


def _origin(work: CaseDocument | None, variables: Mapping[str, Any]) -> births.Origin | None:
    """What the document of this case was made from; a case from before it was kept says nothing."""
    kind, template = variables.get("kind"), variables.get("template")
    if work is None or kind is None or template is None:
        return None
    return births.origin(db(), kind, template, variables.get("made_from"))


def _chain(work: CaseDocument | None) -> list[dict[str, Any]]:
    """The documents of the subject from stage to stage, the one of this case among them."""
    if work is None:
        return []
    try:
        subject = subjects.one(db(), me(), work.subject_id)
    except NotFound:
        return []
    kind = kinds.get(subject.kind)
    stands = subjects.standing(db(), [work.subject_id]).get(work.subject_id, [])
    order = {stage: place for place, stage in enumerate(kind.stages)}
    return [
        {
            "label": kind.stages[one.stage],
            "period": one.period.replace("-", "–"),
            "number": one.number,
            "document_id": one.id if one.number else None,
            "instance_id": one.instance_id,
            "is_here": one.id == work.document_id,
        }
        for one in sorted(stands, key=lambda one: (order[one.stage], one.period))
    ]
