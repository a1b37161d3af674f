"""Published documents as people find, read and compare them."""

from __future__ import annotations

import io
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from quality.models import Document, DocumentVersion
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper

TITLE = "工业机器人技术·专业建设目标（2026–2028）"


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def test_nothing_published_says_what_comes(office, browser):
    office.submitted()
    said = Paper.open(browser("leader"), "/documents").text
    assert "还没有已发布的文档" in said
    assert "信息采集复核完以后" in said


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("", True),
        ("?kind=major", True),
        ("?kind=course", False),
        ("?kind=nonsense", True),
        ("?stage=goal", True),
        ("?stage=standard", False),
        ("?unit={unit}", True),
        ("?unit=999", False),
        ("?q=机器人", True),
        ("?q=%25", False),
        ("?year=2027", True),
        ("?year=2029", False),
        ("?year=later", True),
        ("?mine=1", True),
    ],
)
def test_the_list_is_narrowed(office, browser, college, asked, is_there):
    office.published()
    page = Paper.open(browser("leader"), "/documents" + asked.format(unit=college.units["machine"]))
    assert (TITLE in page.text) is is_there
    if not is_there:
        assert "没有符合条件的文档" in page.text


def test_the_list_is_taken_away_with_its_filter_on_top(office, browser, college):
    office.published()
    leader = browser("leader")
    unit = college.units["machine"]
    asked = f"?kind=major&stage=goal&year=2027&unit={unit}&mine=1&q=机器人"
    assert f"/documents/export{asked}" in unquote(leader.get("/documents" + asked).text).replace(
        "&amp;", "&"
    )
    told = book(leader.get("/documents/export" + asked))
    own = "我负责或参与的、名称或代码“机器人”"
    assert told[1] == [f"筛选：类别“专业”、阶段“目标”、2027 年度、单位“智能制造学院”、{own}"]
    assert told[2][0].endswith("共 1 行")
    assert told[5][:4] == [TITLE, "工业机器人技术", "460305", "专业"]
    nothing = book(leader.get("/documents/export?q==cmd"))
    assert nothing[1:3] == [["筛选：名称或代码“=cmd”"], [nothing[2][0]]]
    assert len(nothing) == 5
    assert book(browser("stranger").get("/documents/export"))[5:] == []


def test_the_chains_of_documents_are_taken_away_too(office, browser):
    office.published()
    leader = browser("leader")
    asked = "?kind=major&year=2027&gaps=1"
    assert "/subjects/chains/export?" in leader.get("/subjects/chains" + asked).text
    told = book(leader.get("/subjects/chains/export" + asked))
    assert told[1] == ["筛选：2027 年度、类别“专业”、只看有缺的"]
    (row,) = told[5:]
    assert (row[0], row[-4:]) == ("工业机器人技术", ["已发布", *["还没有"] * 3])
    assert book(browser("stranger").get("/subjects/chains/export"))[5:] == []


def test_the_register_of_subjects_is_taken_away_too(office, browser):
    office.published()
    leader = browser("leader")
    asked = "?kind=major&q=机器人"
    assert "/subjects/export?" in leader.get("/subjects" + asked).text
    told = book(leader.get("/subjects/export" + asked))
    assert told[1] == ["筛选：类别“专业”、使用中、名称、代码或负责人“机器人”"]
    (row,) = told[5:]
    assert row[:4] == ["工业机器人技术", "460305", "专业", "智能制造学院"]
    assert book(leader.get("/subjects/export?closed=1&pilot=1&ownerless=1&parent=1"))[5:] == []
    assert book(browser("stranger").get("/subjects/export"))[5:] == []


def test_all_that_is_printed_is_what_the_list_shows(office, browser):
    office.published()
    leader = browser("leader")
    for year, printed in (("2029", False), ("2027", True)):
        shown = form(leader, all="1", year=year, mine="1")
        answer = leader.post("/prints", data=shown)
        back = f"/documents?year={year}&mine=1"
        assert answer.headers["Location"].endswith("/prints/1" if printed else back)


