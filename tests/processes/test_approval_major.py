"""Figure 4 from start to finish: goals returned, approved, published; standards under them."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from engine import instances
from engine.errors import CannotStart, Forbidden, NotFound, ReasonRequired
from engine.forms.validation import Invalid
from engine.models import ProcessInstance
from quality import documents, errors
from quality.models import Document, DocumentVersion
from tests.story import GOALS, STANDARDS, Story, filled


@pytest.fixture
def story(db, sessions, college):
    return Story(db, sessions, college)


def test_goals_are_returned_once_then_approved_and_published(story):
    case = story.start(GOALS)
    assert [row["id"] for row in story.values(case)["goals"]] == [
        f"major.g{n:02}" for n in range(1, 12)
    ]
    assert story.keys(case) == {f"u:{story.college.users['leader']}"}

    story.hand_in(case, "leader", filled(story.values(case), "goals", "description"))
    machine = story.college.units["machine"]
    assert story.keys(case) == {f"p:college_reviewer:{machine}"}
    story.return_(case, "reviewer", "请补充备注")
    assert story.task(case).element_id == "submit"
    assert story.values(case)["goals"][10]["description"] == "人才培养成效目标：description"

    again = filled(story.values(case), "goals", "description", "remark")
    story.hand_in(case, "leader", again)
    story.hand_in(case, "reviewer2", comment="同意")
    assert story.keys(case) == {"p:academic_affairs"}
    story.hand_in(case, "office", comment="审定通过")
    assert story.status(case) == "running"
    assert story.run_jobs() == 1
    assert story.status(case) == "completed"

    (row,) = documents.published(story.db, story.person("leader")).items
    assert (row.title, row.number) == ("工业机器人技术·专业建设目标（2026–2028）", 1)
    shown = documents.version(story.db, story.person("leader"), row.id)
    assert len(shown.values["goals"]) == 11
    assert all(goal["remark"] for goal in shown.values["goals"])
    head = {key: value for key, value in shown.values.items() if key != "goals"}
    assert head == {
        "college": "智能制造学院",
        "major_code": "460305",
        "name": "工业机器人技术",
        "construction_period": "2026–2028 年",
        "applies_to": "2027 级",
        "approved_by": "李致远",
    }
    story.is_as_recorded()


def test_standards_are_born_under_the_published_goals_and_published(story):
    story.publish_goals()
    case = story.start(STANDARDS)
    rows = story.values(case)["standards"]
    assert len(rows) == 41
    assert len({row["goal"] for row in rows}) == 10
    assert "major.g01" not in {row["goal"] for row in rows}
    assert [row["id"] for row in rows if row.get("placeholder")] == ["major.g06.i01"]

    columns = ("performance", "assurance", "process")
    story.hand_in(case, "leader", filled(story.values(case), "standards", *columns))
    story.approve_all(case)

    (goals,) = documents.chain(story.db, story.person("leader"), story.college.subject).goals
    (standards,) = goals.yearly
    assert standards.title == "工业机器人技术·专业建设质量标准（2027）"
    shown = documents.version(story.db, story.person("office"), standards.id)
    assert len(shown.values["standards"]) == 41
    assert shown.values["construction_period"] == "2027 年（建设期限 2026–2028 年）"
    story.is_as_recorded()


def test_dropped_goals_have_no_standards_and_an_own_goal_has_a_row_to_begin_with(story):
    own = {
        "id": "own-0123456789ab",
        "label": "产教融合特色",
        "own": True,
        "description": "建成一所产业学院",
    }

    def change(values):
        kept = [row for row in values["goals"] if row["id"] != "major.g10"]
        return values | {"goals": [*kept, own]}

    story.publish_goals(change)
    case = story.start(STANDARDS)
    rows = story.values(case)["standards"]
    assert len(rows) == 41 - 2 + 1
    (born,) = [row for row in rows if row["own"]]
    assert (born["goal"], born["goal_label"], born["label"]) == (own["id"], "产教融合特色", "")

    said = dict.fromkeys(("performance", "assurance", "process"), "写明")
    named = [row | said | {"label": row["label"] or "产业学院建设"} for row in rows]
    story.hand_in(case, "leader", {"applies_to": "", "standards": named})
    story.approve_all(case)
    story.is_as_recorded()


def test_a_change_of_published_goals_begins_from_them_and_makes_the_next_version(story):
    def without_the_last(values):
        return values | {"goals": values["goals"][:-1]}

    first = story.publish_goals(without_the_last)
    second = story.start(GOALS)
    values = story.values(second)
    assert len(values["goals"]) == 10
    assert values["goals"][0]["description"] == "专业发展定位目标：description"
    dropped = {"id": "major.g11", "description": "又要了", "remark": ""}
    changed = [values["goals"][0] | {"description": "改过"}, *values["goals"][1:], dropped]
    story.hand_in(second, "leader", {"applies_to": "2027 级", "goals": changed})
    story.approve_all(second)

    leader = story.person("leader")
    (row,) = documents.published(story.db, leader).items
    view = documents.one(story.db, leader, row.id)
    assert [(one.number, one.instance_id) for one in view.versions] == [(2, second), (1, first)]
    older, newer = (documents.version(story.db, leader, row.id, one) for one in (1, 2))
    found = documents.compare(older, newer)
    assert {(one.path, one.kind) for one in found} >= {
        ("goals/major.g01/description", "cell"),
        ("goals/major.g11", "row_added"),
    }
    keys = story.db.execute(
        select(ProcessInstance.business_key).order_by(ProcessInstance.id)
    ).scalars()
    assert list(keys) == ["major:460305/goal/2026-2028#1", "major:460305/goal/2026-2028#2"]
    story.is_as_recorded()


def test_what_is_cancelled_is_withdrawn_and_can_be_started_again(story):
    case = story.start(GOALS)
    instances.cancel(story.db, case, by=story.person("admin"), reason="填错了时期")
    document = story.db.execute(select(Document.status, Document.instance_id)).one()
    assert document == ("withdrawn", None)
    assert documents.of_case(story.db, case) is None
    again = story.start(GOALS)
    assert story.task(again).element_id == "submit"
    story.is_as_recorded()


def test_publishing_twice_writes_one_version(story):
    story.publish_goals()
    assert story.run_jobs() == 0
    data = story.db.execute(select(DocumentVersion.data)).scalar_one()
    assert orjson.loads(data)["name"] == "工业机器人技术"


def test_wrong_people_cannot_act(story):
    with pytest.raises(errors.MayNotStart):
        story.start(GOALS, by="reviewer")
    case = story.start(GOALS)
    with pytest.raises(NotFound):
        story.hand_in(case, "reviewer")
    with pytest.raises(Forbidden):
        story.hand_in(case, "auditor")
    story.hand_in(case, "leader", filled(story.values(case), "goals", "description"))
    for name in ("stranger", "office"):
        with pytest.raises(NotFound):
            story.hand_in(case, name)
    with pytest.raises(Forbidden):
        story.hand_in(case, "leader")
    with pytest.raises(ReasonRequired):
        story.return_(case, "reviewer", " ")
    assert story.task(case).element_id == "college_review"


def test_an_invented_row_is_refused_and_what_was_typed_is_kept(story):
    case = story.start(GOALS)
    posted = filled(story.values(case), "goals", "description")
    posted["goals"].append({"id": "major.g99", "label": "没有", "description": "写了"})
    with pytest.raises(Invalid) as refused:
        story.hand_in(case, "leader", posted)
    assert list(refused.value.errors) == ["goals/major.g99"]
    assert refused.value.filled["applies_to"] == "2027 级"


def test_a_second_case_of_the_same_document_is_refused(story):
    story.start(GOALS)
    with pytest.raises(errors.AlreadyUnderWay) as refused:
        story.start(GOALS)
    assert "工业机器人技术·专业建设目标（2026–2028）" in str(refused.value)


REFUSED = [
    ({"stage": "goal", "period": "2026"}, errors.GoalPeriodWrong),
    ({"stage": "goal", "period": "2026-2029"}, errors.GoalPeriodWrong),
    ({"stage": "goal", "period": 2026}, errors.GoalPeriodWrong),
    ({"stage": "standard", "period": "2026-2028"}, errors.StandardPeriodWrong),
    ({"stage": "standard"}, errors.StandardPeriodWrong),
    ({"stage": "plan", "period": "2027-2029"}, errors.PlanPeriodWrong),
    ({"stage": "plan", "period": "2027"}, errors.StandardMissing),
    ({"stage": "sum", "period": "2027"}, errors.UnknownStage),
    ({"stage": ["goal"], "period": "2027"}, errors.UnknownStage),
    ({}, errors.UnknownStage),
    ({**GOALS, "goals": []}, errors.UnknownValues),
    (STANDARDS, errors.GoalsMissing),
]


def test_what_cannot_be_started_is_refused_with_a_sentence(story):
    for values, refusal in REFUSED:
        with pytest.raises(refusal) as refused:
            story.start(values)
        assert isinstance(refused.value, CannotStart)
        assert "…" not in str(refused.value)


def test_standards_outside_the_goals_period_are_refused(story):
    story.publish_goals()
    with pytest.raises(errors.GoalsMissing, match="2029"):
        story.start({"stage": "standard", "period": "2029"})


def test_a_subject_that_is_not_there_is_not_found(story):
    for subject in (None, "", "subject:999999", "subject:x", "unit:1"):
        with pytest.raises(NotFound):
            instances.start(
                story.db, "approval_major", by=story.person("leader"), subject=subject, values=GOALS
            )
