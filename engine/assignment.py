"""Whom a task is for: rules to people. What was found is handed back to be logged as known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import people
from engine.bpmn import dialect
from engine.bpmn.dialect import Own, Place, Repeat, Rule, RuleKind, Who
from engine.bpmn.process import Element
from engine.holders import Looker
from engine.models import Role, TaskStatus, UserTask
from engine.versions import Version, is_initiators

MOST_KEYS: Final = 200
MOST_NAMED: Final = 50
"""How many people a field or a pick may name."""

BY_REPEAT: Final = "repeat"
BY_INITIATOR: Final = "initiator"
HEAD: Final = "head"
HIGHEST: Final = 20
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a step goes to: one person who holds it, or the keys of those it is offered to.

    `people` are those who are meant today, in the order of the rules; `chairs` those of them who
    chair a committee that was named. `by` is the fallback rule that found them, `fallback` says
    that nobody was found and the administrators get it. `settled` are those of the people who need
    not be asked, each with why: they approved before (`repeat`) or began the case (`initiator`).
    """

    assignee_id: int | None
    keys: tuple[str, ...]
    people: tuple[int, ...]
    fallback: bool = False
    by: str = ""
    chairs: tuple[int, ...] = ()
    settled: tuple[tuple[int, str], ...] = ()

    def words(self) -> dict[str, Any]:
        """As the log keeps it."""
        told: dict[str, Any] = {
            "assignee_id": self.assignee_id,
            "keys": self.keys,
            "people": self.people,
            "fallback": self.fallback,
        }
        more = {"by": self.by, "chairs": self.chairs, "settled": self.settled}
        return told | {name: value for name, value in more.items() if value}


NOBODY: Final = Found(None, (), ())


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class About:
    """What the rules may refer to: the case's subject, who started it, what is known by name.

    `acting` is the step that is being approved in this act, and by whom; `acted` its token.
    """

    subject: str | None
    started_by: int | None
    instance_id: int | None = None
    version: Version | None = None
    variables: Callable[[], Mapping[str, Any]] = _nothing
    acting: tuple[str, int] | None = None
    acted: str | None = None
    element: str = ""


def for_step(db: Session, element: Element, about: About, looker: Looker | None = None) -> Found:
    """Find the people a user task is for. Never empty: where nobody is found, 流程管理员 get it."""
    who = dialect.who(element.attributes, element.properties)
    return resolve(db, who, replace(about, element=element.id), looker)


def resolve(db: Session, who: Who, about: About, looker: Looker | None = None) -> Found:
    """Find the people that rules mean. Never empty: where nobody is found, 流程管理员 get it."""
    looker = looker or Looker(db)
    found = _own(looker, who, about, _by_rules(looker, who.assignee, who.candidates, about))
    if not found.keys:
        for rule in who.fallback:
            found = _own(looker, who, about, _by_rules(looker, None, (rule,), about))
            if found.keys:
                found = replace(found, by=rule.text)
                break
        else:
            return Found(None, (people.role_key(Role.PROCESS_ADMIN),), (), fallback=True)
    if who.repeat is Repeat.NEVER or about.instance_id is None:
        return found
    before = _approved(db, about, only_just=who.repeat is Repeat.CONSECUTIVE)
    again = tuple((one, BY_REPEAT) for one in found.people if one in before)
    known = {one for one, _why in found.settled}
    return replace(found, settled=found.settled + tuple(x for x in again if x[0] not in known))


def one_person(db: Session, user_id: int) -> Found | None:
    """A step for exactly this person; None for one who left."""
    if not Looker(db).active([user_id]):
        return None
    return _of_people((user_id,), holder=user_id)


def _of_people(persons: Sequence[int], *, holder: int | None = None) -> Found:
    return Found(holder, tuple(people.user_key(one) for one in persons), tuple(persons))


