"""A list of 600 people and 40 units: looked at, written, its wrong rows mended and brought in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import workbooks
from tests.browser.conftest import Enter
from tests.workbooks import sheets, workbook

# how a page is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
UNITS = workbooks.units(40)
PEOPLE = workbooks.people(600, [line[0] for line in UNITS[1:]])
WRONG = {10: (1, ""), 90: (2, "nowhere"), 170: (3, "皇帝"), 250: (4, "去年"), 330: (0, "T00005")}
WRONG |= {410: (2, ""), 490: (0, "")}


def upload(page: Page, path: Path, *, complete: bool = False) -> None:
    page.goto("/imports")
    page.get_by_role("button", name="上传", exact=True).click()
    dialog = page.get_by_role("dialog", name="上传名单")
    dialog.get_by_label("Excel 或 CSV 文件").set_input_files(path)
    if complete:
        dialog.get_by_label("这份名单是完整的").check()
    dialog.get_by_role("button", name="上传并比对").click()


def write(page: Page) -> None:
    page.get_by_role("button", name="写入…").click()
    page.get_by_role("dialog", name="写入").get_by_role("button", name=re.compile("^写入 ")).click()


def chip(page: Page, label: str, count: int) -> None:
    expect(page.get_by_role("link", name=re.compile(rf"^{label}\s*{count}$"))).to_be_visible()


def spoiled() -> list[list[object]]:
    lines = [list(line) for line in PEOPLE]
    for number, (at, text) in WRONG.items():
        lines[number][at] = text
    return lines


def mended(lines: list[list[object]]) -> list[list[object]]:
    """The file with the wrong rows as somebody mends it: the cells put right, the rest as it is."""
    head = [str(cell).removesuffix(" *") for cell in lines[0]]
    places = [head.index(name) for name in ("工号/学号", "姓名", "单位编码", "岗位", "起")]
    for line, number in zip(lines[1:], WRONG, strict=True):
        for at, value in zip(places, PEOPLE[number], strict=True):
            line[at] = value
    return lines


def test_a_list_is_looked_at_written_and_its_wrong_rows_are_mended(
    enter: Enter, tmp_path: Path
) -> None:
    admin = enter("people_admin")
    page = admin.page
    page.goto("/manage")
    page.get_by_role("main").get_by_role("link", name=re.compile("导入")).first.click()
    expect(page.get_by_role("heading", name="导入", exact=True)).to_be_visible()
    admin.photograph("imports-empty")
    first = tmp_path / "教职工.xlsx"
    first.write_bytes(workbook({"单位": UNITS, "人员": spoiled()}))
    upload(page, first)
    chip(page, "新增", 633)
    chip(page, "有错", 7)
    expect(page.get_by_text("没有编码为“nowhere”的单位。")).to_be_visible()
    admin.photograph("imports-preview")
    write(page)
    expect(page.get_by_text(re.compile("有 7 行有错，没有写入"))).to_be_visible()
    admin.photograph("imports-result")
    with page.expect_download() as begun:
        page.get_by_role("link", name="下载有错的行，改好后再上传").click()
    returned = sheets(Path(begun.value.path()).read_bytes())
    second = tmp_path / "改好.xlsx"
    second.write_bytes(workbook({"人员": mended(returned["人员"])}))
    upload(page, second)
    chip(page, "新增", 7)
    write(page)
    expect(page.get_by_text(re.compile("^已全部写入"))).to_be_visible()
    third = tmp_path / "再来一次.xlsx"
    third.write_bytes(workbook({"单位": UNITS, "人员": PEOPLE}))
    upload(page, third)
    expect(page.get_by_text("名单和现有内容完全一样，没有要写入的。")).to_be_visible()


def test_a_file_that_is_no_workbook_is_refused_in_the_dialog(enter: Enter, tmp_path: Path) -> None:
    admin = enter("people_admin")
    admin.expects(422)
    path = tmp_path / "名单.xlsx"
    path.write_bytes(b"hello")
    upload(admin.page, path, complete=True)
    dialog = admin.page.get_by_role("dialog", name="上传名单")
    expect(dialog.get_by_role("alert")).to_contain_text("这不是 Excel 工作簿")
    expect(dialog.get_by_label("这份名单是完整的")).to_be_checked()
    admin.photograph("imports-refused")


def test_on_a_phone_who_is_missing_is_shown_with_their_open_work_and_may_be_kept(
    enter: Enter, tmp_path: Path
) -> None:
    page = enter("people_admin", phone=True).page
    path = tmp_path / "名单.xlsx"
    one = ["X1", "甲一", "machine_college", "教师", "2026-09-01"]
    unit = ["machine_college", "甲学院", "二级学院", "school"]
    two = ["X2", "乙二", *one[2:]]
    head = {"单位": [workbooks.UNIT_HEAD, unit]}
    path.write_bytes(workbook({**head, "人员": [workbooks.PERSON_HEAD, one, two]}))
    upload(page, path)
    write(page)
    expect(page.get_by_text(re.compile("^已全部写入"))).to_be_visible()
    path.write_bytes(workbook({"人员": [workbooks.PERSON_HEAD, one]}))
    upload(page, path, complete=True)
    chip(page, "不在名单上", 1)
    page.get_by_role("link", name=re.compile("^不在名单上")).click()
    expect(page.get_by_text("手上没有待办")).to_be_visible()
    page.get_by_role("button", name="保留", exact=True).click()
    expect(page.get_by_text("没有这样的行")).to_be_visible()
    chip(page, "不在名单上，保留", 1)
