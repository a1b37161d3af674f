"""One task's page, its preview beside the list, and the people it can be handed to.

GET /tasks/N            the page          GET /tasks/N/preview    the pane
GET /tasks/people?q=    people whose name begins so
GET /tasks/N/VERB       the page: a refusal leaves its reader at the address of the verb
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from engine import tasks
from engine.errors import Refused
from engine.permissions import Action
from engine.queries import colleagues, task_page
from engine.queries.task_page import Task
from web import htmx
from web.access import needs, signed_in
from web.asked import number, row_number
from web.session import db, me, own_writing
from web.tasks import drawing
from web.tasks.asked import NOTHING, Typed
from web.tasks.blueprint import bp

OK = 200
MOST_PICKED = 50


@bp.get("/tasks/<int:task_id>")
@signed_in
def show(task_id: int) -> ResponseReturnValue:
    """The task: what it is about, what was said, what can be done. Whom it is for has seen it."""
    task = task_page.one(db(), me(), task_id)
    if task.is_open and task.seen_at is None and tasks.is_unseen(db(), task_id, by=me()):
        with own_writing() as writing:
            tasks.seen(writing, task_id, by=me())
    return draw(task)


def draw(
    task: Task,
    status: int = OK,
    *,
    typed: Typed = NOTHING,
    refusal: Refused | None = None,
    opened: str = "",
) -> ResponseReturnValue:
    """The page with this status; after a refusal with everything that was typed."""
    return render_template("tasks/show.html", **drawing.of(task, typed, refusal, opened)), status


def lead_back(state: BlueprintSetupState) -> None:
    """Let every address of a task that only takes something lead to the task when it is opened."""
    mine = [
        one
        for one in state.app.url_map.iter_rules()
        if one.endpoint.startswith(f"{bp.name}.") and one.arguments == {"task_id"}
    ]
    opened = {one.rule for one in mine if "GET" in (one.methods or ())}
    for address in sorted({one.rule for one in mine} - opened):
        state.add_url_rule(address, "back", back)


@signed_in
def back(task_id: int) -> ResponseReturnValue:
    """To the task, if there is one for the reader."""
    task_page.one(db(), me(), task_id)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.get("/tasks/<int:task_id>/preview")
@signed_in
def preview(task_id: int) -> ResponseReturnValue:
    """The pane beside the list; whoever opens it by its address gets the page."""
    if not htmx.asks():
        return redirect(url_for("tasks.show", task_id=task_id), 303)
    return render_template("tasks/_preview.html", **drawing.of(task_page.one(db(), me(), task_id)))


@bp.get("/tasks/people")
@needs(Action.PERSON_VIEW)
def people() -> str:
    """People to choose from, as a part of the dialogue."""
    verb = request.args.get("verb", "")
    verb = verb if verb in (*drawing.SEARCHING, "deputy") else "reassign"
    query = request.args.get(f"{verb}_q", request.args.get("q", ""))
    chosen = request.args.getlist(f"{verb}_to")
    others = drawing.named_by_step(number("task")) if verb in drawing.GIVING else ()
    return render_template(
        "tasks/_people.html",
        people=colleagues.starting_with(
            db(), query, others=others, but=me().id if verb in drawing.TO_OTHERS else None
        ),
        picked=colleagues.named(db(), filter(None, map(row_number, chosen[:MOST_PICKED]))),
        several=request.args.get("several") == "1",
        plain=request.args.get("plain") == "1",
        verb=verb,
        query=query,
        chosen="",
    )