def _by_rules(
    looker: Looker, holder: Rule | None, candidates: Iterable[Rule], about: About
) -> Found:
    assignee: int | None = None
    if holder is not None:
        named = _FIND[holder.kind](looker, holder, about).people
        assignee = named[0] if named else None
    keys: list[str] = []
    found: list[int] = []
    chairs: list[int] = []
    for rule in candidates:
        one = _FIND[rule.kind](looker, rule, about)
        if one.people:
            keys += one.keys
            found += one.people
            chairs += one.chairs
    if assignee is not None:
        keys, found = [people.user_key(assignee), *keys], [assignee, *found]
    once = tuple(dict.fromkeys(found))
    return Found(assignee, tuple(dict.fromkeys(keys)), once, chairs=tuple(dict.fromkeys(chairs)))


def _initiator(looker: Looker, _rule: Rule, about: About) -> Found:
    return _of_people(looker.active([about.started_by])) if about.started_by is not None else NOBODY


def _user(looker: Looker, rule: Rule, _about: About) -> Found:
    user_id = looker.user(rule.key)
    return _of_people((user_id,)) if user_id is not None else NOBODY


def _post(looker: Looker, rule: Rule, about: About) -> Found:
    if rule.place is Place.ANYWHERE:
        return Found(None, (people.post_key(rule.key),), looker.post(rule.key, None))
    unit_id = unit_of(looker, rule, about)
    if unit_id is None:
        return NOBODY
    return Found(None, (people.post_key(rule.key, unit_id),), looker.post(rule.key, unit_id))


def _head(looker: Looker, rule: Rule, about: About) -> Found:
    """Who heads the unit; with a number, who heads the unit so many levels of heads up."""
    unit_id = unit_of(looker, rule, about)
    if unit_id is None:
        return NOBODY
    if not rule.key:
        return Found(None, (people.post_key(HEAD, unit_id),), looker.post(HEAD, unit_id))
    return _of_levels(HEAD, looker.nearest(HEAD, unit_id, rule.levels)[rule.levels - 1 :])


def _heads(looker: Looker, rule: Rule, about: About) -> Found:
    """The heads of so many levels, the nearest first; a unit without a head is no level."""
    unit_id = unit_of(looker, rule, about)
    levels = looker.nearest(HEAD, unit_id, rule.levels) if unit_id is not None else []
    return _of_levels(HEAD, levels)


def _leader(looker: Looker, rule: Rule, about: About) -> Found:
    """Who leads the unit from above, or the nearest unit above it that somebody leads."""
    unit_id, post = unit_of(looker, rule, about), str(rule.kind)
    return _of_levels(post, looker.nearest(post, unit_id, 1)) if unit_id is not None else NOBODY


def _of_levels(post: str, levels: Sequence[tuple[int, tuple[int, ...]]]) -> Found:
    keys = tuple(people.post_key(post, unit) for unit, _persons in levels)
    return Found(None, keys, tuple(one for _unit, persons in levels for one in persons))


def _committee(looker: Looker, rule: Rule, _about: About) -> Found:
    key, _colon, seat = rule.key.partition(":")
    keys = (people.committee_key(key, seat or None),)
    return Found(None, keys, looker.committee(key, seat), chairs=looker.chairs(key))


def _role(looker: Looker, rule: Rule, _about: About) -> Found:
    return Found(None, (people.role_key(rule.key),), looker.role(rule.key))


def _field(looker: Looker, rule: Rule, about: About) -> Found:
    named = _names(about.variables().get(rule.key))
    looker.users(named)
    found = (looker.user(name) for name in named)
    return _of_people(tuple(dict.fromkeys(one for one in found if one is not None)))


def _names(value: object) -> list[str]:
    """User names or numbers in the value of a field: a text, a number, or a list of them."""
    parts = value if isinstance(value, list) else [value]
    found = [
        name
        for part in parts[:MOST_NAMED]
        if isinstance(part, str | int) and not isinstance(part, bool)
        for name in _BETWEEN.split(str(part))
        if name
    ]
    return list(dict.fromkeys(found))[:MOST_NAMED]


def _pick(looker: Looker, _rule: Rule, about: About) -> Found:
    value = about.variables().get(dialect.PICKED + about.element)
    picked = value[:MOST_NAMED] if isinstance(value, list) else []
    return _of_people(looker.active(one for one in picked if type(one) is int))


