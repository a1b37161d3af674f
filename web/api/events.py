"""Messages and signals from outside; standing still and going on; when flows begin."""

from __future__ import annotations

from engine import messages, starts, suspending
from engine.permissions import Action
from engine.queries import cases, catalogue
from web.access import needs
from web.api import schemas
from web.api.fields import Anything, Flag, Json, ListOf, Moment, Number, Shape, Text
from web.api.routing import route
from web.api.schemas import MAX_COMMENT, WORD
from web.session import db, me


class MessageAsked(Shape):
    """A message for the one place that waits for it."""

    name = Text(WORD, required=True, least=1)
    key = Text(WORD, "What the place correlates by, or the business key or number of its case.")
    data = Anything("Variables it brings.")


class SignalAsked(Shape):
    """A signal for every place that waits for it."""

    name = Text(WORD, required=True, least=1)
    data = Anything("Variables it brings.")


class Reached(Shape):
    """Whom a message or a signal has reached."""

    reached = Number("How many places; 0 where nobody waits.", required=True)
    instance = Number("The case that got the message.", required=True, nullable=True)
    started = Flag("The message has begun that case.", required=True)


class Standing(Shape):
    """How a case or a flow stands."""

    suspended = Flag(required=True)
    next_runs = ListOf(Moment(), "When the flow begins by itself next.", required=True)


class FlowSuspensionAsked(Shape):
    """A flow to let stand still."""

    reason = Text(MAX_COMMENT, required=True, least=1)
    with_cases = Flag("Its running cases too; workers do that one by one.")


class FlowResumptionAsked(Shape):
    """A flow to let go on."""

    with_cases = Flag("Its suspended cases too; workers do that one by one.")


@route(
    "POST",
    "/messages",
    "Send a message to the place that waits for it",
    body=MessageAsked,
    answers={200: Reached},
)
@needs(Action.MESSAGE_DELIVER)
def send_message(asked: Json) -> Json:
    """Nobody waiting is no error: 0 reached."""
    key, data = asked.get("key", ""), asked.get("data", {})
    found = messages.correlate(db(), asked["name"], by=me(), key=key, data=data)
    return _reached(found)


@route(
    "POST",
    "/signals",
    "Send a signal to every place that waits for it",
    body=SignalAsked,
    answers={200: Reached},
)
@needs(Action.MESSAGE_DELIVER)
def send_signal(asked: Json) -> Json:
    """Workers hand it over, each place in a transaction of its own."""
    return _reached(messages.signal(db(), asked["name"], by=me(), data=asked.get("data", {})))


def _reached(found: messages.Reached) -> Json:
    return {"reached": found.count, "instance": found.instance_id, "started": found.is_new}


@route(
    "POST",
    "/instances/<int:instance_id>/suspension",
    "Let a case stand still, with those it called",
    body=schemas.ReasonAsked,
    answers={200: Standing},
)
@needs(Action.INSTANCE_SUSPEND)
def suspend_instance(instance_id: int, asked: Json) -> Json:
    """Every act on it is refused until it is resumed, but cancelling."""
    cases.see(db(), me(), instance_id)
    suspending.suspend(db(), instance_id, by=me(), reason=asked["reason"])
    return {"suspended": True, "next_runs": []}


@route(
    "DELETE",
    "/instances/<int:instance_id>/suspension",
    "Let a case go on",
    answers={200: Standing},
)
@needs(Action.INSTANCE_SUSPEND)
def resume_instance(instance_id: int) -> Json:
    """What is due moves by the time it stood."""
    cases.see(db(), me(), instance_id)
    suspending.resume(db(), instance_id, by=me())
    return {"suspended": False, "next_runs": []}


@route(
    "GET",
    "/definitions/<word:key>/schedule",
    "Whether a flow stands still, and when it begins by itself next",
    answers={200: Standing},
)
@needs(Action.DEFINITION_VIEW)
def show_schedule(key: str) -> Json:
    """The soonest first."""
    return _standing(key)


@route(
    "POST",
    "/definitions/<word:key>/suspension",
    "Let nobody begin new cases of a flow",
    body=FlowSuspensionAsked,
    answers={200: Standing},
)
@needs(Action.INSTANCE_SUSPEND)
def suspend_definition(key: str, asked: Json) -> Json:
    """Running cases go on, unless `with_cases` says otherwise."""
    with_cases = asked.get("with_cases", False)
    suspending.suspend_flow(db(), key, by=me(), reason=asked["reason"], with_cases=with_cases)
    return _standing(key)


@route(
    "POST",
    "/definitions/<word:key>/resumption",
    "Let people begin cases of a flow again",
    body=FlowResumptionAsked,
    answers={200: Standing},
)
@needs(Action.INSTANCE_SUSPEND)
def resume_definition(key: str, asked: Json) -> Json:
    """Suspended cases stay so, unless `with_cases` says otherwise."""
    suspending.resume_flow(db(), key, by=me(), with_cases=asked.get("with_cases", False))
    return _standing(key)


def _standing(key: str) -> Json:
    flow = catalogue.flow(db(), key)
    stands = suspending.is_suspended(db(), key)
    return {"suspended": stands, "next_runs": starts.next_runs(db(), flow.id)}
