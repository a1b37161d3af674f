"""Real rows for every parameter of every address, and who may know of each: for the matrix.

A new route with a parameter that stands in no row of `THINGS` fails there, until somebody says here
what it names and who may know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from engine import calendars, clock, deputies, permissions, policies
from engine.college import committees, persons
from engine.errors import NotFound
from engine.models import (
    Deputy,
    Grant,
    Holding,
    Incident,
    Membership,
    MoveRun,
    Notification,
    Post,
    ProcessInstance,
    ProcessVersion,
    Term,
    Unit,
    UserTask,
    Webhook,
    WebSession,
)
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from quality import chains, cycle, explain, standards, subjects
from quality.evidence import listed
from quality.evidence.models import Evidence, EvidenceFile
from quality.imports.models import Import, ImportRow
from quality.models import Document, SubjectMember
from quality.printing.models import PrintRun
from quality.registers import plans, points
from quality.registers.models import SchoolPlan, WorkPoint
from quality.registers.plans import Given
from quality.standards.models import CollegeStandard, StandardKind
from tests.college import SINCE, College
from tests.story import GOALS, Story

NOWHERE = 999_999_999_999
SHOWN = 16

Row = Mapping[str, Any]
Seen = Callable[[Session, Actor, Row], bool]


@dataclass(frozen=True)
class Thing:
    """A kind of thing: the parameters that name it, its rows, who may know of one."""

    names: frozenset[str]
    rows: Callable[[Session, College], list[Row]]
    is_seen: Seen


def lay(db: Session, college: College, sessions: Any) -> None:
    """Make what the college of the tests has none of: cases, a team, a committee, an import …"""
    story = Story(db, sessions, college)
    story.publish_goals()
    story.hand_in(story.start(GOALS), "leader", None)
    story.start({"stage": "standard", "period": "2027"})
    for name in ("someone", "guest"):
        college.users[name] = persons.create(db, name, name, by=SYSTEM)
    committee = committees.create(db, "quality", "质量委员会", "committee", by=SYSTEM)
    committees.seat(db, committee, college.users["someone"], since=SINCE, by=SYSTEM)
    subjects.join(db, college.subject, college.users["someone"], since=clock.today(), by=SYSTEM)
    case = db.execute(select(ProcessInstance.id).order_by(ProcessInstance.id)).scalars()
    incident = {"instance_id": case.first(), "sentence": "没有去路。", "status": "open"}
    db.execute(insert(Incident), {**incident, "opened_at": clock.now()})
    _lay_imports(db, college)
    _lay_evidence(db, college)
    _lay_prints(db, college)
    _lay_registers(db)
    _lay_tables(db, college)
    _lay_school_time(db, college)
    day = clock.today()
    leader = college.actor(db, "leader")
    deputies.appoint(db, by=leader, user_id=college.users["reviewer2"], since=day, until=day)


def _lay_school_time(db: Session, college: College) -> None:
    admin = college.actor(db, "admin")
    monday = date(2026, 9, 7)
    calendars.save_term(db, by=admin, name="秋季学期", first_monday=monday, weeks=18)
    policies.save(db, "usual", by=admin, name="一般期限", rungs=[{"what": "remind"}])
    cycle.save(db, 2026, by=admin, name="2026 年度", rows=[], is_new=True)


def _lay_tables(db: Session, college: College) -> None:
    """The table of chains, and cases that were moved together."""
    chains.lay(db, by=SYSTEM)
    version = db.execute(select(ProcessVersion.id, ProcessVersion.definition_id)).first()
    run = {"id": "run", "definition_id": version.definition_id, "places": "{}", "reason": "x"}
    run |= {"from_version_id": version.id, "to_version_id": version.id}
    run |= {"started_by": college.users["admin"], "started_at": clock.now()}
    db.execute(insert(MoveRun), run)
    robot = {"name": "群", "form": "wecom", "url": "https://robot.example/x", "kinds": "[]"}
    db.execute(insert(Webhook), {**robot, "secret": "", "is_active": False})


def _lay_registers(db: Session) -> None:
    plans.create(db, Given("事业发展规划", 2026, 2030), by=SYSTEM)
    points.add(db, 2026, None, ["1 深化产教融合"], by=SYSTEM)
    unit = db.execute(select(Unit.id).order_by(Unit.id)).scalars().first()
    standards.create(db, StandardKind.BASIC, "毕业设计基本标准", unit, by=SYSTEM)


def _lay_prints(db: Session, college: College) -> None:
    for name in ("leader", "reviewer"):
        run = {"form": "pdf", "status": "waiting", "total": 1, "made_at": clock.now()}
        asked = '{"documents": [1], "language": "zh"}'
        db.execute(insert(PrintRun), {**run, "by_id": college.users[name], "asked": asked})


def _lay_evidence(db: Session, college: College) -> None:
    """A piece of the subject, and one of a unit that others work in; their files are lost."""
    for name, unit, subject in (
        ("leader", "machine", college.subject),
        ("stranger", "trade", None),
    ):
        row = {"owner_id": college.users[name], "unit_id": college.units[unit], "number": 1}
        row |= {"subject_id": subject, "name": "证书", "note": "", "made_at": clock.now()}
        made = db.execute(insert(Evidence).returning(Evidence.id), row).scalar_one()
        file = {"evidence_id": made, "number": 1, "filename": "a.pdf", "sha256": "0" * 64}
        file |= {"media_type": "application/pdf", "size": 1, "uploaded_by": college.users[name]}
        db.execute(insert(EvidenceFile), {**file, "uploaded_at": clock.now()})


def _lay_imports(db: Session, college: College) -> None:
    for number, name in enumerate(("someone", "admin"), start=1):
        run = {"filename": f"{name}.xlsx", "sha256": str(number), "status": "ready", "total": 1}
        run |= {"by_id": college.users[name], "created_at": clock.now()}
        made = db.execute(insert(Import).returning(Import.id), run).scalar_one()
        row = {"import_id": made, "number": 1, "sheet": "people", "line": 2, "action": "leave"}
        db.execute(insert(ImportRow), {**row, "key": "someone", "data": "{}"})


def _each(column: Any, **fixed: Any) -> Callable[[Session, College], list[Row]]:
    """Parameters for the first and the last row of a table, which are different people's."""

    def rows(db: Session, _college: College) -> list[Row]:
        ids = db.execute(select(column).order_by(column)).scalars().all()
        name = _NAMES[column]
        return [{name: one, **fixed} for one in dict.fromkeys((ids[0], ids[-1]))]

    return rows


