"""Committees: terms, seats nobody has twice, what they lack, closing with everybody in them."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest
from sqlalchemy import event, select

from engine import clock
from engine.college import committees, errors, persons, seated
from engine.errors import NotFound
from engine.models import Committee, Membership
from engine.people import SYSTEM

DAY = timedelta(days=1)
RULE = {
    "size": {"least": 5},
    "odd": True,
    "chair": {"least": 1, "most": 1},
    "external": {"least": 1},
}


@pytest.fixture
def group(db, college):
    """A working group of the machine college, for three years."""
    return committees.create(
        db,
        "group",
        "诊改工作组",
        "working_group",
        by=SYSTEM,
        unit_id=college.units["machine"],
        duties=["制订建设专项规划", "组织组内自我诊断"],
        rule=RULE,
        term_years=3,
    )


@pytest.mark.parametrize(
    ("since", "years", "until"),
    [
        (date(2026, 9, 1), 3, date(2029, 8, 31)),
        (date(2026, 1, 1), 3, date(2028, 12, 31)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
        (date(2026, 3, 1), 2, date(2028, 2, 29)),
        (date(2026, 9, 1), None, None),
    ],
)
def test_a_term_ends_the_day_before_it_would_begin_again(since, years, until):
    assert committees.term_end(since, years) == until


def test_a_seat_is_for_the_term_unless_told(db, college, group):
    today = clock.today()
    one = committees.seat(db, group, college.users["leader"], seat="chair", since=today, by=SYSTEM)
    two = committees.seat(
        db, group, college.users["office"], since=today, until=today + 9 * DAY, by=SYSTEM
    )
    ends = dict(db.execute(select(Membership.id, Membership.until)).all())
    assert ends == {one: committees.term_end(today, 3), two: today + 9 * DAY}
    sits = seated.on(db, group, today)
    assert [(seat.name, seat.seat) for seat in sits] == [("吴允恭", "chair"), ("李致远", "member")]
    assert [seat.name for seat in seated.on(db, group, today + 10 * DAY)] == ["吴允恭"]
    assert sits[0].given.name == ""


def test_what_a_committee_lacks_is_told_for_the_day(db, college, group):
    today, admin = clock.today(), college.actor(db, "admin")
    texts = [one.text() for one in seated.lacks(db, [group], today)[group]]
    assert texts[0] == "还缺 5 人：总人数至少 5 人，现有 0 人。"
    expert = persons.create(db, "expert", "外来和", by=SYSTEM, is_external=True, employer="某公司")
    users = [college.users[name] for name in ("leader", "reviewer", "reviewer2", "office")]
    for number, user in enumerate([*users, expert]):
        seat = "chair" if number == 0 else "member"
        committees.seat(db, group, user, seat=seat, since=today, by=admin)
    assert seated.lacks(db, [group], today)[group] == []
    assert len(seated.lacks(db, [group], today + 2_000 * DAY)[group]) == 4
    with pytest.raises(NotFound):
        seated.lacks(db, [group, 999_999], today)


def test_many_committees_are_looked_at_in_three_queries(db, college, group, engine):
    rule = {"nominated": [{"kind": "college", "internal": 2, "external": 2}]}
    pool = committees.create(db, "pool", "专家库", "expert_pool", by=SYSTEM, rule=rule)
    named = {"unit_id": college.units["machine"], "since": clock.today(), "by": SYSTEM}
    committees.seat(db, pool, college.users["leader"], **named)
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    found = seated.lacks(db, [group, pool], clock.today())
    assert len(sent) == 3
    assert [one.text() for one in found[pool]] == [
        "“智能制造学院”还应推荐 1 名校内专家：应有 2 名，现有 1 名。",
        "“智能制造学院”还应推荐 2 名校外专家：应有 2 名，现有 0 名。",
        "“商贸学院”还应推荐 2 名校内专家：应有 2 名，现有 0 名。",
        "“商贸学院”还应推荐 2 名校外专家：应有 2 名，现有 0 名。",
    ]


def test_seats_are_refused_by_name(db, college, group):
    today, user = clock.today(), college.users["leader"]
    first = committees.seat(db, group, user, since=today, until=today + 9 * DAY, by=SYSTEM)
    with pytest.raises(errors.SeatHeldAlready, match=r"吴允恭从 .* 起已经是“诊改工作组”的成员"):
        committees.seat(db, group, user, seat="chair", since=today + 9 * DAY, by=SYSTEM)
    with pytest.raises(errors.TermInThePast, match="已经过去"):
        committees.seat(db, group, user, since=today - 2_000 * DAY, by=SYSTEM)
    with pytest.raises(errors.PeriodEndsBeforeItBegins):
        committees.seat(db, group, user, since=today, until=today - DAY, by=SYSTEM)
    with pytest.raises(errors.UnknownSeat):
        committees.seat(db, group, user, seat="king", since=today, by=SYSTEM)
    for committee, person in ((group, 999_999), (999_999, user)):
        with pytest.raises(NotFound):
            committees.seat(db, committee, person, since=today, by=SYSTEM)
    committees.unseat(db, first, by=SYSTEM, on=today)
    with pytest.raises(errors.EndedAlready):
        committees.unseat(db, first, by=SYSTEM, on=today)
    with pytest.raises(NotFound):
        committees.unseat(db, 999_999, by=SYSTEM, on=today)
    later = committees.seat(db, group, user, since=today + DAY, by=SYSTEM)
    committees.unseat(db, later, by=SYSTEM, on=today)
    assert committees.seat(db, group, user, seat="deputy", since=today + DAY, by=SYSTEM) == later
    persons.leave(db, college.users["office"], by=college.actor(db, "admin"), on=today)
    with pytest.raises(errors.PersonGone):
        committees.seat(db, group, college.users["office"], since=today, by=SYSTEM)


def test_committees_are_changed_and_closed(db, college, group):
    today, admin = clock.today(), college.actor(db, "admin")
    inner = committees.create(db, "inner", "小组", "working_group", by=SYSTEM, parent_id=group)
    committees.seat(db, group, college.users["leader"], since=today - DAY, by=admin)
    committees.seat(db, group, college.users["office"], since=today + 5 * DAY, by=admin)
    assert not committees.change(db, group, by=admin, name="诊改工作组", rule=RULE, term_years=3)
    assert committees.change(
        db, group, by=admin, name="新工作组", rule={}, duties=["一"], unit_id=None, term_years=None
    )
    row = db.execute(select(Committee.__table__).where(Committee.id == group)).one()
    assert (row.name, row.unit_id, row.term_years, orjson.loads(row.duties)) == (
        "新工作组", None, None, ["一"],
    )  # fmt: skip
    assert (seated.duties(row), seated.rule(row).odd) == (["一"], False)
    for parent in (inner, group):
        with pytest.raises(errors.CommitteeBelowItself):
            committees.change(db, group, by=admin, parent_id=parent)
    with pytest.raises(errors.CommitteeNotEmpty, match="还有 1 个组织"):
        committees.close(db, group, by=admin, on=today)
    committees.close(db, inner, by=admin, on=today)
    committees.close(db, group, by=admin, on=today)
    with pytest.raises(errors.EndedAlready):
        committees.close(db, group, by=admin, on=today)
    assert seated.on(db, group, today + 5 * DAY) == []
    assert [one.ended.name for one in seated.on(db, group, today)] == ["何知行"]
    with pytest.raises(errors.NotInUse):
        committees.seat(db, group, college.users["reviewer"], since=today, by=admin)
    with pytest.raises(errors.NotInUse):
        committees.seat(db, inner, college.users["reviewer"], since=today, by=admin)


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"key": "group"}, errors.KeyTaken),
        ({"key": ""}, errors.Empty),
        ({"kind": "club"}, errors.UnknownCommitteeKind),
        ({"term_years": 0}, errors.BadTerm),
        ({"term_years": 21}, errors.BadTerm),
        ({"rule": {"sizes": 1}}, errors.BadRule),
        ({"duties": ["长" * 1_001]}, errors.PartTooLong),
        ({"unit_id": 999_999}, NotFound),
        ({"parent_id": 999_999}, NotFound),
    ],
)
def test_what_cannot_be_is_refused_by_name(db, group, parts, refusal):
    good = {"key": "new", "name": "新组", "kind": "working_group"}
    with pytest.raises(refusal):
        committees.create(db, **(good | parts), by=SYSTEM)
    changes = {word: value for word, value in parts.items() if word != "key"}
    if changes:
        with pytest.raises(refusal):
            committees.change(db, group, by=SYSTEM, **changes)
