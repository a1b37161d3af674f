"""For operators: jobs, incidents, and what watching machines ask."""

from __future__ import annotations

from sqlalchemy import update

from engine import handlers
from engine.db import begin_writing
from engine.models import Job
from tests.college import publish
from tests.integration.engine import flow


def test_a_job_that_fails_is_an_incident_until_it_is_resolved(
    db, sessions, program, work, monkeypatch
):
    tries = []

    def moody(_db, _call):
        tries.append(1)
        if len(tries) <= 3:
            message = "the other side is away"
            raise RuntimeError(message)
        return {}

    monkeypatch.setitem(handlers.HANDLERS, "moody", moody)
    call = '<bpmn:serviceTask id="call" name="调用" camunda:type="external" camunda:topic="moody"/>'
    drawn = flow.chain("moody", call)
    speaks = program("leader")
    publish(begin_writing(db), drawn)
    db.commit()
    case = speaks.post("/instances", {"definition": "moody"}).json["id"]
    admin = program("admin")
    (job,) = admin.get("/jobs?due=true").json["items"]
    assert (job["kind"], job["instance"], job["element"]) == ("service", case, "call")
    for _try in range(3):
        work()
        with sessions() as own:
            own.execute(update(Job.__table__).values(due_at=Job.created_at))
            own.commit()
    (incident,) = admin.get("/incidents").json["items"]
    assert "the other side is away" in incident["sentence"]
    assert admin.get("/jobs").json["items"] == []
    path = f"/incidents/{incident['id']}/resolution"
    assert program("auditor").post(path).status_code == 403
    assert admin.post(path).json["state"] == "resolved"
    assert admin.post(path).status_code == 409
    assert admin.post("/incidents/999/resolution").status_code == 404
    work()
    assert program("leader").get(f"/instances/{case}").json["state"] == "completed"
    assert admin.get("/incidents").json["items"] == []
    assert len(admin.get("/incidents?state=resolved").json["items"]) == 1


def test_watching_machines_are_answered_without_a_token(app, handed_in):
    handed_in()
    client = app.test_client()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").status_code == 200
    text = client.get("/metrics").text
    assert "\nzhengai_open_tasks 1\n" in text
    assert "\nzhengai_due_jobs 0\n" in text
    assert "\nzhengai_open_incidents 0\n" in text
    assert 'zhengai_requests_total{method="POST",status="201"}' in text


def test_an_old_schema_is_not_ready(app, sessions):
    with sessions() as db:
        db.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        db.commit()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
