"""The flows that come with the product, beside those that the college has."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import definitions
from engine.models import ProcessVersion
from quality import shipped
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper

KEY = "approval_major"
PLACE = f"/definitions/{KEY}/shipped"


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def test_a_flow_of_the_product_is_looked_at_and_taken_over(office, browser, db, college):
    admin, leader = browser("admin"), browser("leader")
    mine = shipped.bpmn(KEY).replace(b'value="3 working days"', b'value="9 working days"')
    by = college.actor(db, "admin")
    definitions.publish(db, mine, by=by, note="我们的")
    db.commit()
    assert office.college == college
    listed = Paper.open(admin, "/definitions")
    assert "随产品提供的版本不同" in listed.text
    assert "延期申请" in listed.says("#shipped li")[0]
    assert "随产品提供" not in Paper.open(leader, "/definitions").text
    for path in (PLACE, f"{PLACE}/bpmn"):
        assert leader.get(path).status_code == 403
    assert leader.post(PLACE, data=form(leader)).status_code == 403
    for path in ("/definitions/nothing/shipped", "/definitions/nothing/shipped/bpmn"):
        assert admin.get(path).status_code == 404

    page = Paper.open(admin, PLACE)
    assert "9个工作日" in page.text.replace(" ", "")
    assert "3个工作日" in page.text.replace(" ", "")
    assert admin.get(f"{PLACE}/bpmn").data == shipped.bpmn(KEY)
    answer = admin.post(PLACE, data=form(admin), follow_redirects=True)
    assert "已采用" in Paper(admin, answer).text
    assert "现行版本就是随产品提供的版本" in Paper.open(admin, PLACE).text

    refused = admin.post("/definitions/approval_student/shipped", data=form(admin))
    assert refused.status_code == 422
    assert "辅导员" in Paper(admin, refused).text
    extended = "/definitions/extension_request/shipped"
    assert "学校还没有这个流程" in Paper.open(admin, extended).text
    assert admin.post(extended, data=form(admin)).status_code == 303
    wanted = select(ProcessVersion.note, ProcessVersion.sha256, ProcessVersion.published_by)
    note, sha256, who = db.execute(wanted.order_by(ProcessVersion.id.desc()).limit(1)).one()
    assert (note, sha256, who) == (shipped.TAKEN, shipped.sha256("extension_request"), by.id)
    db.rollback()
