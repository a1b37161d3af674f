"""What people do to a task besides deciding it: lend, copy, urge, ask for time, take back.

All of them are asked for and answered alike, so they are a table; who may is the engine's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

from engine import tasks
from engine.tasks import extension
from engine.tasks.signers import Where
from web.access import signed_in
from web.api import schemas, task_acts, told, verb_shapes
from web.api.fields import Json, Shape
from web.api.routing import Told, route
from web.session import db, me

TASK: Final = "/tasks/<int:task_id>"
GIVEN: Final = ("outcome", "values", "to", "then")


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: its name, method and place, what it is in words, what a request says, what it does.

    One that is `conditional` heeds `If-Match`: the task is as the caller last saw it.
    """

    name: str
    method: str
    place: str
    summary: str
    body: type[Shape] | None
    deed: Callable[[int, Json], Any]
    conditional: bool = False


def _lend(task_id: int, asked: Json) -> None:
    to = task_acts.person(asked["to"])
    tasks.lend(db(), task_id, by=me(), to=to, reason=asked["reason"])


def _give_back(task_id: int, asked: Json) -> None:
    tasks.give_back(db(), task_id, by=me(), comment=asked.get("comment", ""))


def _copy(task_id: int, asked: Json) -> None:
    to = [task_acts.person(one) for one in asked["to"]]
    tasks.copy(db(), task_id, by=me(), to=to, note=asked.get("note", ""))


def _urge(task_id: int, asked: Json) -> None:
    tasks.urge(db(), task_id, by=me(), note=asked.get("note", ""))


def _withdraw_extension(task_id: int, _asked: Json) -> None:
    tasks.withdraw_extension(db(), task_id, by=me())


def _take_back(task_id: int, asked: Json) -> None:
    tasks.take_back(db(), task_id, by=me(), reason=asked.get("reason", ""))


def _on_behalf(task_id: int, asked: Json) -> None:
    more = {name: asked[name] for name in GIVEN if name in asked}
    of = task_acts.person(asked["of"])
    tasks.on_behalf(db(), task_id, by=me(), of=of, reason=asked["reason"], **more)


def _add_signers(task_id: int, asked: Json) -> None:
    people = [task_acts.person(one) for one in asked["people"]]
    where, reason = asked.get("when", Where.BESIDE), asked.get("reason", "")
    tasks.add_signers(db(), task_id, by=me(), people=people, where=where, reason=reason)


def _remove_signer(task_id: int, asked: Json) -> None:
    tasks.remove_signer(db(), task_id, by=me(), reason=asked.get("reason", ""))


def _step_aside(task_id: int, asked: Json) -> None:
    tasks.step_aside(db(), task_id, by=me(), reason=asked["reason"])


VERBS: Final = (
    Verb(
        "lend_task",
        "POST",
        "delegation",
        "Ask another person to do a task and give it back",
        verb_shapes.LoanAsked,
        _lend,
        conditional=True,
    ),
    Verb(
        "give_back_task",
        "DELETE",
        "delegation",
        "Give a lent task back, or call it back",
        verb_shapes.SaidAsked,
        _give_back,
        conditional=True,
    ),
    Verb("copy_task", "POST", "copies", "Show the case to others", verb_shapes.CopyAsked, _copy),
    Verb("urge_task", "POST", "urge", "Urge whoever holds a task", verb_shapes.UrgeAsked, _urge),
    Verb(
        "withdraw_extension",
        "DELETE",
        "extension",
        "Take an application for more time back",
        None,
        _withdraw_extension,
    ),
    Verb(
        "take_back_task",
        "POST",
        "take_back",
        "Take back what one has just handed on",
        verb_shapes.WhyAsked,
        _take_back,
    ),
    Verb(
        "do_on_behalf",
        "POST",
        "on_behalf",
        "Decide in the place of somebody who cannot",
        verb_shapes.OnBehalfAsked,
        _on_behalf,
        conditional=True,
    ),
    Verb(
        "add_signers",
        "POST",
        "signers",
        "Let others sign as well",
        verb_shapes.SignersAsked,
        _add_signers,
        conditional=True,
    ),
    Verb(
        "remove_signer",
        "DELETE",
        "signers",
        "Take off a signer; the task is the signer's seat",
        verb_shapes.WhyAsked,
        _remove_signer,
    ),
    Verb(
        "step_aside",
        "POST",
        "recusal",
        "Step aside from a decision",
        schemas.ReasonAsked,
        _step_aside,
        conditional=True,
    ),
)


def _serve(verb: Verb) -> None:
    """Answer a verb with what became of the task, for anybody signed in whom the engine lets."""

    @signed_in
    def act(task_id: int, asked: Json | None = None) -> Json:
        if verb.conditional:
            task_acts.unchanged(task_id)
        verb.deed(task_id, asked or {})
        return task_acts.done(task_id)

    act.__name__ = verb.name
    served = route(
        verb.method,
        f"{TASK}/{verb.place}",
        verb.summary,
        body=verb.body,
        answers={200: told.Done},
        conditional=verb.conditional,
    )
    served(act)


for _verb in VERBS:
    _serve(_verb)


@route(
    "POST",
    f"{TASK}/extension",
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
