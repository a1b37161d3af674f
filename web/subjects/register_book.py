"""The register of subjects as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from flask_babel import gettext

from quality import kinds
from quality.subjects import SubjectRow, Wanted
from web import list_book
from web.list_book import Cell, Column
from web.session import me

COLUMNS: Final = (
    ("主体", 28),
    ("代码", 16),
    ("类别", 14),
    ("单位", 22),
    ("负责人", 12),
    ("归属", 28),
    ("试点", 8),
    ("状态", 10),
)


def written(rows: Sequence[SubjectRow], wanted: Wanted, unit: str) -> bytes:
    """A line for each subject; `unit` names what the list is narrowed to."""
    parent = rows[0].parent if rows else "—"
    return list_book.written(
        gettext("诊改主体"),
        gettext("诊改主体：%(name)s可以看的", name=me().name),
        _filter(wanted, unit, parent),
        [Column(gettext(head), width) for head, width in COLUMNS],
        [_cells(row) for row in rows],
    )


def _filter(wanted: Wanted, unit: str, parent: str) -> Iterator[str]:
    if wanted.kind:
        yield gettext("类别“%(name)s”", name=gettext(kinds.get(wanted.kind).label))
    if wanted.unit_id:
        yield gettext("单位“%(name)s”（含下级）", name=unit)
    if wanted.parent_id:
        yield gettext("归属“%(name)s”", name=parent)
    if wanted.is_pilot:
        yield gettext("试点")
    if wanted.has_owner is False:
        yield gettext("没有负责人")
    yield gettext("使用中") if wanted.is_active else gettext("已停用")
    if wanted.text:
        yield gettext("名称、代码或负责人“%(text)s”", text=wanted.text)


def _cells(row: SubjectRow) -> tuple[Cell, ...]:
    return (
        row.name,
        row.code,
        gettext(row.kind_short),
        row.unit,
        row.owner,
        row.parent,
        gettext("是") if row.is_pilot else "",
        gettext("使用中") if row.is_active else gettext("已停用"),
    )
