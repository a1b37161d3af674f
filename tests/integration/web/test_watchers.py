"""Who runs the house does not get at those who watch over it, nor at rights of their own."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, jobs, people, roles
from engine.college import persons, posts
from engine.db import begin_writing
from engine.models import ApiToken, Holding, Role, User
from engine.people import SYSTEM
from quality.imports.columns import ready
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import GOOD, change_user, send
from tests.integration.web.mail_server import MailServer

LINK = re.compile(r"/sign-in/link/[\w-]+")
DAY = timedelta(days=1)


@pytest.fixture
def post_office():
    """A mail server on this machine that keeps what it gets."""
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(post_office):
    """With mail, and an address that mail may name."""
    return {
        "ZHENGAI_SMTP_URL": f"smtp://127.0.0.1:{post_office.port}",
        "ZHENGAI_PUBLIC_URL": "https://zhengai.school.example",
    }


@pytest.fixture
def cast(db, app, college):  # noqa: ARG001  (the application is there first)
    """A people's administrator and two security administrators, by user name."""
    begin_writing(db)
    made = {}
    for name, number, role in (
        ("keeper", "1001", Role.PEOPLE_ADMIN),
        ("security", "1002", Role.SECURITY_ADMIN),
        ("second", "1003", Role.SECURITY_ADMIN),
    ):
        made[name] = persons.create(
            db, name, name.upper(), by=SYSTEM, password=PASSWORD, number=number
        )
        roles.give(db, made[name], role, by=SYSTEM)
    db.commit()
    return made


@pytest.fixture
def work(sessions):
    """Have the worker do what waits."""

    def until_done():
        while jobs.run_due(sessions, "test"):
            pass

    return until_done


def known(db, user_id):
    """What is known of a person, read anew."""
    db.rollback()
    row = db.execute(select(User.__table__).where(User.id == user_id)).mappings().one()
    db.rollback()
    return row


def bring(client, sheet, *rows, **more):
    """Upload a sheet with these cells by column. Returns the path of the import."""
    heads = {column.key: column.header for column in ready()[sheet].columns}
    named = list(rows[0])
    lines = [
        ",".join(heads[key] for key in named),
        *(",".join(row[key] for key in named) for row in rows),
    ]
    file = (io.BytesIO("\n".join(lines).encode()), "a.csv")
    answer = send(client, "/imports", file=file, **more)
    assert answer.status_code == 303
    return answer.location


