"""The sorts of things the engine knows: tasks, cases, posts, deputyships."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, deputies, instances, people, permissions
from engine.college import posts
from engine.entries import Kind
from engine.handing_over.things import MOST, NotTheirsAnyMore, Sort, Thing, Work, register
from engine.instances import Act
from engine.models import (
    Deputy,
    Draft,
    Holding,
    InstanceStatus,
    Post,
    ProcessInstance,
    TaskCandidate,
    TaskStatus,
    Unit,
    User,
    UserTask,
)
from engine.permissions import Action
from engine.tasks import hand_over as tasks
from engine.tasks.held import hold_of

_RUNS = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
_OPEN = (TaskStatus.READY, TaskStatus.CLAIMED, TaskStatus.WAITING)


def _tasks(db: Session, user_id: int) -> list[Thing]:
    """Open tasks that this person holds, or alone can; seats of votes, also before their turn."""
    task, case = UserTask.__table__, ProcessInstance.__table__
    key = people.user_key(user_id)
    mine = select(TaskCandidate.task_id).where(TaskCandidate.key == key)
    waits = (task.c.status == TaskStatus.WAITING) & task.c.candidates.in_(
        [orjson.dumps([key]).decode()]
    )
    rows = db.execute(
        select(task, case.c.title, Draft.revision)
        .join(case, case.c.id == task.c.instance_id)
        .join(Draft, Draft.task_id == task.c.id, isouter=True)
        .where(task.c.status.in_(_OPEN), task.c.id.in_(mine) | waits)
        .order_by(task.c.id)
        .limit(MOST)
    ).all()
    return [
        Thing(
            "task",
            str(row.id),
            row.title,
            "{step}（会签席位）" if row.seat else "{step}（有草稿）" if row.revision else "{step}",
            {"step": row.name},
            tuple(orjson.loads(row.candidates)),
        )
        for row in rows
        if row.assignee_id == user_id or orjson.loads(row.candidates) == [key]
    ]


def _give_task(db: Session, one: Work) -> None:
    held = hold_of(db, int(one.reference), one.user_id)
    if held is None or one.to is None or one.to == held.assignee_id:
        raise NotTheirsAnyMore
    more = {"from": one.user_id, "hand_over": one.run}
    tasks.pass_on(db, held, to=one.to, by=one.by, reason=one.reason, **more)


def _cases(db: Session, user_id: int) -> list[Thing]:
    """Running cases that this person began, or took over: work sent back comes to them."""
    case = ProcessInstance.__table__
    began = (case.c.started_by == user_id) & case.c.successor_id.is_(None)
    rows = db.execute(
        select(case.c.id, case.c.title)
        .where(began | (case.c.successor_id == user_id), case.c.status.in_(_RUNS))
        .order_by(case.c.id)
        .limit(MOST)
    )
    return [Thing("case", str(row.id), row.title) for row in rows]


def _give_case(db: Session, one: Work) -> None:
    case = instances.lock(db, int(one.reference))
    if case.started_by != one.user_id or case.status not in _RUNS or one.to is None:
        raise NotTheirsAnyMore
    table = ProcessInstance.__table__
    db.execute(update(table).where(table.c.id == case.id).values(successor_id=one.to))
    asked = {"from": one.user_id, "to": one.to, "hand_over": one.run}
    said = {"comment": one.reason}
    act = Act(Kind.CASE_HANDED_OVER, asked=asked, content=said, is_on_hold=True)
    instances.perform(db, case, act, by=one.by)


def _posts(db: Session, user_id: int) -> list[Thing]:
    """Posts that nobody else holds there, and that acting falls to: members are no loss."""
    today, other = clock.today(), Holding.__table__.alias("other")
    elsewhere = (
        select(other.c.id)
        .join(User, User.id == other.c.user_id)
        .where(other.c.post_id == Holding.post_id, other.c.unit_id == Holding.unit_id)
        .where(other.c.user_id != user_id, User.is_active, people.in_force(other.c, today))
    )
    rows = db.execute(
        select(Holding.id, Holding.unit_id, Post.name.label("post"), Unit.name.label("unit"))
        .join(Post, Post.id == Holding.post_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Holding.user_id == user_id, Post.kind != "member", ~elsewhere.exists())
        .where(_was_held_to_the_end(db, user_id))
        .order_by(Holding.id)
        .limit(MOST)
    )
    return [
        Thing("post", str(row.id), f"{row.unit}·{row.post}", unit_id=row.unit_id) for row in rows
    ]


def _was_held_to_the_end(db: Session, user_id: int) -> Any:
    """Held today, or to the last day by somebody who left."""
    left = db.execute(select(User.left_on).where(User.id == user_id)).scalar_one_or_none()
    return people.in_force(Holding, left or clock.today())


def _give_post(db: Session, one: Work) -> None:
    permissions.require(one.by, Action.POST_EDIT)
    table = Holding.__table__
    row = db.execute(select(table).where(table.c.id == int(one.reference))).one_or_none()
    if row is None or row.user_id != one.user_id or one.to is None:
        raise NotTheirsAnyMore
    posts.give(db, one.to, row.post_id, row.unit_id, since=clock.today(), by=one.by)


def _deputies(db: Session, user_id: int) -> list[Thing]:
    """Deputyships both ways that have not ended; confirming ends them."""
    table, principal, deputy = Deputy.__table__, User.__table__.alias(), User.__table__.alias()
    rows = db.execute(
        select(table.c.id, principal.c.name.label("principal"), deputy.c.name.label("deputy"))
        .join(principal, principal.c.id == table.c.principal_id)
        .join(deputy, deputy.c.id == table.c.user_id)
        .where((table.c.principal_id == user_id) | (table.c.user_id == user_id))
        .where(table.c.until >= clock.today())
        .order_by(table.c.id)
        .limit(MOST)
    )
    return [
        Thing("deputy", str(row.id), f"{row.deputy} → {row.principal}", "将结束", ended=True)
        for row in rows
    ]


def _end_deputy(db: Session, one: Work) -> None:
    deputies.end(db, int(one.reference), by=one.by)


register("task", Sort("待办任务", _tasks, _give_task))
register("case", Sort("发起的流程", _cases, _give_case))
register("post", Sort("没有别人担任的岗位", _posts, _give_post))
register("deputy", Sort("代理", _deputies, _end_deputy))
