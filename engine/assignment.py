"""Whom a task is for: rules to people. What was found is handed back to be logged as known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, hotpath, people
from engine.bpmn.dialect import Place, Rule, RuleKind, Who
from engine.handlers import RESOLVERS
from engine.models import Role, Unit, User


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a step goes to: one person who holds it, or the keys of those it is offered to.

    `people` are those who are meant today; `fallback` says that nobody was found and the
    administrators get it.
    """

    assignee_id: int | None
    keys: tuple[str, ...]
    people: tuple[int, ...]
    fallback: bool = False

    def words(self) -> dict[str, Any]:
        """As the log keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class About:
    """What the rules may refer to: the case's subject and who started it."""

    subject: str | None
    started_by: int | None


def resolve(db: Session, who: Who, about: About) -> Found:
    """Find the people a step is for. Never empty: where nobody is found, 流程管理员 get it."""
    assignee: int | None = None
    if who.assignee is not None:
        _keys, named = _people(db, who.assignee, about)
        assignee = named[0] if named else None
    keys: list[str] = []
    found: list[int] = []
    for rule in who.candidates:
        more, persons = _people(db, rule, about)
        if persons:
            keys.append(more)
            found += persons
    if assignee is not None:
        return Found(
            assignee,
            tuple(dict.fromkeys([people.user_key(assignee), *keys])),
            tuple(dict.fromkeys([assignee, *found])),
        )
    if not keys:
        return Found(None, (people.role_key(Role.PROCESS_ADMIN),), (), fallback=True)
    return Found(None, tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(found)))


def one_person(db: Session, user_id: int) -> Found | None:
    """A step for exactly this person; None for one who left."""
    if not hotpath.read(db, "active", {"user": user_id}):
        return None
    return Found(user_id, (people.user_key(user_id),), (user_id,))


def _people(db: Session, rule: Rule, about: About) -> tuple[str, list[int]]:
    if rule.kind is RuleKind.INITIATOR:
        began = one_person(db, about.started_by) if about.started_by is not None else None
        return (began.keys[0], list(began.people)) if began is not None else ("", [])
    if rule.kind is RuleKind.USER:
        named = select(User.id).where(User.username == rule.key, User.is_active)
        user_id = db.execute(named).scalar_one_or_none()
        return (people.user_key(user_id), [user_id]) if user_id is not None else ("", [])
    post = rule.key if rule.kind is RuleKind.POST else str(rule.kind)
    if rule.place is Place.ANYWHERE:
        return people.post_key(post), _holders(db, post, None)
    unit_id = _unit(db, rule, about)
    return (people.post_key(post, unit_id), _holders(db, post, unit_id)) if unit_id else ("", [])


def _unit(db: Session, rule: Rule, about: About) -> int | None:
    if rule.place is Place.UNIT:
        return db.execute(select(Unit.id).where(Unit.code == rule.unit)).scalar_one_or_none()
    resolver = RESOLVERS.get(rule.place)
    if resolver is None:
        return None
    referred = about.subject if rule.place.startswith("subject.") else str(about.started_by or "")
    return resolver(db, referred) if referred else None


def _holders(db: Session, post: str, unit_id: int | None) -> list[int]:
    asked = {"post": post, "day": clock.today()}
    if unit_id is None:
        return [user_id for (user_id,) in hotpath.read(db, "holders", asked)]
    return [
        user_id for (user_id,) in hotpath.read(db, "holders_in_unit", {**asked, "unit": unit_id})
    ]
