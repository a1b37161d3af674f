"""Cases whose words are for few: whoever takes part reads them, of all others an auditor only.

Which those are, the college says (`handlers.APART`). That such a case runs, where it stands and who
has it, everybody knows whom the policy allows `instance:view_any`.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import handlers, permissions, predicates
from engine.errors import NotFound
from engine.models import ProcessInstance
from engine.people import Actor
from engine.permissions import Action
from engine.queries import cases
from engine.queries.cases import Tie


def may_read(db: Session, person: Actor, instance_id: int) -> bool:
    """Whether somebody who may know of a case may read what is written in it.

    Who knows of it by no office takes part in it: nothing is asked of the database then.
    """
    by_office = permissions.may(person, Action.INSTANCE_VIEW_ANY)
    if not by_office or predicates.is_auditor(person, None):
        return True
    case = ProcessInstance.__table__
    subject = db.execute(select(case.c.subject).where(case.c.id == instance_id)).scalar()
    if not any(is_apart(db, person, subject or "") for is_apart in handlers.APART.values()):
        return True
    return any(tie is not Tie.ALLOWED for tie in cases.ties(db, person, instance_id))


def read(db: Session, person: Actor, instance_id: int) -> None:
    """Go on only if this person may read what is written in the case. Raises `NotFound`."""
    if not may_read(db, person, instance_id):
        raise NotFound
