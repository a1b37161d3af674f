"""The demo college: an invented 示范职业技术学院 with people, subjects, and cases at each stage.

Everything is done through the engine's own functions, with the clock held at past working days,
so that the record of the demo is as whole as that of a real college.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, db, eventlog, jobs
from engine.errors import Refused
from engine.models import User
from quality.evidence.store import Store
from web.demo import approvals, college, documents, standard, stories
from web.demo.calendar import Calendar

PASSWORD: Final = college.PASSWORD
ACCOUNTS: Final = college.ACCOUNTS
WORKER: Final = "demo"
FOUNDED: Final = 45
"""How many working days ago the college was entered."""


class NotEmpty(Refused):
    """The demo goes into an installation without people, and into no other."""

    sentence = "这里已经有人员，演示学院只能装进空的系统；没有改动任何数据。"


def install(
    sessions: sessionmaker[Session],
    data_dir: Path,
    people: int = 600,
    say: Callable[[str], None] = print,
) -> None:
    """Make the demo college with about this many people; its files go into the data directory.

    Raises `NotEmpty`.
    """
    calendar = Calendar(clock.now())
    with clock.freeze(calendar.at(FOUNDED, 9)), _writing(sessions) as session:
        if session.execute(select(User.id).limit(1)).one_or_none() is not None:
            raise NotEmpty
        made = college.found(session, people)
    say(f"{len(made.units)} units, {len(made.users)} people, {len(made.majors)} majors")
    desk = stories.Desk(made, calendar, Store(data_dir))
    told = [*stories.all_of(desk), *documents.all_of(desk), *approvals.all_of(desk)]
    count = _play(sessions, [*told, standard.written(desk, 9)])
    with _writing(sessions) as session:
        eventlog.seal(session)
    say(f"{count} acts on {len(stories.PLOT) + len(documents.PLOT)} subjects; password {PASSWORD}")


def _play(sessions: sessionmaker[Session], told: list[stories.Story]) -> int:
    """Tell the stories side by side, whatever comes next in time. Returns how many acts."""
    waiting = [(next(story), number, story) for number, story in enumerate(told)]
    heapq.heapify(waiting)
    count = 0
    while waiting:
        at, number, story = heapq.heappop(waiting)
        with clock.freeze(at):
            with _writing(sessions) as session:
                following = _act(story, session)
            jobs.run_due(sessions, WORKER)
        count += 1
        if following is not None:
            heapq.heappush(waiting, (following, number, story))
    return count


def _act(story: stories.Story, session: Session) -> stories.Moment | None:
    try:
        return story.send(session)
    except StopIteration:
        return None


@contextmanager
def _writing(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield db.begin_writing(session)
        session.commit()
