"""What may be started for a subject now, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import ProcessDefinition
from engine.people import Actor
from quality import chains, kinds, offers, pages, sharing
from quality.models import Document, Stage, Subject
from quality.pages import Page
from quality.subjects import listed
from quality.subjects.listed import SubjectRow, Wanted

_subject = Subject.__table__


@dataclass(frozen=True, slots=True)
class Startable:
    """A subject that a person may start work for, with what can be started."""

    subject: SubjectRow
    offers: tuple[offers.Offer, ...]


def startable(
    db: Session,
    person: Actor,
    *,
    text: str = "",
    subject_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[Startable]:
    """Subjects this person may start work for, with what may be started and why not, if not.

    With `subject_id`, that subject alone, if it is one of them.
    """
    flows = _published(db)
    conditions = [
        sharing.may_start(db, person),
        _subject.c.kind.in_(sorted(flows)),
        *listed.narrowed(Wanted(is_active=True, text=text)),
    ]
    if subject_id is not None:
        conditions.append(_subject.c.id == subject_id)
    rows, following = listed.fetched(db, conditions, after, pages.clamp(limit))
    stands = standing(db, [row.id for row in rows])
    year = clock.today().year
    items = tuple(
        Startable(
            subject=listed.read(row),
            offers=offers.suggest(
                kinds.get(row.kind), row.name, stands.get(row.id, ()), year, flows[row.kind]
            ),
        )
        for row in rows
    )
    return Page(items, following)


def _published(db: Session) -> dict[str, dict[Stage, str]]:
    """The kinds of which something can be begun: the published flows of each by stage."""
    wanted = chains.every(db)
    table = ProcessDefinition.__table__
    active = select(table.c.key).where(
        table.c.key.in_(sorted(set(wanted.values()))), table.c.active_version_id.is_not(None)
    )
    there = set(db.execute(active).scalars())
    found: dict[str, dict[Stage, str]] = {}
    for (kind, stage), flow in wanted.items():
        if flow in there:
            found.setdefault(kind, {})[stage] = flow
    return found


def standing(
    db: Session, subject_ids: list[int], *, lock: bool = False
) -> dict[int, list[offers.Standing]]:
    """The documents of these subjects, newest period first; locked where one will be changed."""
    table = Document.__table__
    wanted = (
        select(table).where(table.c.subject_id.in_(subject_ids)).order_by(table.c.period.desc())
    )
    found: dict[int, list[offers.Standing]] = {}
    for row in db.execute(wanted.with_for_update() if lock else wanted):
        stands = offers.Standing(
            row.id, Stage(row.stage), row.period, row.version_number, row.instance_id
        )
        found.setdefault(row.subject_id, []).append(stands)
    return found
