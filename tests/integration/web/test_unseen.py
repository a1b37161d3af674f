"""Characters that nobody sees are kept on no route, and half a character never breaks one."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from engine import instances
from engine.models import ProcessInstance
from engine.tasks import drafts
from tests.integration.web.api.program import BASE, Program
from tests.integration.web.test_grid_book import book, lines
from tests.integration.web.test_tasks import csrf, desk

__all__ = ["desk"]

ODD = "三年\x00内\u202e达\u2066到\u200b省\ufeff内\xad同\ufffe类\r前\r\n列\u2028"
SEEN = "三年内达到省内同类\n前\n列\n"
IN_A_BOOK = "三年内达到省内同类\n前\n列"


def page(browser, task, values):
    """The form without any script, as a browser posts it."""
    sent = {"values[applies_to]": ODD, "csrf_token": csrf(browser), "save": "1"}
    for row in values["goals"]:
        sent |= {f"values[goals][{row['id']}][description]": ODD}
    order = [row["id"] for row in values["goals"]]
    answer = browser.post(f"/tasks/{task}/draft", data={**sent, "values[goals][]": order})
    assert answer.status_code == 303
    return SEEN


def autosave(browser, task, values):
    """What was typed or pasted, as the page's script sends it."""
    token = {"X-CSRF-Token": csrf(browser)}
    body = {"values": typed(values), "revision": 0}
    answer = browser.put(f"/tasks/{task}/draft", json=body, headers=token)
    assert answer.status_code == 200, answer.text
    return SEEN


def rest(browser, task, values):
    """The interface for programs."""
    path = f"/tasks/{task}/draft"
    program = Program(browser, "")
    asked = {"username": "leader", "password": "test-password"}
    program.token = program.post("/tokens", asked).json["token"]
    answer = program.put(path, {"values": typed(values)})
    assert answer.status_code == 200, answer.text
    half = orjson.dumps({"values": {"applies_to": "half"}}).replace(b"half", b"\\ud800")
    told = program.send("PUT", path, data=half, content_type="application/json")
    assert told.status_code in {400, 422}, BASE
    return SEEN


def workbook(browser, task, values):
    """A workbook, filled in elsewhere."""
    path = f"/tasks/{task}/grids/goals.xlsx"
    table = lines(browser.get(path).data)
    at = table[0].index("描述")
    for line in table[1:]:
        line[at] = ODD.replace("\x00", "").replace("\ufffe", "")  # no workbook can hold these
    sent = {"csrf_token": csrf(browser), "values[applies_to]": SEEN}
    sent |= {"values[goals][]": [row["id"] for row in values["goals"]]}
    answer = browser.post(path, data={**sent, "book.goals": (book(table), "目标.xlsx")})
    assert answer.status_code in {200, 303}, answer.text[:300]
    return IN_A_BOOK


def typed(values):
    rows = [{**row, "description": ODD} for row in values["goals"]]
    return {"applies_to": ODD, "goals": rows}


@pytest.mark.parametrize("route", [page, autosave, rest, workbook])
def test_what_nobody_sees_is_not_kept(desk, route):
    task, browser = desk.task(), desk.browser("leader")
    table = ProcessInstance.__table__
    content = select(table.c.content_id).where(table.c.id == desk.case)
    values = instances.values(desk.db, desk.db.execute(content).scalar_one())
    desk.db.rollback()
    expected = route(browser, task, values)
    kept = drafts.draft(desk.db, task).values
    assert {row["description"] for row in kept["goals"]} == {expected}
    assert "\u202e" not in kept["applies_to"]
    desk.db.rollback()


def test_an_opinion_is_kept_as_it_is_seen(desk):
    desk.submitted()
    browser = desk.browser("reviewer")
    path = f"/tasks/{desk.task('college_review')}/return"
    sent = {"csrf_token": csrf(browser), "return_to": "initiator", "return_reason": ODD}
    assert browser.post(path, data=sent).status_code == 303
    shown = desk.page("leader").text
    assert "三年内达到省内同类" in shown
    assert not set("\u202e\u2066\u200b\ufeff") & set(shown)
