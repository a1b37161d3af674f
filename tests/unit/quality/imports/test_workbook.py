"""Files as they come: columns in any order, under other headers, as text in several encodings."""

from __future__ import annotations

from datetime import date

import pytest

from quality.imports import columns, errors, faults, units, work, workbook
from quality.imports.columns import Row
from tests.workbooks import workbook as made


@pytest.fixture(autouse=True, scope="module")
def _plugged_in():
    work.register()


def only(content, filename="名单.xlsx"):
    (read,) = workbook.read(content, filename)
    return read


def test_columns_are_found_by_any_of_their_headers_in_any_order():
    read = only(
        made({"教职工": [["姓 名", "性别", "职工号*", "手机（必填）"], ["甲", "女", 1.0, 138.0]]})
    )
    assert (read.sheet.key, read.unknown) == ("people", ("性别",))
    assert read.lines == [(2, {"name": "甲", "number": "1", "phone": "138"})]


def test_lines_above_the_headers_and_empty_lines_are_passed_over():
    lines = [["示范学院教职工名单"], [], ["工号", "姓名", "起"], [], ["1", "甲", date(2026, 9, 1)]]
    assert only(made({"人员": lines})).lines == [
        (5, {"number": "1", "name": "甲", "since": "2026-09-01"})
    ]


def test_a_missing_column_is_named():
    with pytest.raises(errors.ColumnsMissing, match="姓名"):
        only(made({"人员": [["工号", "邮箱"], ["1", "a@b.cn"]]}))


def test_sheets_come_in_the_order_in_which_they_are_applied():
    people, units_ = [["工号", "姓名"]], [["编码", "名称", "类别"]]
    read = workbook.read(made({"人员": people, "单位": units_}), "a.xlsx")
    assert [one.sheet.key for one in read] == ["units", "people"]


def test_a_sheet_with_another_name_is_known_by_its_headers():
    assert only(made({"Sheet1": [["编码", "名称", "类别"]]})).sheet.key == "units"
    assert only(made({"Sheet1": [["工号", "岗位", "单位编码"]]})).sheet.key == "holdings"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_in_several_encodings_and_with_several_marks(encoding, mark):
    text = f"工号{mark}姓名\r\n0012{mark}张三\r\n".encode(encoding)
    assert only(text, "名单.csv").lines == [(2, {"number": "0012", "name": "张三"})]


def test_every_column_of_the_table_is_whole():
    assert list(columns.sheets())[:3] == ["units", "people", "holdings"]
    for sheet in columns.sheets().values():
        headers = [columns.plain(word) for c in sheet.columns for word in (c.header, *c.aliases)]
        assert len(headers) == len(set(headers)), sheet.key
        assert any(column.is_required for column in sheet.columns)
        known = {column.key for column in sheet.columns}
        assert all(set(example) <= known for example in sheet.examples)


def unit(code: str, parent: str | None) -> Row:
    values = {"code": code, "parent": parent} if parent else {"code": code}
    return Row(0, 0, code, {}, values, [])


def test_units_are_put_parents_first():
    given = [unit("c", "b"), unit("x", None), unit("b", "a"), unit("a", None), unit("d", "b")]
    ordered = units.UnitWorker().within(given)
    assert [row.key for row in ordered] == ["a", "b", "c", "x", "d"]
    assert all(not row.faults for row in ordered)


def test_a_long_chain_of_units_needs_no_deep_stack():
    chain = [unit(f"u{number}", f"u{number + 1}") for number in range(20_000)]
    ordered = units.UnitWorker().within(chain)
    assert [row.key for row in ordered[:2]] == ["u19999", "u19998"]


def test_a_circle_of_units_is_shown():
    ordered = units.UnitWorker().within([unit("a", "b"), unit("b", "a"), unit("c", "c")])
    found = {row.key: [fault.values["path"] for fault in row.faults] for row in ordered}
    assert found == {"a": ["a → b → a"], "b": ["a → b → a"], "c": ["c → c"]}
    assert ordered[0].faults[0].sentence == faults.OWN_ANCESTOR
