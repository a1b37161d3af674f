"""Escalation policies (期限策略): what happens before and after a deadline, by name, rung by rung.

A policy is data that administrators edit. Each open task with a deadline and a policy has one job:
its next rung; what a rung does when its time comes is `engine.deadlines`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import calendars, clock, eventlog, later, permissions
from engine.bpmn import dialect
from engine.bpmn.dialect import RuleKind
from engine.bpmn.process import Process
from engine.calendars import Calendar, Due, NoWorkingDay
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.forms import texts
from engine.models import EscalationPolicy, Job, JobKind, JobStatus, Post
from engine.people import Actor
from engine.permissions import Action
from engine.sentence import Sentence

MOST_RUNGS: Final = 20
MOST_DAYS: Final = 250
MOST_NAME: Final = 100
MORNING: Final = time(9)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
MOST_DIGITS: Final = 5
COMPUTE: Final = "compute"
RUNG: Final = "rung"
TIMER: Final = "timer"
FILL: Final = "engine.fill"
TOLD: Final = "told"
"""What a deadline job is for: a deadline or a timer that nobody can tell yet, a rung, an incident
that only asks to be looked at."""

_TABLE: Final = EscalationPolicy.__table__
_JOBS: Final = Job.__table__


class What(StrEnum):
    """What a rung does."""

    REMIND = "remind"
    TELL = "tell"
    REASSIGN = "reassign"
    INCIDENT = "incident"


FOR_SOMEBODY: Final = frozenset({What.TELL, What.REASSIGN})


class PolicyNotFitting(Refused):
    """A rung cannot be read."""

    sentence = "第 {number} 级：{problem}"


class PolicyUnnamed(Refused):
    """A policy needs a name."""

    sentence = "请写明策略的名称，最多 {most} 个字。"


class PolicyTaken(Refused):
    """The key is somebody else's."""

    sentence = "已经有代码为“{key}”的策略，请换一个代码。"


class PolicyKeyWrong(Refused):
    """A key is written into diagrams, so it is plain."""

    sentence = "代码只能用小写字母、数字和下划线，并以字母开头，最多 60 个字符。"


class PolicyStale(Refused):
    """Somebody changed the policy since the page was opened."""

    sentence = "这条策略刚刚被别人改过，请看过现在的内容再保存；您填写的还在页面上。"


