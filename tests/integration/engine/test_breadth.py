"""Event sub-processes, several instances and errors through the whole engine, replayed."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import handlers, jobs, replay
from engine.handlers import ServiceCall
from engine.models import Incident, Job
from tests.college import College
from tests.integration.engine import flow
from tests.unit.engine.bpmn.playing import event, handler, inside, many, node, timer, times

FLOWS = (
    flow.line("start", "part")
    + flow.line("part", "each")
    + flow.line("each", "end")
    + flow.line("caught", "mend")
    + flow.line("mend", "end")
)


def diagram(how_often: object) -> bytes:
    """A sub-process with a reminder and a way to fail, then a job for each of a few items."""
    content = flow.step("work", verbs="approve,refuse") + node(
        "exclusiveGateway", "which", default="which__done"
    )
    content += event("endEvent", "broken", "error", "late")
    remind = timer("startEvent", "remind", "P3D", isInterrupting="false")
    content += handler("reminder", remind, flow.step("look"), "remind>look look>reminder_end")
    part = inside("part", content, "part_go>work work>which which>done")
    refused = flow.line("which", "broken", "outcome == 'refuse'")
    part = part[: -len("</bpmn:subProcess>")] + refused + "</bpmn:subProcess>"
    caught = event("boundaryEvent", "caught", "error", "late", attachedToRef="part")
    words = {"camunda:topic": "quality.publish"}
    each = node("serviceTask", "each", many(times(how_often)), **words)
    return flow.process("breadth", part + caught + each + flow.step("mend"), FLOWS)


def waiting(db: Session, instance_id: int) -> list[tuple[str, str]]:
    """The jobs of a case that wait."""
    rows = db.execute(
        select(Job.kind, Job.element_id).where(
            Job.instance_id == instance_id, Job.status == "waiting"
        )
    )
    return sorted((str(row.kind), row.element_id) for row in rows)


def test_a_reminder_waits_beside_the_work_and_an_error_takes_both_away(
    db: Session, college: College
) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(db, diagram(3), by=leader)
    assert waiting(db, case) == [("timer", "remind")]
    assert list(flow.open_tasks(db, case)) == ["work"]
    flow.do(db, case, "work", by=leader, outcome="refuse")
    assert waiting(db, case) == []
    assert list(flow.open_tasks(db, case)) == ["mend"]
    flow.do(db, case, "mend", by=leader)
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_each_item_has_a_job_of_its_own_that_is_told_which(
    db: Session,
    sessions: sessionmaker[Session],
    college: College,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []

    def work(_db: Session, call: ServiceCall) -> dict[str, object]:
        told.append(call.variables["loopCounter"])
        return {}

    monkeypatch.setitem(handlers.HANDLERS, "quality.publish", work)
    leader = college.actor(db, "leader")
    case = flow.begin(db, diagram(3), by=leader)
    flow.do(db, case, "work", by=leader)
    assert waiting(db, case) == [("service", "each")] * 3
    db.commit()
    assert jobs.run_due(sessions, "test") == len(told) == len({0, 1, 2} & set(told))
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_a_computed_milliard_is_an_incident_in_words(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(db, diagram("${1000 * 1000 * 1000}"), by=leader)
    flow.do(db, case, "work", by=leader)
    assert waiting(db, case) == []
    (sentence,) = db.execute(
        select(Incident.sentence).where(Incident.instance_id == case)
    ).scalars()
    assert "最多" in sentence
    assert flow.status(db, case) == "running"
