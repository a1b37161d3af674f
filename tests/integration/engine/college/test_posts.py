"""Posts: who held what on a day and who made it so; nothing is held twice, nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from engine import clock, people
from engine.college import committees, errors, persons, posts, units
from engine.college.posts import NewHolding
from engine.errors import NotFound
from engine.models import Holding, Post, PostKind
from engine.people import SYSTEM
from tests.college import SINCE

DAY = timedelta(days=1)
ON = date(2027, 3, 31)


@pytest.fixture
def place(college):
    """The reviewer's post and unit."""
    return college.posts["college_reviewer"], college.units["machine"]


def test_who_was_the_reviewer_and_who_made_it_so(db, college, place):
    admin = college.actor(db, "admin")
    unit = place[1]
    (old,) = [
        one
        for one in posts.held_on(db, "college_reviewer", unit, ON)
        if one.user_id == college.users["reviewer"]
    ]
    assert (old.name, old.since, old.until) == ("周明岚", SINCE, None)
    assert (old.given.user_id, old.given.name, old.ended) == (None, "", None)
    posts.end(db, old.id, by=admin, on=ON)
    user = college.users["office"]
    posts.give(db, user, *place, since=ON + DAY, until=date(2028, 12, 31), by=admin)
    names = {
        day: [one.name for one in posts.held_on(db, "college_reviewer", unit, day)]
        for day in (SINCE - DAY, SINCE, ON, ON + DAY, date(2028, 12, 31), date(2029, 1, 1))
    }
    assert list(names.values()) == [
        [], ["周明岚", "郑怀瑾"], ["周明岚", "郑怀瑾"], ["郑怀瑾", "李致远"],
        ["郑怀瑾", "李致远"], ["郑怀瑾"],
    ]  # fmt: skip
    now = posts.held_on(db, "college_reviewer", unit, ON)[0]
    assert (now.until, now.ended.name, now.ended.user_id) == (ON, "何知行", admin.id)
    new = posts.held_on(db, "college_reviewer", unit, ON + DAY)[1]
    assert (new.given.name, new.given.at.date()) == ("何知行", clock.now().date())


def test_the_answer_costs_the_same_however_many_hold_the_post(db, college, place, engine):
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    posts.held_on(db, "college_reviewer", place[1], ON)
    few = len(sent)
    rows = [NewHolding(user, *place, since=ON + DAY) for user in college.users.values()
            if user not in {college.users["reviewer"], college.users["reviewer2"]}]  # fmt: skip
    posts.give_all(db, rows, by=SYSTEM)
    sent.clear()
    assert len(posts.held_on(db, "college_reviewer", place[1], ON + DAY)) == 7
    assert len(sent) <= few + 1


@pytest.mark.parametrize(
    ("since", "until", "is_free"),
    [
        (date(2025, 1, 1), None, False),
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2025, 1, 1), date(2026, 1, 1), False),
        (date(2026, 6, 1), date(2026, 7, 1), False),
        (date(2026, 12, 31), None, False),
        (date(2027, 1, 1), None, True),
    ],
)
def test_nobody_holds_a_post_twice_at_a_time(db, college, place, since, until, is_free):
    user = college.users["office"]
    year = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    posts.give(db, user, *place, **year, by=SYSTEM)
    posts.give(db, user, place[0], college.units["trade"], **year, by=SYSTEM)
    if is_free:
        assert posts.give(db, user, *place, since=since, until=until, by=SYSTEM)
        return
    with pytest.raises(errors.PostHeldAlready) as refused:
        posts.give(db, user, *place, since=since, until=until, by=SYSTEM)
    assert str(refused.value).startswith(
        "李致远在“智能制造学院”的“二级学院审核岗”从 2026-01-01 起已经任职"
    )


def test_a_list_is_given_whole_or_not_at_all(db, college, place):
    count = select(func.count()).select_from(Holding)
    before = db.execute(count).scalar_one()
    user = college.users["office"]
    good = NewHolding(user, *place, since=ON)
    for bad, refusal in (
        (NewHolding(user, *place, since=ON + DAY), errors.PostHeldAlready),
        (
            NewHolding(user, *place, since=ON - DAY, until=ON - 2 * DAY),
            errors.PeriodEndsBeforeItBegins,
        ),
        (NewHolding(999_999, *place, since=ON), NotFound),
        (NewHolding(user, 999_999, place[1], since=ON), NotFound),
        (NewHolding(user, place[0], 999_999, since=ON), NotFound),
    ):
        with pytest.raises(refusal):
            posts.give_all(db, [good, bad], by=SYSTEM)
    assert db.execute(count).scalar_one() == before
    assert posts.give_all(db, [], by=SYSTEM) == []
    ids = posts.give_all(
        db, [good, NewHolding(college.users["admin"], *place, since=ON)], by=SYSTEM
    )
    whose = dict(db.execute(select(Holding.id, Holding.user_id).where(Holding.id.in_(ids))).all())
    assert [whose[one] for one in ids] == [user, college.users["admin"]]


