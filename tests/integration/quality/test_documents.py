"""Published documents: who sees them, in pages, at a bounded number of queries."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import event, insert, select

from engine import people
from engine import roles as product_roles
from engine.college import persons, posts
from engine.errors import NotFound
from engine.models import Role
from engine.people import SYSTEM
from quality import documents, subjects
from quality.models import Document, DocumentVersion
from tests.college import SINCE
from tests.story import GOALS, Story, filled


@pytest.fixture
def story(db, sessions, college):
    made = Story(db, sessions, college)
    made.publish_goals()
    return made


@pytest.fixture
def newcomer(db, college):
    """Makes a person with posts (`post@unit`) and roles."""

    def make(*held, roles=()):
        number = len(college.users)
        user = persons.create(db, f"newcomer{number}", "新人", by=SYSTEM)
        college.users[f"newcomer{number}"] = user
        for one in held:
            post, _, unit = one.partition("@")
            if post not in college.posts:
                college.posts[post] = posts.create(db, post, post, by=SYSTEM)
            posts.give(db, user, college.posts[post], college.units[unit], since=SINCE, by=SYSTEM)
        for role in roles:
            product_roles.give(db, user, role, by=SYSTEM)
        return people.actor(db, user)

    return make


@pytest.fixture
def statements(engine):
    """Counts the statements sent to the database."""
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    return sent


# of one college's major: who sees it, in the words of the sharing rules
SEES = [
    ((), (), False),  # anybody
    (("teacher@machine",), (), False),  # works there, oversees nothing
    (("head@machine",), (), True),  # the unit's head
    (("head@school",), (), True),  # the head of a unit above
    (("head@trade",), (), False),  # another college's head
    (("college_reviewer@trade",), (), False),  # another college's reviewer
    (("major_leader@machine",), (), True),  # may start work for it
    (("course_leader@machine",), (), False),  # may start work for courses
    (("academic_affairs@academic_affairs",), (), True),  # leads this kind
    (("party_office@school",), (), False),  # leads another kind
    (("school_leader@school",), (), True),
    (("expert@school",), (), True),
    ((), (Role.QUALITY_OFFICE,), True),
    ((), (Role.AUDITOR,), True),
    ((), (Role.OPERATOR,), False),
    ((), (Role.PEOPLE_ADMIN,), False),
]


def test_who_sees_a_published_document(story, newcomer):
    row = documents.published(story.db, story.person("leader")).items[0]
    for held, roles, sees in SEES:
        person = newcomer(*held, roles=roles)
        found = documents.published(story.db, person).items
        assert bool(found) is sees, (held, roles)
        if sees:
            assert documents.version(story.db, person, row.id).version.number == 1
            continue
        for refused in (documents.one, documents.version):
            with pytest.raises(NotFound):
                refused(story.db, person, row.id)
        with pytest.raises(NotFound):
            documents.chain(story.db, person, story.college.subject)


def test_a_document_in_approval_shows_its_published_version(story):
    case = story.start(GOALS)
    (row,) = documents.published(story.db, story.person("leader")).items
    assert (row.status, row.number) == ("in_approval", 1)
    about = documents.of_case(story.db, case)
    assert (about.document_id, about.number) == (row.id, None)


def test_the_case_of_a_version_is_found_after_newer_work_began(story):
    (row,) = documents.published(story.db, story.person("leader")).items
    (version,) = documents.one(story.db, story.person("leader"), row.id).versions
    story.start(GOALS)
    about = documents.of_case(story.db, version.instance_id)
    assert (about.document_id, about.number) == (row.id, 1)


def test_a_version_that_is_not_there_is_not_found(story):
    (row,) = documents.published(story.db, story.person("leader")).items
    for document, number in ((row.id, 2), (row.id, 0), (row.id + 1, None)):
        with pytest.raises(NotFound):
            documents.version(story.db, story.person("leader"), document, number)


def test_lists_are_filtered_and_paged_with_the_same_number_of_queries(story, statements):
    more(story, 30)
    office = story.person("office")

    def asked(limit=50, after=None, **wanted):
        statements.clear()
        narrowed = documents.Wanted(**wanted)
        page = documents.published(story.db, office, narrowed, after=after, limit=limit)
        return page, len(statements)

    whole, cost = asked(limit=100)
    assert (len(whole.items), whole.next, cost) == (31, None, 2)
    seen, after = [], None
    while True:
        page, cost = asked(limit=10, after=after)
        assert cost == 2  # what reaches, and what is reached
        seen += page.items
        after = page.next
        if after is None:
            break
    assert tuple(seen) == whole.items
    assert [row.published_at for row in seen] == sorted(
        (row.published_at for row in seen), reverse=True
    )
    assert len(asked(limit=0)[0].items) == 1
    assert [row.code for row in asked(text="专业7")[0].items] == ["90007"]
    assert len(asked(text="9000")[0].items) == 10
    assert asked(text="%")[0].items == ()
    assert asked(stage="standard")[0].items == asked(kind="course")[0].items == ()
    assert len(asked(period="2026-2028", kind="major", stage="goal")[0].items) == 31
    assert len(asked(subject_id=story.college.subject)[0].items) == 1
    assert [len(asked(year=year)[0].items) for year in (2025, 2027, 2029)] == [0, 31, 0]
    assert asked(mine=True)[0].items == ()
    (own,) = documents.published(
        story.db, story.person("leader"), documents.Wanted(mine=True)
    ).items
    assert own.subject_id == story.college.subject
    narrowed = documents.Wanted(text="9000")
    assert len(documents.first(story.db, office, narrowed, 100)) == 10
    assert len(documents.first(story.db, office, narrowed, 3)) == 4  # there are more


def more(story, count):
    """Further majors with published goals, as rows."""
    data = story.db.execute(select(DocumentVersion)).scalars().one()
    for number in range(count):
        subject = subjects.create(
            story.db,
            "major",
            f"{90000 + number}",
            f"专业{number}",
            story.college.units["trade"],
            by=SYSTEM,
        )
        identity = {"subject_id": subject, "stage": "goal", "period": "2026-2028"}
        document = story.db.execute(
            insert(Document).returning(Document.id),
            {**identity, "status": "published", "version_number": 1},
        ).scalar_one()
        row = {"document_id": document, "number": 1, "data": orjson.dumps({}).decode()}
        version = {
            "instance_id": data.instance_id,
            "template": "",
            "published_at": data.published_at,
        }
        story.db.execute(insert(DocumentVersion), {**row, **version})


def test_a_document_is_compared_with_that_of_the_period_before(story):
    leader = story.person("leader")
    (older,) = documents.published(story.db, leader).items
    case = story.start({"stage": "goal", "period": "2029-2031"})
    story.hand_in(case, "leader", filled(story.values(case), "goals", "remark", "description"))
    story.approve_all(case)
    newer = documents.published(story.db, leader).items[0]
    past = documents.before(story.db, leader, newer)
    assert past.row.id == older.id
    assert documents.before(story.db, leader, past.row) is None
    earlier, later = (documents.version(story.db, leader, one.id) for one in (older, newer))
    found = {one.path for one in documents.compare(earlier, later)}
    assert "goals/major.g01/remark" in found
    assert "goals/major.g01/description" not in found
    names = people.names(story.db, [story.college.users[one] for one in ("leader", "office")])
    assert documents.signatures(story.db, later) == tuple(names.values())
