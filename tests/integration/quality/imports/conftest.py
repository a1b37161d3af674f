"""A person who may bring people in, and imports carried through as the worker would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, jobs, roles
from engine.college import posts
from engine.db import begin_writing
from engine.models import Job, JobStatus, PostKind, Role
from engine.people import SYSTEM, Actor
from quality.imports import runs
from quality.imports.models import ImportStatus
from tests.college import College


@pytest.fixture
def admin(db: Session, college: College) -> Actor:
    """人员管理员, in a college that has the post 教师."""
    roles.give(db, college.users["office"], Role.PEOPLE_ADMIN, by=SYSTEM)
    posts.create(db, "teacher", "教师", by=SYSTEM, kind=PostKind.MEMBER)
    db.commit()
    begin_writing(db)
    return college.actor(db, "office")


@pytest.fixture
def work(db: Session, sessions: sessionmaker[Session]) -> Callable[[], None]:
    """Commit what the test did, and work until nothing waits."""

    def until_done() -> None:
        db.commit()
        while jobs.run_due(sessions, "test"):
            pass
        begin_writing(db)
        assert db.execute(select(Job.last_error).where(Job.last_error.is_not(None))).all() == []
        due = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= clock.now())
        assert db.execute(due).all() == []

    return until_done


@pytest.fixture
def bring(db: Session, admin: Actor, work: Callable[[], None]) -> Callable[..., runs.Run]:
    """Bring in a file: upload, compare, and if told so apply. Returns the import as it then is."""

    def carried(content: bytes, *, apply: bool = True, by: Actor = admin, **told) -> runs.Run:
        leavers = told.pop("leavers", False)
        filename = told.pop("filename", "名单.xlsx")
        number = runs.begin(db, filename, content, by=by, **told)
        work()
        if apply:
            assert runs.one(db, by, number).status is ImportStatus.READY
            runs.apply(db, number, by=by, leavers=leavers)
            work()
        return runs.one(db, by, number)

    return carried
