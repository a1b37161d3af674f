"""Documents of all eight kinds in the demo: each subject has chapters, told as far as they went."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import clock, instances, people, tasks
from engine.effects import OPEN
from engine.models import Holding, Post, ProcessInstance, RoleGrant, TaskCandidate, User, UserTask
from engine.people import Actor
from quality import chains, kinds, periods, rows, subjects
from quality.models import Stage, Subject
from quality.registers import SOURCES
from web.demo import evidence
from web.demo.stories import Desk, Moment, Story

SENTENCES: Final[Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "sentences.yaml").read_bytes()
)
Walk = Generator[Moment, Session, None]

# how far a chapter goes
DONE: Final = "published"
AGAIN: Final = "published after it was sent back once"
BACK: Final = "sent back, and there it lies"
SENT: Final = "handed in"
ON: Final = "passed on by the first who looked at it"
BEGUN: Final = "begun, half of it written"
NEXT: Final = "published for the year after"

WAITING: Final = frozenset({BACK, SENT, ON, BEGUN})
OWNERS: Final = 4
"""How many people of a unit share the measures of its plans."""
RECENT: Final = 4
"""How many working days ago what still waits was begun, at most: nobody is late for weeks."""

YEAR: Final = ((Stage.GOAL, DONE), (Stage.STANDARD, AGAIN), (Stage.PLAN, DONE))
WHOLE: Final = (*YEAR, (Stage.COLLECTION, DONE))
ON_AND_ON: Final = (*WHOLE, (Stage.STANDARD, DONE), (Stage.STANDARD, NEXT))
"""The standard is changed after the year, and written for the next: versions, and two periods."""
Chapters = Sequence[tuple[Stage, str]]
FIRST_ANEW, EACH_ANEW = 2, 5
"""Which rows are written anew when a table is written again."""

PLOT: Final[tuple[tuple[str, str, int, Chapters], ...]] = (
    ("functional_department", "quality", 40, (*YEAR, (Stage.COLLECTION, SENT))),
    ("functional_department", "academic_affairs", 4, ((Stage.GOAL, ON),)),
    ("functional_department", "party_office", 3, ((Stage.GOAL, SENT),)),
    ("secondary_college", "machine", 34, ((Stage.GOAL, DONE), (Stage.STANDARD, ON))),
    ("secondary_college", "information", 4, ((Stage.GOAL, BACK),)),
    ("course", "46030501", 38, ON_AND_ON),
    ("course", "46030502", 12, ((Stage.GOAL, DONE), (Stage.STANDARD, BEGUN))),
    ("course", "51020301", 3, ((Stage.GOAL, SENT),)),
    ("major", "500606", 37, WHOLE),
    ("teaching_staff_team", "machine", 30, ((Stage.GOAL, DONE), (Stage.STANDARD, SENT))),
    ("teaching_staff_team", "economics", 4, ((Stage.GOAL, ON),)),
    ("teacher", "202000010", 33, YEAR),
    ("teacher", "202000002", 2, ((Stage.GOAL, SENT),)),
    ("student_cohort", "460305-{grade}", 31, ((Stage.GOAL, AGAIN), (Stage.STANDARD, ON))),
    ("student_cohort", "460304-{grade}", 3, ((Stage.GOAL, SENT),)),
    ("student", "2026000011", 29, ((Stage.GOAL, DONE), (Stage.STANDARD, SENT))),
    ("student", "2026000021", 4, ((Stage.GOAL, BACK),)),
)
"""Of each subject: kind, code or unit, how many working days ago it began, and its chapters."""


def all_of(desk: Desk) -> list[Story]:
    """The stories, told beside those of the majors."""
    return [tell(desk, *told) for told in PLOT]


def tell(desk: Desk, kind: str, code: str, back: int, chapters: Chapters) -> Story:
    """One subject's documents, one after the other."""
    db = yield desk.at(back, 8, 40)
    told = Told(desk, db, kind, code.format(grade=desk.calendar.year))
    for stage, how in chapters:
        back = yield from told.chapter(stage, how, back)


@dataclass(frozen=True, slots=True)
class Next:
    """The open task of a case, and somebody who may do it."""

    id: int
    person: int
    element: str