def _one(column: Any) -> Callable[[Session, College], list[Row]]:
    """Parameters for one row of a table whose rows are all alike to the policy."""

    def rows(db: Session, college: College) -> list[Row]:
        return _each(column)(db, college)[-1:]

    return rows


def _always(_db: Session, _person: Actor, _row: Row) -> bool:
    return True


def _explained(key: str, name: str) -> Seen:
    """Whoever the explanation says may know of it."""

    def is_seen(db: Session, person: Actor, row: Row) -> bool:
        try:
            return explain.answer(db, int(person.id or 0), key, row[name]).allowed
        except NotFound:
            return False

    return is_seen


def _sees_deputy(db: Session, person: Actor, row: Row) -> bool:
    try:
        deputies.one(db, row["deputy_id"], by=person)
    except NotFound:
        return False
    return True


def _sees_import(db: Session, person: Actor, row: Row) -> bool:
    brought = select(Import.by_id).where(Import.id == row["import_id"])
    is_own = db.execute(brought).scalar_one_or_none() == person.id
    return is_own or permissions.may(person, Action.PERSON_EDIT)


def _sees_evidence(db: Session, person: Actor, row: Row) -> bool:
    try:
        listed.one(db, person, row["evidence_id"])
    except NotFound:
        return False
    return True


def _sessions(db: Session, _college: College) -> list[Row]:
    hashes = db.execute(select(WebSession.token_hash).order_by(WebSession.user_id)).scalars()
    return [{"ref": one[:SHOWN]} for one in list(hashes)[:1]]


def _people(_db: Session, college: College) -> list[Row]:
    return [{"user_id": college.users[name]} for name in ("guest",)]


def _units(_db: Session, college: College) -> list[Row]:
    return [{"unit_id": college.units[name]} for name in ("trade",)]


_NAMES = {
    UserTask.id: "task_id",
    ProcessInstance.id: "instance_id",
    Document.id: "document_id",
    Incident.id: "incident_id",
    Import.id: "import_id",
    Evidence.id: "evidence_id",
    Holding.id: "holding_id",
    Membership.id: "membership_id",
    Post.id: "post_id",
    Term.id: "term_id",
    Deputy.id: "deputy_id",
    Webhook.id: "webhook_id",
    PrintRun.id: "run_id",
    SchoolPlan.id: "plan_id",
    WorkPoint.id: "point_id",
    CollegeStandard.id: "standard_id",
}


def _grants(db: Session, _college: College) -> list[Row]:
    given = select(Grant.id).where(Grant.holder.startswith("p:")).order_by(Grant.id).limit(1)
    return [{"grant_id": one} for one in db.execute(given).scalars()]


def _subject(db: Session, college: College) -> list[Row]:
    member = db.execute(select(SubjectMember.id)).scalars().first()
    return [{"subject_id": college.subject, "member_id": member}]


