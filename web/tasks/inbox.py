"""The inbox and its boxes: what waits, what I did, what I began, what I typed.

GET /tasks/?box=todo|done|started|cc|drafts&due=overdue|today|week|returned&after=…&task=…
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.queries import followed, inbox
from engine.queries.inbox import Day, Row
from web import htmx
from web.access import public, signed_in
from web.asked import number, row_number
from web.session import db, me, settings
from web.tasks import drawing
from web.tasks.blueprint import bp

After = tuple[datetime, int] | None

BOXES: Final = (
    ("todo", "inbox", lazy_gettext("待办")),
    ("done", "check", lazy_gettext("已办")),
    ("started", "fwd", lazy_gettext("我发起")),
    ("cc", "copy", lazy_gettext("抄送我")),
    ("drafts", "doc", lazy_gettext("草稿")),
)
OF_CASES: Final = frozenset({"started", "cc"})
"""Boxes whose lines are cases, not tasks."""
CHIPS: Final = (
    ("overdue", "alert", lazy_gettext("逾期")),
    ("today", "clock", lazy_gettext("今日到期")),
    ("week", "", lazy_gettext("本周")),
    ("returned", "back", lazy_gettext("退回给我")),
)
GROUPS: Final = {
    "overdue": lazy_gettext("逾期"),
    "today": lazy_gettext("今日到期"),
    "week": lazy_gettext("本周"),
    "later": lazy_gettext("以后"),
    "none": lazy_gettext("无期限"),
}


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """The front door leads to the inbox."""
    return redirect(url_for("tasks.index"), 303)


@bp.get("/tasks/")
@signed_in
def index() -> str:
    """One page of one box, and the chosen task beside it."""
    day = inbox.school_day(settings().timezone)
    counts = inbox.counts(db(), me(), day)
    box = request.args.get("box", "")
    box = box if box in _SHOW else "todo"
    chosen = number("task")
    beside = drawing.preview(chosen) if chosen and box not in OF_CASES else None
    return htmx.render(
        "tasks/index.html",
        fragment="tasks/_list.html",
        box=box,
        boxes=BOXES,
        chips=CHIPS,
        chip_on=_chip(),
        counts=counts,
        unread_copies=followed.unread(db(), me()),
        of_cases=box in OF_CASES,
        selecting=box == "todo" and request.args.get("select") == "1",
        chosen=chosen,
        **(beside or {"task": None}),
        **_SHOW[box](_after(), day, counts),
    )


def _chip() -> str:
    chip = request.args.get("due", "")
    return chip if chip in {key for key, _icon, _words in CHIPS} else ""


def _after() -> After:
    """Where this page begins; an address that somebody bent leads to the first page."""
    at, _comma, last = request.args.get("after", "").partition(",")
    task_id = row_number(last)
    try:
        return (datetime.fromisoformat(at).astimezone(UTC), task_id) if task_id else None
    except (ValueError, OverflowError):
        return None


def _next(box: str, after: After) -> str | None:
    if after is None:
        return None
    where = f"{after[0].isoformat()},{after[1]}"
    return url_for("tasks.index", box=box, due=_chip() or None, after=where)


def _todo(after: After, day: Day, counts: inbox.Counts) -> dict[str, Any]:
    page = inbox.todo(db(), me(), day, chip=_chip(), after=after)
    sizes = {} if _chip() else _sizes(counts)
    return {
        "groups": [
            (GROUPS[key], sizes.get(key), list(rows))
            for key, rows in itertools.groupby(page.rows, lambda row: _group(row, day))
        ],
        "rows": page.rows,
        "next_url": _next("todo", page.next),
    }


def _sizes(counts: inbox.Counts) -> dict[str, int]:
    today = counts.today
    return {"overdue": counts.overdue, "today": today, "week": counts.week - today}


def _group(row: Row, day: Day) -> str:
    if row.due_at is None:
        return "none"
    bounds = (("overdue", day.now), ("today", day.tonight), ("week", day.week))
    return next((key for key, end in bounds if row.due_at < end), "later")


def _done(after: After, _day: Day, _counts: inbox.Counts) -> dict[str, Any]:
    page = inbox.done(db(), me(), after=after)
    return {"rows": page.rows, "next_url": _next("done", page.next)}


def _drafts(after: After, _day: Day, _counts: inbox.Counts) -> dict[str, Any]:
    page = inbox.drafts(db(), me(), after=after)
    return {"rows": page.rows, "next_url": _next("drafts", page.next)}


def _started(after: After, _day: Day, _counts: inbox.Counts) -> dict[str, Any]:
    rows, following = followed.started(db(), me(), after=after)
    return {"rows": rows, "next_url": _next("started", following)}


def _cc(after: After, _day: Day, _counts: inbox.Counts) -> dict[str, Any]:
    rows, following = followed.copied(db(), me(), after=after)
    return {"rows": rows, "next_url": _next("cc", following)}


_SHOW: Final[Mapping[str, Callable[[After, Day, inbox.Counts], dict[str, Any]]]] = {
    "todo": _todo,
    "done": _done,
    "started": _started,
    "cc": _cc,
    "drafts": _drafts,
}