def _of_subject(looker: Looker, rule: Rule, about: About) -> Found:
    return _of_people(looker.of_subject(rule.kind, about.subject)) if about.subject else NOBODY


_FIND: Final[Mapping[RuleKind, Callable[[Looker, Rule, About], Found]]] = {
    RuleKind.INITIATOR: _initiator,
    RuleKind.USER: _user,
    RuleKind.POST: _post,
    RuleKind.HEAD: _head,
    RuleKind.HEADS: _heads,
    RuleKind.LEADER: _leader,
    RuleKind.CONTACT_LEADER: _leader,
    RuleKind.COMMITTEE: _committee,
    RuleKind.ROLE: _role,
    RuleKind.FIELD: _field,
    RuleKind.PICK: _pick,
    RuleKind.OWNER: _of_subject,
    RuleKind.TEAM: _of_subject,
}


def unit_of(looker: Looker, rule: Rule, about: About) -> int | None:
    """The unit that the place of a rule means here."""
    if rule.place is Place.UNIT:
        return looker.unit(rule.unit)
    referred = about.subject if rule.place.startswith("subject.") else str(about.started_by or "")
    return looker.place(rule.place, referred) if referred else None


def _own(looker: Looker, who: Who, about: About, found: Found) -> Found:
    """What becomes of a step that the initiator would decide, by its rule for that."""
    began = about.started_by
    if who.own is Own.SELF or began is None or began not in found.people:
        return found
    if any(rule.kind is RuleKind.INITIATOR for rule in who.rules):
        return found
    others = [one for one in found.people if one != began]
    if who.own is Own.UP:
        others += [one for one in _head_above(looker, began) if one not in others]
        return _only(found, others)
    return _only(found, others) if others else replace(found, settled=((began, BY_INITIATOR),))


def _only(found: Found, persons: Sequence[int]) -> Found:
    """The same step for these people alone, by name; too many for that are left as found."""
    if len(persons) > MOST_KEYS:
        return found
    holder = found.assignee_id if found.assignee_id in persons else None
    chairs = tuple(one for one in found.chairs if one in persons)
    return replace(_of_people(tuple(persons), holder=holder), chairs=chairs)


def _head_above(looker: Looker, user_id: int) -> tuple[int, ...]:
    """The nearest head above a person: of their own unit, or above every unit that they head."""
    unit_id = looker.place(Place.INITIATOR_UNIT, str(user_id))
    if unit_id is None:
        return ()
    levels = looker.nearest(HEAD, unit_id, HIGHEST)
    own = [number for number, (_unit, persons) in enumerate(levels) if user_id in persons]
    above = levels[own[-1] + 1 :] if own else levels
    return above[0][1] if above else ()


def _approved(db: Session, about: About, *, only_just: bool) -> frozenset[int]:
    """Who has approved in this case, since it was last sent back; the initiator's steps aside."""
    task = UserTask.__table__
    returned = select(func.coalesce(func.max(task.c.id), 0)).where(
        task.c.instance_id == about.instance_id, task.c.status == TaskStatus.RETURNED
    )
    rows = db.execute(
        select(
            task.c.element_id,
            task.c.token,
            func.coalesce(task.c.done_for, task.c.completed_by).label("person"),
        )
        .where(task.c.instance_id == about.instance_id, task.c.status == TaskStatus.COMPLETED)
        .where(task.c.outcome == "approve", task.c.id > returned.scalar_subquery())
    )
    own = _steps_of_initiator(about.version)
    found = {
        row.person
        for row in rows
        if row.element_id not in own and not (only_just and row.token != about.acted)
    }
    if about.acting is not None and about.acting[0] not in own:
        found.add(about.acting[1])
    return frozenset(found - {None})


def _steps_of_initiator(version: Version | None) -> frozenset[str]:
    steps = version.process.user_tasks() if version is not None else ()
    return frozenset(one.id for one in steps if is_initiators(one))
