"""The demo's cases: a story is a generator that says when it acts next, and is sent a session."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, people, tasks
from engine.effects import OPEN
from engine.models import ProcessInstance, UserTask
from quality import subjects
from quality.evidence.store import Store
from web.demo.calendar import Calendar
from web.demo.college import College, Major

TEXTS: Final[Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "texts.yaml").read_bytes()
)
COLUMNS: Final = ("performance", "assurance", "process")
OWN_GOAL: Final = "own-5e1fac71ce00"

Moment = datetime
Story = Generator[Moment, Session, None]
Values = dict[str, Any]


class Desk:
    """What the people of the demo do, each act in the transaction of a session."""

    def __init__(self, made: College, calendar: Calendar, store: Store) -> None:
        self.college, self.calendar, self.store = made, calendar, store
        self.at = calendar.at

    def start(self, db: Session, major: Major, stage: str, period: str) -> int:
        """The major's leader opens goals or standards."""
        return instances.start(
            db,
            "approval_major",
            by=people.actor(db, self.college.users[major.leader]),
            subject=subjects.reference(major.subject_id),
            values={"stage": stage, "period": period},
        )

    def hand_in(
        self, db: Session, case: int, who: str, comment: str = "", values: Values | None = None
    ) -> None:
        """Complete the case's open task."""
        by = people.actor(db, self.college.users[who])
        tasks.complete(db, _open_task(db, case), by=by, values=values, comment=comment)

    def return_(self, db: Session, case: int, who: str, reason: str) -> None:
        """Send the case back to the initiator."""
        by = people.actor(db, self.college.users[who])
        tasks.claim(db, _open_task(db, case), by=by)
        tasks.send_back(db, _open_task(db, case), by=by, reason=reason)

    def save(self, db: Session, case: int, who: str, values: Values) -> None:
        """Save what was typed so far."""
        by = people.actor(db, self.college.users[who])
        tasks.save_draft(db, _open_task(db, case), by=by, values=values, revision=0)

    def cancel(self, db: Session, case: int, reason: str) -> None:
        """The process administrator ends the case."""
        by = people.actor(db, self.college.users["process_admin"])
        instances.cancel(db, case, by=by, reason=reason)

    def goals(self, db: Session, case: int, major: Major, *, rows: int = 11) -> Values:
        """The goals of a case, `rows` of them written."""
        words = self._words(major)
        table = _values(db, case)["goals"]
        for row in table[:rows]:
            told = TEXTS["goals"].get(row["id"], TEXTS["own_goal"])
            for column in ("description", "remark"):
                row[column] = told[column].format(**words)
        return {"applies_to": f"{self.calendar.year} 级", "goals": table}

    def standards(self, db: Session, case: int, major: Major) -> Values:
        """The standards of a case, written."""
        words = self._words(major)
        table = _values(db, case)["standards"]
        for row in table:
            cells = TEXTS["standards"].get(row["id"], TEXTS["own_item"]["cells"])
            for column, cell in zip(COLUMNS, cells, strict=True):
                row[column] = cell.format(**words)
            if row["own"]:
                row["label"] = TEXTS["own_item"]["label"]
            elif row.get("placeholder"):
                row["label"] = "项目化教学改革"
        return {"applies_to": f"{self.calendar.year} 级", "standards": table}

    def _words(self, major: Major) -> Mapping[str, object]:
        year = self.calendar.year
        return {**major.words, "year": year, "last": year + 2}

    @property
    def three_years(self) -> str:
        """The period of the demo's goals."""
        return f"{self.calendar.year}-{self.calendar.year + 2}"

    @property
    def next_year(self) -> str:
        """The period of the demo's standards."""
        return str(self.calendar.year + 1)


def _open_task(db: Session, case: int) -> int:
    table = UserTask.__table__
    here = (table.c.instance_id == case) & table.c.status.in_(OPEN)
    task_id: int = db.execute(select(table.c.id).where(here)).scalar_one()
    return task_id


def _values(db: Session, case: int) -> Values:
    table = ProcessInstance.__table__
    content = db.execute(select(table.c.content_id).where(table.c.id == case)).scalar_one()
    return instances.values(db, content)


def _opinion(of: str, major: Major) -> str:
    told: list[str] = TEXTS["opinions"][of]
    return told[int(major.code) % len(told)]


def started(desk: Desk, major: Major, back: int) -> Story:
    """Goals begun, a part of them written and saved."""
    db = yield desk.at(back, 9, 12)
    case = desk.start(db, major, "goal", desk.three_years)
    db = yield desk.at(back, 10, 5)
    desk.save(db, case, major.leader, desk.goals(db, case, major, rows=6))


def submitted(desk: Desk, major: Major, back: int) -> Generator[Moment, Session, int]:
    """Goals begun and handed in the day after. Returns the case."""
    db = yield desk.at(back, 14, 20)
    case = desk.start(db, major, "goal", desk.three_years)
    db = yield desk.at(back - 1, 10, 40)
    desk.hand_in(db, case, major.leader, values=desk.goals(db, case, major))
    return case


