"""A paper set as PDF and written as Word: both say the same, and nothing in it is markup."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import pytest
from docx.enum.section import WD_ORIENTATION
from docx.oxml.ns import qn

from quality.printing import coverage, layout, press, word
from quality.printing.errors import NotSet
from quality.printing.paper import (
    Column,
    Entry,
    Goal,
    Heading,
    Heads,
    Opinion,
    Pair,
    Paper,
    Row,
    Rule,
    Sheet,
    Table,
    Words,
)

HOSTILE = '#panic("x") *b* $1/0$ [ ] \\u{41} </w:t><w:br/> & ]]> <script> `c` @ref <label> // /*'
COLUMNS = (Column("绩效", "成果、效益"), Column("权重", is_number=True))


def table(*goals, columns=COLUMNS):
    return Table("质量标准", ("目标", "项目"), columns, goals or (goal(),), ("", "100"), "合计")


def goal(name="专业设计目标", count=2, text="每年一次"):
    return Goal(name, tuple(Row(f"项目{at}", (text, "12.5")) for at in range(count)))


def opinion(text="同意", **other):
    given = {"step": "二级学院审核", "again": "第 2 遍", "verdict": "退回"}
    return Opinion(**given | other, text=text, signature="乙 代 甲", at="2027年3月31日 17:00")


OPINIONS = (opinion(),)


def paper(*parts, opinions=OPINIONS, title="工业机器人技术·标准"):
    facts = (Pair("编号", "23"), Pair("流程", "审核"), Pair("状态", "已办结"))
    words = ("步骤", "意见"), "签名：", "日期：", "还没有人作过决定。"
    sheet = Sheet("审批意见单", facts, *words, opinions) if opinions is not None else None
    counted = "第 {page} 页，共 {pages} 页"
    said = (("编号 23", "校验值 9:ab"), counted, "（接“{goal}”）", "方框：{signs}")
    return Paper(title, parts, sheet, *said)


def full(text="第一行\n1. 第二行"):
    heads = Heads((Pair("学院", text), Pair("名称", ""), Pair("对象", text)))
    entries = (Entry("备注", text), Entry("说明", ""), Words(text), Rule())
    hostile = table(Goal(text, (Row(text, (text, text)),)))
    return paper(Heading(1, text), heads, hostile, *entries, opinions=(opinion(text),), title=text)


def read(made):
    return docx.Document(io.BytesIO(word.docx(made)))


def texts(made):
    file = read(made)
    cells = [cell.text for one in file.tables for row in one.rows for cell in row.cells]
    return [*cells, *(one.text for one in file.paragraphs)]


@pytest.mark.parametrize("made", [full(), full(HOSTILE), full(""), paper(table()), paper()])
def test_any_paper_is_set_as_pdf(made):
    assert press.pdf(made).startswith(b"%PDF-")


def test_what_people_wrote_is_no_markup():
    template = press.TYPESETTER.with_name("paper.typ").read_text(encoding="utf-8")
    assert re.findall(r"\beval\b|\bread\(|#?import |include ", template) == []
    nothing = press.pictures(paper(Words(""), opinions=None), 40)
    assert press.pictures(paper(Words("#h(0pt)"), opinions=None), 40) != nothing


def test_the_form_lies_across_and_the_opinions_stand():
    pages = press.pictures(paper(table()), 20)
    sizes = [(int.from_bytes(one[16:20]), int.from_bytes(one[20:24])) for one in pages]
    assert [wide > high for wide, high in sizes] == [True, False]
    sections = read(paper(table())).sections
    assert [one.orientation for one in sections] == [
        WD_ORIENTATION.LANDSCAPE,
        WD_ORIENTATION.PORTRAIT,
    ]


def test_pdf_brings_its_own_face():
    found = {bytes(one) for one in re.findall(rb"/BaseFont/(?:\w+\+)?([\w-]+)", press.pdf(paper()))}
    assert all(one.startswith(b"NotoSerifSC") for one in found)
    assert found


def test_signs_that_no_face_draws_are_named_at_the_end():
    assert coverage.missing("诊改 é①✓㎡㐀𬭊 ✔️\u200b\n") == ()
    assert coverage.missing("😀𠮷\ue000😀") == ("😀", "𠮷", "\ue000")
    assert layout.laid(full())["boxes"] == ""
    assert layout.laid(full("张𠮷😀"))["boxes"] == "方框：U+20BB7 U+1F600"


def test_a_table_to_be_filled_in_by_hand_has_room_for_it():
    empty = table(Goal("课程设计目标", (Row("学习目标设计", ("", "")),)))
    _goal, label, text, number = layout.columns(empty, is_wide=True)
    assert text > 3 * label > 3 * number / 2
    file = docx.Document(io.BytesIO(word.docx(paper(empty))))
    height = file.tables[0].rows[1]._tr.trPr.find(qn("w:trHeight"))
    assert height.get(qn("w:hRule")) == "atLeast"
    foot = file.sections[0].footer.paragraphs[0]
    assert foot.style.name == "Normal"
    assert len(foot.paragraph_format.tab_stops) == 1


def test_word_repeats_heads_keeps_rows_whole_and_spans_goals():
    head, first, second, sums = read(paper(table())).tables[0].rows
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    whole = [one._tr.trPr.find(qn("w:cantSplit")) for one in (head, first, second, sums)]
    assert None not in whole
    assert first.cells[0]._tc is second.cells[0]._tc
    assert [one.text for one in first.cells] == ["专业设计目标", "项目0", "每年一次", "12.5"]
    assert [one.text for one in sums.cells] == ["合计", "合计", "", "100"]


def test_word_tells_every_opinion_and_names_a_song_face():
    made = word.docx(paper(opinions=(opinion(), opinion("审定通过", verdict="同意"))))
    file = docx.Document(io.BytesIO(made))
    rows = [[cell.text for cell in row.cells] for row in file.tables[-1].rows]
    assert rows[1] == [
        "二级学院审核\n第 2 遍",
        "退回\n同意\n签名：乙 代 甲　　日期：2027年3月31日 17:00",
    ]
    assert rows[2][1].startswith("同意\n审定通过\n")
    styles = zipfile.ZipFile(io.BytesIO(made)).read("word/styles.xml").decode()
    assert 'w:eastAsia="宋体"' in styles
    assert "编号 23" in file.sections[-1].footer.paragraphs[0].text


def test_word_holds_every_text_as_it_was_written():
    assert texts(full(HOSTILE)).count(HOSTILE) >= 6
    assert "ab" in texts(full("a\x00\x0bb"))


def test_long_words_may_go_on_in_the_next_line():
    address = "https://www.example.edu.cn/a/very/long/path?x=1&y=2"
    broken = layout.breakable(f"见 {address}。")
    assert broken.replace("\u200b", "") == f"见 {address}。"
    assert max(map(len, broken.split("\u200b"))) < 15
    assert layout.breakable("对接产业 industry 2027") == "对接产业 industry 2027"


def test_only_rows_near_the_height_of_a_page_are_broken():
    made = table(goal(), goal(text="很长的话" * 2000), goal("目标" * 2000, count=1))
    assert layout.long_rows(made, is_wide=True) == ((False, False), (True, True), (True,))
    assert press.pdf(paper(made)).startswith(b"%PDF-")


def test_columns_fill_the_page_and_numbers_stay_in_one_line():
    for count in (1, 6, 14):
        columns = (*(Column(f"栏目{at}") for at in range(count)), Column("权重", is_number=True))
        row = Row("项目", (*("很长的话" * 50 for _ in range(count)), "1,234,567.25"))
        made = table(Goal("目标", (row,)), columns=columns)
        points = layout.columns(made, is_wide=True)
        assert sum(points) == pytest.approx(layout.POINTS_WIDE)
        assert points[-1] > layout.size(made) * 6
        assert min(points) > layout.size(made) * 3


def test_a_typesetter_that_ends_is_followed_by_another(monkeypatch):
    typesetter = press.Typesetter()
    monkeypatch.setattr(press, "FONTS", press.TYPESETTER.parent)
    with pytest.raises(NotSet):
        typesetter.set(b"{}", "pdf")
    monkeypatch.undo()
    with pytest.raises(NotSet):
        typesetter.set(b"{}", "pdf")
    with pytest.raises(NotSet):
        typesetter.set(b"no json", "pdf")
    typesetter._process.kill()
    typesetter._process.wait()
    with pytest.raises(NotSet):
        typesetter.set(b"{}", "pdf")
    typesetter.stop()
