"""Documents, cases and batches in print, as those who may read them get them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from urllib.parse import quote

import docx
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, insert, select, update

from engine import clock, jobs
from engine.db import begin_writing
from engine.models import Holding, Job, User
from quality.models import Document, DocumentVersion
from quality.printing import press, runs
from quality.printing.models import PrintRun
from quality.printing.shelf import Shelf
from tests.college import publish
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper
from tests.third_step import FIGURE
from web.printing import work

TITLE = "工业机器人技术·专业建设目标（2026–2028）"
YEARS = ("2041-2043", "2044-2046")


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


@pytest.fixture
def do_jobs(sessions):
    def until_nothing_is_due():
        while jobs.run_due(sessions, "test"):
            pass

    return until_nothing_is_due


@pytest.fixture
def three(office, db):
    """Three published documents, of which the leader may read all."""
    office.published()
    made = dict(db.execute(select(DocumentVersion.__table__)).mappings().one())
    first = dict(db.execute(select(Document.__table__)).mappings().one())
    ids = [first.pop("id")]
    made.pop("id")
    for years in YEARS:
        row = first | {"period": years}
        ids.append(db.execute(insert(Document).returning(Document.id), row).scalar_one())
        db.execute(insert(DocumentVersion), made | {"document_id": ids[-1]})
    db.commit()
    return ids


def sheet(answer):
    """The opinion sheet of a Word file: a line for each decision."""
    file = docx.Document(io.BytesIO(answer.data))
    return [[cell.text for cell in row.cells] for row in file.tables[-1].rows][1:]


def cells(answer):
    """Everything that stands in the tables of a Word file."""
    assert answer.status_code == 200
    tables = docx.Document(io.BytesIO(answer.data)).tables
    return [cell.text for table in tables for row in table.rows for cell in row.cells]


def run(db, number=1):
    found = db.execute(select(PrintRun.__table__).where(PrintRun.id == number)).one_or_none()
    db.rollback()
    return found


def packed(answer):
    with answer:
        assert answer.status_code == 200
        return zipfile.ZipFile(io.BytesIO(answer.data))


def index_of(archive):
    book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("目录.xlsx")))
    return book.get_sheet_by_index(0).to_python()[1:]


def test_a_document_comes_as_pdf_and_as_word_under_its_own_name(office, browser, db):
    office.published()
    number = db.execute(select(Document.id)).scalar_one()
    db.rollback()
    leader = browser("leader")
    page = Paper.open(leader, f"/documents/{number}")
    for ending, begins in (("pdf", b"%PDF-"), ("docx", b"PK")):
        address = f"/documents/{number}/print.{ending}?version=1"
        assert address in page.tree.xpath("//a/@href")
        answer = leader.get(address)
        assert (answer.status_code, answer.data[: len(begins)]) == (200, begins)
        assert quote(f"{TITLE}.{ending}", safe="") in answer.headers["Content-Disposition"]
        assert leader.get(f"/documents/{number}/print.{ending}?version=9").status_code == 404
    assert [row[0] for row in sheet(answer)] == ["提交", "二级学院审核", "教务处审定"]


def test_a_returned_case_prints_every_pass(office, browser):
    case = office.returned("请补充依据")
    office.does("hand_in", case, "leader", None, "已补充")
    answer = browser("leader").get(f"/instances/{case}/print.docx")
    lines = sheet(answer)
    assert [line[0] for line in lines] == ["提交", "二级学院审核", "提交\n第 2 遍"]
    assert "请补充依据" in lines[1][1]
    assert "签名：周明岚" in lines[1][1]
    assert "重新提交\n已补充" in lines[2][1]
    assert "专业发展定位目标：description" in cells(answer)
    foot = docx.Document(io.BytesIO(answer.data)).sections[0].footer.paragraphs[0].text
    assert f"流程编号 {case}" in foot
    assert "校验值" in foot
    assert browser("stranger").get(f"/instances/{case}/print.pdf").status_code == 404


def test_what_a_step_hides_from_its_people_is_not_printed_for_them(office, browser, db):
    shown = b'name="field_rights" value="*:read"'
    hides = b'name="field_rights" value="*:read, goals.description:hidden"'
    publish(begin_writing(db), FIGURE.replace(shown, hides, 1))
    db.commit()
    case = office.submitted()
    text = "专业发展定位目标：description"
    for name, sees in (("leader", True), ("reviewer", False), ("auditor", False)):
        assert (text in cells(browser(name).get(f"/instances/{case}/print.docx"))) is sees
    office.does("hand_in", case, "reviewer", None, "同意")
    for name, sees in (("reviewer", False), ("office", True), ("auditor", True)):
        assert (text in cells(browser(name).get(f"/instances/{case}/print.docx"))) is sees


def test_ticked_documents_become_one_file_with_an_index(three, browser, do_jobs, db):
    leader = browser("leader")
    assert len(Paper.open(leader, "/documents").all('input[form="print"]')) == 3
    answer = leader.post("/prints", data=form(leader, documents=three, form="docx"))
    place = answer.location
    moving = leader.get(place)
    assert "0 / 3 份" in moving.text
    assert 'hx-trigger="every 1s"' in moving.text
    assert leader.get(f"{place}/file").status_code == 404
    do_jobs()
    assert leader.get(place, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "下载压缩包" in leader.get(place).text
    archive = packed(leader.get(f"{place}/file"))
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[:2] == ["目录.xlsx", f"001-{TITLE}.docx"]
    assert len(names) == 4
    first = index_of(archive)[0]
    assert first[1:6] == [TITLE, "专业", "智能制造学院", "1", f"001-{TITLE}.docx"]
    assert "批量打印 1" in leader.get("/prints").text
    reviewer = browser("reviewer")
    for path in (place, f"{place}/file"):
        assert reviewer.get(path).status_code == 404
    assert reviewer.post(f"{place}/cancellation", data=form(reviewer)).status_code == 404
    assert run(db).done == 3


def test_what_may_no_longer_be_read_is_told_and_the_others_are_printed(
    three, browser, do_jobs, db, monkeypatch
):
    leader = browser("leader")
    place = leader.post("/prints", data=form(leader, all="1", stage="goal")).location
    db.execute(update(Document).where(Document.id == three[1]).values(version_number=0))
    db.commit()

    def breaks_once(paper, made=press.pdf):
        if YEARS[1][:4] in paper.title:
            message = "boom"
            raise RuntimeError(message)
        return made(paper)

    monkeypatch.setitem(work.MAKERS, runs.PrintForm.PDF, breaks_once)
    do_jobs()
    assert "有 2 份没有打印" in leader.get(place).text
    archive = packed(leader.get(f"{place}/file"))
    assert len(archive.namelist()) == 2
    reasons = [line[6] for line in index_of(archive)]
    assert sum(bool(one) for one in reasons) == 2
    assert any("出了意外" in one for one in reasons)
    assert "boom" not in str(reasons)


def test_a_batch_goes_on_where_it_was_left(three, browser, do_jobs, db, tmp_path, monkeypatch):
    leader = browser("leader")
    place = leader.post("/prints", data=form(leader, documents=three)).location
    monkeypatch.setattr(work, "TURN", -1.0)
    printed = []

    def counted(paper, made=press.pdf):
        printed.append(paper.title)
        return made(paper)

    monkeypatch.setitem(work.MAKERS, runs.PrintForm.PDF, counted)
    with clock.freeze(clock.now()):
        do_jobs()
    assert run(db).status == "done"
    assert len(printed) == 3
    # a worker was killed when one was printed, and what was to go on is lost
    shelf = Shelf(tmp_path, 1)
    shelf.remove()
    db.execute(update(PrintRun).values(status="waiting", done=1, ended_at=None))
    db.execute(delete(Job).where(Job.topic == runs.TOPIC))
    work.begin(db)
    work.begin(db)
    waiting = select(func.count()).select_from(Job).where(Job.topic == runs.TOPIC)
    assert db.execute(waiting).scalar_one() == 1
    db.commit()
    do_jobs()
    assert len(printed) == 5
    assert packed(leader.get(f"{place}/file")).testzip() is None


def test_a_cancelled_batch_prints_no_more(three, browser, do_jobs, db, tmp_path):
    leader = browser("leader")
    place = leader.post("/prints", data=form(leader, documents=three)).location
    assert leader.post(f"{place}/cancellation", data=form(leader)).status_code == 303
    do_jobs()
    assert "没有可以下载的文件" in leader.get(place).text
    again = leader.post(f"{place}/cancellation", data=form(leader), follow_redirects=True)
    assert "这一批已经结束" in again.text
    assert not Shelf(tmp_path, 1).folder.exists()
    assert (run(db).status, run(db).done) == ("cancelled", 0)


def test_batches_are_bounded(three, browser, monkeypatch):
    leader = browser("leader")

    def asked(**given):
        answer = leader.post("/prints", data=form(leader, **given), follow_redirects=True)
        return Paper(leader, answer).text

    assert "没有选中可以打印的文档" in asked()
    assert "没有选中可以打印的文档" in asked(documents="x")
    refused = leader.post("/prints", data=form(leader), follow_redirects=True).text
    assert "#alert" in refused[refused.index("data-toast>") : refused.index("没有选中")]
    monkeypatch.setattr(runs, "MOST", 2)
    assert "一次最多打印 2 份" in asked(documents=three)
    assert "一次最多打印 2 份" in asked(all="1")
    for _ in range(runs.AT_ONCE):
        assert "0 / 1 份" in asked(documents=three[0])
    assert "您已有 2 批正在打印" in asked(documents=three[0])


def test_results_are_removed_when_they_are_old(three, browser, do_jobs, db, tmp_path):
    leader = browser("leader")
    place = leader.post("/prints", data=form(leader, documents=three[:1])).location
    do_jobs()
    work.begin(db)
    db.commit()
    assert Shelf(tmp_path, 1).zip.exists()
    with clock.freeze(clock.now() + timedelta(days=8)):
        do_jobs()
    assert not Shelf(tmp_path, 1).zip.exists()
    assert run(db) is None
    assert leader.get(place).status_code == 404


def test_of_somebody_who_left_nothing_more_is_printed(three, browser, do_jobs, db, college):
    leader = browser("leader")
    leader.post("/prints", data=form(leader, documents=three))
    mine = college.users["leader"]
    db.execute(delete(Holding).where(Holding.user_id == mine))
    db.execute(update(User).where(User.id == mine).values(is_active=False))
    db.commit()
    do_jobs()
    assert (run(db).status, run(db).done) == ("cancelled", 0)


def test_paper_speaks_the_language_of_who_asked(office, browser):
    case = office.submitted()
    leader = browser("leader")
    leader.set_cookie("language", "en")
    answer = leader.get(f"/instances/{case}/print.docx")
    foot = docx.Document(io.BytesIO(answer.data)).sections[0].footer.paragraphs[0].text
    assert f"{clock.now():%b} {clock.now().year}" in foot


def test_a_press_without_its_fonts_says_what_helps(office, browser, monkeypatch, tmp_path):
    case = office.submitted()
    press.stop()
    monkeypatch.setattr(press, "FONTS", tmp_path)
    answer = browser("leader").get(f"/instances/{case}/print.pdf")
    assert answer.status_code == 503
    assert "这份文件没有排好版" in answer.text


def test_a_busy_press_prints_a_batch_later(three, browser, do_jobs, db, monkeypatch):
    leader = browser("leader")
    place = leader.post("/prints", data=form(leader, documents=three[:1])).location

    def is_busy(_paper):
        raise press.PressBusy

    monkeypatch.setitem(work.MAKERS, runs.PrintForm.PDF, is_busy)
    with clock.freeze(clock.now()):
        do_jobs()
    assert run(db).done == 0
    monkeypatch.undo()
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        do_jobs()
    assert "下载压缩包" in leader.get(place).text
