"""Finding people: by part of the name, initials, number, user name; in units, posts and states."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from engine import clock
from engine.college import persons, posts
from engine.people import SYSTEM
from engine.queries import directory
from engine.queries.directory import State, Wanted

SINCE = date(2020, 1, 1)


@pytest.fixture
def people(db, college):
    """Four people more, two of whom share their initials."""
    made = {}
    for username, name, number in (
        ("zhang.san", "张三", "2001"),
        ("zhaosi", "赵思", "2002"),
        ("alim", "阿力木·买买提", "2003"),
        ("ada", "Ada Lovelace", "E1"),
    ):
        made[username] = persons.create(db, username, name, by=SYSTEM, number=number)
    unit, post = college.units["machine"], college.posts["college_reviewer"]
    posts.give(db, made["zhang.san"], post, unit, since=SINCE, by=SYSTEM)
    return made


def names(db, *given, **wanted):
    return [row.name for row in directory.search(db, Wanted(*given, **wanted))[0]]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("三", ["张三"]),
        ("张三", ["张三"]),
        ("zs", ["张三", "赵思"]),
        ("ZS", ["张三", "赵思"]),
        ("zhangs", ["张三"]),
        ("zhang.san", ["张三"]),
        ("2002", ["赵思"]),
        ("２００２", ["赵思"]),
        ("200", ["张三", "赵思", "阿力木·买买提"]),
        ("zs 2002", ["赵思"]),
        ("买买提", ["阿力木·买买提"]),
        ("阿力木·买", ["阿力木·买买提"]),
        ("lovelace", ["Ada Lovelace"]),
        ("ada love", ["Ada Lovelace"]),
        ("%", []),
        ("zs 没有", []),
    ],
)
def test_people_are_found_by_what_one_knows_of_them(db, text, found):
    assert names(db, text) == found


@pytest.mark.usefixtures("people")
def test_a_person_found_by_several_words_is_found_once(db):
    assert names(db, "z").count("张三") == 1


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("text", ["", "z", "zs"])
def test_pages_follow_one_another_without_gap_or_repetition(db, text):
    every = names(db, text)
    walked, after = [], None
    while True:
        rows, after = directory.search(db, Wanted(text), after=after, limit=1)
        walked += [row.name for row in rows]
        if after is None:
            break
    assert walked == every
    assert len(set(walked)) == len(walked) > 1


def test_a_unit_has_those_below_it_and_a_post_those_who_hold_it(db, college, people):
    unit, post = college.units["machine"], college.posts["college_reviewer"]
    assert set(names(db, unit_id=unit)) == {"吴允恭", "周明岚", "郑怀瑾", "张三"}
    assert "李致远" in names(db, unit_id=college.units["school"])
    assert set(names(db, unit_id=unit, post_id=post)) == {"周明岚", "郑怀瑾", "张三"}
    assert names(db, "zs", unit_id=unit) == ["张三"]
    (row,) = directory.search(db, Wanted("2001"))[0]
    assert row.id == people["zhang.san"]
    assert [(held.post, held.unit) for held in row.posts] == [("二级学院审核岗", "智能制造学院")]


def test_those_who_left_and_those_from_outside_have_lists_of_their_own(db, college, people):
    persons.create(db, "guest", "郭靖", by=SYSTEM, is_external=True, employer="某某企业")
    day = clock.today() - timedelta(days=1)
    persons.leave(db, people["zhang.san"], by=SYSTEM, on=day)
    assert "张三" not in names(db)
    (gone,) = directory.search(db, Wanted("zs", state=State.LEFT))[0]
    assert (gone.name, gone.left_on, gone.posts) == ("张三", day, ())
    assert names(db, state=State.LEFT, unit_id=college.units["machine"]) == ["张三"]
    (guest,) = directory.search(db, Wanted(state=State.EXTERNAL))[0]
    assert (guest.name, guest.employer) == ("郭靖", "某某企业")


def test_a_page_is_one_statement_however_many_people(db, college, people):
    said = []
    event.listen(db.bind, "before_cursor_execute", lambda *given: said.append(given[2]))
    for wanted in (Wanted(), Wanted("z"), Wanted("z", unit_id=college.units["school"])):
        said.clear()
        assert len(directory.search(db, wanted)[0]) > 1
        assert len(said) == 1
    assert people


def test_one_person_is_meant_by_number_user_name_or_a_name_that_nobody_shares(db, people):
    for text in ("2001", "zhang.san", "张三", "张三 2001", "张三（2001）"):
        assert directory.meant(db, text) == people["zhang.san"]
    persons.create(db, "zhangsan2", "张三", by=SYSTEM, number="2009")
    with pytest.raises(directory.SeveralCalledSo):
        directory.meant(db, "张三")
    assert directory.meant(db, "张三 2001") == people["zhang.san"]
    for text in ("", "没有这个人", "李四 2001"):
        with pytest.raises(directory.NobodyCalledSo):
            directory.meant(db, text)
