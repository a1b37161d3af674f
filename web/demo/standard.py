"""A unit of the demo writes one of its work standards, which is approved and published."""

from __future__ import annotations

from collections.abc import Generator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, people, tasks
from engine.models import Holding, Post, ProcessInstance
from quality import standards
from quality.standards.models import StandardKind
from web.demo import documents
from web.demo.registers import TOLD
from web.demo.stories import Desk, Moment


def written(desk: Desk, back: int) -> Generator[Moment, Session, None]:
    """Whoever heads the unit writes it; whoever has it next agrees, to the end."""
    told = TOLD["written"]
    db = yield desk.at(back, 9, 25)
    head = people.actor(db, _head(db, desk.college.units[told["unit"]]))
    (named,) = standards.listed(db, kind=StandardKind.WORK, text=told["name"]).items
    flow, subject = standards.FLOWS[StandardKind.WORK], standards.reference(named.id)
    case = instances.start(db, flow, by=head, subject=subject)
    back -= 1
    db = yield desk.at(back, 15, 40)
    task = documents.open_task(db, case)
    if task is not None:
        values = {**_values(db, case), **told["values"]}
        tasks.complete(db, task.id, by=head, values=values, comment="请审核")
    while (task := documents.open_task(db, case)) is not None:
        back -= 1
        db = yield desk.at(back, 10, 5)
        by = people.actor(db, task.person)
        tasks.complete(db, task.id, by=by, values=None, comment="同意")


def _head(db: Session, unit_id: int) -> int:
    held = (
        select(Holding.user_id)
        .join(Post, Post.id == Holding.post_id)
        .where(Post.key == "head", Holding.unit_id == unit_id)
        .order_by(Holding.id)
    )
    who: int = db.execute(held.limit(1)).scalar_one()
    return who


def _values(db: Session, case: int) -> dict[str, object]:
    content = select(ProcessInstance.content_id).where(ProcessInstance.id == case)
    return instances.values(db, db.execute(content).scalar_one())
