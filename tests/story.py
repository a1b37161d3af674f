"""Figure 4 as the people of the test college play it."""

from __future__ import annotations

from sqlalchemy import select

from engine import instances, jobs, tasks, verify
from engine.db import begin_writing
from engine.models import ProcessInstance, TaskCandidate, UserTask
from engine.replay import replay
from quality import subjects

GOALS = {"stage": "goal", "period": "2026-2028"}
STANDARDS = {"stage": "standard", "period": "2027"}


class Story:
    """Figure 4 as the people of the test college play it."""

    def __init__(self, db, sessions, college):
        self.db, self.sessions, self.college = db, sessions, college

    def person(self, name):
        return self.college.actor(self.db, name)

    def start(self, values, by="leader"):
        return instances.start(
            self.db,
            "approval_major",
            by=self.person(by),
            values=values,
            subject=subjects.reference(self.college.subject),
        )

    def values(self, case):
        table = ProcessInstance.__table__
        content = select(table.c.content_id).where(table.c.id == case)
        return instances.values(self.db, self.db.execute(content).scalar_one())

    def task(self, case):
        table = UserTask.__table__
        open_ = select(table.c.id, table.c.element_id).where(
            table.c.instance_id == case, table.c.status.in_(("ready", "claimed"))
        )
        return self.db.execute(open_).one()

    def keys(self, case):
        table = TaskCandidate.__table__
        return set(
            self.db.execute(
                select(table.c.key).where(table.c.task_id == self.task(case).id)
            ).scalars()
        )

    def hand_in(self, case, by, values=None, comment=""):
        task = self.task(case)
        tasks.complete(self.db, task.id, by=self.person(by), values=values, comment=comment)

    def return_(self, case, by, reason):
        tasks.send_back(self.db, self.task(case).id, by=self.person(by), reason=reason)

    def run_jobs(self):
        self.db.commit()
        done = jobs.run_due(self.sessions, "test")
        begin_writing(self.db)
        return done

    def approve_all(self, case):
        self.hand_in(case, "reviewer", comment="同意")
        self.hand_in(case, "office", comment="审定通过")
        assert self.run_jobs() == 1

    def publish_goals(self, change=lambda values: values):
        case = self.start(GOALS)
        self.hand_in(case, "leader", change(filled(self.values(case), "goals", "description")))
        self.approve_all(case)
        return case

    def status(self, case):
        table = ProcessInstance.__table__
        return self.db.execute(select(table.c.status).where(table.c.id == case)).scalar_one()

    def is_as_recorded(self):
        found = list(verify.verify(self.db))
        assert [one.text() for one in found] == []
        for case in self.db.execute(select(ProcessInstance.id)).scalars().all():
            assert replay(self.db, case).difference is None


def filled(values, grid, *columns):
    """The values with every cell of these columns written."""
    rows = [
        row | {column: f"{row['label']}：{column}" for column in columns} for row in values[grid]
    ]
    return {"applies_to": "2027 级", grid: rows}