def at_college(desk: Desk, major: Major, back: int) -> Story:
    """Goals that wait for the college."""
    yield from submitted(desk, major, back)


def at_academic_affairs(desk: Desk, major: Major, back: int) -> Generator[Moment, Session, int]:
    """Goals that the college passed on. Returns the case."""
    case = yield from submitted(desk, major, back)
    db = yield desk.at(back - 2, 9, 30)
    desk.hand_in(db, case, major.reviewer, _opinion("college", major))
    return case


def on_to_academic_affairs(desk: Desk, major: Major, back: int) -> Story:
    """Goals that wait for the academic affairs office."""
    yield from at_academic_affairs(desk, major, back)


def returned(desk: Desk, major: Major, back: int) -> Story:
    """Goals that the college sent back."""
    case = yield from submitted(desk, major, back)
    db = yield desk.at(back - 2, 15, 25)
    reviewer = "college_reviewer2" if major.college == "machine" else major.reviewer
    desk.return_(db, case, reviewer, TEXTS["opinions"]["returned_college"])


def second_time(desk: Desk, major: Major, back: int) -> Story:
    """Goals sent back by academic affairs, handed in again with a goal of their own, published."""
    case = yield from at_academic_affairs(desk, major, back)
    db = yield desk.at(back - 3, 11, 0)
    desk.return_(db, case, "academic_affairs", TEXTS["opinions"]["returned_academic"])
    db = yield desk.at(back - 5, 16, 45)
    values = desk.goals(db, case, major)
    own = TEXTS["own_goal"]
    words = {column: own[column].format(**major.words) for column in ("description", "remark")}
    values["goals"].append({"id": OWN_GOAL, "label": own["label"], "own": True, **words})
    values["goals"][4]["remark"] = "双师素质教师比例已与人力资源处台账核对一致。"
    values["goals"][9]["remark"] += "落实部门：合作发展处。"
    desk.hand_in(db, case, major.leader, "已按意见核对并补充。", values)
    db = yield desk.at(back - 6, 9, 50)
    desk.hand_in(db, case, major.reviewer, "修改到位，同意。")
    db = yield desk.at(back - 7, 14, 35)
    desk.hand_in(db, case, "academic_affairs", "已补充完整，审定通过。")


def published(desk: Desk, major: Major, back: int) -> Story:
    """Goals published without a hitch."""
    case = yield from at_academic_affairs(desk, major, back)
    db = yield desk.at(back - 3, 16, 10)
    desk.hand_in(db, case, "academic_affairs", _opinion("academic", major))


def with_standards(desk: Desk, major: Major, back: int, *, finish: bool) -> Story:
    """Goals published, and the standards of next year handed in under them, or published too."""
    yield from published(desk, major, back)
    db = yield desk.at(back - 12, 9, 5)
    case = desk.start(db, major, "standard", desk.next_year)
    db = yield desk.at(back - 15, 15, 15)
    desk.hand_in(db, case, major.leader, values=desk.standards(db, case, major))
    if finish:
        db = yield desk.at(back - 16, 10, 20)
        desk.hand_in(db, case, major.reviewer, _opinion("college", major))
        db = yield desk.at(back - 17, 14, 0)
        desk.hand_in(db, case, "academic_affairs", _opinion("academic", major))


def under_way(desk: Desk, major: Major, back: int) -> Story:
    """Goals published, standards waiting for the college."""
    yield from with_standards(desk, major, back, finish=False)


def both_published(desk: Desk, major: Major, back: int) -> Story:
    """Goals and standards published."""
    yield from with_standards(desk, major, back, finish=True)


def cancelled(desk: Desk, major: Major, back: int) -> Story:
    """Goals handed in and ended by the administrator."""
    case = yield from submitted(desk, major, back)
    db = yield desk.at(back - 4, 11, 30)
    desk.cancel(db, case, TEXTS["opinions"]["cancelled"])


PLOT: Final[tuple[tuple[Callable[[Desk, Major, int], Story], str, int], ...]] = (
    (both_published, "440301", 40),
    (second_time, "530302", 34),
    (published, "460702", 31),
    (published, "550102", 27),
    (both_published, "510203", 24),
    (under_way, "460306", 18),
    (cancelled, "530605", 15),
    (second_time, "530701", 12),
    (at_college, "460113", 8),
    (on_to_academic_affairs, "510202", 7),
    (returned, "460304", 5),
    (on_to_academic_affairs, "440501", 4),
    (returned, "510205", 4),
    (at_college, "460301", 2),
    (started, "460103", 2),
)
"""Which story is told of which major, and how many working days ago it began."""


def all_of(desk: Desk) -> list[Story]:
    """Every story of the demo; 工业机器人技术 has none, for its leader to begin."""
    return [story(desk, desk.college.majors[code], back) for story, code, back in PLOT]
