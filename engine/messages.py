"""Messages from outside, handed to the place in a case that waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import entries, instances, permissions
from engine.bpmn import state
from engine.bpmn.commands import Deliver
from engine.bpmn.process import Kind
from engine.errors import NotFound
from engine.instances import Act
from engine.people import Actor
from engine.permissions import Action


def deliver(
    db: Session, instance_id: int, name: str, *, by: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Give the message called `name` to the first place of this case that waits for it.

    Raises `NotFound` where none does.
    """
    permissions.require(by, Action.MESSAGE_DELIVER)
    case = instances.lock(db, instance_id)
    elements = case.version.process.elements
    tokens = state.load(case.state).tokens
    waiting = (
        one
        for one in tokens
        if one.number
        and elements[one.element].kind is not Kind.SEND
        and elements[one.element].event == "message"
        and elements[one.element].event_text == name
    )
    token = next(waiting, None)
    if token is None:
        raise NotFound
    given = dict(data or {})
    act = Act(
        entries.Kind.MESSAGE_DELIVERED,
        Deliver(str(token.id), given),
        token=str(token.id),
        asked={"message": name, "element": token.element},
        content={"data": given} if given else {},
    )
    instances.perform(db, case, act, by=by)
