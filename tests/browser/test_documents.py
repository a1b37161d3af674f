"""Goals, standards and plans of every kind, by the people of its figure: sent back once, printed.

In the usual run two of them on SQLite; with ZHENGAI_SOAK=1 all 24, on both databases.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import db as database
from engine.models import ProcessInstance, User
from quality import kinds
from quality.models import Document, Stage, Subject
from quality.rows import GRID
from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.site import Site
from tests.conftest import DATABASES
from web.demo.documents import open_task

SOAK: Final = bool(os.environ.get("ZHENGAI_SOAK"))
STAGES: Final = (Stage.GOAL, Stage.STANDARD, Stage.PLAN)
# how many words the figure of each kind has
WORDS: Final = {
    "functional_department": 2,
    "secondary_college": 2,
    "major": 2,
    "course": 2,
    "teaching_staff_team": 2,
    "teacher": 1,
    "student_cohort": 3,
    "student": 1,
}
# for a subject of which nobody has begun anything, unless one is named
ALL: Final = [(key, "", stage) for key in kinds.KEYS for stage in STAGES]
# a cohort passes three desks; this major has its standards for the year already
USUAL: Final = [("student_cohort", "", Stage.GOAL), ("major", "440301", Stage.PLAN)]
REASON: Final = "有几行没有写明数量，请补充后再报。"
MORE: Final = "已补充：每学期核对一次。"
CELLS: Final = {
    Stage.GOAL: ("三年内达到省内同类前列。", "依据学校规划分解。"),
    Stage.STANDARD: ("完成率 95% 以上", "专人负责，经费 2 万元", "计划、检查、总结"),
    Stage.PLAN: (
        "去年完成率 88%",
        "责任没有落实到人",
        "1. 明确责任人（王芳，2027-06-30，未开始）",
        "达到 95% 得满分",
        "{weight}",
    ),
}
FIRST: Final = {
    Stage.GOAL: "description",
    Stage.STANDARD: "performance",
    Stage.PLAN: "current_state",
}

pytestmark = pytest.mark.parametrize(
    "site", DATABASES if SOAK else ("sqlite",), indirect=True, scope="module"
)


@pytest.fixture
def db(site: Site) -> Iterator[Session]:
    """What stands in the database of the site, to be looked at."""
    engine = database.connect(site.database_url)
    with database.sessions(engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def fresh(site: Site) -> dict[str, int]:
    """Of each kind, a subject with an owner of which nobody has begun anything."""
    table, begun = Subject.__table__, select(Document.subject_id)
    wanted = select(table.c.kind, func.min(table.c.id).label("id")).group_by(table.c.kind)
    engine = database.connect(site.database_url)
    with database.sessions(engine)() as session:
        free = wanted.where(table.c.owner_id.is_not(None), table.c.id.not_in(begun))
        found = {row.kind: row.id for row in session.execute(free)}
    engine.dispose()
    return found


@pytest.mark.parametrize(("key", "code", "stage"), ALL if SOAK else USUAL)
def test_a_document_goes_from_the_first_word_to_the_paper(
    enter: Enter, db: Session, fresh: dict[str, int], key: str, code: str, stage: Stage
) -> None:
    table = Subject.__table__
    named = table.c.code == code if code else table.c.id == fresh[key]
    subject = db.execute(select(table).where(table.c.kind == key, named)).one()
    owner = enter(name_of(db, subject.owner_id))
    page = owner.page
    begin(page, subject.id, stage)
    case = newest(db, subject.id)
    write(page, stage)
    owner.photograph(f"{key}-{stage}-1-written")
    acts.press(page, "提交")
    acts.told(page, "已提交")

    first = reach(enter, db, case)
    acts.send_back(first, REASON)
    acts.told(first, "现在到提交")

    mend(page, db, case, stage)
    done = 0
    while to_be_done(db, case):
        desk = reach(enter, db, case)
        verb = desk.locator(".verbs").get_by_role("button", name=re.compile("通过$|^已阅上报$"))
        verb.first.click()
        expect(desk.locator("[data-toast]").first).to_be_visible()
        done += 1
    assert done == WORDS[key]

    page.goto(f"/instances/{case}")
    acts.wait_ended(page)
    page.get_by_role("link", name="看文档").click()
    expect(page.get_by_role("main")).to_contain_text(MORE)
    expect(page.get_by_role("main")).to_contain_text(CELLS[stage][0])
    owner.photograph(f"{key}-{stage}-2-published")
    paper = page.request.get(f"{page.url.partition('?')[0]}/print.pdf")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")


def begin(page: Page, subject: int, stage: Stage) -> None:
    """Begin the newest period that is offered for a stage."""
    page.goto(f"/instances/new?subject={subject}")
    offers = page.locator("form").filter(has=page.locator(f"input[name=stage][value={stage}]"))
    offers.locator("button:enabled").last.click()
    expect(page.locator("#task-form")).to_be_visible()


def write(page: Page, stage: Stage) -> None:
    """Fill every row with one block from a spreadsheet."""
    # the grid's own code is there as soon as its tools are
    expect(page.get_by_role("button", name="全屏", exact=True).first).to_be_visible()
    rows = acts.rows(page, GRID[stage])
    count = rows.count()
    line = "\t".join(CELLS[stage])
    block = "\n".join(line.format(weight=0 if row else 100) for row in range(count))
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    acts.cell(rows.first, FIRST[stage]).focus()
    page.keyboard.press("ControlOrMeta+V")
    note = page.locator("[data-grid-note]")
    expect(note).to_contain_text(f"粘贴了 {count} 行 {len(CELLS[stage])} 列")
    expect(acts.cell(rows.last, FIRST[stage])).to_have_value(CELLS[stage][0])
    acts.wait_saved(page)


def mend(page: Page, db: Session, case: int, stage: Stage) -> None:
    """Whoever began reads why it came back, adds a sentence, and hands in again."""
    page.goto(f"/tasks/{task_of(db, case)}")
    expect(page.get_by_text(REASON).first).to_be_visible()
    cell = acts.cell(acts.rows(page, GRID[stage]).first, FIRST[stage])
    cell.fill(f"{cell.input_value()}{MORE}")
    acts.agree(page, "提交", "已按意见修改。")
    acts.told(page, "已提交")


def reach(enter: Enter, db: Session, case: int) -> Page:
    """The open task of a case, before somebody who may do it."""
    task = open_task(db, case)
    db.rollback()
    assert task is not None
    page = enter(name_of(db, task.person)).page
    page.goto(f"/tasks/{task.id}")
    expect(page.locator("#task-form")).to_be_attached()
    return page


def to_be_done(db: Session, case: int) -> bool:
    """Whether somebody has something to do in a case."""
    task = open_task(db, case)
    db.rollback()
    return task is not None


def task_of(db: Session, case: int) -> int:
    """The open task of a case."""
    task = open_task(db, case)
    db.rollback()
    assert task is not None
    return task.id


def newest(db: Session, subject: int) -> int:
    """The case begun last for a subject."""
    here = select(ProcessInstance.id).where(ProcessInstance.subject == f"subject:{subject}")
    case = db.execute(here.order_by(ProcessInstance.id.desc()).limit(1)).scalar_one()
    db.rollback()
    return case


def name_of(db: Session, person: int) -> str:
    """How somebody signs in."""
    name = db.execute(select(User.username).where(User.id == person)).scalar_one()
    db.rollback()
    return name
