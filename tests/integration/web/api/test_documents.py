"""Published documents over the interface: lists, differences, linked chains, batches in print."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from engine.db import begin_writing
from quality.models import Document, Stage
from tests.integration.quality.test_chain import Chain
from tests.integration.web.test_printing import do_jobs

__all__ = ["do_jobs"]
NOWHERE = 999_999


@pytest.fixture
def chain(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    """The goals of a major in two versions, and its standard."""
    begin_writing(db)
    made = Chain(db, sessions, college)
    made.publish(Stage.GOAL, "2026-2028")
    made.publish(Stage.GOAL, "2026-2028", change=_changed)
    made.publish(Stage.STANDARD)
    db.commit()
    return made


def _changed(rows):
    return [{**rows[0], "description": "改过"}, *rows[1:]]


def document(db, stage):
    found = db.execute(select(Document.id).where(Document.stage == stage)).scalars().first()
    db.rollback()
    return found


@pytest.mark.usefixtures("chain")
def test_documents_are_listed_and_two_versions_compared(db, program, described):
    leader, goals = program("leader"), document(db, "goal")
    listed = leader.get("/documents?kind=major&year=2027&mine=true&q=机器人").json["items"]
    assert {one["stage"] for one in listed} == {"goal", "standard"}
    assert [one["id"] for one in leader.get("/documents?stage=goal").json["items"]] == [goals]
    answer = leader.get(f"/documents/{goals}/changes")
    assert described("/documents/{document_id}/changes", answer)
    told = answer.json
    assert (told["before"]["number"], told["after"]["number"]) == (1, 2)
    assert (told["after"]["handed_in_by"], told["after"]["approved_by"]) == ("吴允恭", "李致远")
    (one,) = told["items"]
    assert (one["kind"], one["after"]) == ("cell", "改过")
    assert leader.get(f"/documents/{goals}/changes?before=2&after=1").json == told
    assert leader.get(f"/documents/{goals}/changes?before=1&after=1").json["items"] == []
    for query in ("before=7", "after=3", f"after={2**63 - 1}", "last_period=true"):
        assert leader.get(f"/documents/{goals}/changes?{query}").status_code == 404, query
    for query in ("before=0", f"after={2**63}", "last_period=1", "before=%00", "colour=red"):
        assert leader.get(f"/documents/{goals}/changes?{query}").status_code == 422, query
    assert leader.get(f"/documents/{NOWHERE}/changes").status_code == 404
    for query in ("year=1999", "kind=club", "q=%00", "mine=1", "unit=x"):
        assert leader.get(f"/documents?{query}").status_code == 422, query


def test_a_document_is_compared_with_that_of_the_period_before(chain, db, program):
    begin_writing(db)
    chain.publish(Stage.GOAL, "2029-2031", change=_changed)
    db.commit()
    leader = program("leader")
    newest = leader.get("/documents?period=2029-2031").json["items"][0]["id"]
    told = leader.get(f"/documents/{newest}/changes?last_period=true").json
    assert (told["before"]["period"], told["before"]["number"]) == ("2026-2028", 2)
    assert leader.get(f"/documents/{newest}/changes?last_period=true&before=3").status_code == 404


def test_the_chain_of_a_subject_is_told_item_by_item_with_its_gaps(chain, program, described):
    leader, subject = program("leader"), chain.college.subject
    answer = leader.get(f"/subjects/{subject}/chain?year=2027")
    assert described("/subjects/{subject_id}/chain", answer)
    told = answer.json
    standing = [one["standing"] for one in told["links"]]
    assert standing == ["published", "published", "missing", "missing"]
    assert (told["gaps"], len(told["goals"]), told["subject"]["id"]) == (2, 11, subject)
    assert told["goals"][0]["texts"][0]["text"] == "改过"
    (cell,) = told["goals"][1]["items"][0]["cells"]
    assert (cell["stage"], cell["gap"], len(cell["texts"])) == ("standard", "", 3)
    answer = leader.get("/subjects/chains?year=2027&gaps=true&q=机器人")
    assert described("/subjects/chains", answer)
    listed = answer.json["items"]
    assert [(one["id"], one["links"]) for one in listed] == [(subject, told["links"])]
    assert leader.get(f"/subjects/{subject}/chain?year=2031").json["gaps"] == 4
    assert leader.get(f"/subjects/{subject}/chain?year=1").status_code == 422
    assert program("stranger").get(f"/subjects/{subject}/chain").status_code == 404
    assert program("stranger").get("/subjects/chains").json["items"] == []
    assert leader.get(f"/subjects/{NOWHERE}/chain").status_code == 404
    assert leader.get("/subjects/chains?kind=club&unit=7").json["items"] == []


@pytest.mark.usefixtures("chain")
def test_documents_are_printed_as_a_batch_and_fetched(db, program, do_jobs, described):
    leader = program("leader")
    begun = leader.post("/prints", {"all": True, "stage": "goal", "form": "docx"})
    assert (begun.status_code, begun.json["status"], begun.json["total"]) == (201, "waiting", 1)
    path = begun.headers["Location"].removeprefix("/api/v1")
    assert leader.get(f"{path}/file").status_code == 404
    do_jobs()
    answer = leader.get(path)
    assert described("/prints/{run_id}", answer)
    assert (answer.json["status"], answer.json["done"]) == ("done", 1)
    with leader.get(f"{path}/file") as file:
        names = zipfile.ZipFile(io.BytesIO(file.data)).namelist()
    assert any(name.endswith(".docx") for name in names)
    assert leader.delete(path).status_code == 409
    second = leader.post("/prints", {"documents": [document(db, "goal"), NOWHERE]}).json["id"]
    assert leader.delete(f"/prints/{second}").json["status"] == "cancelled"
    assert [one["id"] for one in leader.get("/prints").json["items"]] == [
        second,
        begun.json["id"],
    ]
    for method in ("GET", "DELETE"):
        assert program("reviewer").send(method, path).status_code == 404
        assert leader.send(method, f"/prints/{NOWHERE}").status_code == 404
    assert program("reviewer").get(f"{path}/file").status_code == 404


WRONG = [
    {},
    {"documents": []},
    {"documents": [0]},
    {"documents": ["1"]},
    {"documents": [2**63]},
    {"documents": [1] * 501},
    {"documents": 3},
    {"documents": [1], "form": "exe"},
    {"all": True, "kind": "club"},
    {"all": True, "q": "\x00"},
    {"all": True, "year": 1},
    {"all": True, "q": "没有这样的文档"},
    {"all": False},
]


def test_what_cannot_be_printed_is_refused_in_words(program):
    for asked in WRONG:
        answer = program("leader").post("/prints", asked)
        assert (answer.status_code, bool(answer.json["title"])) == (422, True), asked
    assert program("leader").get("/prints").json["items"] == []
