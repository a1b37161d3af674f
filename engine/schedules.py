"""Cases that begin by themselves: the job of a timer start event, and who they begin for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import clock, instances, later, starts, versions
from engine.errors import NotFound, Refused
from engine.later import Leased
from engine.models import ProcessDefinition


class StarterGone(Refused):
    """Nobody is there in whose name the case would begin."""

    sentence = (
        "流程“{flow}”到时间没有自动发起：以谁的名义发起，那个人已经不在了。"
        "请恢复这个账号，或在流程图里换人后重新发布，再试一次。"
    )


def run(db: Session, job: Leased) -> None:
    """Begin the case a schedule asks for, and put down the next.

    After downtime one case begins late, not one for every turn that was missed; a flow that is
    suspended begins none.
    """
    later.finish(db, job)
    definition = db.get(ProcessDefinition, int(job.topic))
    if definition is None or definition.active_version_id is None:
        return
    version = versions.of_case(db, definition.active_version_id)
    element = version.process.elements.get(job.element_id)
    if element is None:
        return
    after = starts.following(element, job.due_at, int(job.reference), clock.now())
    if after is not None:
        starts.put(db, definition.id, element.id, *after)
    if definition.suspended_at is None:
        late = job.late_seconds
        try:
            by = starts.starter(db, element, definition.active_version_id)
        except NotFound:
            raise StarterGone(flow=version.name) from None
        instances.start(db, definition.key, by=by, at=element.id, known={"late_seconds": late})
