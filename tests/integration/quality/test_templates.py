"""Templates: written by the lead department, approved, in force for what is born from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from engine import grants, instances, people, tasks
from engine.college import committees, posts
from engine.errors import Forbidden, NotFound, StaleDraft, TextTooLong
from engine.grants import NewGrant, TemplateIsForAll
from engine.models import Committee, Grant, Membership, ProcessInstance, Reach
from engine.people import SYSTEM
from engine.permissions import Action
from quality import default_grants, explain, kinds, shipped, templates
from quality.kinds import Goal, Item
from quality.models import DocumentVersion
from quality.templates import errors
from tests.college import SINCE, publish
from tests.story import GOALS, Story, filled
from web import commands

MAJOR = kinds.get("major").goals
FIRST = 2027
NEW = Goal("", "课程思政目标", "课程思政目标", (Item("", "计划 1", placeholder=True),))


@pytest.fixture
def story(db, sessions, college):
    return Story(db, sessions, college)


def saved(story, goals, revision=0, by="office", **parts):
    said = {"first_year": FIRST, "note": "增加课程思政"} | parts
    return templates.save(story.db, "major", goals, by=story.person(by), revision=revision, **said)


def row(db, goals, number, first_year):
    """A further version, as if a case had published it."""
    template = templates.Template("major", number, first_year, f"hash {number}", tuple(goals))
    values = templates.versions._row(template) | {"sha256": template.sha256}
    db.execute(insert(templates.models.TemplateVersion), values)
    return template


def test_the_catalogue_holds_where_nothing_was_laid_and_is_laid_once(db):
    before = templates.current(db, "major", 2026)
    assert (before.number, before.goals, before.published_at) == (1, MAJOR, None)
    assert not templates.are_laid(db)
    assert (templates.lay(db), templates.lay(db), templates.are_laid(db)) == (8, 0, True)
    after = templates.current(db, "major", 2026)
    assert replace(after, published_at=None) == before
    assert templates.one(db, "major", 1) == after
    assert templates.counts(db) == dict.fromkeys(kinds.KEYS, 1)
    with pytest.raises(NotFound):
        templates.one(db, "major", 2)
    with pytest.raises(NotFound):
        templates.current(db, "minor", 2026)


def test_a_template_holds_from_its_year_until_a_newer_one_does(db):
    templates.lay(db)
    row(db, MAJOR[:5], 2, 2028)
    row(db, MAJOR[:4], 3, 2029)
    numbers = {year: templates.current(db, "major", year).number for year in range(2026, 2031)}
    assert numbers == {2026: 1, 2027: 1, 2028: 2, 2029: 3, 2030: 3}
    assert [one.number for one in templates.listed(db, "major")] == [3, 2, 1]
    found = templates.of_hash(db, "major", "hash 2")
    assert found is not None
    assert found.goals == MAJOR[:5]
    assert templates.of_hash(db, "course", "hash 2") is None


def test_only_the_lead_department_writes(story):
    assert templates.editable(story.db, story.person("office")) == {"major", "course"}
    for name in ("leader", "reviewer", "admin", "auditor"):
        assert templates.editable(story.db, story.person(name)) == frozenset()
        with pytest.raises(errors.MayNotEdit):
            saved(story, MAJOR, by=name)
    assert issubclass(errors.MayNotEdit, Forbidden)
    told = explain.answer(
        story.db, story.college.users["office"], "template:edit", story.college.subject
    )
    assert told.allowed
    assert not explain.answer(
        story.db, story.college.users["leader"], "template:edit", story.college.subject
    ).allowed


def test_a_draft_is_kept_over_the_revision_it_was_begun_from(story):
    empty = templates.draft(story.db, "major")
    assert (empty.revision, empty.goals, empty.saved_by) == (0, MAJOR, "")
    first = saved(story, [*MAJOR, NEW])
    assert (first.revision, first.goals[-1].id, first.goals[-1].items[0].id) == (
        1,
        "major.g12",
        "major.g12.i01",
    )
    stored = templates.draft(story.db, "major")
    assert (stored.goals, stored.saved_by, stored.note) == (first.goals, "李致远", "增加课程思政")
    for revision in (0, 2):
        with pytest.raises(StaleDraft):
            saved(story, MAJOR, revision)
    again = saved(story, [*first.goals, replace(NEW, label="劳动教育目标")], 1)
    assert [goal.id for goal in again.goals[-2:]] == ["major.g12", "major.g13"]
    with pytest.raises(StaleDraft):
        templates.discard(story.db, "major", by=story.person("office"), revision=1)
    templates.discard(story.db, "major", by=story.person("office"), revision=2)
    assert templates.draft(story.db, "major").revision == 0


def test_what_is_wrong_is_kept_but_not_what_is_not_ours(story):
    typed = [replace(MAJOR[0], label=""), *MAJOR[1:]]
    draft = saved(story, typed)
    assert draft.goals[0].label == ""
    assert [place for place, _why in templates.problems(story.db, draft)] == ["major.g01"]
    item = MAJOR[1].items[0]
    for goals, refusal in (
        ([replace(MAJOR[0], id="major.g99")], errors.RowUnknown),
        ([replace(MAJOR[0], id="course.g01")], errors.RowUnknown),
        ([replace(MAJOR[2], items=(item,))], errors.RowUnknown),
        ([replace(NEW, items=(item,))], errors.RowUnknown),
        ([NEW] * 101, errors.TooManyGoals),
        ([replace(NEW, items=NEW.items * 301)], errors.TooManyItems),
        ([replace(NEW, label="长" * 1001)], TextTooLong),
    ):
        with pytest.raises(refusal):
            saved(story, goals, 1)


def test_a_row_that_was_dropped_comes_back_as_itself_only(story):
    templates.lay(story.db)
    row(story.db, MAJOR[:3], 2, 2026)
    draft = saved(story, [*MAJOR[:3], MAJOR[3]])
    assert templates.problems(story.db, draft) == []
    draft = saved(story, [*MAJOR[:3], replace(MAJOR[3], label="食堂")], 1)
    ((place, why),) = templates.problems(story.db, draft)
    assert (place, type(why)) == ("major.g04", errors.AnotherMeaning)
    fresh = saved(story, [*MAJOR[:3], NEW], 2)
    assert fresh.goals[-1].id == "major.g12"  # not one that was somebody else's


@pytest.fixture
def committee(story):
    """Three people who vote; the flow of templates is published."""
    db, college = story.db, story.college
    found = db.execute(select(Committee.id).where(Committee.key == "quality_committee"))
    number = found.scalar_one_or_none() or committees.create(
        db, "quality_committee", "诊改工作委员会", "committee", by=SYSTEM
    )
    for name in ("reviewer", "reviewer2", "auditor"):
        seat = {"committee_id": number, "user_id": college.users[name], "seat": "member"}
        db.execute(insert(Membership), {**seat, "since": SINCE})
    head = posts.create(db, "head", "负责人", by=SYSTEM)
    units = college.units
    posts.give(db, college.users["admin"], head, units["academic_affairs"], since=SINCE, by=SYSTEM)
    shipped.lay_policies(db, by=SYSTEM)
    publish(db, shipped.bpmn(templates.FLOW))


def start(story, by="office", **values):
    return instances.start(
        story.db, templates.FLOW, by=story.person(by), values=values or {"kind": "major"}
    )


def approve(story, case, outcome="approve"):
    """Everybody whom the flow asks says the same."""
    for _step in range(10):
        open_ = [
            task
            for name in story.college.users
            for task in tasks_of(story, case, story.person(name))
        ]
        if not open_:
            break
        task, person = open_[0]
        is_vote = task.element_id == "committee_vote"
        said = {"outcome": outcome, "comment": "不同意的理由"} if is_vote else {}
        tasks.complete(story.db, task.id, by=person, values=None, **said)
    story.run_jobs()


def tasks_of(story, case, person):
    table = tasks.held.UserTask.__table__
    wanted = select(table.c.id, table.c.element_id, table.c.assignee_id).where(
        table.c.instance_id == case, table.c.status.in_(("ready", "claimed"))
    )
    for task in story.db.execute(wanted):
        keys = set()
        if task.assignee_id is None:
            keys = story.keys(case)
        if task.assignee_id == person.id or keys & person.keys:
            yield task, person


@pytest.mark.usefixtures("committee")
def test_what_is_not_ready_is_not_handed_in(story):
    for values, by, refusal in (
        ({"kind": "minor"}, "office", errors.WhichKind),
        ({"kind": ["major"]}, "office", errors.WhichKind),
        ({"kind": "major"}, "leader", errors.MayNotEdit),
        ({"kind": "student"}, "office", errors.MayNotEdit),
        ({"kind": "major"}, "office", errors.NothingChanged),
    ):
        with pytest.raises(refusal) as refused:
            start(story, by, **values)
        assert "…" not in str(refused.value)
    saved(story, [*MAJOR[1:], replace(NEW, items=())], first_year=2020)
    with pytest.raises(errors.DraftNotReady, match="有 2 处"):
        start(story)


@pytest.mark.usefixtures("committee")
def test_an_approved_template_is_in_force_for_what_is_born_from_then_on(story):
    db = story.db
    running = story.start(GOALS)  # goals of 2026 to 2028, under way meanwhile
    before = templates.current(db, "major", 2026)
    draft = saved(story, [*MAJOR[:-1], NEW])
    case = start(story)
    assert templates.under_way(db, "major") == case
    with pytest.raises(errors.UnderWay):
        start(story)
    values = story.values(case)
    assert values["goals"][-1]["change"] == "新增"
    assert "删去目标：人才培养成效目标" in values["dropped"]
    assert values["lead"] == "教务处"
    saved(story, draft.goals[:-1], 1)  # the draft goes on; what was handed in stays
    approve(story, case)
    assert story.status(case) == "completed"
    assert templates.under_way(db, "major") is None
    found = templates.current(db, "major", FIRST)
    assert (found.number, found.first_year, found.goals) == (2, FIRST, draft.goals)
    assert found.note == "增加课程思政"
    assert found.published_by == story.college.users["office"]
    assert templates.current(db, "major", 2026).sha256 == before.sha256
    assert templates.draft(db, "major").revision == 2
    story.is_as_recorded()

    story.hand_in(running, "leader", filled(story.values(running), "goals", "description"))
    story.approve_all(running)
    version = db.execute(select(DocumentVersion)).scalar_one()
    assert version.template == before.sha256
    standards = story.start({"stage": "standard", "period": "2028"})
    assert {row["goal"] for row in story.values(standards)["standards"]} == {
        goal.id for goal in MAJOR[1:]
    }  # a goal that the subject has keeps its items; one it never took has none
    goals = story.start({"stage": "goal", "period": "2027-2029"})
    assert [row["id"] for row in story.values(goals)["goals"]] == [one.id for one in draft.goals]
    variables = db.execute(
        select(ProcessInstance.variables).where(ProcessInstance.id == goals)
    ).scalar_one()
    assert found.sha256 in variables


@pytest.mark.usefixtures("committee")
def test_a_template_that_was_voted_down_is_not_published(story):
    saved(story, [*MAJOR, NEW])
    case = start(story)
    approve(story, case, "refuse")
    assert story.status(case) != "running"
    assert templates.newest(story.db, "major").number == 1
    assert templates.draft(story.db, "major").revision == 1
    again = start(story)
    assert templates.under_way(story.db, "major") == again


@pytest.mark.usefixtures("committee")
def test_a_template_is_published_once_and_only_as_approved(story):
    saved(story, [*MAJOR, NEW])
    case = start(story)
    from_case = story.values(case)
    table = ProcessInstance.__table__
    told = story.db.execute(select(table.c.variables).where(table.c.id == case)).scalar_one()
    call = templates.cases.ServiceCall(
        case, "publish", None, templates.drafts.orjson.loads(told), from_case, "key"
    )
    changed = {**from_case, "goals": from_case["goals"][1:]}
    with pytest.raises(errors.ChangedOnTheWay):
        templates.publish(story.db, replace(call, values=changed))
    for _time in range(2):
        templates.publish(story.db, call)
    assert [one.number for one in templates.listed(story.db, "major")] == [2, 1]
    assert templates.draft(story.db, "major").revision == 0  # it has become the template


@pytest.mark.usefixtures("college")
def test_an_installation_of_before_gets_the_grants_of_templates(db):
    table = Grant.__table__
    assert default_grants.are_complete(db)
    assert default_grants.catch_up(db) == 0
    db.execute(table.delete().where(table.c.action == Action.TEMPLATE_EDIT))
    assert not default_grants.are_complete(db)
    assert default_grants.catch_up(db) == 8
    ended = update(table).where(table.c.action == Action.TEMPLATE_EDIT)
    db.execute(ended.values(until=SINCE))
    assert default_grants.catch_up(db) == 0  # somebody has ended them: they stay ended
    db.execute(table.delete())
    assert default_grants.catch_up(db) == 0


@pytest.mark.usefixtures("college")
def test_an_installation_of_before_is_brought_up_when_it_starts(db, sessions):
    table = Grant.__table__
    db.execute(table.delete().where(table.c.action == Action.TEMPLATE_EDIT))
    db.commit()
    for _start in range(2):
        commands._bring_up(sessions)
        assert templates.are_laid(db)
        assert default_grants.are_complete(db)
        assert len(templates.listed(db, "student")) == 1
        db.rollback()


def test_a_template_is_granted_for_the_whole_school(db, college):
    asked = NewGrant("r:leader", Action.TEMPLATE_EDIT, Reach.BELOW, college.units["machine"])
    with pytest.raises(TemplateIsForAll):
        grants.give(db, asked, by=people.SYSTEM)
    every = NewGrant(f"u:{college.users['leader']}", Action.TEMPLATE_EDIT, Reach.ALL)
    grants.give(db, every, by=people.SYSTEM)
    assert templates.editable(db, college.actor(db, "leader")) == set(kinds.KEYS)
