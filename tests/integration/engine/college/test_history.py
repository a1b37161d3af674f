"""The history of a thing: newest first, with names, in pages, each reader seeing what they may."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text, update

from engine import clock, eventlog, verify
from engine.college import committees, history, persons, posts, units
from engine.entries import Kind
from engine.models import Content, Role
from engine.people import SYSTEM, Actor
from tests import tampering
from tests.college import SINCE

KEEPER = Actor(9, "管", frozenset({Role.PEOPLE_ADMIN}), frozenset({"u:9"}))
STAFF = Actor(8, "职", frozenset({Role.STAFF}), frozenset({"u:8"}))


@pytest.fixture
def unguarded(db, engine):
    """The guards of the record taken off, for somebody with the database's password."""
    for guard in tampering.GUARDS[engine.dialect.name]:
        db.execute(text(guard))


@pytest.fixture
def story(db, college):
    """The leader, after a life of changes."""
    user, admin = college.users["leader"], college.actor(db, "admin")
    persons.change(db, user, by=admin, name="吴恭", phone="13900000000")
    committees.create(db, "group", "某组", "working_group", by=admin)
    return user


def test_the_history_of_a_person(db, college, story):
    told = history.of(db, f"user:{story}", reader=KEEPER).items
    assert [one.kind for one in told] == ["user_changed", "post_given", "user_created"]
    changed, given, created = told
    assert (changed.who, changed.by) == ("何知行", f"user:{college.users['admin']}")
    assert [(one.part, one.before, one.after) for one in changed.changes] == [
        ("name", "吴允恭", "吴恭"), ("phone", "", "13900000000"),
    ]  # fmt: skip
    machine, post = college.units["machine"], college.posts["major_leader"]
    assert given.names == {
        f"user:{story}": "吴恭", f"unit:{machine}": "智能制造学院", f"post:{post}": "专业带头人",
    }  # fmt: skip
    assert given.asked["since"] == SINCE.isoformat()
    assert (created.who, created.by) == ("", "system")
    assert created.written["name"] == "吴允恭"
    assert "kept" not in created.asked


def test_what_is_sensitive_is_not_for_everybody(db, story):
    changed = history.of(db, f"user:{story}", reader=STAFF).items[0]
    assert [(one.part, one.after, one.is_hidden) for one in changed.changes] == [
        ("name", "吴恭", False), ("phone", None, True),
    ]  # fmt: skip
    assert "13900000000" not in str(changed)


def test_the_history_of_units_posts_and_committees(db, college):
    admin = college.actor(db, "admin")
    machine, trade = college.units["machine"], college.units["trade"]
    section = units.create(db, "r", "机器人室", "teaching_section", by=admin, parent=machine)
    units.change(db, section, by=admin, parent=trade, name="机器人教研室")
    (moved, made) = history.of(db, f"unit:{section}", reader=STAFF).items
    assert (moved.kind, made.kind) == ("unit_changed", "unit_created")
    assert [(one.part, one.before, one.after) for one in moved.changes] == [
        ("name", "机器人室", "机器人教研室"), ("parent_id", machine, trade),
    ]  # fmt: skip
    assert moved.names[f"unit:{trade}"] == "商贸学院"
    assert history.of(db, f"unit:{trade}", reader=STAFF).items[0].seq == moved.seq
    assert history.of(db, f"post:{college.posts['major_leader']}", reader=STAFF).items[0].who == ""


def test_a_long_history_comes_in_pages_at_the_same_cost(db, college, engine):
    post, unit = college.posts["academic_affairs"], college.units["trade"]
    admin = college.actor(db, "office")
    for user in college.users.values():
        if user != admin.id:
            posts.end(
                db,
                posts.give(db, user, post, unit, since=SINCE, by=admin),
                by=admin,
                on=clock.today(),
            )
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    seen, after, costs = [], None, set()
    for _page in range(10):
        sent.clear()
        page = history.of(db, f"post:{post}", reader=KEEPER, after=after, limit=4)
        costs.add(len(sent))
        seen += [one.seq for one in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == 14
    assert seen == sorted(seen, reverse=True)
    assert max(costs) <= 5
    assert history.of(db, "user:999999", reader=KEEPER) == history.History((), None)


@pytest.mark.usefixtures("unguarded")
def test_what_was_erased_or_changed_is_not_shown(db, story):
    thing = f"user:{story}"
    kept = history.of(db, thing, reader=KEEPER).items[0]
    assert not kept.is_erased
    db.execute(update(Content.__table__).values(data=b'{"name":["\xe5\x81\x87","\xe5\x81\x87"]}'))
    changed = history.of(db, thing, reader=KEEPER).items[0]
    assert (changed.is_erased, changed.written) == (True, {})
    assert [(one.part, one.is_hidden) for one in changed.changes] == [
        ("name", True),
        ("phone", True),
    ]
    db.execute(update(Content.__table__).values(data=b"", salt=b"", erased_at=clock.now()))
    assert history.of(db, thing, reader=KEEPER).items[0].is_erased


@pytest.mark.usefixtures("unguarded")
def test_an_entry_that_was_damaged_tells_nothing(db, story):
    thing = f"user:{story}"
    newest = history.of(db, thing, reader=KEEPER).items[0]
    damaged = "UPDATE event_log SET body = '{' WHERE chain = 'house' AND seq = :seq"
    db.execute(text(damaged), {"seq": newest.seq})
    told = history.of(db, thing, reader=KEEPER).items[0]
    assert (told.seq, told.kind, told.who, told.written) == (newest.seq, None, "", {})


@pytest.mark.usefixtures("unguarded")
def test_verification_names_a_private_content_that_is_not_what_was_written(db, story):
    assert list(verify.verify(db)) == []
    thing = history.of(db, f"user:{story}", reader=KEEPER).items[0]
    eventlog.record(db, Kind.USER_CHANGED, by=SYSTEM.mark, asked={"user": story, "changed": []})
    table = Content.__table__
    newest = db.execute(table.select().order_by(table.c.id.desc()).limit(1)).one()
    db.execute(update(table).where(table.c.id == newest.id).values(data=b"{}"))
    (found,) = verify.verify(db)
    assert (found.chain, found.seq) == ("house", thing.seq)
    db.execute(
        update(table)
        .where(table.c.id == newest.id)
        .values(data=b"", salt=b"", erased_at=clock.now())
    )
    assert list(verify.verify(db)) == []
    db.execute(table.delete().where(table.c.id == newest.id))
    (found,) = verify.verify(db)
    assert (found.chain, found.seq) == ("house", thing.seq)
