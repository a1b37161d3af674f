"""What happens when a rung of a deadline is due: people are told, work goes elsewhere, once each.

After downtime every rung that is overdue is passed in order, marked late; none on a free day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import (
    assignment,
    calendars,
    clock,
    due_dates,
    effects,
    incidents,
    instances,
    later,
    people,
    policies,
    recusals,
    rounds,
)
from engine.assignment import About
from engine.bpmn import dialect
from engine.bpmn.dialect import Who
from engine.calendars import NoWorkingDay
from engine.deadlines.reached import tell
from engine.due_dates import Open, Why
from engine.entries import Kind
from engine.errors import InstanceSuspended
from engine.holders import Looker
from engine.instances import Act, Case
from engine.later import Leased
from engine.models import InstanceStatus, JobKind, JobStatus, TaskStatus, UserTask
from engine.people import SYSTEM
from engine.policies import Place, Policy, Rung, What

_TASK: Final = UserTask.__table__


@dataclass(frozen=True, slots=True)
class Passing:
    """A rung that is due now, with all that its deed needs."""

    db: Session
    case: Case
    task: Open
    place: Place
    policy: Policy
    rung: Rung
    due: datetime
    planned: datetime

    @property
    def event(self) -> str:
        """The same for the same rung of the same deadline, however often somebody is told."""
        seat = f"{self.place.instance_id}:{self.place.token}:{self.place.seat}"
        return f"deadline:{seat}:{self.rung.id}:{int(self.due.timestamp())}"


def run(db: Session, job: Leased) -> None:
    """Do a deadline job: a rung, or a deadline that nobody could tell when its step opened."""
    case = instances.lock(db, job.instance_id)
    later.finish(db, job)
    if job.topic == policies.TIMER and case.status == InstanceStatus.RUNNING:
        start_timer(db, case, job)
        return
    seat, _colon, what = job.reference.partition(":")
    task = due_dates.find(db, case.id, token=job.token, seat=int(seat))
    if case.status == InstanceStatus.SUSPENDED:
        raise InstanceSuspended
    if task is None or case.status != InstanceStatus.RUNNING or job.topic == policies.TOLD:
        return
    if job.topic == policies.COMPUTE:
        compute(db, case, task)
    else:
        _rung(db, case, task, int(what or 0), job.due_at)


def compute(db: Session, case: Case, task: Open) -> bool:
    """Set the deadline of a step that opened without; where it still cannot be told, say why."""
    due = calendars.due(db, written(case, task), task.opened_at, asked(db, case))
    if due.at is None:
        place = task.place(case.id)
        job_id = policies.put(db, place, policies.COMPUTE, "", clock.now(), status=JobStatus.FAILED)
        _incident(db, place, due.sentence, due.values, job_id)
        return False
    due_dates.move(db, case, task, due, why=Why.FOUND, by=SYSTEM)
    return True


def start_timer(db: Session, case: Case, job: Leased) -> None:
    """Set a timer whose moment nobody could tell when it opened; else say why not."""
    element, place = case.version.process.elements[job.element_id], _place(job)
    due = calendars.due(db, element.event_text, clock.now(), asked(db, case))
    if due.at is None:
        job_id = policies.put(db, place, policies.TIMER, "", clock.now(), status=JobStatus.FAILED)
        _incident(db, place, due.sentence, due.values, job_id)
        return
    later.put(
        db,
        JobKind.TIMER,
        due=due.at,
        instance_id=case.id,
        token=job.token,
        element_id=job.element_id,
    )


def _place(job: Leased) -> Place:
    return Place(job.instance_id, job.token, job.element_id)


def written(case: Case, task: Open) -> str:
    """The due rule of a task's step."""
    element = case.version.process.elements[task.element_id]
    return element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE) or ""


def asked(db: Session, case: Case) -> calendars.Asked:
    """A locked case as due rules ask about it."""

    def variables() -> Mapping[str, Any]:
        return {**case.variables, **instances.values(db, case.content_id)}

    return calendars.Asked(case.id, case.subject, case.started_by, variables)


def _rung(db: Session, case: Case, task: Open, rung_id: int, job_due: datetime) -> None:
    place, now = task.place(case.id), clock.now()
    element = case.version.process.elements[task.element_id]
    key = element.properties.get(dialect.ESCALATION, "")
    policy = policies.get(db, key)
    if policy is None or task.due_at is None:
        _look(db, place, "“{step}”用的期限策略“{key}”不存在。", {"step": task.name, "key": key})
        return
    rung = next((one for one in policy.rungs if one.id == rung_id), None)
    if rung is None:
        passed = (job_due, rung_id)
        policies.climb(db, place, key, task.due_at, since=now, passed=passed)
        return
    school = calendars.school(db)
    campus = calendars.campus_of_case(db, case.id) if school.has_campuses else ""
    calendar = school.calendar(campus)
    try:
        planned = policies.moment(calendar, task.due_at, rung)
        day = calendar.next_working(calendars.local(now))
    except NoWorkingDay as problem:
        _look(db, place, problem.sentence, problem.values)
        return
    if now < planned:
        policies.put(db, place, policies.RUNG, str(rung.id), planned)
        return
    if day != calendars.local(now):
        at = time.fromisoformat(rung.at) if rung.at else policies.MORNING
        policies.put(db, place, policies.RUNG, str(rung.id), calendars.moment(day, at))
        return
    passing = Passing(db, case, task, place, policy, rung, task.due_at, planned)
    _pass(passing, now)
    policies.climb(db, place, key, task.due_at, since=now, passed=(planned, rung.id))