class Told:
    """A subject of the demo, and what its people write."""

    def __init__(self, desk: Desk, db: Session, kind: str, code: str) -> None:
        self.desk, self.kind = desk, kinds.get(kind)
        table = Subject.__table__
        units = desk.college.units
        which = table.c.unit_id == units[code] if code in units else table.c.code == code
        wanted = select(table).where(table.c.kind == kind, which)
        self.subject: Row[Any] = db.execute(wanted).one()
        whose = "person" if self.kind.is_a_person else "unit"
        self._turns = {name: cycle(_said(told, kind, whose)) for name, told in SENTENCES.items()}
        self._picked: dict[tuple[str, str], Any] = {}
        self._anew: set[str] = set()
        self._year = desk.calendar.year
        self._owners = cycle(self._people(db))
        self._evidence: list[int] = []

    def _people(self, db: Session) -> list[str]:
        """Who does what a plan says: the people of the unit, or the person that it is about."""
        who = User.id == self.subject.owner_id
        if not self.kind.is_a_person:
            here = select(Holding.user_id).where(Holding.unit_id == self.subject.unit_id)
            who |= User.id.in_(here.where(people.in_force(Holding, clock.today())))
        wanted = select(User.name).where(who).order_by(User.id).limit(OWNERS)
        return list(db.execute(wanted).scalars())

    def chapter(self, stage: Stage, how: str, back: int) -> Generator[Moment, Session, int]:
        """One document, as far as it goes. Returns how many working days ago it ended."""
        self._year = self.desk.calendar.year + (how == NEXT)
        back = min(back, RECENT) if how in WAITING else back
        db = yield self.desk.at(back, 9, 5)
        case = self.begin(db, stage)
        if how == BEGUN:
            db = yield self.desk.at(back, 10, 30)
            self.save(db, case, stage)
            return back
        back -= 1
        db = yield self.desk.at(back, 10, 45)
        self.hand_in(db, case, stage)
        if how == SENT:
            return back
        if how in {BACK, AGAIN}:
            back -= 1
            db = yield self.desk.at(back, 9, 20)
            self.send_back(db, case)
            if how == BACK:
                return back
            db = yield self.desk.at(back, 15, 10)
            self.hand_in(db, case, stage, comment=SENTENCES["mended"])
        while open_task(db, case) is not None:
            back -= 1
            db = yield self.desk.at(back, 14, 25)
            self.approve(db, case, stage)
            if how == ON:
                break
        return back - 1

    def begin(self, db: Session, stage: Stage) -> int:
        """Whoever answers for the subject begins the document of the year."""
        return instances.start(
            db,
            chains.definition(db, self.kind, stage),
            by=people.actor(db, self.subject.owner_id),
            subject=subjects.reference(self.subject.id),
            values={"stage": stage.value, "period": self._period(stage)},
        )

    def _period(self, stage: Stage) -> str:
        return periods.years(self._year, periods.LENGTH[stage]).key

    def save(self, db: Session, case: int, stage: Stage) -> None:
        """Save the first half of what is to be written."""
        task, by = self._next(db, case)
        grid = rows.GRID[stage]
        values = self.written(db, case, stage)
        before = _values(db, case)[grid]
        half = len(before) // 2
        values[grid] = [*values[grid][:half], *before[half:]]
        tasks.save_draft(db, task.id, by=by, values=values, revision=0)

    def hand_in(self, db: Session, case: int, stage: Stage, comment: str = "") -> None:
        """Hand in the document, written."""
        task, by = self._next(db, case)
        if stage is Stage.COLLECTION and not self._evidence:
            store, told = self.desk.store, SENTENCES["evidence"]
            self._evidence = evidence.upload(db, store, told, self.subject, self._year, by=by)
        values = self.written(db, case, stage)
        tasks.complete(db, task.id, by=by, values=values, comment=comment)

    def send_back(self, db: Session, case: int) -> None:
        """Whoever looks at it first is not content."""
        task, by = self._next(db, case)
        tasks.claim(db, task.id, by=by)
        tasks.send_back(db, task.id, by=by, reason=next(self._turns["returned"]))

    def approve(self, db: Session, case: int, stage: Stage) -> None:
        """Whoever has it agrees; who reviews a collection writes that down row by row."""
        task, by = self._next(db, case)
        values = None
        if stage is Stage.COLLECTION:
            column = "sampling" if task.element == "sampling_review" else "review"
            table = _values(db, case)[rows.GRID[stage]]
            values = {rows.GRID[stage]: [{**row, column: self._say(column, row)} for row in table]}
        comment = next(self._turns["opinions"])
        tasks.complete(db, task.id, by=by, values=values, comment=comment)

    def written(self, db: Session, case: int, stage: Stage) -> dict[str, Any]:
        """The table of a case, every row of it written; of what was said before, some anew."""
        table = _values(db, case)[rows.GRID[stage]]
        self._anew = {row["id"] for row in table[FIRST_ANEW::EACH_ANEW]}
        write = _WRITE[stage]
        basis = self.basis(db, stage)
        found = [{**row, **write(self, row, len(table)), **next(basis)} for row in table]
        if stage is Stage.PLAN and found:
            found[-1]["weight"] = rest_of_a_hundred([row["weight"] for row in found])
        return {rows.GRID[stage]: found}

    def basis(self, db: Session, stage: Stage) -> Iterator[dict[str, str]]:
        """What each row comes from: goals from a plan of the school, standards from work points."""
        column, source = _BASIS.get(stage, ("", ""))
        known = {"kind": self.kind.key, "period": self._period(stage)}
        offered = SOURCES[source](db, subjects.reference(self.subject.id), known) if source else ()
        return cycle([{column: one.value} for one in offered] or [{}])

    def goal(self, row: Mapping[str, Any], _count: int) -> dict[str, Any]:
        """What a goal says."""
        return {"description": self._say("goals", row), "remark": self._pick("remarks", row)}

    def standard(self, row: Mapping[str, Any], _count: int) -> dict[str, Any]:
        """What a standard says; a row without a name of its own is given one."""
        said = {name: self._say(name, row) for name in rows.COLUMNS[Stage.STANDARD]}
        return said | ({"label": SENTENCES["placeholder"]} if row.get("placeholder") else {})

    def plan(self, row: Mapping[str, Any], count: int) -> dict[str, Any]:
        """What a plan says: measures with who and until when, weights that make a hundred."""
        what = self._pick("measures", row)
        until = [f"{self._year}-{month:02}-30" for month in (6, 9, 11)]
        today, states = clock.today().isoformat(), iter(("doing", "planned", "planned"))
        measures = [
            {
                "what": one,
                "owner": next(self._owners),
                "until": day,
                "state": "done" if day < today else next(states),
            }
            for one, day in zip(what, until, strict=False)
        ]
        said = {name: self._say(name, row) for name in ("current_state", "problem", "assessment")}
        mark = {"mark": "routine"} if self.kind.key in _UNITS else {}
        return {**said, **mark, "measures": measures, "weight": round(100 / count, 1)}

    def collection(self, row: Mapping[str, Any], _count: int) -> dict[str, Any]:
        """What was found at the end of the year, and what shows it."""
        said = {
            name: self._say(name, row)
            for name in ("conclusion", "next_measures", "expected_effect")
        }
        return {**said, "evidence": [self._evidence[one] for one in self._pick("cited", row)]}

    def _say(self, name: str, row: Mapping[str, Any]) -> str:
        what = str(row["label"]).removesuffix("目标").removesuffix("标准")
        told: str = self._pick(name, row)
        return told.format(what=what, year=self._year, last=self._year + 2)

    def _pick(self, name: str, row: Mapping[str, Any]) -> Any:
        """The sentence of a row: the one it had before, unless it is written anew."""
        place = (name, str(row["id"]))
        if place not in self._picked or row["id"] in self._anew:
            self._picked[place] = next(self._turns[name])
        return self._picked[place]

    def _next(self, db: Session, case: int) -> tuple[Next, Actor]:
        task = open_task(db, case)
        if task is None:
            raise LookupError(case)
        return task, people.actor(db, task.person)


