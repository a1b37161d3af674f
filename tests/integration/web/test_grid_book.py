"""A task's grid fetched as a workbook, filled in, and laid into the draft."""

from __future__ import annotations

import io

import python_calamine
import xlsxwriter
from sqlalchemy import update

from engine import tasks
from engine.db import begin_writing
from engine.models import Draft
from engine.tasks import drafts
from tests.integration.web.paper import Paper
from tests.integration.web.test_tasks import desk

__all__ = ["desk"]


def lines(content):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def book(table):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("表")
        for at, line in enumerate(table):
            page.write_row(at, 0, line)
    return io.BytesIO(made.getvalue())


def test_a_grid_goes_out_as_a_workbook_and_comes_back_into_the_draft(desk):
    task = desk.task()
    leader, path = desk.browser("leader"), f"/tasks/{task}/grids/goals.xlsx"
    answer = leader.get(path)
    table = lines(answer.data)
    assert (answer.status_code, table[0][:3]) == (200, ["id", "项目", "描述"])
    table[1][2], table[2][2] = "=从表格来的", "字" * 2_001
    sent = Paper.open(leader, path.partition("/grids")[0]).fields()
    sent = {**dict(sent), "values[applies_to]": "2031 级"}
    answer = leader.post(path, data={**sent, "book.goals": (book(table), "目标.xlsx")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "C3" in page
    assert "最多 2000 个字" in page
    with desk.db as db:
        kept = drafts.draft(db, task).values
        db.rollback()
    assert kept["goals"][0]["description"] == "=从表格来的"
    assert kept["applies_to"] == "2031 级"
    assert len(kept["goals"]) == len(table) - 1
    refused = leader.post(path, data={**sent, "book.goals": (io.BytesIO(b"a,b"), "x.csv")})
    assert "请先下载这张表" in refused.get_data(as_text=True)
    assert desk.browser("stranger").get(path).status_code == 404
    assert leader.get(path.replace("goals", "nothing")).status_code == 404


def test_who_hands_in_over_what_somebody_else_saved_sees_both_and_loses_nothing(desk):
    page, task = desk.page("leader"), desk.task()
    begin_writing(desk.db)
    leader = desk.college.actor(desk.db, "leader")
    tasks.save_draft(desk.db, task, by=leader, values={"applies_to": "别人写的"}, revision=0)
    desk.db.execute(update(Draft).values(saved_by=desk.college.actor(desk.db, "reviewer").id))
    desk.db.commit()
    again = page.press("提交", applies_to="我写的", description="写明", comment="请审")
    assert (again.status, again.path) == (412, f"/tasks/{task}/completion")
    assert "别人写的" in again.text
    assert dict(again.fields())["values[applies_to]"] == "我写的"
    assert again.press("提交").says(".toast")[0].startswith("已提交")
