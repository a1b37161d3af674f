"""Posts in pages: the list, who holds one on a day, giving and ending."""

from __future__ import annotations

import pytest

from engine import clock
from engine.college import persons
from engine.people import SYSTEM
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import errors, keeper, send


@pytest.fixture
def desk(app, db, browser):  # noqa: ARG001  (the application is there first)
    keeper(db)
    db.commit()
    return browser("keeper")


def test_the_list_says_how_many_hold_each(desk):
    rows = Paper.open(desk, "/posts").says("tbody tr")
    assert any("二级学院审核岗" in row and "3 人" in row for row in rows)


def test_a_post_is_added_changed_and_put_out_of_use(desk, college):
    page = send(Paper.open(desk, "/posts/new"), name="督导员", key="supervisor")
    assert "督导员" in page.says("h1")
    changed = send(Paper.open(desk, f"{page.path}/edit"), name="质量督导员", is_active="None")
    assert "已停用" in changed.text
    assert "督导员 → 质量督导员" in changed.text
    held = college.posts["college_reviewer"]
    kept = send(Paper.open(desk, f"/posts/{held}/edit"), is_active="None")
    assert kept.status == 422
    assert errors(kept)
    assert "质量督导员" not in Paper.open(desk, "/posts").text
    assert "质量督导员" in Paper.open(desk, "/posts?unused=1").text


def test_a_key_belongs_to_one_post(desk):
    page = send(Paper.open(desk, "/posts/new"), name="另一个", key="college_reviewer")
    assert page.status == 422
    assert "已经是“二级学院审核岗”的" in errors(page)[0]
    page = send(Paper.open(desk, "/posts/new"), name="二级学院审核岗", key="another")
    assert page.status == 422
    assert "已经有名为“二级学院审核岗”的岗位" in errors(page)[0]


def give(desk, college, **typed):
    good = {
        "who": "stranger",
        "unit": college.units["machine"],
        "post": college.posts["college_reviewer"],
        "since": "2026-09-01",
    }
    return send(Paper.open(desk, "/holdings/new"), **(good | typed))


def test_a_post_is_given_and_ended(desk, college):
    page = give(desk, college, until="2035-08-31")
    assert "2026年9月1日 至 2035年8月31日" in page.text
    assert "邓若谷 于" in page.text
    (_older, ending) = [one for one in page.links("a") if one.endswith("/end")]
    asked = Paper.open(desk, ending)
    early = send(asked, on="2026-08-01")
    assert early.status == 422
    assert "早于开始日期" in errors(early)[0]
    done = send(asked, on=clock.today().isoformat())
    assert "免职" in done.text
    again = send(asked, on=clock.today().isoformat())
    assert again.status == 422


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"who": "没有这个人"}, "没有找到“没有这个人”"),
        ({"who": "同名"}, "不止一位"),
        ({"who": ""}, "请填写这一项"),
        ({"unit": ""}, "请选择一项"),
        ({"post": "999999"}, "没有找到"),
        ({"until": "2026-08-31"}, "早于开始日期"),
        ({"since": ""}, "请填写日期"),
        ({"who": "周明岚"}, "已经任职，时间重叠"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(db, desk, college, typed, sentence):
    for number in ("1", "2"):
        persons.create(db, f"same{number}", "同名", by=SYSTEM, number=f"S{number}")
    db.commit()
    page = give(desk, college, **typed)
    assert page.status == 422
    assert sentence in " ".join(errors(page) + page.says(".callout.late"))
    if "since" not in typed:
        assert page.tree.xpath("//input[@name='since']/@value") == ["2026-09-01"]
    if "unit" not in typed:
        chosen = page.tree.xpath("//select[@name='unit']/option[@selected]/@value")
        assert chosen == [str(college.units["machine"])]


def test_a_post_shows_its_holders_on_a_day(desk, college):
    post = college.posts["college_reviewer"]
    now = Paper.open(desk, f"/posts/{post}")
    assert "周明岚" in now.text
    assert "2020年1月1日 起" in now.text
    assert "没有人任这个岗位" in Paper.open(desk, f"/posts/{post}?on=2019-01-01").text


def test_a_teacher_reads_and_does_not_change(browser, college):
    teacher, post = browser("leader"), college.posts["college_reviewer"]
    page = Paper.open(teacher, f"/posts/{post}")
    assert "免去" not in page.text
    for path in ("/posts/new", f"/posts/{post}/edit", "/holdings/new", "/holdings/1/end"):
        assert teacher.get(path).status_code == 403