class PolicyRungs(Refused):
    """A policy needs rungs, and not too many."""

    sentence = "策略要有 1 到 {most} 级。"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: working days from the deadline (negative: before), the time, what, and to whom.

    `at` is "" for the time of the deadline itself. `id` stays when rungs are moved or changed.
    """

    id: int
    days: int
    at: str
    what: What
    who: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it stands."""

    key: str
    name: str
    rungs: tuple[Rung, ...]
    revision: int
    changed_at: datetime

    @property
    def rules(self) -> tuple[str, ...]:
        """Whom its rungs reach, as written."""
        return tuple(rung.who for rung in self.rungs if rung.who)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deadline stands: one seat of a step that is open."""

    instance_id: int
    token: str
    element_id: str
    seat: int = 0


def get(db: Session, key: str) -> Policy | None:
    """The policy of this name."""
    row = db.execute(select(_TABLE).where(_TABLE.c.key == key)).one_or_none()
    return _policy(row) if row is not None else None


def every(db: Session) -> tuple[Policy, ...]:
    """All policies, by name."""
    return tuple(_policy(row) for row in db.execute(select(_TABLE).order_by(_TABLE.c.name)))


def _policy(row: Any) -> Policy:
    rungs = tuple(Rung(**{**told, "what": What(told["what"])}) for told in orjson.loads(row.rungs))
    return Policy(row.key, row.name, rungs, row.revision, row.changed_at)


def moment(calendar: Calendar, due: datetime, rung: Rung) -> datetime:
    """When a rung is due: always on a working day. Raises `NoWorkingDay`.

    A deadline on a free day counts from the working day before it, or after it.
    """
    day = calendars.local(due)
    if rung.days < 0:
        day = calendar.shift(day, rung.days)
    else:
        day = calendar.shift(calendar.next_working(day), rung.days)
    at = due.astimezone(clock.zone()).time()
    return calendars.moment(day, time.fromisoformat(rung.at) if rung.at else at)


def ladder(calendar: Calendar, due: datetime, policy: Policy) -> list[tuple[datetime, Rung]]:
    """The rungs of a policy in the order of time, each with its moment. Raises `NoWorkingDay`."""
    steps = [(moment(calendar, due, rung), rung) for rung in policy.rungs]
    return sorted(steps, key=lambda step: (step[0], step[1].id))


def watch(db: Session, place: Place, key: str | None, due: Due) -> None:
    """Put down the first rung of a task that opens; a deadline nobody can tell is put down too."""
    if due.at is None:
        put(db, place, COMPUTE, "", clock.now())
        return
    if key:
        climb(db, place, key, due.at, since=clock.now())


def climb(
    db: Session,
    place: Place,
    key: str,
    due: datetime,
    *,
    since: datetime,
    passed: tuple[datetime, int] | None = None,
) -> None:
    """Put down the next rung: the first from `since` on, or the first after the one `passed`.

    Where it cannot be told which that is, a job says so in words.
    """
    policy, school = get(db, key), calendars.school(db)
    campus = calendars.campus_of_case(db, place.instance_id) if school.has_campuses else ""
    try:
        steps = ladder(school.calendar(campus), due, policy) if policy is not None else []
    except NoWorkingDay:
        steps = []
    if not steps:
        put(db, place, RUNG, "", clock.now())
        return
    for at, rung in steps:
        if (at, rung.id) > passed if passed is not None else at >= since:
            put(db, place, RUNG, str(rung.id), at)
            return


def put(
    db: Session,
    place: Place,
    topic: str,
    what: str,
    at: datetime,
    status: JobStatus = JobStatus.WAITING,
) -> int:
    """Put a deadline job down; its reference says which seat, and which rung."""
    return later.put(
        db,
        JobKind.DEADLINE,
        due=at,
        instance_id=place.instance_id,
        token=place.token,
        element_id=place.element_id,
        topic=topic,
        reference=f"{place.seat}:{what}",
        status=status,
    )


def moved(db: Session, place: Place, key: str | None, due: datetime | None) -> list[int]:
    """A deadline was moved: its rungs are put down anew. Returns the failed jobs that are gone."""
    mine = (
        (_JOBS.c.kind == JobKind.DEADLINE)
        & (_JOBS.c.instance_id == place.instance_id)
        & (_JOBS.c.token == place.token)
        & _JOBS.c.reference.startswith(f"{place.seat}:")
        & _JOBS.c.status.in_((JobStatus.WAITING, JobStatus.FAILED, JobStatus.PAUSED))
    )
    gone = update(_JOBS).where(mine).values(status=JobStatus.CANCELLED, done_at=clock.now())
    jobs = list(db.execute(gone.returning(_JOBS.c.id)).scalars())
    if key and due is not None:
        climb(db, place, key, due, since=clock.now())
    return jobs


def fields_changed(db: Session, process: Process, instance_id: int) -> None:
    """A form was filled: a deadline that waits for one of its fields may be told now."""
    if any(
        dialect.is_of_field(element.properties.get(dialect.DUE, ""))
        or dialect.is_of_field(element.attributes.get(dialect.DUE_DATE, ""))
        or dialect.is_of_field(element.event_text)
        for element in process.elements.values()
    ):
        later.enqueue(db, FILL, str(instance_id))


def save(
    db: Session,
    key: str,
    *,
    by: Actor,
    name: str,
    rungs: Sequence[Mapping[str, Any]],
    revision: int | None = None,
) -> None:
    """Make a policy (`revision` None), or change it as it was at this revision.

    Raises `PolicyNotFitting` and the other refusals above.
    """
    permissions.require(by, Action.CALENDAR_EDIT)
    name = texts.kept(name, 5_000).strip()
    if not name or len(name) > MOST_NAME:
        raise PolicyUnnamed(most=MOST_NAME)
    if not 1 <= len(rungs) <= MOST_RUNGS:
        raise PolicyRungs(most=MOST_RUNGS)
    standing = get(db, key)
    if revision is None and not _is_key(key):
        raise PolicyKeyWrong
    if revision is None and standing is not None:
        raise PolicyTaken(key=key)
    if revision is not None and standing is None:
        raise NotFound
    if standing is not None and standing.revision != revision:
        raise PolicyStale
    read = _numbered([_rung(number, told) for number, told in enumerate(rungs, start=1)])
    _require_posts(db, read)
    asked = {"key": key, "name": name, "rungs": [asdict(one) for one in read]}
    eventlog.record(db, Kind.POLICY_CHANGED, by=by.mark, asked=asked, about=(f"policy:{key}",))
    row = {
        "name": name,
        "rungs": orjson.dumps(asked["rungs"]).decode(),
        "revision": (revision or 0) + 1,
        "changed_at": clock.now(),
    }
    if standing is None:
        db.execute(insert(_TABLE), {"key": key, **row})
    else:
        db.execute(update(_TABLE).where(_TABLE.c.key == key).values(row))


def _require_posts(db: Session, rungs: Sequence[Rung]) -> None:
    """Every post that a rung names is there. Raises `PolicyNotFitting`."""
    posts = Post.__table__
    known = set(db.execute(select(posts.c.key)).scalars())
    for number, rung in enumerate(rungs, start=1):
        for rule in dialect.assignment(rung.who) if rung.who else ():
            if rule.kind is RuleKind.POST and rule.key not in known:
                problem = Sentence("没有代码为“{key}”的岗位。", key=rule.key)
                raise PolicyNotFitting(number=number, problem=problem)


def _is_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def _rung(number: int, told: Mapping[str, Any]) -> Rung:
    """One rung as typed. Raises `PolicyNotFitting`."""
    try:
        days = int(told.get("days", 0))
    except (TypeError, ValueError):
        days = MOST_DAYS + 1
    if abs(days) > MOST_DAYS:
        problem = Sentence("天数要在 {most} 个工作日以内。", most=MOST_DAYS)
        raise PolicyNotFitting(number=number, problem=problem)
    at = str(told.get("at") or "")
    try:
        at = time.fromisoformat(at).strftime("%H:%M") if at else ""
    except ValueError:
        raise PolicyNotFitting(number=number, problem="钟点要写成 09:00 这样。") from None
    if told.get("what") not in set(What):
        raise PolicyNotFitting(number=number, problem="请选择做什么。")
    what, who = What(told["what"]), str(told.get("who") or "").strip()
    if what in FOR_SOMEBODY:
        try:
            dialect.assignment(who)
        except dialect.DialectError as problem:
            raise PolicyNotFitting(number=number, problem=str(problem)) from None
    else:
        who = ""
    return Rung(_number(told.get("id")), days, at, what, who)


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _numbered(rungs: list[Rung]) -> list[Rung]:
    """Give each rung a number of its own, and keep those that have one."""
    taken: set[int] = set()
    free = max((rung.id for rung in rungs), default=0)
    found = []
    for rung in rungs:
        number = rung.id
        if not number or number in taken:
            free += 1
            number = free
        taken.add(number)
        found.append(Rung(number, rung.days, rung.at, rung.what, rung.who))
    return found
