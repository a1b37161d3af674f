"""One task in two windows without a script: nothing saved is dropped, nothing unsaved called so."""

from __future__ import annotations

import pytest

from tests.integration.web.test_tasks import Desk


@pytest.fixture
def desk(app, db, college, browser):  # noqa: ARG001  (the application is there first)
    return Desk(db, college, browser)


def test_an_older_window_hands_in_only_after_the_newer_draft_was_seen(desk):
    old, new = desk.page("leader"), desk.page("leader")
    new.press("保存草稿", applies_to="新窗口写的")
    for verb in ("提交", "转办"):
        page = old.press(verb, applies_to="旧窗口的", description="写明")
        assert page.says(".task-changes td")[:2] == ["新窗口写的", "旧窗口的"]
        (form,) = page.all("[data-draft-typed]")
        assert form.get("data-draft-revision") == "0"  # by which a script knows what it wrote over
    assert page.press("保存草稿").path == f"/tasks/{desk.task()}"
    assert old.press("提交", description="写明").status == 412
    assert desk.page("leader").press("提交", description="写明").says(".toast")


def test_an_older_window_that_says_the_same_is_handed_in(desk):
    old, new = desk.page("leader"), desk.page("leader")
    new.press("保存草稿", applies_to="一样", description="写明")
    assert old.press("提交", applies_to="一样", description="写明").says(".toast")


def test_what_came_back_refused_is_not_called_saved(desk):
    page = desk.page("leader").press("保存草稿", applies_to="存了的")
    assert "已保存" in page.says(".form-foot .form-saved")[0]
    chosen = page.press("转办", applies_to="没有存的")
    refused = chosen.send(f"/tasks/{desk.task()}/reassignment", chosen.fields())
    assert (refused.status, refused.says(".form-foot .form-saved")) == (422, [""])
    assert refused.all("[data-draft-typed]") != []
    assert dict(refused.fields())["values[applies_to]"] == "没有存的"
