"""A case that waits at a step which several sign, and what people do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import replay, tasks
from engine.models import SigningRound, UserTask
from engine.people import Actor
from tests.college import College
from tests.integration.engine import flow

FIVE = ("reviewer", "reviewer2", "office", "stranger", "auditor")
EVERY_VERB = "approve,refuse,return,reassign,lend,add_signer,remove_signer"
OPEN = ("ready", "claimed")


def diagram(rule: str, who: tuple[str, ...] = FIVE, **properties: str) -> bytes:
    """submit, review by the rule, and a step behind for each outcome."""
    step = {"verbs": EVERY_VERB, "signing": rule} | properties
    nodes = (
        flow.step("submit")
        + flow.step("review", ",".join(f"user:{one}" for one in who), **step)
        + '<bpmn:exclusiveGateway id="which" default="which__passed"/>'
        + flow.step("passed", "user:admin")
        + flow.step("failed", "user:admin")
        + '<bpmn:exclusiveGateway id="merged"/>'
    )
    pairs = [
        ("start", "submit"),
        ("submit", "review"),
        ("review", "which"),
        ("which", "passed"),
        ("passed", "merged"),
        ("failed", "merged"),
        ("merged", "end"),
    ]
    lines = "".join(flow.line(*pair) for pair in pairs)
    lines += flow.line("which", "failed", "outcome == 'refuse'")
    return flow.process("voting", nodes, lines)


@dataclass
class Voting:
    """One case at its vote."""

    db: Session
    college: College
    rule: str
    who: tuple[str, ...] = FIVE
    properties: Mapping[str, str] = field(default_factory=dict)
    case: int = 0

    def begin(self) -> Voting:
        """Bring the case to the vote."""
        xml = diagram(self.rule, self.who, **self.properties)
        self.case = flow.begin(self.db, xml, by=self.actor("leader"))
        flow.do(self.db, self.case, "submit", by=self.actor("leader"))
        return self

    def actor(self, name: str) -> Actor:
        """The person called so."""
        return self.college.actor(self.db, name)

    def rows(self) -> list[Row[Any]]:
        """The seats of the newest round."""
        table = UserTask.__table__
        mine = (table.c.instance_id == self.case) & (table.c.element_id == "review")
        rows = self.db.execute(select(table).where(mine).order_by(table.c.id)).all()
        return [row for row in rows if row.token == rows[-1].token]

    def task(self, name: str) -> int:
        """The seat of a person that is open or waits, else their newest."""
        mine = [row for row in self.rows() if row.assignee_id == self.college.users[name]]
        live = [row for row in mine if row.status in (*OPEN, "waiting")]
        return int((live or mine)[-1].id)

    def status(self, name: str) -> str:
        """How a person's seat stands."""
        task = self.task(name)
        return next(str(row.status) for row in self.rows() if row.id == task)

    def vote(self, name: str, outcome: str = "approve") -> None:
        """Somebody votes."""
        tasks.complete(
            self.db, self.task(name), by=self.actor(name), outcome=outcome, comment=f"{name}的意见"
        )

    def at(self) -> list[str]:
        """Where the case waits."""
        return sorted(flow.open_tasks(self.db, self.case))

    def count(self) -> Row[Any]:
        """The newest round as it is counted."""
        table = SigningRound.__table__
        token = self.rows()[-1].token
        mine = (table.c.instance_id == self.case) & (table.c.token == token)
        return self.db.execute(select(table).where(mine)).one()

    def check(self) -> None:
        """The record replays to what the tables say."""
        found = replay.replay(self.db, self.case)
        assert found.difference is None, found.difference.text()
