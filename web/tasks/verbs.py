"""The verbs of a task besides deciding it; without what they need, each asks for it on the page.

POST /tasks/N/delegation | giving_back | copies | urge | extension | take_back | on_behalf
"""

from __future__ import annotations

from datetime import datetime

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import tasks
from engine.errors import NotFound, Refused
from engine.queries import cases, seats
from engine.queries.task_page import Task
from engine.tasks import extension
from engine.tasks.signers import Where
from web.access import signed_in
from web.asked import row_number
from web.session import db, me
from web.tasks import acts
from web.tasks.asked import Typed
from web.tasks.blueprint import bp


class NobodyToLendTo(Refused):
    """A loan without a person."""

    sentence = "请选择委派给谁。"


class NobodyMeant(Refused):
    """Acting for somebody without saying for whom."""

    sentence = "请选择替谁办理。"


class NoMoment(Refused):
    """An extension without the day and time."""

    sentence = "请填写延到哪一天、几点。"


@bp.post("/tasks/<int:task_id>/delegation")
@signed_in
def lend(task_id: int) -> ResponseReturnValue:
    """Ask another person to do it and give it back."""

    def deed(task: Task, typed: Typed) -> None:
        person = row_number(typed.to)
        if person is None:
            raise NobodyToLendTo
        tasks.lend(db(), task.id, by=me(), to=person, reason=typed.why)

    return acts.act(task_id, deed, asks="lend")


@bp.post("/tasks/<int:task_id>/giving_back")
@signed_in
def give_back(task_id: int) -> ResponseReturnValue:
    """Give it back with the form and an opinion; whoever lent it calls it back."""

    def deed(task: Task, typed: Typed) -> None:
        if task.assignee_id == me().id and typed.values is not None:
            acts.require_readable(typed)
            acts.require_newest(task, typed)
            tasks.complete(db(), task.id, by=me(), values=typed.values, comment=typed.comment)
        else:
            tasks.give_back(db(), task.id, by=me(), comment=typed.comment)

    return acts.act(task_id, deed, done="give_back")


@bp.post("/tasks/<int:task_id>/copies")
@signed_in
def copy(task_id: int) -> ResponseReturnValue:
    """Show the case to several others."""

    def deed(task: Task, typed: Typed) -> None:
        tasks.copy(db(), task.id, by=me(), to=typed.several, note=typed.reason)

    return acts.act(task_id, deed, asks="copy", stays=gettext("已抄送。"))


@bp.post("/tasks/<int:task_id>/urge")
@signed_in
def urge(task_id: int) -> ResponseReturnValue:
    """Urge whoever holds it."""

    def deed(task: Task, typed: Typed) -> None:
        tasks.urge(db(), task.id, by=me(), note=typed.reason)

    return acts.act(task_id, deed, asks="urge", stays=gettext("已催办。"))


@bp.post("/tasks/<int:task_id>/extension")
@signed_in
def extend(task_id: int) -> ResponseReturnValue:
    """Ask for more time."""

    def deed(task: Task, typed: Typed) -> None:
        if not typed.until:
            raise NoMoment
        until: datetime = extension.moment(typed.until)
        tasks.ask_extension(db(), task.id, by=me(), until=until, reason=typed.reason)

    said = gettext("延期申请已提交，批准以后期限才会改。")
    return acts.act(task_id, deed, asks="extend", stays=said)


@bp.post("/tasks/<int:task_id>/extension/withdrawal")
@signed_in
def withdraw_extension(task_id: int) -> ResponseReturnValue:
    """Take one's application for more time back while nobody has decided it."""

    def deed(task: Task, _typed: Typed) -> None:
        tasks.withdraw_extension(db(), task.id, by=me())

    return acts.act(task_id, deed, stays=gettext("延期申请已撤回。"))


@bp.post("/tasks/<int:task_id>/take_back")
@signed_in
def take_back(task_id: int) -> ResponseReturnValue:
    """Undo what finishing it led to."""

    def deed(task: Task, typed: Typed) -> int | None:
        tasks.take_back(db(), task.id, by=me(), reason=typed.reason)
        waiting = cases.waiting(db(), task.instance_id)
        return next((one.id for one in waiting if one.element_id == task.element_id), None)

    return acts.act(task_id, deed, asks="take_back", stays=gettext("已拿回，请重新办理。"))


@bp.post("/tasks/<int:task_id>/on_behalf")
@signed_in
def on_behalf(task_id: int) -> ResponseReturnValue:
    """Decide it in the place of somebody who cannot."""

    def deed(task: Task, typed: Typed) -> None:
        person = row_number(typed.to)
        if person is None:
            raise NobodyMeant
        outcome = typed.decision or "approve"
        tasks.on_behalf(db(), task.id, by=me(), of=person, reason=typed.reason, outcome=outcome)

    return acts.act(task_id, deed, asks="on_behalf")


@bp.post("/tasks/<int:task_id>/signers")
@signed_in
def add_signer(task_id: int) -> ResponseReturnValue:
    """Let others sign as well: before, beside or after the reader."""

    def deed(task: Task, typed: Typed) -> None:
        where = typed.when or Where.BEFORE
        tasks.add_signers(
            db(), task.id, by=me(), people=typed.several, where=where, reason=typed.why
        )

    return acts.act(task_id, deed, asks="add_signer", stays=gettext("已加签。"))


@bp.post("/tasks/<int:task_id>/removal")
@signed_in
def remove_signer(task_id: int) -> ResponseReturnValue:
    """Take off a signer whom one has added."""

    def deed(task: Task, typed: Typed) -> None:
        seat = row_number(typed.to)
        known = {one.task_id for one in seats.of(db(), me(), task)}
        if seat not in known:
            raise NotFound
        tasks.remove_signer(db(), seat, by=me(), reason=typed.reason)

    return acts.act(task_id, deed, asks="remove_signer", stays=gettext("已减签。"))


@bp.post("/tasks/<int:task_id>/recusal")
@signed_in
def step_aside(task_id: int) -> ResponseReturnValue:
    """Leave the decision to the others, with the reason."""

    def deed(task: Task, typed: Typed) -> None:
        tasks.step_aside(db(), task.id, by=me(), reason=typed.why)

    return acts.act(task_id, deed, asks="step_aside")
