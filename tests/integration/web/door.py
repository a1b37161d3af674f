"""What tests of getting in share: entries of the door, codes of a phone, the token of a page."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pyotp
from sqlalchemy import select

from engine import clock, roles
from engine import settings as house
from engine.db import begin_writing
from engine.entries import read_body
from engine.models import LogEntry, Role, User
from engine.people import SYSTEM, Actor
from tests.integration.web.conftest import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
SECRET = re.compile(r"data-secret>([A-Z2-7 ]+)<")
CODE = re.compile(r'<li class="code">([a-z2-7-]+)</li>')
GOOD = "梧桐树下有读书声"


def csrf(browser, page="/account"):
    """The token of this browser's session."""
    return TOKEN.search(browser.get(page).text)[1]


def send(browser, path, **given):
    """Post a form of a page with the token of this browser's session."""
    return browser.post(path, data=given | {"csrf_token": csrf(browser)})


def sign_in(client, username="leader", password=PASSWORD, **more):
    """Send the sign-in form."""
    return client.post("/sign-in", data={"username": username, "password": password} | more)


def entries(sessions, kind=None):
    """What the door's chain says, oldest first: kind and what was asked."""
    with sessions() as db:
        rows = db.execute(
            select(LogEntry.kind, LogEntry.body)
            .where(LogEntry.chain == "door")
            .order_by(LogEntry.seq)
        ).all()
    told = [(row.kind, dict(read_body(row.body).asked)) for row in rows]
    return [one for one in told if kind is None or one[0] == kind]


def change_user(sessions, username, **values):
    """Change columns of a person behind everybody's back."""
    with sessions() as db:
        begin_writing(db)
        db.execute(User.__table__.update().where(User.username == username).values(values))
        db.commit()


def give_role(sessions, user_id, role):
    """Give a person a role."""
    with sessions() as db:
        roles.give(begin_writing(db), user_id, role, by=SYSTEM)
        db.commit()


def rule(sessions, **wanted):
    """Change rules of the house."""
    by = Actor(None, "安全管理员", frozenset({Role.SECURITY_ADMIN}))
    with sessions() as db:
        house.change(begin_writing(db), wanted, by=by)
        db.commit()


def phone(page):
    """The generator of the phone that scanned this page."""
    return pyotp.TOTP(SECRET.search(page)[1].replace(" ", ""))


def code(generator, steps=0):
    """The code the phone shows now, or so many steps from now."""
    return generator.at(int(clock.now().timestamp()) + steps * 30)


def bind(browser):
    """Set up a second factor in this browser. Returns the phone and the recovery codes."""
    begun = send(browser, "/account/second-factor", set_up_password=PASSWORD)
    assert begun.status_code == 303, begun.text
    made = phone(browser.get("/account/second-factor").text)
    done = send(browser, "/account/second-factor/confirm", code=code(made))
    assert done.status_code == 200
    return made, CODE.findall(done.text)


def parallel(count, act):
    """Run an act so many times at once. Returns the results."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _each: act(), range(count)))
