"""Students and people from outside have no directory, and no verb gives them one."""

from __future__ import annotations

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import Forbidden
from engine.models import Holding
from tests.college import College
from tests.integration.engine import flow
from tests.integration.web.office import form

NAMED = "郑怀瑾"


@pytest.fixture
def case(app, db: Session, college: College) -> int:  # noqa: ARG001  (the application is there first)
    """A case begun by somebody who holds no post."""
    db.execute(delete(Holding).where(Holding.user_id == college.users["stranger"]))
    begun = college.actor(db, "stranger")
    xml = flow.chain("asking", flow.step("submit"), flow.step("review", "user:office"))
    number = flow.begin(db, xml, by=begun)
    db.commit()
    return number


def test_no_page_finds_people_for_them(browser, db: Session, college: College, case: int) -> None:
    task, other = flow.open_tasks(db, case)["submit"], college.users["reviewer2"]
    db.rollback()
    client = browser("stranger")
    looks = (
        ("/deputies", {"find": "1", "deputy_q": NAMED[0]}),
        (f"/instances/{case}/copies", {"find": "1", "copy_q": NAMED[0], "q": NAMED[0]}),
        (f"/instances/{case}/copies", {"copy_to": str(other)}),
        (f"/tasks/{task}/copies", {"find": "1", "copy_q": NAMED[0], "copy_to": str(other)}),
        (f"/tasks/{task}/reassignment", {"reassign_q": NAMED[0], "reassign_to": str(other)}),
    )
    for address, typed in looks:
        assert NAMED not in client.post(address, data=form(client, **typed)).text, address
    assert NAMED not in client.get(f"/instances/{case}").text


def test_who_has_no_directory_copies_to_nobody(db: Session, college: College, case: int) -> None:
    asker, other = college.actor(db, "stranger"), college.users["reviewer2"]
    with pytest.raises(Forbidden):
        tasks.copy_case(db, case, by=asker, to=[other])
    with pytest.raises(Forbidden):
        tasks.copy(db, flow.open_tasks(db, case)["submit"], by=asker, to=[other])