def test_ending_is_refused_where_it_makes_no_sense(db, college, place):
    user, today = college.users["office"], clock.today()
    one = posts.give(db, user, *place, since=today - 9 * DAY, by=SYSTEM)
    with pytest.raises(errors.PeriodEndsBeforeItBegins, match="早于开始日期"):
        posts.end(db, one, by=SYSTEM, on=today - 10 * DAY)
    posts.end(db, one, by=SYSTEM, on=today)
    for on in (today, today + DAY):
        with pytest.raises(errors.EndedAlready):
            posts.end(db, one, by=SYSTEM, on=on)
    posts.end(db, one, by=SYSTEM, on=today - DAY)  # it ended even earlier
    with pytest.raises(NotFound):
        posts.end(db, 999_999, by=SYSTEM, on=today)


def test_a_post_taken_back_before_it_began_was_never_held(db, college, place):
    user, later = college.users["office"], clock.today() + 30 * DAY
    one = posts.give(db, user, *place, since=later, by=SYSTEM)
    posts.end(db, one, by=SYSTEM, on=clock.today())
    assert user not in [
        held.user_id for held in posts.held_on(db, "college_reviewer", place[1], later)
    ]
    with pytest.raises(errors.EndedAlready):
        posts.end(db, one, by=SYSTEM, on=later + DAY)
    again = posts.give(db, user, *place, since=later, by=SYSTEM)
    assert again == one
    held = posts.held_on(db, "college_reviewer", place[1], later)
    assert [(each.until, each.ended) for each in held if each.user_id == user] == [(None, None)]


def test_posts_are_named_and_put_out_of_use(db, college, place):
    with pytest.raises(errors.KeyTaken, match="标识“college_reviewer”已经是“二级学院审核岗”的"):
        posts.create(db, "college_reviewer", "另一个", by=SYSTEM)
    with pytest.raises(errors.Empty):
        posts.create(db, "k", " ", by=SYSTEM)
    dean = posts.create(db, "dean", "院长", by=SYSTEM, kind=PostKind.LEADER)
    assert posts.change(db, dean, by=SYSTEM, name="院长、书记", kind=PostKind.OFFICE, position=3)
    assert not posts.change(db, dean, by=SYSTEM, name="院长、书记")
    row = db.execute(select(Post.__table__).where(Post.id == dean)).one()
    assert (row.name, row.kind, row.position, row.key) == ("院长、书记", "office", 3, "dean")
    with pytest.raises(NotFound):
        posts.change(db, 999_999, by=SYSTEM, name="x")
    with pytest.raises(errors.PostInUse, match="还有 3 人担任"):
        posts.change(db, place[0], by=SYSTEM, is_active=False)
    assert posts.change(db, dean, by=SYSTEM, is_active=False)
    with pytest.raises(errors.NotInUse):
        posts.give(db, college.users["office"], dean, place[1], since=ON, by=SYSTEM)


@pytest.mark.usefixtures("college")
def test_two_posts_in_use_have_two_names(db):
    sentence = "已经有名为“二级学院审核岗”的岗位（标识“college_reviewer”）"
    with pytest.raises(errors.PostNamed, match=sentence):
        posts.create(db, "another", "二级学院审核岗", by=SYSTEM)
    dean = posts.create(db, "dean", "院长", by=SYSTEM)
    with pytest.raises(errors.PostNamed):
        posts.change(db, dean, by=SYSTEM, name="二级学院审核岗")
    assert posts.change(db, dean, by=SYSTEM, position=2)
    posts.change(db, dean, by=SYSTEM, is_active=False)
    posts.create(db, "new_dean", "院长", by=SYSTEM)
    with pytest.raises(errors.PostNamed, match="标识“new_dean”"):
        posts.change(db, dean, by=SYSTEM, is_active=True)


def test_one_who_left_holds_only_what_was_before(db, college, place):
    user, today = college.users["office"], clock.today()
    db.execute(
        people.User.__table__.update()
        .where(people.User.id == user)
        .values(is_active=False, left_on=today)
    )
    past = {"since": date(2019, 1, 1), "until": date(2019, 12, 31)}
    assert posts.give(db, user, *place, **past, by=SYSTEM)
    with pytest.raises(errors.PersonGone):
        posts.give(db, user, *place, since=date(2020, 1, 1), by=SYSTEM)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2200, 1, 1), date.max])
def test_a_day_that_is_a_slip_of_the_pen_is_refused(db, college, place, day):
    user, today = college.users["office"], clock.today()
    group = committees.create(db, "g", "工作组", "working_group", by=SYSTEM, term_years=3)
    held = posts.give(db, user, *place, since=today, by=SYSTEM)
    for act in (
        lambda: posts.give(db, college.users["admin"], *place, since=day, by=SYSTEM),
        lambda: posts.end(db, held, by=SYSTEM, on=day),
        lambda: committees.seat(db, group, user, since=day, by=SYSTEM),
        lambda: committees.close(db, group, by=SYSTEM, on=day),
        lambda: units.create(db, "u", "某处", "department", by=SYSTEM, since=day),
        lambda: units.close(db, place[1], by=SYSTEM, on=day),
        lambda: persons.leave(db, user, by=SYSTEM, on=day),
    ):
        with pytest.raises(errors.UnlikelyDay, match="年份应在 1900 到 2199 之间"):
            act()
