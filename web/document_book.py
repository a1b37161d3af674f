"""The list of documents as a workbook: above it the filter, and who made it when."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from flask_babel import gettext

from engine import clock
from quality import kinds
from quality.documents import DocumentRow, Wanted
from quality.models import Stage
from quality.spreadsheets import OPTIONS, guarded
from web.i18n import stamp
from web.session import me

MOST_ROWS: Final = 10_000
HEAD: Final = 4
"""The line of the heads: the filter stands above it."""
STAGES: Final = {
    Stage.GOAL: "目标",
    Stage.STANDARD: "标准",
    Stage.PLAN: "诊改计划",
    Stage.COLLECTION: "诊改信息采集",
}
"""What a stage is called where documents of all kinds stand together."""
COLUMNS: Final = (
    ("文档名称", 48),
    ("主体", 28),
    ("代码", 16),
    ("类别", 14),
    ("阶段", 14),
    ("时期", 12),
    ("单位", 22),
    ("第几版", 8),
    ("发布时间", 22),
    ("状态", 10),
)


def written(rows: Sequence[DocumentRow], wanted: Wanted, unit: str) -> bytes:
    """A line for each document as far as a workbook goes; no cell can be taken for a formula."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        page, bold = book.add_worksheet(gettext("文档目录")), book.add_format({"bold": True})
        for line, text in enumerate(_above(rows, wanted, unit)):
            page.write_string(line, 0, guarded(text))
        for at, (head, width) in enumerate(COLUMNS):
            page.set_column(at, at, width)
            page.write_string(HEAD, at, gettext(head), bold)
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.freeze_panes(HEAD + 1, 1)
        for line, row in enumerate(rows[:MOST_ROWS], start=HEAD + 1):
            _write(page, line, row, moment)
    return made.getvalue()


def _above(rows: Sequence[DocumentRow], wanted: Wanted, unit: str) -> tuple[str, ...]:
    count = gettext("共 %(count)s 份", count=len(rows))
    if len(rows) > MOST_ROWS:
        count = gettext("只列出最近发布的 %(count)s 份，请缩小筛选再导出。", count=MOST_ROWS)
    narrowed = gettext("、").join(_filter(wanted, unit)) or gettext("全部")
    return (
        gettext("文档目录：%(name)s可以看的已发布文档", name=me().name),
        gettext("筛选：%(filter)s", filter=narrowed),
        gettext("%(when)s 导出，%(count)s", when=stamp(clock.now()), count=count),
    )


def _filter(wanted: Wanted, unit: str) -> Iterator[str]:
    """What the list was narrowed to, in words."""
    if wanted.kind:
        yield gettext("类别“%(name)s”", name=gettext(kinds.get(wanted.kind).label))
    if wanted.stage:
        yield gettext("阶段“%(name)s”", name=gettext(STAGES[Stage(wanted.stage)]))
    if wanted.year:
        yield gettext("%(year)s 年度", year=wanted.year)
    if wanted.unit_id:
        yield gettext("单位“%(name)s”", name=unit)
    if wanted.mine:
        yield gettext("我负责或参与的")
    if wanted.text:
        yield gettext("名称或代码“%(text)s”", text=wanted.text)


def _write(page: Any, line: int, row: DocumentRow, moment: Any) -> None:
    in_approval = row.status == "in_approval"
    cells = (
        row.title,
        row.subject,
        row.code,
        gettext(row.kind_label),
        row.stage_label,
        row.period_text,
        row.unit,
        row.number,
        row.published_at.astimezone(clock.zone()).replace(tzinfo=None),
        gettext("正在修改") if in_approval else gettext("已发布"),
    )
    for at, cell in enumerate(cells):
        if isinstance(cell, int):
            page.write_number(line, at, cell)
        elif isinstance(cell, datetime):
            page.write_datetime(line, at, cell, moment)
        else:
            page.write_string(line, at, guarded(cell))
