"""Where each stage of a year stands for many subjects, as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext

from quality import kinds
from quality.linked import Link, Overview, Standing
from web import list_book
from web.list_book import Cell, Column
from web.session import me

COLUMNS: Final = (
    ("主体", 28),
    ("代码", 16),
    ("类别", 14),
    ("单位", 22),
    ("负责人", 12),
    ("目标", 12),
    ("标准", 12),
    ("计划", 12),
    ("结果", 12),
)
STANDINGS: Final = {
    Standing.PUBLISHED: "已发布",
    Standing.IN_APPROVAL: "审核中",
    Standing.MISSING: "还没有",
}


def written(rows: Sequence[Overview], asked: Mapping[str, Any], unit: str) -> bytes:
    """A line for each subject; `asked` is the filter as an address says it."""
    return list_book.written(
        gettext("文档链"),
        gettext("文档链：%(name)s可以看的主体", name=me().name),
        _filter(asked, unit),
        [Column(gettext(head), width) for head, width in COLUMNS],
        [_cells(row) for row in rows],
    )


def _filter(asked: Mapping[str, Any], unit: str) -> Iterator[str]:
    yield gettext("%(year)s 年度", year=asked["year"])
    if asked["kind"]:
        yield gettext("类别“%(name)s”", name=gettext(kinds.get(asked["kind"]).label))
    if asked["unit"]:
        yield gettext("单位“%(name)s”（含下级）", name=unit)
    if asked["gaps"]:
        yield gettext("只看有缺的")
    if asked["q"]:
        yield gettext("名称、代码或负责人“%(text)s”", text=asked["q"])


def _cells(row: Overview) -> tuple[Cell, ...]:
    one = row.subject
    about = (one.name, one.code, gettext(one.kind_short), one.unit, one.owner or "")
    return (*about, *map(_standing, row.links))


def _standing(link: Link) -> str:
    if link.standing is Standing.PUBLISHED and link.instance_id is not None:
        return gettext("已发布，正在修改")
    return gettext(STANDINGS[link.standing])
