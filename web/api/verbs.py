"""What people do to a task besides deciding it: lend, copy, urge, ask for time, take back."""

from __future__ import annotations

from flask import url_for

from engine import tasks
from engine.tasks import extension
from engine.tasks.signers import Where
from web.access import signed_in
from web.api import schemas, task_acts, told, verb_shapes
from web.api.fields import Json
from web.api.routing import Told, route
from web.session import db, me


@route(
    "POST",
    "/tasks/<int:task_id>/delegation",
    "Ask another person to do a task and give it back",
    body=verb_shapes.LoanAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def lend_task(task_id: int, asked: Json) -> Json:
    """It keeps its place; what they say is an opinion, no decision."""
    task_acts.unchanged(task_id)
    to = task_acts.person(asked["to"])
    tasks.lend(db(), task_id, by=me(), to=to, reason=asked["reason"])
    return task_acts.done(task_id)


@route(
    "DELETE",
    "/tasks/<int:task_id>/delegation",
    "Give a lent task back, or call it back",
    body=verb_shapes.SaidAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def give_back_task(task_id: int, asked: Json) -> Json:
    """By whoever has it, with an opinion, or by whoever lent it."""
    task_acts.unchanged(task_id)
    tasks.give_back(db(), task_id, by=me(), comment=asked.get("comment", ""))
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/copies",
    "Show the case to others",
    body=verb_shapes.CopyAsked,
    answers={200: told.Done},
)
@signed_in
def copy_task(task_id: int, asked: Json) -> Json:
    """Each gets a copy in the box `cc`, and says when it is read."""
    to = [task_acts.person(one) for one in asked["to"]]
    tasks.copy(db(), task_id, by=me(), to=to, note=asked.get("note", ""))
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/urge",
    "Urge whoever holds a task",
    body=verb_shapes.UrgeAsked,
    answers={200: told.Done},
)
@signed_in
def urge_task(task_id: int, asked: Json) -> Json:
    """Once in a while; refused before, with the time from which on it is possible again."""
    tasks.urge(db(), task_id, by=me(), note=asked.get("note", ""))
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/extension",
    "Ask for more time",
    body=verb_shapes.ExtensionAsked,
    answers={201: told.Done},
    conditional=True,
)
@signed_in
def ask_extension(task_id: int, asked: Json) -> Told:
    """A small case of its own, whose address is in `Location`; the deadline waits for it."""
    task_acts.unchanged(task_id)
    until = extension.moment(asked["until"])
    number = tasks.ask_extension(db(), task_id, by=me(), until=until, reason=asked["reason"])
    where = url_for("api.show_instance", instance_id=number)
    return Told(task_acts.done(task_id), 201, {"Location": where})


@route(
    "DELETE",
    "/tasks/<int:task_id>/extension",
    "Take an application for more time back",
    answers={200: told.Done},
)
@signed_in
def withdraw_extension(task_id: int) -> Json:
    """One's own, while nobody has decided it."""
    tasks.withdraw_extension(db(), task_id, by=me())
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/take_back",
    "Take back what one has just handed on",
    body=verb_shapes.WhyAsked,
    answers={200: told.Done},
)
@signed_in
def take_back_task(task_id: int, asked: Json) -> Json:
    """Only while nobody has opened what it led to."""
    tasks.take_back(db(), task_id, by=me(), reason=asked.get("reason", ""))
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/on_behalf",
    "Decide in the place of somebody who cannot",
    body=verb_shapes.OnBehalfAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def do_on_behalf(task_id: int, asked: Json) -> Json:
    """Administrators of processes alone, with a reason; both people are recorded."""
    task_acts.unchanged(task_id)
    more = {name: asked[name] for name in ("outcome", "values", "to", "then") if name in asked}
    of = task_acts.person(asked["of"])
    tasks.on_behalf(db(), task_id, by=me(), of=of, reason=asked["reason"], **more)
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/signers",
    "Let others sign as well",
    body=verb_shapes.SignersAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def add_signers(task_id: int, asked: Json) -> Json:
    """Before, beside or after whoever adds them."""
    task_acts.unchanged(task_id)
    people = [task_acts.person(one) for one in asked["people"]]
    where, reason = asked.get("when", Where.BESIDE), asked.get("reason", "")
    tasks.add_signers(db(), task_id, by=me(), people=people, where=where, reason=reason)
    return task_acts.done(task_id)


@route(
    "DELETE",
    "/tasks/<int:task_id>/signers",
    "Take off a signer; the task is the signer's seat",
    body=verb_shapes.WhyAsked,
    answers={200: told.Done},
)
@signed_in
def remove_signer(task_id: int, asked: Json) -> Json:
    """By whoever added them, or an administrator; never the last one."""
    tasks.remove_signer(db(), task_id, by=me(), reason=asked.get("reason", ""))
    return task_acts.done(task_id)


@route(
    "POST",
    "/tasks/<int:task_id>/recusal",
    "Step aside from a decision",
    body=schemas.ReasonAsked,
    answers={200: told.Done},
    conditional=True,
)
@signed_in
def step_aside(task_id: int, asked: Json) -> Json:
    """With the reason; the others decide."""
    task_acts.unchanged(task_id)
    tasks.step_aside(db(), task_id, by=me(), reason=asked["reason"])
    return task_acts.done(task_id)
