"""Documents printed in the background as one batch: begin one, follow it, fetch what came of it."""

from __future__ import annotations

from typing import Final

from flask import Response, url_for

from quality import documents, kinds
from quality.documents import Wanted
from quality.models import Stage
from quality.printing import runs
from quality.printing.models import PrintStatus
from quality.printing.runs import PrintForm, Run
from web.access import signed_in
from web.api import paging
from web.api.fields import Choice, Flag, Json, ListOf, Moment, Number, Object, Shape, Text
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.api.schemas import KEY
from web.i18n import language
from web.printing import results
from web.session import db, me

FORMS: Final = [one.value for one in PrintForm]


class PrintAsked(Shape):
    """What is to be printed: the documents named, or `all` that a list would show."""

    form = Choice(FORMS, "pdf without it.")
    documents = ListOf(Number(least=1), "Their numbers.", most=runs.MOST)
    all = Flag("Every published document that one may read, narrowed by what follows.")
    kind = Choice(kinds.KEYS)
    stage = Choice(list(Stage))
    year = Number("Those whose period covers it.", least=2000, most=2099)
    unit = Number("Number of a unit.", least=1)
    mine = Flag("Those of one's own subjects.")
    q = Text(KEY, "Part of the subject's name, or the beginning of its code.")


class PrintTold(Shape):
    """A batch, as far as it is."""

    id = Number(required=True)
    form = Choice(FORMS, required=True)
    status = Choice(list(PrintStatus), required=True)
    total = Number(required=True)
    done = Number("Documents dealt with, those that failed among them.", required=True)
    failed = Number(required=True)
    stuck = Flag("The background work failed and waits as an incident.", required=True)
    made_at = Moment(required=True)
    ended_at = Moment(required=True, nullable=True)


class Prints(Listed):
    """A page of batches, the newest first."""

    items = ListOf(Object(PrintTold), required=True)


@route("GET", "/prints", "Batches that I had printed", query=Paged, answers={200: Prints})
@signed_in
def list_prints(wanted: Json) -> Json:
    """The newest first; old ones are removed after some days."""
    found = runs.listed(db(), me(), after=paging.number(wanted), limit=paging.limit(wanted))
    return paging.page(map(_told, found.items), found.next)


@route("POST", "/prints", "Have documents printed", body=PrintAsked, answers={201: PrintTold})
@signed_in
def begin_print(asked: Json) -> Told:
    """In the background; each is printed if it may still be read by then."""
    chosen = asked.get("documents", [])
    if asked.get("all"):
        chosen = [row.id for row in documents.first(db(), me(), _wanted(asked), runs.MOST)]
    form = PrintForm(asked.get("form", PrintForm.PDF))
    run_id = runs.begin(db(), chosen, form, by=me(), language=language())
    where = {"Location": url_for("api.show_print", run_id=run_id)}
    return Told(_told(runs.one(db(), me(), run_id)), 201, where)


def _wanted(asked: Json) -> Wanted:
    return Wanted(
        kind=asked.get("kind"),
        stage=asked.get("stage"),
        year=asked.get("year"),
        unit_id=asked.get("unit"),
        mine=asked.get("mine", False),
        text=asked.get("q", ""),
    )


@route("GET", "/prints/<int:run_id>", "A batch, as far as it is", answers={200: PrintTold})
@signed_in
def show_print(run_id: int) -> Json:
    """Ask again until its status is not waiting any more."""
    return _told(runs.one(db(), me(), run_id))


@route("DELETE", "/prints/<int:run_id>", "Print no more of a batch", answers={200: PrintTold})
@signed_in
def cancel_print(run_id: int) -> Json:
    """While it is not over."""
    runs.cancel(db(), run_id, by=me())
    return _told(runs.one(db(), me(), run_id))


@route("GET", "/prints/<int:run_id>/file", "What came of a batch: a zip", answers={200: None})
@signed_in
def show_print_file(run_id: int) -> Response:
    """For whoever asked for it."""
    return results.packed(runs.one(db(), me(), run_id))


def _told(run: Run) -> Json:
    is_stuck = run.status is PrintStatus.WAITING and runs.is_stuck(db(), run.id)
    return {
        "id": run.id,
        "form": run.form.value,
        "status": run.status.value,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
        "stuck": is_stuck,
        "made_at": run.made_at,
        "ended_at": run.ended_at,
    }