def _pass(passing: Passing, now: datetime) -> None:
    rung, task = passing.rung, passing.task
    reached, known = _DEEDS[rung.what](passing)
    act = Act(
        Kind.DEADLINE_PASSED,
        asked={
            "task": task.id,
            "token": task.token,
            "element": task.element_id,
            "policy": passing.policy.key,
            "rung": rung.id,
            "days": rung.days,
            "what": rung.what.value,
            "who": rung.who,
        },
        known={
            "due": passing.due.isoformat(),
            "planned": passing.planned.isoformat(),
            "late_seconds": max(0, int((now - passing.planned).total_seconds())),
            "reached": list(reached),
            **known,
        },
    )
    instances.perform(passing.db, instances.lock(passing.db, passing.case.id), act, by=SYSTEM)
    tell(
        passing.db,
        reached,
        passing.event,
        instance_id=passing.case.id,
        task_id=task.id,
        what=rung.what.value,
        days=rung.days,
        step=task.name,
        title=passing.case.title,
        due=passing.due.isoformat(),
    )


Deed = tuple[tuple[int, ...], Mapping[str, Any]]


def _remind(passing: Passing) -> Deed:
    task = passing.task
    if task.assignee_id is not None:
        return (task.assignee_id,), {}
    return Looker(passing.db).behind(orjson.loads(task.candidates)), {}


def _tell(passing: Passing) -> Deed:
    return _found(passing), {}


def _reassign(passing: Passing) -> Deed:
    task, db = passing.task, passing.db
    barred = _barred(passing)
    found = [one for one in _found(passing) if one != task.assignee_id and one not in barred]
    if not found:
        return (), {}
    to = found[0]
    key = people.user_key(to)
    changed = {
        "assignee_id": to,
        "status": TaskStatus.CLAIMED,
        "candidates": orjson.dumps([key]).decode(),
        "lent_by": None,
    }
    db.execute(update(_TASK).where(_TASK.c.id == task.id).values(changed))
    effects.take_out(db, task.id)
    effects.offer(db, task.id, (key,), passing.due, returned=False)
    act = Act(
        Kind.TASK_REASSIGNED,
        asked={
            "task": task.id,
            "token": task.token,
            "seat": task.seat,
            "element": task.element_id,
            "to": to,
        },
        known={"policy": passing.policy.key, "rung": passing.rung.id},
    )
    instances.perform(db, instances.lock(db, passing.case.id), act, by=SYSTEM)
    return (to, *_remind(passing)[0]), {"to": to}


def _barred(passing: Passing) -> frozenset[int]:
    """Who may not have this task: who must step aside, has stepped aside, or has a seat already."""
    case, task, db = passing.case, passing.task, passing.db
    about = About(case.subject, case.started_by, case.id, case.version)
    element = case.version.process.elements[task.element_id]
    barred = recusals.recused(db, element, about) | recusals.declared(db, case.id, task.token)
    return barred | (rounds.seated(db, case.id, task.token) if task.seat else frozenset())


def _raise(passing: Passing) -> Deed:
    sentence = "“{title}”的“{step}”到{due}还没有办。"
    shown = f"{passing.due.astimezone(clock.zone()):%Y-%m-%d %H:%M}"
    values = {"title": passing.case.title, "step": passing.task.name, "due": shown}
    _look(passing.db, passing.place, sentence, values)
    return (), {}


_DEEDS: Final[Mapping[What, Callable[[Passing], Deed]]] = {
    What.REMIND: _remind,
    What.TELL: _tell,
    What.REASSIGN: _reassign,
    What.INCIDENT: _raise,
}


def _found(passing: Passing) -> tuple[int, ...]:
    """Whom the rule of a rung names today; nobody is an incident in words."""
    case, rung = passing.case, passing.rung
    about = About(case.subject, case.started_by, variables=asked(passing.db, case).variables)
    try:
        who = Who(None, dialect.assignment(rung.who))
    except dialect.DialectError:
        who = None
    found = assignment.resolve(passing.db, who, about) if who is not None else None
    if found is None or found.fallback or not found.people:
        sentence = "期限策略“{policy}”第 {number} 级要找的人现在没有。请安排人，或修改策略。"
        number = passing.policy.rungs.index(rung) + 1
        values = {"policy": passing.policy.name, "number": number}
        _look(passing.db, passing.place, sentence, values)
        return ()
    return found.people


def _look(db: Session, place: Place, sentence: str, values: Mapping[str, Any]) -> None:
    """Raise an incident that only asks to be looked at; it is closed with its step."""
    job_id = policies.put(db, place, policies.TOLD, "", clock.now(), status=JobStatus.FAILED)
    _incident(db, place, sentence, values, job_id)


def _incident(
    db: Session, place: Place, sentence: str, values: Mapping[str, Any], job_id: int
) -> None:
    incidents.raise_for(
        db,
        place.instance_id,
        sentence=sentence,
        values=values,
        token=place.token,
        element_id=place.element_id,
        job_id=job_id,
    )
