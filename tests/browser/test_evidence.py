"""Evidence dropped onto a page: each file by itself, what is refused says why; a preview."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.unit.quality.test_evidence_files import HTML, PDF, png

# how a page is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)


def test_files_are_dropped_sent_one_by_one_and_looked_at(enter: Enter, tmp_path: Path) -> None:
    good, bad, newer = tmp_path / "证书.png", tmp_path / "假的.png", tmp_path / "新的.pdf"
    good.write_bytes(png(300, 200))
    bad.write_bytes(HTML)
    newer.write_bytes(PDF)
    who = enter("teacher")
    page = who.page
    who.expects(422)
    page.goto("/evidence")
    page.get_by_role("link", name="上传", exact=True).click()
    dialog = page.get_by_role("dialog", name="上传佐证材料")
    dialog.get_by_label("文件").set_input_files([good, bad])
    expect(dialog.get_by_text("等待上传")).to_have_count(2)
    dialog.get_by_label("属于").select_option(index=1)
    dialog.get_by_role("button", name="上传", exact=True).click()
    expect(dialog.get_by_text("已上传")).to_be_visible()
    expect(dialog.get_by_text("内容不是 png 文件")).to_be_visible()
    dialog.get_by_label("文件").set_input_files(bad)
    expect(dialog.get_by_text("等待上传")).to_be_visible()
    dialog.get_by_role("button", name="上传", exact=True).click()
    expect(dialog.get_by_text("内容不是 png 文件")).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    page.get_by_role("link", name="证书", exact=True).click()
    picture = page.get_by_role("img", name="证书")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('.piece-view img').naturalWidth === 300")
    page.get_by_label("更换成新文件").set_input_files(newer)
    page.get_by_role("button", name="更换", exact=True).click()
    expect(page.get_by_text("已换成第 2 版")).to_be_visible()
    page.get_by_role("link", name="第 1 版", exact=True).click()
    expect(picture).to_be_visible()
