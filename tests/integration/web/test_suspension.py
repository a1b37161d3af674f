"""Suspending and resuming on the pages of a case and of a flow."""

from __future__ import annotations

from tests.integration.web.office import form
from tests.integration.web.paper import Paper


def begin(browser, college) -> int:
    leader = browser("leader")
    asked = form(leader, subject=college.subject, stage="goal", period="2026-2028")
    leader.post("/instances", data=asked)
    rows = Paper.open(browser("admin"), "/instances").text
    assert "办理中" in rows
    return 1


def test_a_case_stands_still_with_a_reason_and_goes_on(browser, college):
    case, admin = begin(browser, college), browser("admin")
    address = f"/instances/{case}"
    assert admin.post(f"{address}/suspension", data=form(admin, reason="")).status_code == 422
    assert admin.post(f"{address}/suspension", data=form(admin, reason="等文件")).status_code == 303
    page = Paper.open(admin, address).text
    assert "这个流程已经暂停" in page
    assert "等文件" in page
    again = admin.post(f"{address}/suspension", data=form(admin, reason="again"))
    assert again.status_code == 409
    assert browser("leader").post(f"{address}/resumption", data=form(admin)).status_code == 403
    assert admin.post(f"{address}/resumption", data=form(admin)).status_code == 303
    assert "办理中" in Paper.open(admin, address).text


def test_a_flow_that_stands_still_says_so(browser):
    admin = browser("admin")
    address = "/definitions/approval_major"
    assert admin.post(f"{address}/suspension", data=form(admin, reason="")).status_code == 422
    asked = form(admin, reason="改制度", with_cases="1")
    assert admin.post(f"{address}/suspension", data=asked).status_code == 303
    assert "现在不能发起新的办理" in Paper.open(admin, address).text
    assert admin.post(f"{address}/resumption", data=form(admin)).status_code == 303
    assert "现在不能发起新的办理" not in Paper.open(admin, address).text
