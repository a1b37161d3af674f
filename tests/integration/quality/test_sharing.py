"""Sharing by grants, and its explanation: for everybody and everything, both say the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sqlalchemy import event, insert, select

from engine import clock, grants, people, permissions, roles, tasks
from engine.college import persons, posts, units
from engine.errors import NotFound
from engine.grants import NewGrant
from engine.models import ProcessInstance, Reach, Role, UserTask
from engine.people import SYSTEM
from engine.permissions import Action
from engine.queries import cases
from quality import default_grants, documents, explain, kinds, sharing, subjects
from quality.models import Document, DocumentVersion, Subject
from tests.college import SINCE
from tests.story import Story

SEED = 20_261_122
PEOPLE = 8
SUBJECTS = 16


@pytest.fixture
def story(db, sessions, college):
    made = Story(db, sessions, college)
    made.publish_goals()
    return made


@pytest.fixture
def crowd(story):
    """People with posts, roles and grants by lot, subjects and published documents of all kinds."""
    dice, db = random.Random(SEED), story.db
    college = story.college
    for code, parent in (("robots", "machine"), ("shops", "trade"), ("arms", "robots")):
        kind = "teaching_section" if parent != "robots" else "class"
        college.units[code] = units.create(
            db, code, code, kind, by=SYSTEM, parent=college.units[parent]
        )
    for key in ("head", "course_leader", "counsellor", "party_office", "expert"):
        college.posts[key] = posts.create(db, key, key, by=SYSTEM)
    made = [_somebody(db, dice, college, number) for number in range(PEOPLE)]
    for number in range(SUBJECTS):
        _subject(db, dice, college, number, dice.choice(made))
    for _number in range(40):
        asked = _grant(dice, college, made)
        if (asked.holder, asked.reach) != ("", ""):
            grants.give_all(db, [asked], by=SYSTEM)
    return made


def _somebody(db, dice, college, number):
    user = persons.create(db, f"person{number}", f"人{number}", by=SYSTEM)
    for post in dice.sample(sorted(college.posts), dice.randint(0, 2)):
        unit = college.units[dice.choice(sorted(college.units))]
        posts.give(db, user, college.posts[post], unit, since=SINCE, by=SYSTEM)
    if dice.random() < 0.4:
        roles.give(db, user, dice.choice(list(Role)), by=SYSTEM)
    return user


def _subject(db, dice, college, number, owner):
    row = {
        "kind": dice.choice(kinds.KEYS),
        "code": f"C{number}",
        "name": f"主体{number}",
        "unit_id": college.units[dice.choice(sorted(college.units))],
        "owner_id": dice.choice([owner, None]),
        "header": "{}",
        "is_active": True,
        "is_pilot": False,
    }
    subject = db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
    if dice.random() < 0.7:
        _publish(db, subject, dice.choice(["goal", "standard"]))


def _publish(db, subject, stage):
    period = "2026-2028" if stage == "goal" else "2027"
    identity = {"subject_id": subject, "stage": stage, "period": period}
    document = db.execute(
        insert(Document).returning(Document.id),
        {**identity, "status": "published", "version_number": 1},
    ).scalar_one()
    first = db.execute(select(DocumentVersion)).scalars().first()
    row = {"document_id": document, "number": 1, "data": "{}", "template": ""}
    when = {"instance_id": first.instance_id, "published_at": first.published_at}
    db.execute(insert(DocumentVersion), {**row, **when})


def _grant(dice, college, made):
    reach = dice.choice(list(Reach))
    fixed = reach in (Reach.UNIT, Reach.BELOW) and dice.random() < 0.5
    holders = [f"u:{dice.choice(made)}", f"r:{dice.choice(list(Role))}"]
    holders.append(f"p:{dice.choice(sorted(college.posts))}")
    return NewGrant(
        dice.choice(holders),
        dice.choice(grants.GRANTABLE),
        reach,
        college.units[dice.choice(sorted(college.units))] if fixed else None,
        dice.choice([None, *kinds.KEYS]),
        dice.choice([None, None, 2026, 2027, 2030]),
    )


def decided(look, *given):
    """Whether this person gets to see the thing, by the function that the pages call."""
    try:
        found = look(*given)
    except NotFound:
        return False
    return found is None or bool(found)


def test_what_is_explained_is_what_is_decided(story, crowd):
    db, seen = story.db, {True: 0, False: 0}
    subject_ids = list(db.execute(select(Subject.id)).scalars())
    document_ids = list(db.execute(select(Document.id)).scalars())
    everybody = [*crowd, *story.college.users.values()]
    for user in everybody:
        person = people.actor(db, user)
        startable = select(Subject.id).where(sharing.may_start(db, person))
        starts = set(db.execute(startable).scalars())
        for subject in subject_ids:
            told = explain.answer(db, user, "subject:view", subject)
            assert told.allowed is decided(subjects.one, db, person, subject), (user, subject)
            assert bool(told.reasons) is told.allowed
            assert bool(told.lacking) is not told.allowed
            told = explain.answer(db, user, "subject:start", subject)
            assert told.allowed is (subject in starts), (user, subject)
            seen[told.allowed] += 1
        for document in document_ids:
            told = explain.answer(db, user, "document:read", document)
            assert told.allowed is decided(documents.one, db, person, document), (user, document)
            seen[told.allowed] += 1
    assert min(seen.values()) > 30


def test_what_is_explained_of_cases_and_tasks_is_what_is_decided(story):
    db = story.db
    for user in story.college.users.values():
        person = people.actor(db, user)
        for case in db.execute(select(ProcessInstance.id)).scalars():
            told = explain.answer(db, user, "instance:view", case)
            assert told.allowed is decided(cases.see, db, person, case)
        for task in db.execute(select(UserTask.id)).scalars():
            told = explain.answer(db, user, "task:view", task)
            assert told.allowed is decided(lambda *a: tasks.look(a[0], a[1], by=a[2]) and True,
                                           db, task, person)  # fmt: skip


def test_what_is_explained_of_actions_is_what_is_decided(story, crowd):
    for user in crowd:
        person = people.actor(story.db, user)
        for question in explain.QUESTIONS.values():
            if question.thing is explain.Thing.NONE:
                told = explain.answer(story.db, user, question.key)
                assert told.allowed is permissions.may(person, question.action)
                assert bool(told.lacking) is not told.allowed


def test_a_question_without_its_thing_or_about_nothing_is_not_found(story):
    leader = story.college.users["leader"]
    for key, number in (
        ("subject:view", None),
        ("subject:view", 999_999),
        ("subject:start", 999_999),
        ("document:read", 999_999),
        ("instance:view", 999_999),
        ("task:view", 999_999),
        ("anything", None),
    ):
        with pytest.raises(NotFound):
            explain.answer(story.db, leader, key, number)
    with pytest.raises(NotFound):
        explain.answer(story.db, 999_999, "unit:view")


def test_an_answer_names_the_post_the_grant_and_who_gave_them(story):
    db, college = story.db, story.college
    told = explain.answer(db, college.users["reviewer"], "subject:view", college.subject)
    (reason,) = told.reasons
    assert (reason.grant.scope.holder, reason.grant.scope.reach) == (
        "p:college_reviewer",
        Reach.BELOW,
    )
    (post,) = reason.sources
    assert (post.what, post.where, post.since) == ("二级学院审核岗", "智能制造学院", SINCE)
    assert post.given_at is not None
    told = explain.answer(db, college.users["stranger"], "subject:view", college.subject)
    assert told.lacking[0].grant.scope.holder == "p:college_reviewer"
    assert told.lacking[0].failing == ("reach",)
    others = [one.grant.scope.holder for one in told.lacking if one.failing == ("holder",)]
    assert "p:academic_affairs" in others


def test_a_year_narrows_documents_and_not_the_register(story):
    db, college = story.db, story.college
    college.users["guest"] = persons.create(db, "guest", "陆远", by=SYSTEM)
    (row,) = documents.published(db, story.person("leader")).items
    asked = NewGrant(f"u:{college.users['guest']}", Action.SUBJECT_VIEW, Reach.ALL)
    for year, reads in ((2026, True), (2027, True), (2028, True), (2025, False), (2029, False)):
        (number,) = grants.give_all(db, [replace(asked, year=year)], by=SYSTEM)
        guest = story.person("guest")
        assert decided(documents.one, db, guest, row.id) is reads, year
        assert decided(subjects.one, db, guest, college.subject)
        grants.end(db, number, by=SYSTEM)
        assert not decided(subjects.one, db, story.person("guest"), college.subject)


def test_the_grants_of_the_catalogue_are_laid_once(db, college):
    assert college.users
    assert default_grants.lay(db) == 0
    held = {row.holder for row in grants.listed(db, limit=200)}
    assert {"everybody", "r:quality_office", "p:head", "p:major_leader"} <= held
    assert all(one.action in grants.GRANTABLE for one in default_grants.told())


def test_a_grant_ended_in_the_catalogue_ends_what_it_shared(story):
    db, college = story.db, story.college
    assert documents.published(db, story.person("reviewer")).items
    for row in grants.listed(db, holders=["p:college_reviewer"]):
        grants.end(db, row.id, by=SYSTEM)
    assert documents.published(db, story.person("reviewer")).items == ()
    assert default_grants.lay(db) == 0
    assert college.users


def test_a_grant_for_a_kind_that_is_not_there_is_refused(story):
    asked = NewGrant("p:head", Action.SUBJECT_VIEW, Reach.ALL, subject_kind="club")
    with pytest.raises(NotFound):
        sharing.give(story.db, asked, by=SYSTEM)


@pytest.mark.parametrize("size", [20, 400])
def test_a_check_costs_the_same_however_many_people_and_units_there_are(story, size):
    db, college = story.db, story.college
    parent = college.units["machine"]
    for number in range(size // 10):
        units.create(db, f"u{number}", f"教研室{number}", "teaching_section", by=SYSTEM,
                     parent=parent)  # fmt: skip
    persons.create_all(db, [persons.NewPerson(f"x{n}", f"人{n}") for n in range(size)], by=SYSTEM)
    sent = []
    event.listen(db.connection(), "before_cursor_execute", lambda *told: sent.append(told[2]))
    person = story.person("reviewer")
    loaded = len(sent)
    sharing.may_see(db, person)
    asked = len(sent)
    subjects.one(db, person, college.subject)
    assert (loaded, asked - loaded, len(sent) - asked) == (1, 1, 2)
    assert clock.today() >= SINCE
