"""Tasks: who may do what, what is refused with which sentence, and what the rows say after."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine import replay, tasks
from engine.bpmn.commands import Then
from engine.errors import (
    AlreadyClaimed,
    CannotAssign,
    CannotKeep,
    CannotReturn,
    Forbidden,
    NotFound,
    ReasonRequired,
    Refused,
    StaleDraft,
    TaskNotOpen,
    TooLarge,
    UnknownOutcome,
)
from engine.models import LogEntry, TaskCandidate, User, UserTask
from engine.people import SYSTEM, Actor
from tests.college import College
from tests.integration.engine import flow

REVIEW = "post:college_reviewer@unit:machine"
ALL = "approve,refuse,return,reassign"


@pytest.fixture
def case(db: Session, college: College) -> int:
    """A case that waits for the reviewers of a college, after its first two steps."""
    nodes = (
        flow.step("submit")
        + flow.step("second", verbs="approve")
        + flow.step("review", REVIEW, verbs=ALL, returns_to="initiator,previous")
        + '<bpmn:exclusiveGateway id="which" default="which__last"/>'
        + flow.step("last", REVIEW, returns_to="any")
    )
    row = ("start", "submit", "second", "review", "which", "last", "end")
    lines = "".join(flow.line(*pair) for pair in pairwise(row))
    xml = flow.process("tasks", nodes, lines + flow.line("which", "end", "outcome == 'refuse'"))
    leader = college.actor(db, "leader")
    number = flow.begin(db, xml, by=leader)
    flow.do(db, number, "submit", by=leader)
    flow.do(db, number, "second", by=leader)
    return number


@pytest.fixture
def review(db: Session, case: int) -> int:
    return flow.open_tasks(db, case)["review"]


def row(db: Session, task_id: int) -> tuple[str, int | None]:
    table = UserTask.__table__
    found = db.execute(select(table.c.status, table.c.assignee_id).where(table.c.id == task_id))
    return tuple(found.one())


def keys(db: Session, task_id: int) -> list[str]:
    table = TaskCandidate.__table__
    wanted = select(table.c.key).where(table.c.task_id == task_id).order_by(table.c.key)
    return list(db.execute(wanted).scalars())


def entries(db: Session) -> int:
    return db.execute(select(func.count(LogEntry.id))).scalar_one()


def test_claimed_it_is_in_one_inbox_and_released_in_all_again(
    db: Session, college: College, case: int, review: int
) -> None:
    reviewer = college.actor(db, "reviewer")
    offered = keys(db, review)
    tasks.claim(db, review, by=reviewer)
    assert row(db, review) == ("claimed", reviewer.id)
    assert keys(db, review) == [f"u:{reviewer.id}"]
    written = entries(db)
    tasks.claim(db, review, by=reviewer)
    assert entries(db) == written
    with pytest.raises(AlreadyClaimed, match="周明岚"):
        tasks.claim(db, review, by=college.actor(db, "reviewer2"))
    tasks.release(db, review, by=reviewer)
    assert row(db, review) == ("ready", None)
    assert keys(db, review) == offered
    assert replay.replay(db, case).difference is None


def act(db: Session, task: int, verb: str, by: Actor, other: int) -> None:
    """Do one of the things people do."""
    match verb:
        case "claim":
            tasks.claim(db, task, by=by)
        case "release":
            tasks.release(db, task, by=by)
        case "complete":
            tasks.complete(db, task, by=by)
        case "return":
            tasks.send_back(db, task, by=by, reason="请改")
        case "reassign":
            tasks.reassign(db, task, by=by, to=other, reason="请代办")
        case "draft":
            tasks.save_draft(db, task, by=by, values={}, revision=0)


OK = None
VERBS = ("claim", "release", "complete", "return", "reassign", "draft")
RIGHTS: dict[str, dict[str, type[Refused] | None]] = {
    "reviewer": dict.fromkeys(VERBS) | {"release": Forbidden},
    "leader": dict.fromkeys(VERBS, Forbidden),
    "stranger": dict.fromkeys(VERBS, NotFound),
    "auditor": dict.fromkeys(VERBS, Forbidden),
    "admin": dict.fromkeys(VERBS, Forbidden) | {"release": OK, "reassign": OK},
}


@pytest.mark.parametrize("who", RIGHTS)
def test_what_each_person_may_do_with_a_task_offered_to_others(
    db: Session, college: College, review: int, who: str
) -> None:
    by, other = college.actor(db, who), college.users["office"]
    for verb, refusal in RIGHTS[who].items():
        before = entries(db)
        with db.begin_nested() as attempt:
            if refusal is None:
                act(db, review, verb, by, other)
            else:
                with pytest.raises(refusal):
                    act(db, review, verb, by, other)
                assert entries(db) == before
            attempt.rollback()


def test_a_task_one_may_not_know_of_looks_like_one_that_is_not_there(
    db: Session, college: College, review: int
) -> None:
    stranger, other = college.actor(db, "stranger"), college.users["office"]
    for verb in RIGHTS["stranger"]:
        told = set()
        for task in (review, 999_999):
            with pytest.raises(NotFound) as refusal:
                act(db, task, verb, stranger, other)
            told.add((type(refusal.value), str(refusal.value), tuple(refusal.value.values)))
        assert len(told) == 1
    for task in (review, 999_999):
        with pytest.raises(NotFound):
            tasks.look(db, task, by=stranger)
    assert tasks.look(db, review, by=college.actor(db, "leader")).assignee_id is None


def test_a_finished_task_says_who_finished_it(db: Session, college: College, review: int) -> None:
    tasks.complete(db, review, by=college.actor(db, "reviewer"))
    with pytest.raises(TaskNotOpen, match="周明岚"):
        tasks.complete(db, review, by=college.actor(db, "reviewer2"))
    with pytest.raises(NotFound):
        tasks.complete(db, review, by=college.actor(db, "stranger"))
    assert tasks.look(db, review, by=college.actor(db, "reviewer")).completed_by is not None


def test_the_system_holds_no_tasks(db: Session, review: int) -> None:
    with pytest.raises(NotFound):
        tasks.complete(db, review, by=SYSTEM)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"outcome": "abstain"}, UnknownOutcome),
        ({"outcome": "return", "comment": "不"}, UnknownOutcome),
        ({"outcome": ""}, UnknownOutcome),
        ({"outcome": "refuse"}, ReasonRequired),
        ({"outcome": "refuse", "comment": " \n\x00"}, ReasonRequired),
        ({"comment": "长" * 5_001}, TooLarge),
        ({"comment": "半个字\ud83d"}, CannotKeep),
    ],
)
def test_what_cannot_be_handed_in(
    db: Session, college: College, review: int, asked: dict[str, str], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as raised:
        tasks.complete(db, review, by=college.actor(db, "reviewer"), **asked)
    assert "{" not in str(raised.value)
    assert row(db, review) == ("ready", None)


def test_an_opinion_is_kept_as_people_see_it(
    db: Session, college: College, case: int, review: int
) -> None:
    tasks.complete(db, review, by=college.actor(db, "reviewer"), comment=" 同意\x00\r\n👍 ")
    assert replay.replay(db, case).frames[-1].written["comment"] == "同意\n👍"


@pytest.mark.parametrize("to", ["submit", "initiator", "second", "previous"])
def test_a_step_can_be_called_by_its_id_and_by_every_word_for_it(
    db: Session, college: College, case: int, review: int, to: str
) -> None:
    tasks.send_back(db, review, by=college.actor(db, "reviewer"), to=to, reason="请改")
    element = {"initiator": "submit", "previous": "second"}.get(to, to)
    assert list(flow.open_tasks(db, case)) == [element]
    assert replay.replay(db, case).difference is None


def test_one_step_may_have_both_words(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    xml = flow.chain(
        "both", flow.step("submit"), flow.step("review", REVIEW, returns_to="initiator,previous")
    )
    for word in ("initiator", "previous"):
        number = flow.begin(db, xml, by=leader)
        flow.do(db, number, "submit", by=leader)
        task = flow.open_tasks(db, number)["review"]
        tasks.send_back(db, task, by=college.actor(db, "reviewer"), to=word, reason="请改")
        assert list(flow.open_tasks(db, number)) == ["submit"]


def test_any_names_every_earlier_step(db: Session, college: College, case: int) -> None:
    reviewer = college.actor(db, "reviewer")
    flow.do(db, case, "review", by=reviewer)
    version = replay.replay(db, case).version
    found = tasks.return_targets(db, version, case, "last")
    assert [(one.element_id, one.name, one.word) for one in found] == [
        (name, name, name) for name in ("submit", "second", "review")
    ]
    tasks.send_back(db, flow.open_tasks(db, case)["last"], by=reviewer, to="second", reason="请改")
    assert list(flow.open_tasks(db, case)) == ["second"]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"to": "last"}, CannotReturn),
        ({"to": "review"}, CannotReturn),
        ({"to": "nowhere"}, CannotReturn),
        ({"to": ""}, CannotReturn),
        ({"then": "some_day"}, CannotReturn),
        ({"reason": "  "}, ReasonRequired),
        ({"reason": "长" * 5_001}, TooLarge),
    ],
)
def test_what_cannot_be_sent_back(
    db: Session, college: College, review: int, asked: dict[str, str], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        tasks.send_back(db, review, by=college.actor(db, "reviewer"), **{"reason": "请改", **asked})
    assert row(db, review) == ("ready", None)


def test_a_step_without_the_verb_is_refused_it(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    number = flow.begin(db, flow.chain("plain", flow.step("one", verbs="approve")), by=leader)
    task = flow.open_tasks(db, number)["one"]
    with pytest.raises(UnknownOutcome, match="退回"):
        tasks.send_back(db, task, by=leader, reason="请改")
    with pytest.raises(UnknownOutcome, match="转办"):
        tasks.reassign(db, task, by=leader, to=college.users["office"], reason="请代办")


def test_straight_back_comes_to_the_person_who_sent_it(
    db: Session, college: College, case: int, review: int
) -> None:
    reviewer = college.actor(db, "reviewer")
    tasks.send_back(db, review, by=reviewer, to="submit", then=Then.BACK_TO_ME, reason="请改")
    flow.do(db, case, "submit", by=college.actor(db, "leader"))
    again = flow.open_tasks(db, case)["review"]
    assert row(db, again) == ("claimed", reviewer.id)
    assert replay.replay(db, case).difference is None


def test_work_for_somebody_who_left_goes_to_those_the_step_is_for(
    db: Session, college: College, case: int, review: int
) -> None:
    reviewer = college.actor(db, "reviewer")
    tasks.send_back(db, review, by=reviewer, to="submit", then=Then.BACK_TO_ME, reason="请改")
    db.execute(update(User).where(User.id == reviewer.id).values(is_active=False))
    flow.do(db, case, "submit", by=college.actor(db, "leader"))
    assert row(db, flow.open_tasks(db, case)["review"]) == ("ready", None)


def test_handed_over_it_is_the_other_persons_alone(
    db: Session, college: College, case: int, review: int
) -> None:
    office = college.actor(db, "office")
    tasks.reassign(db, review, by=college.actor(db, "reviewer"), to=office.id, reason="请代办")
    assert row(db, review) == ("claimed", office.id)
    assert keys(db, review) == [f"u:{office.id}"]
    with pytest.raises(CannotAssign, match="李致远"):
        tasks.reassign(db, review, by=office, to=office.id, reason="请代办")
    tasks.complete(db, review, by=office)
    assert replay.replay(db, case).difference is None


def test_handing_over_needs_a_reason_and_somebody_who_is_there(
    db: Session, college: College, review: int
) -> None:
    reviewer, office = college.actor(db, "reviewer"), college.users["office"]
    with pytest.raises(ReasonRequired):
        tasks.reassign(db, review, by=reviewer, to=office, reason=" ")
    db.execute(update(User).where(User.id == office).values(is_active=False))
    for nobody in (office, 999_999):
        with pytest.raises(CannotAssign):
            tasks.reassign(db, review, by=reviewer, to=nobody, reason="请代办")
    assert row(db, review) == ("ready", None)


def test_an_administrator_hands_over_where_the_step_has_no_such_verb(
    db: Session, college: College
) -> None:
    number = flow.begin(
        db, flow.chain("held", flow.step("one", verbs="approve")), by=college.actor(db, "leader")
    )
    task, office = flow.open_tasks(db, number)["one"], college.users["office"]
    tasks.reassign(db, task, by=college.actor(db, "admin"), to=office, reason="本人请假")
    assert row(db, task) == ("claimed", office)


def test_a_draft_is_kept_over_the_revision_it_began_from_and_goes_with_the_task(
    db: Session, college: College, review: int
) -> None:
    reviewer, other = college.actor(db, "reviewer"), college.actor(db, "reviewer2")
    first = tasks.save_draft(db, review, by=reviewer, values={"x": 1}, revision=0)
    assert (first.revision, first.values, first.saved_by) == (1, {}, reviewer.id)
    for revision in (0, 2):
        with pytest.raises(StaleDraft):
            tasks.save_draft(db, review, by=other, values={}, revision=revision)
    assert tasks.save_draft(db, review, by=other, values={}, revision=1).revision == 2
    with pytest.raises(StaleDraft):
        tasks.discard_draft(db, review, by=reviewer, revision=1)
    with pytest.raises(NotFound):
        tasks.discard_draft(db, review, by=college.actor(db, "stranger"), revision=2)
    tasks.discard_draft(db, review, by=reviewer, revision=2)
    assert tasks.drafts.draft(db, review) == tasks.drafts.NONE
    tasks.save_draft(db, review, by=reviewer, values={}, revision=0)
    tasks.complete(db, review, by=reviewer)
    assert tasks.drafts.draft(db, review) == tasks.drafts.NONE
