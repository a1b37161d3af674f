"""The decisions of a case as an opinion sheet tells them: every one, returns and passes too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from engine.entries import Kind
from engine.models import InstanceStatus
from engine.people import Actor
from engine.queries import timeline
from engine.queries.cases import CaseView
from engine.queries.timeline import Line
from quality.printing.paper import Opinion
from web import wording
from web.i18n import said, stamp

MOST: Final = 2_000
"""Entries of a case that are looked at, so that no case prints without an end."""
TOLD: Final = frozenset(
    {
        Kind.TASK_VOTED,
        Kind.INSTANCE_WITHDRAWN,
        Kind.INSTANCE_REOPENED,
        Kind.INSTANCE_CANCELLED,
    }
)
"""What is told beside the decisions: it changed the way of the case, and somebody stands for it."""


def told(db: Session, person: Actor, case: CaseView) -> Iterator[Opinion]:
    """The decisions in order, as this person may know them."""
    after: int | None = 0
    while after is not None and after < MOST:
        lines, after = timeline.lines(db, person, case.row.id, after=after)
        for line in lines:
            words = wording.words(case.version, line.kind, line.shown)
            if line.kind is None or line.kind in TOLD or words.mark in wording.DECISIONS:
                yield _opinion(line, words)


def _opinion(line: Line, words: wording.Words) -> Opinion:
    if line.kind is None or line.at is None:
        damage = wording.damage(line.seq)
        return Opinion("", "", words.verdict, damage, "", "")
    text = gettext("这段文字已依法删除。") if line.erased else line.comment
    return Opinion(
        step=said(line.element) if line.element else gettext("整个流程"),
        again=gettext("第 %(number)s 遍", number=words.number) if words.number > 1 else "",
        verdict=_verdict(line, words),
        text=text,
        signature=wording.actor(line) if line.by_id else gettext("系统"),
        at=stamp(line.at),
    )


def _verdict(line: Line, words: wording.Words) -> str:
    more = wording.detail(line)
    if words.mark == "returned" and line.to:
        more = gettext("退回到 %(step)s", step=said(line.to))
    if not more:
        return words.verdict
    return gettext("%(verdict)s（%(more)s）", verdict=words.verdict, more=more)


def state(status: str) -> str:
    """How a case stands, in words."""
    words = {
        InstanceStatus.RUNNING: gettext("办理中"),
        InstanceStatus.COMPLETED: gettext("已办结"),
        InstanceStatus.TERMINATED: gettext("已终止"),
        InstanceStatus.SUSPENDED: gettext("已暂停"),
        InstanceStatus.CANCELLED: gettext("已撤销"),
    }
    return words[InstanceStatus(status)]
