"""Rows of the template that were taken out of a table come back with what was typed in them."""

from __future__ import annotations

from tests.integration.web.test_tasks import desk

__all__ = ["desk"]


def test_a_template_row_that_is_taken_out_comes_back_with_its_text(desk):
    page = desk.page("leader")
    gone = page.all("tr[data-row]")[0].get("data-row")
    name = f"values[goals][{gone}][description]"
    page = page.press("删去", description="先写的一段")
    assert name not in dict(page.fields())
    page = page.press("保存草稿", applies_to="2030 级").press("取回")
    assert dict(page.fields())[name] == "先写的一段"
    page = page.press("保存草稿", description="").press("删去").press("取回")
    assert dict(page.fields())[name] == ""


def test_a_row_that_a_script_took_out_comes_back_with_its_text(desk):
    page = desk.page("leader")
    shown = [one.get("data-row") for one in page.all("tr[data-row]")]
    full = [{"id": one, "description": f"写在 {one}"} for one in shown]
    back = [{"id": shown[0]}, *full[2:]]
    for revision, goals in enumerate((full, full[2:], back)):
        saved = put(page, {"values": {"goals": goals}, "revision": revision})
        assert saved.status_code == 200
    texts = dict(desk.page("leader").fields())
    assert texts[f"values[goals][{shown[0]}][description]"] == f"写在 {shown[0]}"
    again = desk.page("leader").press("取回")
    assert dict(again.fields())[f"values[goals][{shown[1]}][description]"] == f"写在 {shown[1]}"


def put(page, body):
    token = dict(page.fields())["csrf_token"]
    path = page.all("[data-draft-url]")[0].get("data-draft-url")
    return page.browser.put(path, json=body, headers={"X-CSRF-Token": token})
