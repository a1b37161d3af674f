"""What is printed of a document or a case, for one reader, in that reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from engine import citing, clock
from engine.errors import NotFound
from engine.forms import rights, view
from engine.forms.choices import Choices
from engine.forms.drawn import FieldView, FormView, GridView, PartView, SeparatorView, TextView
from engine.forms.model import Form, Kind, Layout, Option
from engine.handlers import Piece
from engine.people import Actor
from engine.queries import cases, task_page, timeline
from engine.queries.cases import CaseView
from quality import documents
from quality.documents import VersionView
from quality.printing.paper import (
    Column,
    Entry,
    Goal,
    Heading,
    Heads,
    Pair,
    Paper,
    Part,
    Row,
    Rule,
    Sheet,
    Table,
    Words,
)
from web.i18n import stamp
from web.printing import opinions

BLANK_ROWS: Final = 6
"""Rows of an empty table, to be filled in by hand."""
HEAD_OF_HASH: Final = 12


def of_document(db: Session, person: Actor, document_id: int, number: int | None = None) -> Paper:
    """A version of a document, the newest unless told. Raises `NotFound`.

    The opinion sheet comes along for those who may know of the case that brought the version.
    """
    found = documents.version(db, person, document_id, number)
    instance_id = found.version.instance_id
    try:
        sheet = _sheet(db, person, cases.one(db, person, instance_id))
    except NotFound:
        sheet = None
    version = gettext("第 %(number)s 版", number=found.version.number)
    return Paper(
        title=found.document.row.title,
        parts=_titled(found.document.row.title, tuple(parts(_drawn(db, person, found).parts))),
        sheet=sheet,
        foot=_foot(db, instance_id, version),
        pages=gettext("第 {page} 页，共 {pages} 页"),
        continued=gettext("（接“{goal}”）"),
        boxes=gettext("有的字随附的字体里没有，印成了方框：{signs}。下载 Word 文件可以看到原字。"),
    )


def _drawn(db: Session, person: Actor, found: VersionView) -> FormView:
    named = _named(db, person, found.form, found.values, found.version.instance_id)
    return view.view(
        found.form, found.values, rights.READ_ALL, variables=found.variables, live=named
    )


def _named(
    db: Session, person: Actor, form: Form, values: Mapping[str, Any], instance_id: int
) -> Choices:
    """What is cited, by name."""
    pieces = citing.told(db, person, form, values, instance_id=instance_id)
    return Choices(named={one.id: Option(str(one.id), _cited(one)) for one in pieces.values()})


def _cited(piece: Piece) -> str:
    if not piece.name:
        return gettext("（您无权查看的佐证材料）")
    if piece.newest == 1:
        return piece.name
    number = gettext("第 %(number)s 版", number=piece.number)
    return gettext("%(name)s（%(remarks)s）", name=piece.name, remarks=number)


def of_case(db: Session, person: Actor, instance_id: int) -> Paper:
    """A case: its form as this person may see it, if they may, and its opinions. Raises `NotFound`.

    What the form shows is what the newest task shows that was theirs, or that they may look at.
    """
    case = cases.one(db, person, instance_id)
    task = task_page.newest(db, person, instance_id)
    shown: tuple[Part, ...] = ()
    if task is not None and task.form is not None:
        values, _began = task_page.values(db, task)
        drawn = view.view(
            task.form,
            values,
            task_page.rights(task, fills=False),
            variables=task.variables,
            live=_named(db, person, task.form, values, instance_id),
        )
        shown = _titled(case.row.title, tuple(parts(drawn.parts)))
    version = gettext("流程第 %(number)s 版", number=case.row.version)
    return Paper(
        title=case.row.title,
        parts=shown,
        sheet=_sheet(db, person, case),
        foot=_foot(db, instance_id, version),
        pages=gettext("第 {page} 页，共 {pages} 页"),
        continued=gettext("（接“{goal}”）"),
        boxes=gettext("有的字随附的字体里没有，印成了方框：{signs}。下载 Word 文件可以看到原字。"),
    )


def _foot(db: Session, instance_id: int, version: str) -> tuple[str, ...]:
    seq, hashed = timeline.head(db, instance_id)
    return (
        gettext("流程编号 %(id)s", id=instance_id),
        version,
        gettext("校验值 %(seq)s:%(hash)s", seq=seq, hash=hashed[:HEAD_OF_HASH]),
        gettext("%(when)s 打印", when=stamp(clock.now())),
    )


def _sheet(db: Session, person: Actor, case: CaseView) -> Sheet:
    row = case.row
    version = gettext("%(name)s v%(number)s", name=row.flow, number=row.version)
    facts = [
        Pair(gettext("名称"), row.title),
        Pair(gettext("流程编号"), str(row.id)),
        Pair(gettext("流程版本"), version),
        Pair(gettext("状态"), opinions.state(row.status)),
        Pair(gettext("发起人"), row.initiator or gettext("系统")),
        Pair(gettext("发起时间"), stamp(row.started_at)),
    ]
    if row.ended_at is not None:
        facts.append(Pair(gettext("结束时间"), stamp(row.ended_at)))
    return Sheet(
        title=gettext("审批意见单"),
        facts=tuple(facts),
        heads=(gettext("步骤"), gettext("意见")),
        signed=gettext("签名："),
        dated=gettext("日期："),
        nothing=gettext("还没有人作过决定。"),
        opinions=tuple(opinions.told(db, person, case)),
    )


def _titled(title: str, shown: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts under a title: the form's own, or else that of the document."""
    own = {part.text for part in shown if isinstance(part, Heading) and part.level == 1}
    under = tuple(
        replace(part, label="") if isinstance(part, Table) and part.label in own else part
        for part in shown
    )
    return under if own else (Heading(1, title), *under)


def parts(drawn: Iterable[PartView]) -> Iterator[Part]:
    """The parts of a form as they stand on paper, in order."""
    for part in drawn:
        if isinstance(part, TextView):
            for level, words in part.lines:
                yield Heading(level, words) if level else Words(words)
        elif isinstance(part, SeparatorView):
            yield Rule()
        elif isinstance(part, FieldView):
            yield Entry(part.label, part.text)
        elif isinstance(part, GridView):
            yield _table(part)
        elif part.layout is Layout.HEADER:
            fields = [one for one in part.parts if isinstance(one, FieldView)]
            yield Heads(tuple(Pair(one.label, one.text) for one in fields))
            yield from parts(one for one in part.parts if not isinstance(one, FieldView))
        else:
            if part.label:
                yield Heading(2, part.label)
            yield from parts(part.parts)


def _table(grid: GridView) -> Table:
    columns = grid.columns
    goals = tuple(
        Goal(
            goal.label,
            tuple(Row(row.label, row.texts) for row in goal.rows),
        )
        for goal in grid.goals
    )
    sums = tuple(column.total if column.summed else "" for column in columns)
    return Table(
        label=grid.label,
        levels=grid.levels or ("",),
        columns=tuple(Column(one.title, one.note, one.kind is Kind.NUMBER) for one in columns),
        goals=goals or _blank(len(columns), nested=grid.nested),
        foot=sums if grid.has_totals else (),
        foot_label=gettext("合计") if grid.has_totals else "",
    )


def _blank(columns: int, *, nested: bool) -> tuple[Goal, ...]:
    """Empty rows to write into."""
    rows = (Row("", ("",) * columns),) * BLANK_ROWS
    return (Goal("", rows),) if nested else tuple(Goal("", (row,)) for row in rows)