def _tasks_of_documents(db: Session, _college: College) -> list[Row]:
    """Tasks whose form has the goals as a grid."""
    case = select(Document.instance_id).where(Document.stage == "goal")
    found = select(UserTask.id).where(UserTask.instance_id.in_(case)).order_by(UserTask.id)
    return [{"task_id": one, "grid": "goals"} for one in db.execute(found).scalars()]


def _definition(_db: Session, _college: College) -> list[Row]:
    return [{"key": "approval_major", "number": 1, "run": "run"}]


def _kinds(_db: Session, _college: College) -> list[Row]:
    return [{"kind": "major", "number": 1}]


def _standards(db: Session, college: College) -> list[Row]:
    return [{**row, "number": 1} for row in _one(CollegeStandard.id)(db, college)]


def _tables(_db: Session, _college: College) -> list[Row]:
    return [{"table": chains.TABLE, "decision": chains.TABLE}]


def _policies(_db: Session, _college: College) -> list[Row]:
    return [{"policy": "usual"}]


def _years(_db: Session, _college: College) -> list[Row]:
    return [{"year": 2026}]


def _committees(db: Session, _college: College) -> list[Row]:
    return [{"committee_id": db.execute(select(Membership.committee_id)).scalars().first()}]


def _notices(db: Session, _college: College) -> list[Row]:
    mine = select(Notification.id, Notification.user_id).order_by(Notification.id).limit(SHOWN)
    return [{"notice_id": row.id, "user_id": row.user_id} for row in db.execute(mine)]


def _sees_print(db: Session, person: Actor, row: Row) -> bool:
    asked = select(PrintRun.by_id).where(PrintRun.id == row["run_id"])
    return db.execute(asked).scalar_one_or_none() == person.id


def _sees_notice(_db: Session, person: Actor, row: Row) -> bool:
    return row["user_id"] == person.id


THINGS = (
    Thing(
        frozenset({"task_id", "grid"}),
        _tasks_of_documents,
        _explained("task:view", "task_id"),
    ),
    Thing(
        frozenset({"instance_id", "seq"}),
        _each(ProcessInstance.id, seq=1),
        _explained("instance:view", "instance_id"),
    ),
    Thing(
        frozenset({"document_id"}),
        _each(Document.id),
        _explained("document:read", "document_id"),
    ),
    Thing(
        frozenset({"subject_id", "member_id"}), _subject, _explained("subject:view", "subject_id")
    ),
    Thing(
        frozenset({"import_id", "number", "row"}), _each(Import.id, number=1, row=1), _sees_import
    ),
    Thing(frozenset({"evidence_id", "number"}), _each(Evidence.id, number=1), _sees_evidence),
    Thing(frozenset({"key", "number", "run"}), _definition, _always),
    Thing(frozenset({"table", "decision"}), _tables, _always),
    Thing(frozenset({"ref"}), _sessions, lambda _db, _person, _row: False),
    Thing(frozenset({"user_id"}), _people, _always),
    Thing(frozenset({"unit_id"}), _units, _always),
    Thing(frozenset({"post_id"}), _one(Post.id), _always),
    Thing(frozenset({"holding_id"}), _one(Holding.id), _always),
    Thing(frozenset({"committee_id"}), _committees, _always),
    Thing(frozenset({"membership_id"}), _one(Membership.id), _always),
    Thing(frozenset({"incident_id"}), _one(Incident.id), _always),
    Thing(frozenset({"grant_id"}), _grants, _always),
    Thing(frozenset({"term_id"}), _one(Term.id), _always),
    Thing(frozenset({"policy"}), _policies, _always),
    Thing(frozenset({"deputy_id"}), _one(Deputy.id), _sees_deputy),
    Thing(frozenset({"year"}), _years, _always),
    Thing(frozenset({"notice_id"}), _notices, _sees_notice),
    Thing(frozenset({"run_id"}), _each(PrintRun.id), _sees_print),
    Thing(frozenset({"webhook_id"}), _one(Webhook.id), _always),
    Thing(frozenset({"kind", "number"}), _kinds, _always),
    Thing(frozenset({"plan_id"}), _one(SchoolPlan.id), _always),
    Thing(frozenset({"standard_id", "number"}), _standards, _always),
    Thing(frozenset({"point_id"}), _one(WorkPoint.id), _always),
)


def named_by(rule: Rule) -> Thing | None:
    """What the parameters of an address name; None for one that nobody has described."""
    found = [one for one in THINGS if rule.arguments <= one.names]
    return found[0] if found else None


def missing(row: Row) -> Row:
    """The same parameters for something that is not there."""
    first = next(iter(row))
    return {**row, first: "nothing" if isinstance(row[first], str) else NOWHERE}
