"""What the demo shows of approvals: terms, a deputy, a vote, a copy, an urge.

Acts of people who administer are done by those of the demo who may.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, definitions, deputies, instances, people, tasks
from engine.calendars import editing
from engine.effects import OPEN
from engine.models import Notification, UserTask
from engine.people import SYSTEM, Actor
from engine.tasks import copies, urging
from web.demo.stories import TEXTS, Desk, Moment, Story

FLOW: Final = Path(__file__).parent / "committee_vote.bpmn"
FLOW_KEY: Final = "committee_vote"
FORM: Final = FLOW.with_name("recommendation.form")
WEEKS: Final = 20
SEPTEMBER: Final = 9
MONTHS: Final = ((SEPTEMBER, 1), (2, 22))
"""From when on the first Monday of the two terms of a school year is looked for."""
LEADER: Final = "major_leader"
REVIEWER: Final = "college_reviewer"
OTHER: Final = "college_reviewer2"


def all_of(desk: Desk) -> list[Story]:
    """The stories, told beside those of figure 4."""
    return [rules(desk, 20), away(desk, 2), vote(desk, 6), read(desk)]


def _person(desk: Desk, db: Session, username: str) -> Actor:
    return people.actor(db, desk.college.users[username])


def rules(desk: Desk, back: int) -> Story:
    """The school's terms; then a flow with a vote."""
    db = yield desk.at(back, 9)
    office = _person(desk, db, "process_admin")
    today = clock.today()
    year = today.year if today.month >= SEPTEMBER - 1 else today.year - 1
    for number, (month, day) in enumerate(MONTHS, start=1):
        begins = date(year if month == SEPTEMBER else year + 1, month, day)
        monday = begins + timedelta(days=-begins.weekday() % 7)
        name = f"{year}–{year + 1} 学年第 {number} 学期"
        editing.save_term(db, by=office, name=name, first_monday=monday, weeks=WEEKS)
    note = "专家委员会投票，三分之二同意为通过，结果出来以前互相看不到意见"
    forms = {FORM.stem: FORM.read_text(encoding="utf-8")}
    definitions.publish(db, FLOW.read_bytes(), by=SYSTEM, note=note, forms=forms)


def away(desk: Desk, back: int) -> Story:
    """One reviewer is away and has the other act for them."""
    db = yield desk.at(back, 8, 30)
    deputies.appoint(
        db,
        by=_person(desk, db, REVIEWER),
        user_id=desk.college.users[OTHER],
        since=clock.today(),
        until=clock.today() + timedelta(days=10),
        definitions=["approval_major"],
    )


def vote(desk: Desk, back: int) -> Generator[Moment, Session, None]:
    """An application that a committee votes on; some have voted, one is copied, all are urged."""
    db = yield desk.at(back, 9, 10)
    leader = _person(desk, db, LEADER)
    case = instances.start(db, FLOW_KEY, by=leader, values={})
    told = TEXTS["recommendation"]
    tasks.complete(db, _open(db, case)[0].id, by=leader, values=told, comment="请各位专家评审")
    for number, outcome in enumerate(("approve", "refuse", "approve")):
        db = yield desk.at(back - 1 - number, 14, 20)
        seat = _open(db, case)[0]
        voter = people.actor(db, seat.assignee_id)
        comment = "推广价值不够明显" if outcome == "refuse" else "成果扎实，同意推荐"
        tasks.complete(db, seat.id, by=voter, values=None, outcome=outcome, comment=comment)
    db = yield desk.at(1, 10)
    copies.copy_case(
        db,
        case,
        by=_person(desk, db, LEADER),
        to=[desk.college.users[REVIEWER]],
        note="请了解进展",
    )
    db = yield desk.at(1, 15)
    urging.urge_case(db, case, by=_person(desk, db, LEADER), note="期限快到了，请抽空投票")


def _open(db: Session, case: int) -> list[Any]:
    table = UserTask.__table__
    open_ = select(table.c.id, table.c.assignee_id).where(
        table.c.instance_id == case, table.c.status.in_(OPEN)
    )
    return list(db.execute(open_.order_by(table.c.seat)))


def read(desk: Desk) -> Story:
    """People have read what they were told of work that is done since."""
    db = yield desk.at(0, 0)
    table, task = Notification.__table__, UserTask.__table__
    done = select(task.c.id).where(task.c.status.not_in(OPEN))
    old = table.c.made_at < clock.now() - timedelta(days=10)
    read_now = update(table).where(table.c.task_id.in_(done) | old, table.c.read_at.is_(None))
    db.execute(read_now.values(read_at=table.c.made_at, sent_at=table.c.made_at))
