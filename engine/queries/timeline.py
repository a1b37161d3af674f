"""A case over time: its entries as people read them, and what its diagram shows now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import entries, eventlog, hotpath, people, secrecy, versions
from engine.bpmn import state
from engine.bpmn.process import Process
from engine.entries import Body, Kind
from engine.hotpath_page import Entry
from engine.models import Incident, IncidentStatus, LogEntry, ProcessInstance
from engine.people import Actor
from engine.queries import apart, cases, marks
from engine.queries.cases import MOST


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a case as people read it: who did what where, the opinion, to whom it went.

    An entry that is not as it was recorded has no `kind`, and tells nothing but its number.
    """

    seq: int
    at: datetime | None
    kind: Kind | None
    by: str
    by_id: int | None
    who: str
    element_id: str
    element: str
    outcome: str
    to: str
    comment: str
    erased: bool
    hash: str
    body: Body
    done_for: str = ""
    """In whose place it was done (代)."""
    rests_on: str = ""
    """Who did not have to be asked, where a step passed by itself."""
    written: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was kept of what was written: the opinion, and the values of the form."""
    hidden: bool = False
    """Whether it is a vote that is secret from this reader until the decision."""
    withheld: bool = False
    """Whether something was written that this reader may not read."""

    @property
    def shown(self) -> Body:
        """What was recorded, with the vote that was written apart while it was secret."""
        asked = {**self.body.asked, "outcome": self.outcome} if self.outcome else self.body.asked
        return replace(self.body, asked=asked)

    def told_to(self, secret: frozenset[str], reader: int | None) -> Line:
        """The line as this reader may know it: a secret vote is told without what was said."""
        kind = self.kind or ""
        if not secrecy.is_secret(secret, kind, self.by, self.body, reader):
            return self
        return replace(self, outcome="", comment="", hidden=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the diagram of a case shows; `holders` are names by element."""

    done: tuple[str, ...]
    active: tuple[str, ...]
    flows: tuple[str, ...]
    passes: Mapping[str, int]
    holders: Mapping[str, tuple[str, ...]]
    returns: tuple[marks.Returned, ...]
    stuck: Mapping[str, marks.Trouble]


def lines(
    db: Session, person: Actor, instance_id: int, *, after: int = 0, limit: int = MOST
) -> tuple[tuple[Line, ...], int | None]:
    """The entries of a case in order, with what was written, and where the next page begins."""
    cases.see(db, person, instance_id)
    process = _process(db, instance_id)
    return of_case(db, person, instance_id, process, after=after, limit=limit)


def of_case(
    db: Session,
    person: Actor,
    instance_id: int,
    process: Process,
    *,
    after: int = 0,
    limit: int = MOST,
    known: people.Names = people.NOBODY,
) -> tuple[tuple[Line, ...], int | None]:
    """The same for somebody who may know of the case, where its process is at hand.

    So may be the names of people in it, `known` by their ids.
    """
    limit = max(1, min(limit, MOST))
    asked = {"chain": eventlog.case_chain(instance_id), "after": after, "limit": limit + 2}
    kept = map(Entry._make, hotpath.read(db, "entries", asked))
    rows = list(eventlog.judged(kept, after))
    read = [
        (row, entries.read_body(row.body) if is_whole else None) for row, is_whole in rows[:limit]
    ]
    whole = [(row.by, body) for row, body in read if body is not None]
    voted = any(row.kind in secrecy.OPINIONS for row, _body in read)
    secret = secrecy.places(db, instance_id) if voted else frozenset[str]()
    written = _written(db, instance_id, [body.content for _by, body in whole if body.content])
    named = [one for by, body in whole for one in (people.marked(by), *_others(body))]
    names = people.names(db, named, known)
    is_told = apart.may_read(db, person, instance_id)
    found = tuple(
        _damaged(row)
        if body is None or written.get(body.content, b"") is None
        else _line(row, body, written, names, process).told_to(secret, secrecy.reader(person))
        for row, body in read
    )
    if not is_told:
        found = tuple(
            replace(one, comment="", written={}, withheld=bool(one.comment)) for one in found
        )
    return found, found[-1].seq if len(rows) > limit else None


def head(db: Session, instance_id: int) -> tuple[int, str]:
    """The number and the hash of the newest entry of a case; they tell nothing of what is in it."""
    chain = eventlog.case_chain(instance_id)
    newest = select(LogEntry.seq, LogEntry.hash).where(LogEntry.chain == chain)
    row = db.execute(newest.order_by(LogEntry.seq.desc()).limit(1)).one()
    return row.seq, row.hash


