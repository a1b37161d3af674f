"""People: added one or many at a time, changed, found, refused by name, leaving and coming back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, update

from engine import clock, eventlog, people, roles
from engine.college import committees, errors, persons, posts
from engine.college.persons import NewPerson
from engine.entries import Kind, read_body
from engine.errors import NotFound
from engine.models import (
    ApiToken,
    Grant,
    Holding,
    LogEntry,
    LogMention,
    Membership,
    PersonWord,
    Role,
    RoleGrant,
    User,
    WebSession,
)
from engine.people import SYSTEM
from tests.college import SINCE

DAY = timedelta(days=1)


def newest(db, count=1):
    """The newest entries of the house chain, the oldest of them first."""
    house = select(LogEntry).where(LogEntry.chain == eventlog.HOUSE)
    rows = db.execute(house.order_by(LogEntry.seq.desc()).limit(count)).scalars().all()
    return [(row.kind, read_body(row.body), row.seq) for row in reversed(rows)]


def words(db, user_id):
    table = PersonWord.__table__
    return set(db.execute(select(table.c.word).where(table.c.user_id == user_id)).scalars())


def test_a_person_is_added_with_what_is_known(db):
    made = persons.create(
        db,
        " zhao ",
        "赵钱孙",
        by=SYSTEM,
        number="T001",
        password="a good password",
        email="zhao@example.edu.cn",
        phone="13800000000",
        id_number="110101199001011234",
        is_external=True,
        employer="江华精密机械有限公司",
    )
    row = db.execute(select(User.__table__).where(User.id == made)).one()
    assert (row.username, row.name, row.number) == ("zhao", "赵钱孙", "T001")
    assert (row.is_external, row.is_active, row.left_on) == (True, True, None)
    assert people.password_matches(row.password_hash, "a good password")
    assert row.password_changed_at == row.created_at
    assert {"赵钱孙", "钱孙", "孙", "zqs", "zhaoqiansun", "t001", "zhao"} <= words(db, made)
    ((kind, body, seq),) = newest(db)
    assert kind == Kind.USER_CREATED
    assert body.asked.keys() == {"user", "username", "kept"}
    assert "赵钱孙" not in str(body)
    assert body.content
    about = select(LogMention.seq).where(LogMention.thing == f"user:{made}")
    assert db.execute(about).scalars().all() == [seq]


def test_many_people_are_added_in_a_few_statements(db, engine):
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    counts = []
    for size in (10, 400):
        sent.clear()
        start = len(counts) * 1_000
        rows = [NewPerson(f"u{start + n}", f"张{n}", f"N{start + n}") for n in range(size)]
        ids = persons.create_all(db, rows, by=SYSTEM)
        counts.append(len(sent))
        found = select(User.username).where(User.id.in_(ids)).order_by(User.id)
        assert db.execute(found).scalars().all() == [row.username for row in rows]
        assert ids == sorted(ids)
    assert counts[1] <= counts[0] + 8
    assert persons.create_all(db, [], by=SYSTEM) == []


WRONG = [
    ({"username": "leader"}, errors.UsernameTaken, "账号“leader”已经是吴允恭的，请换一个。"),
    ({"number": "T9"}, errors.NumberTaken, "工号或学号“T9”已经是周明岚的，请核对后再填。"),
    ({"username": " "}, errors.Empty, "请填写账号。"),
    ({"name": ""}, errors.Empty, "请填写姓名。"),
    ({"name": "\u202e\u200b"}, errors.Empty, "请填写姓名。"),
    ({"name": "长" * 101}, errors.PartTooLong, "“姓名”太长，最多 100 个字。"),
    ({"name": "半\ud800"}, errors.PartUnreadable, "“姓名”里有不能保存的字符"),
    ({"name": "零\x00"}, errors.PartUnreadable, "“姓名”里有不能保存的字符"),
    ({"email": "nobody"}, errors.NotAnEmail, "“nobody”不是电子邮箱地址"),
    ({"phone": "1" * 41}, errors.PartTooLong, "“电话”太长"),
]


@pytest.mark.parametrize(("parts", "refusal", "sentence"), WRONG)
def test_what_cannot_be_is_refused_by_name(db, college, parts, refusal, sentence):
    persons.change(db, college.users["reviewer"], by=SYSTEM, number="T9")
    before = db.execute(select(func.count()).select_from(User)).scalar_one()
    good = {"username": "somebody", "name": "某人", "number": None}
    with pytest.raises(refusal) as refused:
        persons.create(db, **(good | parts), by=SYSTEM)
    assert str(refused.value).startswith(sentence)
    known = {"username": "office", "name": "李致远"}
    with pytest.raises(refusal):
        persons.change(db, college.users["office"], by=SYSTEM, **(known | parts))
    assert db.execute(select(func.count()).select_from(User)).scalar_one() == before


def test_a_list_that_names_somebody_twice_adds_nobody(db):
    for rows in (
        [NewPerson("a", "甲"), NewPerson("b", "乙"), NewPerson("a", "丙")],
        [NewPerson("a", "甲", "1"), NewPerson("b", "乙", "1")],
    ):
        with pytest.raises(errors.WrittenTwice):
            persons.create_all(db, rows, by=SYSTEM)
    assert db.execute(select(func.count()).select_from(User)).scalar_one() == 0


def test_only_what_differs_is_changed_and_told(db, college):
    user = college.users["leader"]
    assert not persons.change(db, user, by=SYSTEM, name="吴允恭", email="")
    before = newest(db)[0][2]
    admin = college.actor(db, "admin")
    assert persons.change(db, user, by=admin, name="吴恭", phone="139", username="leader")
    ((kind, body, seq),) = newest(db)
    assert (kind, seq) == (Kind.USER_CHANGED, before + 1)
    assert (body.asked["user"], body.asked["changed"]) == (user, ["name", "phone"])
    assert "139" not in str(body)
    assert "wg" in words(db, user)
    assert "wyg" not in words(db, user)
    with pytest.raises(NotFound):
        persons.change(db, 999_999, by=SYSTEM, name="谁")


def test_numbers_are_exchanged_in_one_list(db, college):
    one, two, three = (college.users[name] for name in ("leader", "reviewer", "office"))
    persons.change_all(db, {one: {"number": "1"}, two: {"number": "2"}}, by=SYSTEM)
    changed = persons.change_all(
        db, {one: {"number": "2"}, two: {"number": "1"}, three: {"name": "李致远"}}, by=SYSTEM
    )
    assert changed == {one, two}
    numbers = select(User.number).where(User.id.in_([one, two])).order_by(User.id)
    assert db.execute(numbers).scalars().all() == (["2", "1"] if one < two else ["1", "2"])
    with pytest.raises(errors.WrittenTwice):
        persons.change_all(db, {one: {"number": "3"}, two: {"number": "3"}}, by=SYSTEM)
    with pytest.raises(errors.NumberTaken):
        persons.change_all(db, {three: {"number": "1"}}, by=SYSTEM)
    with pytest.raises(errors.UsernameTaken):
        persons.change_all(db, {three: {"username": "leader"}}, by=SYSTEM)


@pytest.fixture
def busy(db, college):
    """The reviewer with posts past and to come, a seat, roles, a right, a session and a token."""
    user, admin = college.users["reviewer"], college.actor(db, "admin")
    today = clock.today()
    for post, since, until in (
        ("academic_affairs", SINCE, date(2021, 1, 1)),
        ("major_leader", today + 9 * DAY, None),
    ):
        place = college.units["machine"]
        posts.give(db, user, college.posts[post], place, since=since, until=until, by=SYSTEM)
    group = committees.create(db, "group", "某工作组", "working_group", by=SYSTEM, term_years=3)
    committees.seat(db, group, user, since=today - DAY, by=admin)
    roles.give(db, user, Role.STAFF, by=SYSTEM)
    right = {"holder": f"u:{user}", "action": "subject:view", "reach": "all", "since": SINCE}
    db.execute(Grant.__table__.insert(), {**right, "reason": ""})
    now = clock.now()
    times = {"user_id": user, "created_at": now, "expires_at": now + DAY}
    session = {**times, "csrf": "c", "seen_at": now, "method": "password"}
    db.execute(
        WebSession.__table__.insert(), {**session, "token_hash": "s", "address": "", "device": ""}
    )
    db.execute(
        ApiToken.__table__.insert(), {**times, "token_hash": "t", "name": "", "scope": "all"}
    )
    return user


def test_who_leaves_keeps_nothing_and_everything_stays_written(db, college, busy):
    admin, today = college.actor(db, "admin"), clock.today()
    held_before = db.execute(select(func.count()).select_from(Holding)).scalar_one()
    assert college.actor(db, "reviewer").keys >= {"c:group", "c:group:member", "r:staff"}
    persons.leave(db, busy, by=admin, on=today)
    with pytest.raises(NotFound):
        people.actor(db, busy)
    row = db.execute(select(User.__table__).where(User.id == busy)).one()
    assert (row.is_active, row.left_on) == (False, today)
    assert db.execute(select(func.count()).select_from(WebSession)).scalar_one() == 0
    assert db.execute(select(func.count()).select_from(ApiToken)).scalar_one() == 0
    kinds = ("user_left", "post_ended", "post_ended", "seat_ended", "role_taken", "grant_ended")
    told = newest(db, len(kinds))
    assert tuple(kind for kind, _body, _seq in told) == kinds
    assert told[0][1].asked == {
        "user": busy, "on": today.isoformat(), "sessions": 1, "tokens": 1, "links": 0
    }  # fmt: skip
    table = Holding.__table__
    rows = db.execute(select(table).where(table.c.user_id == busy).order_by(table.c.since)).all()
    assert db.execute(select(func.count()).select_from(Holding)).scalar_one() == held_before
    assert [(one.until, one.ended_seq) for one in rows] == [
        (today, told[1][2]),
        (date(2021, 1, 1), None),
        (today + 8 * DAY, told[2][2]),  # was to begin the day after: never began
    ]
    for table, at_once in ((Membership, False), (RoleGrant, True)):
        one = db.execute(select(table.__table__).where(table.user_id == busy)).one()
        assert one.until == (today - DAY if at_once else today)
        assert one.ended_seq is not None


def test_who_is_taken_back_has_the_account_and_nothing_else(db, college, busy):
    admin, today = college.actor(db, "admin"), clock.today()
    persons.leave(db, busy, by=admin, on=today - DAY)
    persons.take_back(db, busy, by=admin)
    actor = people.actor(db, busy)
    assert (actor.keys, actor.roles, actor.units) == ({f"u:{busy}"}, frozenset(), frozenset())
    assert newest(db)[0][0] == Kind.USER_RETURNED
    post, unit = college.posts["college_reviewer"], college.units["machine"]
    posts.give(db, busy, post, unit, since=today, by=admin)
    assert "p:college_reviewer" in people.actor(db, busy).keys


def test_leaving_is_refused_by_name(db, college):
    admin, today = college.actor(db, "admin"), clock.today()
    user = college.users["reviewer"]
    with pytest.raises(errors.LeavesLater):
        persons.leave(db, user, by=admin, on=today + DAY)
    with pytest.raises(errors.NotYourself):
        persons.leave(db, admin.id, by=admin, on=today)
    with pytest.raises(errors.StillHere):
        persons.take_back(db, user, by=admin)
    persons.leave(db, user, by=admin, on=today)
    with pytest.raises(errors.NotThereAnyMore):
        persons.leave(db, user, by=admin, on=today)
    for act in (persons.leave, persons.take_back):
        more = {"on": today} if act is persons.leave else {}
        with pytest.raises(NotFound):
            act(db, 999_999, by=admin, **more)
    place, post = college.units["machine"], college.posts["major_leader"]
    with pytest.raises(errors.PersonGone, match="周明岚已于"):
        posts.give(db, user, post, place, since=today, by=admin)


def test_the_last_security_administrator_does_not_leave(db, college):
    user = college.users["stranger"]
    roles.give(db, user, Role.SECURITY_ADMIN, by=SYSTEM)
    with pytest.raises(roles.LastSecurityAdmin):
        persons.leave(db, user, by=SYSTEM, on=clock.today())


def test_who_watches_over_the_house_does_not_leave_before_the_role_is_taken(db, college):
    user, today = college.users["stranger"], clock.today()
    roles.give(db, user, Role.AUDITOR, by=SYSTEM, since=today + DAY)
    with pytest.raises(errors.WatcherStays, match="陈立新是（或将是）审计人员"):
        persons.leave(db, user, by=college.actor(db, "admin"), on=today)
    roles.take(db, user, Role.AUDITOR, by=SYSTEM)
    persons.leave(db, user, by=college.actor(db, "admin"), on=today)


def test_the_keys_of_a_person_are_read_in_one_statement(db, college, engine, busy):
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    actor = people.actor(db, busy)
    assert len(sent) == 1
    machine = college.units["machine"]
    assert actor.units == {machine}
    assert actor.keys == {
        f"u:{busy}", "r:staff", "p:college_reviewer", f"p:college_reviewer:{machine}",
        "c:group", "c:group:member",
    }  # fmt: skip
    db.execute(update(Membership.__table__).values(until=clock.today() - DAY))
    assert "c:group" not in people.actor(db, busy).keys
