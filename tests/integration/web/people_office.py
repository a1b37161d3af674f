"""The people's administrator at work in a browser: forms filled in as they stand, changed, sent."""

from __future__ import annotations

from engine import roles
from engine.college import persons
from engine.models import Role
from engine.people import SYSTEM
from tests.integration.web.paper import Paper

PASSWORD = "test-password"


def keeper(db, username="keeper", role=Role.PEOPLE_ADMIN):
    """Somebody who keeps the people, units, posts and committees."""
    user_id = persons.create(db, username, "邓若谷", by=SYSTEM, number="9001", password=PASSWORD)
    roles.give(db, user_id, role, by=SYSTEM)
    return user_id


def send(page, action=None, **typed):
    """Send the one big form of a page after typing; where the answer leads."""
    form = next(
        one
        for one in page.all("main form")
        if one.get("method") == "post" and (action is None or one.get("action") == action)
    )
    sent = {}
    for field in form.xpath(".//input | .//textarea | .//select"):
        name = field.get("name")
        if not name or (field.get("type") == "checkbox" and field.get("checked") is None):
            continue
        if field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")
            sent[name] = chosen[0].get("value") if chosen else ""
        else:
            sent[name] = (field.text if field.tag == "textarea" else field.get("value")) or ""
    sent |= {name: str(value) for name, value in typed.items()}
    sent = {name: value for name, value in sent.items() if value != "None"}
    return Paper(
        page.browser,
        page.browser.post(form.get("action"), data=sent, follow_redirects=True),
    )


def errors(page):
    """The sentences at fields."""
    return page.says(".err")