def test_a_document_reads_as_its_form(office, browser, db):
    office.published()
    page = Paper.open(browser("leader"), f"/documents/{document(db)}")
    assert page.says("h1")[0] == TITLE
    assert "专业发展定位目标：description" in page.text
    assert "第 1 版" in page.text
    assert page.all("input[name]") == []


def test_a_document_says_what_it_was_made_from(office, browser, db):
    office.published()
    number = document(db)
    case = office.does("start", {"stage": "standard", "period": "2027"})
    leader = browser("leader")
    told = Paper.open(leader, f"/instances/{case}").text
    assert f"依据《{TITLE}》第 1 版 模板第 1 版" in told
    assert "之后又发布到" not in told
    office.published()
    assert "之后又发布到第 2 版" in Paper.open(leader, f"/instances/{case}").text
    goals = Paper.open(leader, f"/documents/{number}").text
    assert "模板第 1 版" in goals
    assert "依据《" not in goals


def test_two_versions_are_compared(office, browser, db):
    office.published()
    office.published(changed)
    number = document(db)
    leader = browser("leader")
    page = Paper.open(leader, f"/documents/{number}/changes?before=1&after=2")
    assert page.says("ins")[0] == "按新的规划"
    assert "改动 1 处" in page.text
    same = Paper.open(leader, f"/documents/{number}/changes?before=2&after=2")
    assert "两版的内容相同" in same.text
    turned = Paper.open(leader, f"/documents/{number}/changes?before=2&after=1")
    assert turned.says("ins")[0] == "按新的规划"
    old = Paper.open(leader, f"/documents/{number}?version=1")
    assert "这是旧版本" in old.text


def test_a_document_is_compared_with_that_of_the_period_before(office, browser, db):
    office.published()
    first = dict(db.execute(select(Document.__table__)).mappings().one())
    made = dict(db.execute(select(DocumentVersion.__table__)).mappings().one())
    before = first.pop("id")
    row = first | {"period": "2029-2031"}
    number = db.execute(insert(Document).returning(Document.id), row).scalar_one()
    made.pop("id")
    text = made["data"].replace("专业发展定位目标：description", "换了说法")
    db.execute(insert(DocumentVersion), made | {"document_id": number, "data": text})
    db.commit()
    leader = browser("leader")
    (there,) = Paper.open(leader, f"/documents/{number}").tree.xpath(
        "//a[text()='与上一期（2026–2028）比']/@href"
    )
    assert there == f"/documents/{number}/changes?before={before}-1&after=1"
    page = Paper.open(leader, there)
    assert page.says("main h2")[0] == "2026–2028 年到 2029–2031 年"
    chosen = page.tree.xpath("//option[@selected]/text()")
    assert [one.partition("·")[0] for one in chosen] == ["2026–2028 第 1 版", "2029–2031 第 1 版"]
    assert (page.says("del")[0], page.says("ins")[0]) == (
        "专业发展定位目标：description",
        "换了说法",
    )
    assert leader.get(f"/documents/{before}/changes?before={number}-1&after=1").status_code == 404


def test_what_may_not_be_seen_does_not_exist(office, browser, db):
    office.published()
    number = document(db)
    stranger = browser("stranger")
    for path in (f"/documents/{number}", f"/documents/{number}/changes?before=1&after=1"):
        assert stranger.get(path).status_code == 404
    assert TITLE not in Paper.open(stranger, "/documents").text
    leader = browser("leader")
    for path in (
        "/999",
        f"/{number}?version=9",
        f"/{number}/changes",
        f"/{number}/changes?before=1",
    ):
        assert leader.get(f"/documents{path}").status_code == 404


def book(answer):
    """The filled cells of each line of a workbook."""
    assert answer.status_code == 200
    (page,) = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).sheet_names
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_name(page)
    return [[cell for cell in row if cell != ""] for row in sheet.to_python()]


def changed(values):
    """The goals with one cell written anew."""
    first, *others = values["goals"]
    return values | {"goals": [first | {"remark": "按新的规划"}, *others]}


def document(db):
    """The id of the only document."""
    found = db.execute(select(Document.id)).scalar_one()
    db.rollback()
    return found
