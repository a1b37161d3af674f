"""Papers as Word files: the same content as the PDF, to go on working with in Word or WPS.

Tables are written as their own XML, because python-docx looks through a whole table for each cell;
every text is escaped on the way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as File
from docx.enum.section import WD_ORIENTATION, WD_SECTION_START
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from quality.printing import layout
from quality.printing.paper import (
    Entry,
    Heading,
    Heads,
    Pair,
    Paper,
    Part,
    Rule,
    Sheet,
    Table,
    Words,
)

LATIN, SONG = "Times New Roman", "宋体"
A4: Final = (Mm(210), Mm(297))
MARGIN: Final = Mm(15)
TWENTIETHS: Final = 20
"""Word measures tables in twentieths of a point."""
STEP_POINTS: Final = 100.0
BLANK_LINES: Final = 2
HAND: Final = 440
"""How tall a row is that is to be filled in by hand, in twentieths of a point."""
_GAP: Final = re.compile(r"(\{pages?\})")
_FIELDS: Final[Mapping[str, str]] = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def docx(paper: Paper) -> bytes:
    """The paper as a Word file."""
    file = Document()
    _fonts(file)
    file.core_properties.title = _plain(paper.title)[:255]
    file.core_properties.author = ""
    section = file.sections[0]
    _page(section, is_wide=paper.is_wide and bool(paper.parts))
    for part in paper.parts:
        _PARTS[type(part)](file, part, paper.is_wide)
    if paper.sheet is not None:
        if paper.parts:
            _page(file.add_section(WD_SECTION_START.NEW_PAGE), is_wide=False)
        _sheet(file, paper.sheet)
    for one in file.sections:
        one.footer.is_linked_to_previous = False
        _foot(one, paper)
    made = io.BytesIO()
    file.save(made)
    return made.getvalue()


def _plain(text: str) -> str:
    return _NOT_XML.sub("", text)


def _fonts(file: File) -> None:
    """Song for Chinese, black everywhere: the styles that the library brings are blue and Latin."""
    for name, points, is_bold in (
        ("Normal", 10.5, False),
        ("Heading 1", 16, True),
        ("Heading 2", 12, True),
        ("Footer", 8, False),
    ):
        style = file.styles[name]
        style.font.name, style.font.size, style.font.bold = LATIN, Pt(points), is_bold
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), SONG)
        for colour in style.element.rPr.findall(qn("w:color")):
            style.element.rPr.remove(colour)
    normal = file.styles["Normal"]
    normal.element.rPr.append(
        parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>')
    )
    normal.paragraph_format.space_after = Pt(0)


def _page(section: Section, *, is_wide: bool) -> None:
    short, long = A4
    section.orientation = WD_ORIENTATION.LANDSCAPE if is_wide else WD_ORIENTATION.PORTRAIT
    section.page_width, section.page_height = (long, short) if is_wide else (short, long)
    section.left_margin = section.right_margin = section.top_margin = MARGIN
    section.bottom_margin = Mm(20)
    section.footer_distance = Mm(8)


def _foot(section: Section, paper: Paper) -> None:
    line = section.footer.paragraphs[0]
    line.text = ""
    line.style = "Normal"  # that of feet has tab stops of its own, for another width
    width = int(section.page_width or 0) - 2 * MARGIN
    line.paragraph_format.tab_stops.add_tab_stop(Mm(width / Mm(1)), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(_plain("　".join(paper.foot)) + "\t")
    for piece in _GAP.split(paper.pages):
        if piece in _FIELDS:
            _field(line, _FIELDS[piece])
        elif piece:
            line.add_run(_plain(piece))


def _field(line: Paragraph, name: str) -> None:
    line._p.append(  # noqa: SLF001  (python-docx has no fields; this is its documented way around)
        parse_xml(
            f'<w:fldSimple {nsdecls("w")} w:instr="{name}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        )
    )


def _heads(file: File, part: Heads, is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    _pairs(file, part.pairs, is_wide=is_wide)


def _pairs(file: File, pairs: Sequence[Pair], *, is_wide: bool) -> None:
    room = layout.POINTS_WIDE if is_wide else layout.POINTS_NARROW
    widths = (room * 0.14, room * 0.36) * 2
    lines = []
    for at in range(0, len(pairs), 2):
        cells = []
        for pair in pairs[at : at + 2]:
            cells += [_cell(pair.label, bold=True, middle=True), _cell(pair.text, middle=True)]
        if len(cells) < len(widths):
            cells[-1] = _cell(pairs[at].text, middle=True, span=3)
        lines.append(_line(cells))
    _add(file, widths, lines)


def _heading(file: File, part: Heading, _is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    made = file.add_heading(_plain(part.text), 1 if part.level == 1 else 2)
    if part.level == 1:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(6)


def _words(file: File, part: Words, _is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    file.add_paragraph(_plain(part.text))


def _rule(file: File, _part: Rule, _is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    line = file.add_paragraph()
    line._p.get_or_add_pPr().append(parse_xml(_UNDERLINE))  # noqa: SLF001  (no borders in python-docx)


def _entry(file: File, part: Entry, _is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    label = file.add_paragraph()
    label.paragraph_format.space_before = Pt(8)
    label.paragraph_format.keep_with_next = True
    label.add_run(_plain(part.label)).bold = True
    for text in part.text.split("\n") if part.text else ():
        file.add_paragraph(_plain(text))
    for _ in range(0 if part.text else BLANK_LINES):
        _rule(file, Rule(), False)  # noqa: FBT003  (as every part)


def _table(file: File, part: Table, is_wide: bool) -> None:  # noqa: FBT001  (as every part)
    if part.label:
        _heading(file, Heading(2, part.label), is_wide)
    size = layout.size(part)
    heads = [_cell(level, size, bold=True, centre=True) for level in part.levels]
    heads += [
        _cell(f"{one.title}\n{one.note}" if one.note else one.title, size, bold=True, centre=True)
        for one in part.columns
    ]
    lines = [_line(heads, is_head=True)]
    for goal, long in zip(part.goals, layout.long_rows(part, is_wide=is_wide), strict=True):
        for number, (row, is_long) in enumerate(zip(goal.rows, long, strict=True)):
            cells = []
            if part.is_nested:
                text = "" if number else goal.label
                cells.append(_cell(text, size, middle=True, merge="" if number else "restart"))
            cells.append(_cell(row.label, size, middle=True))
            cells += [
                _cell(text, size, right=column.is_number, middle=column.is_number)
                for column, text in zip(part.columns, row.cells, strict=True)
            ]
            lines.append(_line(cells, whole=not is_long, by_hand=not any(row.cells)))
    if part.foot:
        cells = [_cell(part.foot_label, size, bold=True, span=len(part.levels))]
        cells += [_cell(text, size, bold=True, right=True) for text in part.foot]
        lines.append(_line(cells))
    _add(file, layout.columns(part, is_wide=is_wide), lines)


def _sheet(file: File, sheet: Sheet) -> None:
    _heading(file, Heading(1, sheet.title), False)  # noqa: FBT003  (as every part)
    _pairs(file, sheet.facts, is_wide=False)
    file.add_paragraph(_plain("" if sheet.opinions else sheet.nothing))
    if not sheet.opinions:
        return
    lines = [_line([_cell(one, bold=True, centre=True) for one in sheet.heads], is_head=True)]
    for one in sheet.opinions:
        step = _cell(f"{one.step}\n{one.again}" if one.again else one.step, bold=True, middle=True)
        signed = f"{sheet.signed}{one.signature}　　{sheet.dated}{one.at}"
        said = _paragraph(one.verdict, bold=True)
        said += "".join(_paragraph(text) for text in one.text.split("\n") if one.text)
        said += _paragraph(signed, side="right")
        lines.append(_line([step, _framed(said)], whole=not layout.is_long(one)))
    _add(file, (STEP_POINTS, layout.POINTS_NARROW - STEP_POINTS), lines)


_PARTS: Final[Mapping[type[Part], Callable[[File, Any, bool], None]]] = {
    Heads: _heads,
    Heading: _heading,
    Words: _words,
    Rule: _rule,
    Entry: _entry,
    Table: _table,
}
_UNDERLINE: Final = (
    f"<w:pBdr {nsdecls('w')}>"
    '<w:bottom w:val="single" w:sz="4" w:space="1" w:color="000000"/></w:pBdr>'
)
_BORDERS: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def _add(file: File, widths: Sequence[float], lines: Iterable[str]) -> None:
    """A table at the end of the file, and a paragraph behind it: two in a row would become one."""
    measured = [round(one * TWENTIETHS) for one in widths]
    columns = "".join(f'<w:gridCol w:w="{one}"/>' for one in measured)
    table = (
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(measured)}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )
    behind = file.add_paragraph()
    behind.paragraph_format.line_spacing = Pt(6)
    behind._p.addprevious(parse_xml(table))  # noqa: SLF001  (as in the docstring of the module)


def _line(
    cells: Iterable[str], *, is_head: bool = False, whole: bool = True, by_hand: bool = False
) -> str:
    about = ("<w:cantSplit/>" if whole else "") + ("<w:tblHeader/>" if is_head else "")
    about += f'<w:trHeight w:val="{HAND}" w:hRule="atLeast"/>' if by_hand else ""
    return f"<w:tr><w:trPr>{about}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(  # noqa: PLR0913  (how a cell looks, all by keyword)
    text: str,
    size: float | None = None,
    *,
    bold: bool = False,
    centre: bool = False,
    right: bool = False,
    middle: bool = False,
    span: int = 1,
    merge: str | None = None,
) -> str:
    side = "center" if centre else "right" if right else "left"
    said = "".join(_paragraph(one, size, bold=bold, side=side) for one in text.split("\n"))
    return _framed(said, middle=middle or centre, span=span, merge=merge)


def _framed(said: str, *, middle: bool = False, span: int = 1, merge: str | None = None) -> str:
    about = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge is not None:
        about += f'<w:vMerge w:val="{merge or "continue"}"/>'
    about += '<w:vAlign w:val="center"/>' if middle else ""
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{said}</w:tc>"


def _paragraph(
    text: str, size: float | None = None, *, bold: bool = False, side: str = "left"
) -> str:
    about = "<w:b/>" if bold else ""
    about += f'<w:sz w:val="{round(size * 2)}"/>' if size else ""
    words = escape(_plain(text))
    return (
        f'<w:p><w:pPr><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:rPr>{about}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'
    )
