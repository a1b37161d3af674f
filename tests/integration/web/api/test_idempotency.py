"""The same request under the same key is answered again, not done again."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import func, insert, select

from engine import clock
from engine.models import IdempotentAnswer, LogEntry
from tests.integration.web.api.program import Program
from web.api import idempotency

KEY = "Idempotency-Key"


def entries(sessions, case):
    with sessions() as db:
        counted = select(func.count()).select_from(LogEntry.__table__)
        return db.execute(counted.where(LogEntry.chain == f"case:{case}")).scalar_one()


def test_a_repeated_completion_is_answered_again(handed_in, program, sessions):
    case, task = handed_in()
    path, asked = f"/tasks/{task}/completion", {"outcome": "approve", "comment": "同意"}
    first = program("reviewer").post(path, asked, **{KEY: "k 1"})
    again = program("reviewer").post(path, asked, **{KEY: "k 1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.data == first.data
    assert again.content_type == first.content_type
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert entries(sessions, case) == 3
    lost = program("reviewer").post(path, asked)
    assert (lost.status_code, "周明岚" in lost.json["title"]) == (409, True)


def test_a_repeated_start_is_one_case(program, college):
    asked = {
        "definition": "approval_major",
        "subject": college.subject,
        "values": {"stage": "goal", "period": "2026-2028"},
    }
    first, again = (program("leader").post("/instances", asked, **{KEY: "s"}) for _n in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(program("leader").get("/instances").json["items"]) == 1


def test_a_key_belongs_to_one_request_and_one_person(handed_in, program):
    _case, task = handed_in()
    path = f"/tasks/{task}/completion"
    assert program("reviewer").post(path, {"outcome": "approve"}, **{KEY: "k"}).status_code == 200
    other = program("reviewer").post(path, {"outcome": "approve", "comment": "x"}, **{KEY: "k"})
    assert other.status_code == 422
    assert program("leader").post(path, {"outcome": "approve"}, **{KEY: "k"}).status_code == 409


def test_a_refusal_is_not_kept(handed_in, program):
    _case, task = handed_in()
    path = f"/tasks/{task}/return"
    asked = {"to": "initiator", "reason": "  "}
    assert program("reviewer").post(path, asked, **{KEY: "k"}).status_code == 422
    asked["reason"] = "请补充"
    assert program("reviewer").post(path, asked, **{KEY: "k"}).status_code == 200


def test_a_key_that_cannot_be_kept_is_refused(handed_in, program):
    _case, task = handed_in()
    for key in ("", "x" * 201, "汉字".encode().decode("latin-1"), "a\x01b"):
        answer = program("reviewer").post(f"/tasks/{task}/claim", **{KEY: key})
        assert answer.status_code == 422, key


def test_a_password_never_lies_in_a_kept_answer(anybody, sessions):
    asked = {"username": "leader", "password": "test-password"}
    tokens = {anybody.post("/tokens", asked, **{KEY: "k"}).json["token"] for _n in range(2)}
    assert len(tokens) == 2
    with sessions() as db:
        assert db.execute(select(IdempotentAnswer.key)).all() == []


def test_two_at_once_under_one_key_are_one(app, handed_in, program, sessions):
    case, task = handed_in()
    path, asked = f"/tasks/{task}/completion", {"outcome": "approve"}
    token, answers, start = program("reviewer").token, [], threading.Barrier(6)

    def send():
        speaks = Program(app.test_client(), token)
        start.wait()
        answers.append(speaks.post(path, asked, **{KEY: "at once"}))

    threads = [threading.Thread(target=send) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    replayed = [answer for answer in answers if "Idempotent-Replayed" in answer.headers]
    assert len(replayed) == 5
    assert entries(sessions, case) == 3


def test_many_at_once_without_a_key_have_one_winner(app, handed_in, program, sessions):
    case, task = handed_in()
    tokens = [program("reviewer").token, program("reviewer2").token] * 4
    answers, start = [], threading.Barrier(len(tokens))

    def send(token):
        speaks = Program(app.test_client(), token)
        start.wait()
        answers.append(speaks.post(f"/tasks/{task}/completion", {"outcome": "approve"}))

    threads = [threading.Thread(target=send, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    losers = [answer.json["title"] for answer in answers if answer.status_code == 409]
    assert all("已经由" in title for title in losers)
    assert entries(sessions, case) == 3


def test_old_answers_go_and_young_ones_stay(db, college):
    week = idempotency.KEPT + timedelta(minutes=1)
    row = {"request_hash": "", "status": 200, "headers": "{}", "body": ""}
    for key, at in (("old", clock.now() - week), ("young", clock.now())):
        mine = {"user_id": college.users["leader"], "key": key, "at": at}
        db.execute(insert(IdempotentAnswer.__table__), row | mine)
    idempotency.purge(db)
    assert list(db.execute(select(IdempotentAnswer.key)).scalars()) == ["young"]