CHANGES = [
    {"email": "keeper@evil.example"},
    {"username": "renamed"},
    {"number": "9999"},
    {"is_external": "1"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("when", ["today", "later"])
def test_the_doors_of_a_watcher_are_not_moved(cast, browser, db, college, change, when):
    watcher = cast["security"]
    if when == "later":
        begin_writing(db)
        watcher = college.users["office"]
        roles.give(db, watcher, Role.AUDITOR, by=SYSTEM, since=clock.today() + DAY)
        db.commit()
    before = known(db, watcher)
    asked = {name: before[name] or "" for name in ("name", "username", "number", "email")}
    keeper = browser("keeper")
    answer = send(keeper, f"/people/{watcher}", **(asked | change))
    assert answer.status_code == 422
    assert "请安全管理员先收回这个角色" in answer.text
    assert known(db, watcher) == before
    assert (
        send(keeper, f"/people/{watcher}", **(asked | {"phone": "13900000000"})).status_code == 303
    )
    assert known(db, watcher)["phone"] == "13900000000"


def test_nor_over_rest_nor_by_a_file(cast, app, browser, db, work):
    client = app.test_client()
    told = client.post("/api/v1/tokens", json={"username": "keeper", "password": PASSWORD}).json
    bearer = {"Authorization": f"Bearer {told['token']}"}
    path, evil = f"/api/v1/people/{cast['security']}", {"email": "keeper@evil.example"}
    stamp = client.get(path, headers=bearer).headers.get("ETag", "")
    answer = client.put(path, json=evil, headers=bearer | {"If-Match": stamp})
    assert answer.status_code == 403, answer.text
    assert "请安全管理员先收回这个角色" in answer.json["detail"]
    keeper = browser("keeper")
    place = bring(
        keeper,
        "people",
        {"number": "1002", "name": "SECURITY", "email": "keeper@evil.example"},
        {"number": "1005", "name": "新来的", "email": "new@school.example"},
    )
    work()
    assert send(keeper, f"{place}/application").status_code == 303
    work()
    assert "请安全管理员先收回这个角色" in keeper.get(f"{place}?rows=error").text
    assert known(db, cast["security"])["email"] == ""
    added = db.execute(select(User.email).where(User.number == "1005")).scalar_one()
    assert added == "new@school.example"


@pytest.mark.usefixtures("cast")
def test_a_password_is_not_mailed_to_a_watcher(app, sessions, work, post_office):
    change_user(sessions, "security", email="keeper@evil.example")
    change_user(sessions, "keeper", email="keeper@school.example")
    for name in ("security", "keeper"):
        app.test_client().post("/password-reset", data={"username": name})
        work()
    assert [message["To"] for message in post_office.messages] == ["keeper@school.example"]


def test_nobody_gives_themselves_a_post_by_a_file(cast, browser, db, work):
    keeper = browser("keeper")
    row = {"number": "1001", "post": "二级学院审核岗", "unit": "machine"}
    place = bring(keeper, "holdings", row, row | {"number": "1003"})
    work()
    assert send(keeper, f"{place}/application").status_code == 303
    work()
    assert roles.NotYourOwnRights.sentence in keeper.get(f"{place}?rows=error").text
    db.rollback()
    mine = select(Holding.user_id).where(Holding.user_id.in_(cast.values()))
    assert db.execute(mine).scalars().all() == [cast["second"]]


@pytest.mark.usefixtures("cast")
def test_doors_of_before_do_not_lead_into_a_role(app, browser, db, college):
    stranger = college.users["stranger"]
    link = LINK.search(send(browser("keeper"), f"/people/{stranger}/sign-in-link").text)[0]
    client = app.test_client()
    client.post("/api/v1/tokens", json={"username": "stranger", "password": PASSWORD})
    there, security = browser("stranger"), browser("security")
    assert send(security, f"/rights/people/{stranger}/roles", role="auditor").status_code == 303
    assert there.get("/account").status_code == 303
    db.rollback()
    assert not db.execute(select(ApiToken).where(ApiToken.user_id == stranger)).all()
    answer = client.post(link, data={"new": GOOD, "again": GOOD})
    assert answer.status_code == 410
    # whoever knew the password, the people's administrator too, comes in with it no more
    assert known(db, stranger)["password_hash"] is None
    again = client.post("/sign-in", data={"username": "stranger", "password": PASSWORD})
    assert again.status_code == 401


@pytest.mark.usefixtures("cast")
def test_a_role_to_come_is_guarded_now(browser, sessions, college):
    office, since = college.users["office"], (clock.today() + DAY).isoformat()
    path = f"/rights/people/{office}/roles"
    answer = send(browser("security"), path, role="security_admin", since=since)
    assert answer.status_code == 303
    keeper = browser("keeper")
    for act in ("sign-in-link", "sessions/end", "second-factor/remove", "accounts/end"):
        answer = send(keeper, f"/people/{office}/{act}", reason="手机丢了")
        assert answer.status_code == 422, act
        assert "请运维人员在服务器上" in answer.text
    with sessions() as db:
        assert office in roles.watchers(db)


def test_a_password_stays_with_whoever_watched_before(cast, browser, db):
    since = clock.today() + 400 * DAY
    begin_writing(db)
    roles.take(db, cast["second"], Role.SECURITY_ADMIN, by=SYSTEM)
    until = clock.today() + DAY
    roles.give(db, cast["second"], Role.SECURITY_ADMIN, by=SYSTEM, until=until)
    db.commit()
    path = f"/rights/people/{cast['second']}/roles"
    given = {"role": "security_admin", "since": since.isoformat()}
    assert send(browser("security"), path, **given).status_code == 303
    assert known(db, cast["second"])["password_hash"] is not None


def test_watchers_do_not_lose_their_roles_by_leaving(cast, browser, db, college, work):
    keeper, auditor = browser("keeper"), college.users["auditor"]
    for user_id in (auditor, cast["second"]):
        asked = keeper.get(f"/people/{user_id}/departure").text
        assert "请安全管理员先收回这个角色" in asked
        assert "看看会结束什么" not in asked
        answer = send(keeper, f"/people/{user_id}/departure", on=clock.today().isoformat())
        assert answer.status_code == 422
        assert "请安全管理员先收回这个角色" in answer.text
        assert send(keeper, f"/people/{user_id}/sessions/end").status_code == 422
    begin_writing(db)
    post, machine = college.posts["college_reviewer"], college.units["machine"]
    posts.give(db, cast["second"], post, machine, since=clock.today(), by=SYSTEM)
    db.commit()
    row = {"number": "1005", "name": "新来的", "post": "二级学院审核岗", "unit": "machine"}
    place = bring(keeper, "people", row, complete="1")
    work()
    assert "SECOND" in keeper.get(f"{place}?rows=leave").text
    assert send(keeper, f"{place}/application", leavers="1").status_code == 303
    work()
    assert "请安全管理员先收回这个角色" in keeper.get(f"{place}?rows=error").text
    db.rollback()
    assert people.actor(db, auditor).roles == {Role.AUDITOR}
    assert Role.SECURITY_ADMIN in people.actor(db, cast["second"]).roles
    db.rollback()
    path = f"/rights/people/{auditor}/roles/end"
    assert send(browser("security"), path, role="auditor").status_code == 303
    answer = send(keeper, f"/people/{auditor}/departure", on=clock.today().isoformat())
    assert answer.status_code == 303


def test_nobody_makes_themselves_an_outsider(cast, browser, db):
    given = {"name": "KEEPER", "username": "keeper", "number": "1001", "is_external": "1"}
    answer = send(browser("keeper"), f"/people/{cast['keeper']}", **given)
    assert answer.status_code == 422
    assert roles.NotYourOwnRights.sentence in answer.text
    assert not known(db, cast["keeper"])["is_external"]
