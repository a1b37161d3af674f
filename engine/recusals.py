"""Who steps aside from a step (回避): by its rule, or by declaring it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import assignment, clock, eventlog, holders, incidents, people
from engine.assignment import About, Found
from engine.bpmn import dialect
from engine.bpmn.dialect import Place, Rule, Who
from engine.bpmn.effects import Opened
from engine.bpmn.process import Element
from engine.entries import Kind, read_body
from engine.models import Holding, LogEntry, Role
from engine.scene import Scene

NOBODY_LEFT: Final = "“{step}”的办理人都要回避，已交给流程管理员办理或转办。"


def without_recused(scene: Scene, effect: Opened, element: Element, found: Found) -> Found:
    """Those whom a plain step is for, less those who must step aside."""
    barred = recused(scene.db, element, scene.about)
    if barred.isdisjoint(found.people):
        return found
    scene.known[f"recused {effect.token}"] = [one for one in found.people if one in barred]
    left = without(found, barred)
    if left.fallback:
        tell(scene, effect.token, element, NOBODY_LEFT)
    return left


def without(found: Found, barred: frozenset[int]) -> Found:
    """Those who were found, less some; the administrators where that leaves nobody."""
    if barred.isdisjoint(found.people):
        return found
    left = tuple(one for one in found.people if one not in barred)
    if not left:
        return Found(None, (people.role_key(Role.PROCESS_ADMIN),), (), fallback=True)
    holder = found.assignee_id if found.assignee_id in left else None
    keys = tuple(people.user_key(one) for one in left)
    return replace(found, assignee_id=holder, keys=keys, people=left)


def recused(db: Session, element: Element, about: About) -> frozenset[int]:
    """Who must step aside from a step by its rule."""
    text = element.properties.get(dialect.RECUSE, "")
    if not text.strip():
        return frozenset()
    rules = dialect.recuse(text)
    about = replace(about, element=element.id)
    named = tuple(one for one in rules if isinstance(one, Rule))
    found: set[int] = set()
    if named:
        found |= set(assignment.resolve(db, Who(None, named), about).people)
    looker = holders.Looker(db)
    for place in (one for one in rules if isinstance(one, Place)):
        started = str(about.started_by or "")
        referred = about.subject if place.startswith("subject.") else started
        unit_id = looker.place(place, referred) if referred else None
        if unit_id is not None:
            found |= _in_unit(db, unit_id)
    return frozenset(found)


def _in_unit(db: Session, unit_id: int) -> set[int]:
    """Who holds a post in a unit today."""
    post = Holding.__table__
    held = select(post.c.user_id).where(post.c.unit_id == unit_id)
    return set(db.execute(held.where(people.in_force(post.c, clock.today()))).scalars())


def declared(db: Session, instance_id: int, token: str) -> frozenset[int]:
    """Who has stepped aside from a step by declaring it, whether one signs it or several."""
    table = LogEntry.__table__
    rows = db.execute(
        select(table.c.by, table.c.body).where(
            table.c.chain == eventlog.case_chain(instance_id),
            table.c.kind == Kind.TASK_STEPPED_ASIDE,
        )
    )
    said = ((row.by, read_body(row.body).asked) for row in rows)
    here = ((mark, asked) for mark, asked in said if asked.get("token") == token)
    who = (asked.get("for", people.marked(mark)) for mark, asked in here)
    return frozenset(one for one in who if one is not None)


def tell(scene: Scene, token: str, element: Element, sentence: str, **values: object) -> None:
    """Open an incident at a round, in words."""
    incidents.raise_for(
        scene.db,
        scene.instance_id,
        sentence=sentence,
        values={"step": element.label, **values},
        token=token,
        element_id=element.id,
    )