class Written(NamedTuple):
    """A content as it is kept."""

    sha256: str
    salt: bytes
    data: bytes


def _entries(instance_id: int) -> Select[Any]:
    chain = eventlog.case_chain(instance_id)
    return select(LogEntry.__table__).where(LogEntry.chain == chain).order_by(LogEntry.seq)


def _process(db: Session, instance_id: int) -> Process:
    case = ProcessInstance.__table__
    version_id = db.execute(select(case.c.version_id).where(case.c.id == instance_id)).scalar_one()
    return versions.of_case(db, version_id).process


def _written(db: Session, instance_id: int, hashes: list[str]) -> dict[str, bytes | None]:
    """What was written, by hash: empty where it was erased, None where it was changed since."""
    asked = {"case": instance_id, "hashes": hashes}
    rows = map(Written._make, hotpath.read(db, "written", asked) if hashes else ())
    return {
        row.sha256: row.data if not row.data or eventlog.is_written(row) else None for row in rows
    }


def _line(
    row: Any,
    body: Body,
    written: Mapping[str, bytes | None],
    names: Mapping[int, str],
    process: Process,
) -> Line:
    data = written.get(body.content, b"")
    told = orjson.loads(data) if data else {}
    comment = told.get("comment", "")
    element_id, by_id = str(body.asked.get("element", "")), people.marked(row.by)
    return Line(
        row.seq,
        datetime.fromisoformat(row.at),
        Kind(row.kind),
        row.by,
        by_id,
        names.get(by_id, "") if by_id is not None else "",
        element_id,
        process.called(element_id) if element_id else "",
        str(body.asked.get("outcome") or told.get("vote") or ""),
        _to(body, names, process),
        comment,
        bool(body.content) and not data,
        row.hash,
        body,
        names.get(body.asked.get("for", 0), ""),
        names.get(body.asked.get("person", 0), "") if "settled" in body.asked else "",
        told,
    )


def _damaged(row: Any) -> Line:
    empty = ("",) * 6
    return Line(row.seq, None, None, "", None, *empty, erased=False, hash=row.hash, body=Body())


def _others(body: Body) -> list[int]:
    """People an entry names besides whoever acted."""
    shown = body.asked.get("people")
    several = shown if isinstance(shown, list) else []
    settled = body.asked.get("person") if "settled" in body.asked else None
    found = (_receiver(body), body.asked.get("for"), settled, *several)
    return [one for one in found if isinstance(one, int)]


def _receiver(body: Body) -> int | None:
    """The person a task was handed to; a return names an element instead, a move two versions."""
    target = body.asked.get("to")
    return target if isinstance(target, int) and not _is_move(body) else None


def _is_move(body: Body) -> bool:
    return bool(body.asked.get("command", {}).get("do") == "Move")


def _to(body: Body, names: Mapping[int, str], process: Process) -> str:
    receiver = _receiver(body)
    if receiver is not None:
        return names.get(receiver, "…")
    if isinstance(body.asked.get("people"), list):
        return "、".join(names.get(one, "…") for one in body.asked["people"])
    return "" if _is_move(body) else process.label(str(body.asked.get("to", "")))


def drawing(db: Session, person: Actor, instance_id: int) -> Drawing:
    """What the diagram of a case shows now. Raises `NotFound`."""
    view = cases.one(db, person, instance_id)
    process = view.version.process
    passed = marks.Passed()
    for row, is_whole in eventlog.judged(db.execute(_entries(instance_id))):
        if is_whole:
            at = datetime.fromisoformat(row.at)
            passed = marks.follow(process, passed, entries.read_body(row.body), at)
    case = ProcessInstance.__table__
    stands = state.load(
        db.execute(select(case.c.state).where(case.c.id == instance_id)).scalar_one()
    )
    holders: dict[str, list[str]] = {}
    for task in view.waiting:
        holders.setdefault(task.element_id, []).extend(task.who)
    return Drawing(
        passed.elements,
        marks.active(stands),
        passed.flows,
        dict(stands.passes),
        {element: tuple(dict.fromkeys(names)) for element, names in holders.items()},
        passed.returns,
        {**passed.stuck, **_incidents(db, instance_id)},
    )


def _incidents(db: Session, instance_id: int) -> dict[str, marks.Trouble]:
    table = Incident.__table__
    rows = db.execute(
        select(table.c.element_id, table.c.sentence, table.c.data).where(
            table.c.instance_id == instance_id,
            table.c.status == IncidentStatus.OPEN,
            table.c.element_id.is_not(None),
        )
    )
    return {row.element_id: marks.Trouble(row.sentence, orjson.loads(row.data)) for row in rows}
