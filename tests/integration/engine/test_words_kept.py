"""What people write stands in contents alone: not in the log, not in the list of jobs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import suspending
from engine.models import Job, LogEntry
from engine.queries import timeline
from tests.college import College
from tests.integration.engine import flow

REASON = "学生张三申诉，全部停办" * 12


def test_why_a_flow_stands_still_is_in_no_job_and_whole_in_its_cases(
    db: Session, college: College
) -> None:
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    xml = flow.chain("held_up", flow.step("submit"), flow.step("review", "user:office"))
    case = flow.begin(db, xml, by=leader)
    suspending.suspend_flow(db, "held_up", by=admin, reason=REASON, with_cases=True)
    references = list(db.execute(select(Job.reference)).scalars())
    assert [one for one in references if "张三" in one] == []
    (job,) = [one for one in references if one.startswith("suspended:")]
    assert not suspending.some(db, job)
    assert flow.status(db, case) == "suspended"
    lines, _next = timeline.lines(db, admin, case)
    assert lines[-1].comment == REASON
    assert not any("张三" in body for body in db.execute(select(LogEntry.body)).scalars())
