"""The list of documents as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from flask_babel import gettext

from quality import kinds
from quality.documents import DocumentRow, Wanted
from quality.models import Stage
from web import list_book
from web.list_book import Cell, Column
from web.session import me

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
    """A line for each document."""
    return list_book.written(
        gettext("文档目录"),
        gettext("文档目录：%(name)s可以看的已发布文档", name=me().name),
        _filter(wanted, unit),
        [Column(gettext(head), width) for head, width in COLUMNS],
        [_cells(row) for row in rows],
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


def _cells(row: DocumentRow) -> tuple[Cell, ...]:
    return (
        row.title,
        row.subject,
        row.code,
        gettext(row.kind_label),
        row.stage_label,
        row.period_text,
        row.unit,
        row.number,
        row.published_at,
        gettext("正在修改") if row.status == "in_approval" else gettext("已发布"),
    )
