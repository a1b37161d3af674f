"""Definitions: drafts with revisions, versions that never change, and what running cases keep."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from engine import db as database
from engine import definitions, instances, replay, versions
from engine.bpmn.parse import Unreadable
from engine.errors import (
    CannotKeep,
    Forbidden,
    NotFound,
    NotPublishable,
    ReasonRequired,
    Refused,
    StaleDraft,
    TooLarge,
    UnknownDefinition,
)
from engine.models import FormText, LogEntry, ProcessDefinition, ProcessVersion
from engine.people import SYSTEM
from tests.college import College
from tests.integration.engine import flow

ONE = flow.chain("defined", flow.step("one"))
TWO = flow.chain("defined", flow.step("one"), flow.step("two"))
BROKEN = flow.chain("defined", flow.step("one", "nobody_can_read_this"))


def form(label: str) -> str:
    field = {"type": "textfield", "key": "word", "label": label}
    head = {"type": "default", "id": "paper", "schemaVersion": 18}
    return orjson.dumps({**head, "components": [field]}).decode()


def with_form(*more: str) -> bytes:
    inside = flow.step("one").replace(
        "camunda:candidateGroups", 'camunda:formRef="paper" camunda:candidateGroups'
    )
    return flow.chain("defined", inside, *more)


def test_a_draft_begins_from_the_active_version_and_is_saved_over_its_revision(
    db: Session, college: College
) -> None:
    admin = college.actor(db, "admin")
    definitions.publish(db, ONE, by=SYSTEM, note="第一版")
    begun = definitions.draft(db, "defined", by=admin)
    assert (begun.bpmn, begun.revision, begun.saved_by) == (ONE, 0, None)
    first = definitions.save_draft(db, "defined", BROKEN, by=admin, revision=0)
    assert (first.revision, first.saved_by) == (1, admin.id)
    for revision in (0, 2):
        with pytest.raises(StaleDraft):
            definitions.save_draft(db, "defined", TWO, by=admin, revision=revision)
    definitions.save_draft(db, "defined", TWO, by=admin, revision=1)
    stands = definitions.draft(db, "defined", by=admin)
    assert (stands.bpmn, stands.revision) == (TWO, 2)


def test_what_a_draft_refuses(db: Session, college: College) -> None:
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    with pytest.raises(Forbidden):
        definitions.draft(db, "approval_major", by=leader)
    with pytest.raises(Forbidden):
        definitions.save_draft(db, "approval_major", ONE, by=leader, revision=0)
    with pytest.raises(NotFound):
        definitions.draft(db, "nothing", by=admin)
    with pytest.raises(NotFound):
        definitions.save_draft(db, "nothing", ONE, by=admin, revision=0)
    with pytest.raises(Unreadable):
        definitions.save_draft(db, "approval_major", b"no file", by=admin, revision=0)


def test_of_two_who_save_first_at_once_one_is_told(
    sessions: sessionmaker[Session], college: College
) -> None:
    together = Barrier(2)

    def save(xml: bytes) -> Refused | None:
        with sessions() as db:
            admin = college.actor(db, "admin")
            db.rollback()
            together.wait()
            database.begin_writing(db)
            try:
                definitions.save_draft(db, "approval_major", xml, by=admin, revision=0)
            except StaleDraft as refused:
                return refused
            db.commit()
            return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(save, (ONE, TWO)))
    assert answers.count(None) == 1
    assert {type(one) for one in answers if one is not None} == {StaleDraft}


@pytest.mark.usefixtures("college")
def test_two_who_publish_a_new_process_at_once_make_two_versions_of_one_definition(
    sessions: sessionmaker[Session],
) -> None:
    together = Barrier(2)

    def publish(xml: bytes) -> definitions.Published:
        with sessions() as db:
            together.wait()
            database.begin_writing(db)
            made = definitions.publish(
                db, xml, by=SYSTEM, note="同时", forms={"paper": form(f"{len(xml)}")}
            )
            db.commit()
            return made

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(publish, (ONE, TWO)))
    assert sorted(one.number for one in made) == [1, 2]
    with sessions() as db:
        wanted = select(func.count()).where(ProcessDefinition.key == "defined")
        assert db.execute(wanted).scalar_one() == 1
        assert db.execute(select(FormText.revision).where(FormText.key == "paper")).scalar_one()


@pytest.mark.usefixtures("college")
def test_the_same_content_again_is_no_new_version_and_becomes_active_again(db: Session) -> None:
    first = definitions.publish(db, ONE, by=SYSTEM, note="第一版")
    second = definitions.publish(db, TWO, by=SYSTEM, note="第二版")
    assert (first.number, second.number, second.is_new) == (1, 2, True)
    again = definitions.publish(db, ONE, by=SYSTEM, note="回到第一版")
    assert (again.version_id, again.number, again.is_new) == (first.version_id, 1, False)
    assert versions.active(db, "defined").id == first.version_id
    count = select(func.count()).where(ProcessVersion.definition_id == _definition(db))
    assert db.execute(count).scalar_one() == 2


def _definition(db: Session) -> int:
    wanted = select(ProcessDefinition.id).where(ProcessDefinition.key == "defined")
    return db.execute(wanted).scalar_one()


def test_running_cases_keep_their_version_and_its_forms(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    old = definitions.publish(
        db, with_form(), by=SYSTEM, note="第一版", forms={"paper": form("旧")}
    )
    case = instances.start(db, "defined", by=leader)
    new = definitions.publish(
        db, with_form(flow.step("two")), by=SYSTEM, note="第二版", forms={"paper": form("新")}
    )
    later = instances.start(db, "defined", by=leader)
    for number, made, label in ((case, old, "旧"), (later, new, "新")):
        found = instances.lock(db, number).version
        assert found.id == made.version_id
        paper = found.form("one")
        assert paper is not None
        assert [part.label for part in paper.valued.values()] == [label]
    flow.do(db, case, "one", by=leader)
    flow.do(db, later, "one", by=leader)
    assert (flow.status(db, case), flow.status(db, later)) == ("completed", "running")
    assert replay.replay(db, case).difference is None


@pytest.mark.usefixtures("college")
def test_only_forms_that_are_referred_to_are_in_the_bundle(db: Session) -> None:
    forms = {"paper": form("用"), "other": form("不用")}
    made = definitions.publish(db, with_form(), by=SYSTEM, note="第一版", forms=forms)
    bundle = db.execute(
        select(ProcessVersion.forms).where(ProcessVersion.id == made.version_id)
    ).scalar_one()
    assert list(orjson.loads(bundle)) == ["paper"]


@pytest.mark.parametrize(
    ("note", "refusal"),
    [("", ReasonRequired), (" \x00\n", ReasonRequired), ("长" * 2_001, TooLarge),
     ("半\udc00", CannotKeep)],
)  # fmt: skip
def test_a_version_needs_a_note_that_can_be_kept(
    db: Session, college: College, note: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        definitions.publish(db, ONE, by=college.actor(db, "admin"), note=note)


@pytest.mark.parametrize(
    ("xml", "rule"),
    [(BROKEN, "assignment_known"), (b"", "readable"), (b"<a/>", "bpmn_namespace"),
     (with_form(), "form_exists")],
)  # fmt: skip
def test_what_cannot_run_is_not_published_and_says_why(
    db: Session, college: College, xml: bytes, rule: str
) -> None:
    with pytest.raises(NotPublishable) as refusal:
        definitions.publish(db, xml, by=SYSTEM, note="不行")
    findings = refusal.value.values["findings"]
    assert rule in {one.rule for one in findings}  # type: ignore[attr-defined]  # a tuple of findings
    assert "0 个" not in str(refusal.value)
    with pytest.raises(UnknownDefinition):
        instances.start(db, "defined", by=college.actor(db, "leader"))


def test_only_administrators_publish(db: Session, college: College) -> None:
    with pytest.raises(Forbidden):
        definitions.publish(db, ONE, by=college.actor(db, "leader"), note="第一版")
    with pytest.raises(Forbidden):
        definitions.save_form(db, "paper", form("用"), by=college.actor(db, "leader"))


def test_a_form_of_the_library_counts_its_revisions(db: Session, college: College) -> None:
    admin = college.actor(db, "admin")
    for label in ("一", "二"):
        definitions.save_form(db, "paper", form(label), by=admin)
    row = db.execute(select(FormText).where(FormText.key == "paper")).scalar_one()
    assert (row.revision, row.text) == (2, form("二"))


def test_an_uploaded_file_is_kept_whether_it_can_run_or_not(db: Session, college: College) -> None:
    admin = college.actor(db, "admin")
    assert definitions.keep(db, BROKEN, by=admin) == "defined"
    assert definitions.keep(db, TWO, by=admin) == "defined"
    assert definitions.draft(db, "defined", by=admin).bpmn == TWO
    strange = ONE.replace(b'<bpmn:process id="defined"', '<bpmn:process id="流程 一"'.encode())
    key = definitions.keep(db, strange, by=admin)
    assert key.startswith("file-")
    assert definitions.keep(db, strange, by=admin) == key
    with pytest.raises(UnknownDefinition):
        versions.active(db, "defined")
    with pytest.raises(Unreadable):
        definitions.keep(db, b"no file", by=admin)
    with pytest.raises(Forbidden):
        definitions.keep(db, ONE, by=college.actor(db, "leader"))
    created = select(func.count()).where(LogEntry.kind == "definition_created")
    assert db.execute(created).scalar_one() == 3


@pytest.mark.usefixtures("college")
def test_a_version_that_is_not_there_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        versions.of_case(db, 999_999)


@pytest.mark.usefixtures("college")
def test_versions_made_ready_are_kept_up_to_a_number(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_KEPT", 1)
    monkeypatch.setattr(versions, "_kept", OrderedDict())
    made = [definitions.publish(db, xml, by=SYSTEM, note="版") for xml in (ONE, TWO)]
    for one in made * 2:
        assert versions.of_case(db, one.version_id).number == one.number
    assert len(versions._kept) == 1