def rest_of_a_hundred(weights: Sequence[float]) -> float:
    """What the last weight has to be for all of them to make a hundred."""
    return round(100 - sum(weights[:-1]), 1)


_BASIS: Final = {
    Stage.GOAL: ("school_plan", "school_plans"),
    Stage.STANDARD: ("work_point", "work_points"),
}
_UNITS: Final = ("functional_department", "secondary_college")
_WRITE: Final = {
    Stage.GOAL: Told.goal,
    Stage.STANDARD: Told.standard,
    Stage.PLAN: Told.plan,
    Stage.COLLECTION: Told.collection,
}


def _said(told: Any, kind: str, whose: str) -> Sequence[Any]:
    """What is said in turn: by everybody, by subjects of this kind, by people or by units."""
    if isinstance(told, dict):
        return told.get(kind) or told[whose]
    return told if isinstance(told, list) else (told,)


def open_task(db: Session, case: int) -> Next | None:
    """What is to be done next in a case, and by whom; None where nothing is."""
    task = UserTask.__table__
    here = (task.c.instance_id == case) & task.c.status.in_(OPEN)
    row = db.execute(select(task.c.id, task.c.assignee_id, task.c.element_id).where(here)).first()
    if row is None:
        return None
    return Next(row.id, row.assignee_id or _somebody(db, row.id), row.element_id)


def _somebody(db: Session, task_id: int) -> int:
    """The first of those whom a task is offered to."""
    keys = select(TaskCandidate.key).where(TaskCandidate.task_id == task_id)
    kind, _colon, rest = min(db.execute(keys).scalars()).partition(":")
    if kind == "u":
        return int(rest)
    if kind == "r":
        given = select(RoleGrant.user_id).where(RoleGrant.role == rest)
        return db.execute(given.order_by(RoleGrant.id).limit(1)).scalar_one()
    post, _colon, unit = rest.partition(":")
    held = select(Holding.user_id).join(Post, Post.id == Holding.post_id).where(Post.key == post)
    if unit:
        held = held.where(Holding.unit_id == int(unit))
    today = people.in_force(Holding, clock.today())
    found: int = db.execute(held.where(today).order_by(Holding.id).limit(1)).scalar_one()
    return found


def _values(db: Session, case: int) -> dict[str, Any]:
    table = ProcessInstance.__table__
    content = db.execute(select(table.c.content_id).where(table.c.id == case)).scalar_one()
    return instances.values(db, content)
