"""What somebody may, and why: the roles, posts, seats and grants behind each right.

Nothing here decides. It asks the policy table, the conditions of `quality.sharing` and the ties of
`engine.queries.cases` one by one, and says which of them hold and through what a person has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select
from sqlalchemy.orm import Session

from engine import clock, grants, people, permissions, tasks
from engine import predicates as is_
from engine.errors import NotFound
from engine.grants import Scope
from engine.models import Grant, Reach, UserTask
from engine.people import Actor
from engine.permissions import POLICY, Action, Predicate
from engine.queries import apart, cases
from engine.queries.cases import Tie
from quality import given, kinds, sharing
from quality.given import Granted, Source
from quality.models import Document, Subject

MOST_LACKING: Final = 12
_subject, _document = Subject.__table__, Document.__table__


class Thing(StrEnum):
    """What a question may be about."""

    NONE = ""
    SUBJECT = "subject"
    DOCUMENT = "document"
    CASE = "case"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that may be asked: the action, and the kind of thing that must be named."""

    key: str
    action: Action
    thing: Thing


def _questions() -> dict[str, Question]:
    things = dict.fromkeys(grants.GRANTABLE, Thing.SUBJECT)
    asked = [Question("document:read", Action.SUBJECT_VIEW, Thing.DOCUMENT)]
    asked.append(Question("instance:view", Action.INSTANCE_VIEW_ANY, Thing.CASE))
    for action in Action:
        of_task = any(one in is_.OF_THINGS for one in POLICY[action])
        thing = Thing.TASK if of_task else things.get(action, Thing.NONE)
        asked.append(Question(action.value, action, thing))
    return {one.key: one for one in asked}


QUESTIONS: Final[Mapping[str, Question]] = _questions()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is allowed: a predicate of the policy, a grant, or a tie to a case."""

    predicate: Predicate | None = None
    grant: Granted | None = None
    tie: Tie | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """What would have allowed it, and which parts of it fail: `holder`, `reach`, `kind`, `year`."""

    predicate: Predicate | None = None
    grant: Granted | None = None
    failing: tuple[str, ...] = ("holder",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a question: allowed with every reason, or not with what comes nearest."""

    allowed: bool
    reasons: tuple[Reason, ...]
    lacking: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Allowed:
    """An action of the policy and why this person may do it, as far as no thing is asked for."""

    action: Action
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """All that a person has, and what they may do because of it."""

    person: Actor
    sources: tuple[Source, ...]
    grants: tuple[Granted, ...]
    actions: tuple[Allowed, ...]

    def of_kind(self, kind: str) -> tuple[Source, ...]:
        """The roles, the posts or the seats."""
        return tuple(one for one in self.sources if one.kind == kind)


def rights(db: Session, user_id: int) -> Rights:
    """What a person may, and why. Raises `NotFound` for one who left or never was."""
    person = people.actor(db, user_id)
    sources = given.sources(db, user_id)
    had = given.grants_of(db, person)
    actions = []
    for action in Action:
        found = [_policy_reason(sources, one) for one in permissions.reasons(person, action)]
        if action in grants.GRANTABLE:
            allowing = grants.INCLUDED_IN[action]
            found = [_grant_reason(sources, one) for one in had if one.scope.action in allowing]
        actions.append(Allowed(action, tuple(found)))
    return Rights(person, sources, had, tuple(actions))


def answer(db: Session, user_id: int, key: str, number: int | None = None) -> Verdict:
    """Whether a person may do something to a thing, and why. Raises `NotFound`."""
    question = QUESTIONS.get(key)
    if question is None or (question.thing and number is None):
        raise NotFound
    person, sources = people.actor(db, user_id), given.sources(db, user_id)
    action, thing = question.action, number or 0
    if question.thing is Thing.SUBJECT:
        return _of_subject(db, person, sources, action, thing)
    if question.thing is Thing.DOCUMENT:
        return _of_document(db, person, sources, thing)
    if question.thing is Thing.CASE:
        return _of_case(db, person, sources, thing)
    about = tasks.glance(db, thing) if question.thing is Thing.TASK else None
    verdict = _of_policy(person, sources, action, about)
    if about is not None and action is Action.TASK_VIEW and not _is_read(db, person, thing):
        return Verdict(allowed=False, reasons=(), lacking=_lacking(action))
    return verdict


def _is_read(db: Session, person: Actor, task_id: int) -> bool:
    """Whether what is written in the task's case is for this person, if the policy allows it."""
    case = select(UserTask.instance_id).where(UserTask.id == task_id)
    return apart.may_read(db, person, db.execute(case).scalar_one())


def _lacking(action: Action) -> tuple[Lack, ...]:
    return tuple(Lack(one) for one in POLICY[action])


def _of_policy(
    person: Actor, sources: tuple[Source, ...], action: Action, about: object
) -> Verdict:
    holding = permissions.reasons(person, action, about)
    reasons = tuple(_policy_reason(sources, one) for one in holding)
    lacking = tuple(Lack(one) for one in POLICY[action] if one not in holding)
    return Verdict(bool(reasons), reasons, () if reasons else lacking)


def _of_case(db: Session, person: Actor, sources: tuple[Source, ...], instance_id: int) -> Verdict:
    found: list[Reason] = []
    for tie in cases.ties(db, person, instance_id):
        if tie is Tie.ALLOWED:
            holding = permissions.reasons(person, Action.INSTANCE_VIEW_ANY)
            found += [_policy_reason(sources, one) for one in holding]
        else:
            found.append(Reason(tie=tie))
    lacking = () if found else _lacking(Action.INSTANCE_VIEW_ANY)
    return Verdict(bool(found), tuple(found), lacking)


def _of_subject(
    db: Session, person: Actor, sources: tuple[Source, ...], action: Action, subject_id: int
) -> Verdict:
    subject = select(_subject.c.id).where(_subject.c.id == subject_id)
    verdict = _of_grants(db, person, sources, action, subject)
    if action != Action.SUBJECT_VIEW:
        return verdict
    keeping = permissions.reasons(person, Action.SUBJECT_EDIT)  # the register itself is theirs
    reasons = (*verdict.reasons, *(_policy_reason(sources, one) for one in keeping))
    return Verdict(bool(reasons), reasons, () if reasons else verdict.lacking)


def _of_document(
    db: Session, person: Actor, sources: tuple[Source, ...], document_id: int
) -> Verdict:
    document = (
        select(_document.c.id)
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .where(_document.c.id == document_id, _document.c.version_number > 0)
    )
    return _of_grants(db, person, sources, Action.SUBJECT_VIEW, document, with_year=True)


def _of_grants(
    db: Session,
    person: Actor,
    sources: tuple[Source, ...],
    action: Action,
    thing: Select[tuple[int]],
    *,
    with_year: bool = False,
) -> Verdict:
    """Ask the conditions that decide, each part of each grant as a column of one row."""
    scopes = grants.scopes(db, person, action)
    columns = [
        column.label(f"{part}{place}")
        for place, scope in enumerate(scopes)
        for part, column in _parts(person, scope, with_year=with_year).items()
    ]
    row = db.execute(thing.add_columns(*columns)).one_or_none()
    if row is None:
        raise NotFound
    had = {one.scope.grant_id: one for one in given.grants_of(db, person)}
    reasons, lacking = [], []
    for place, scope in enumerate(scopes):
        parts = _parts(person, scope, with_year=with_year)
        failing = tuple(part for part in parts if not row._mapping[f"{part}{place}"])  # noqa: SLF001  (SQLAlchemy's own public name)
        if failing:
            lacking.append(Lack(grant=had[scope.grant_id], failing=failing))
        else:
            reasons.append(_grant_reason(sources, had[scope.grant_id]))
    if reasons:
        return Verdict(allowed=True, reasons=tuple(reasons), lacking=())
    lacking.sort(key=_distance)
    others = _held_by_others(db, person, action, thing)
    return Verdict(allowed=False, reasons=(), lacking=(*lacking, *others)[:MOST_LACKING])


def _distance(one: Lack) -> tuple[int, bool]:
    """How far from helping: what fails in fewest parts first, what everybody has last."""
    is_for_all = one.grant is not None and one.grant.scope.holder == grants.EVERYBODY
    return len(one.failing), is_for_all


def _parts(person: Actor, scope: Scope, *, with_year: bool) -> dict[str, Any]:
    parts = {"reach": sharing.in_reach(person, scope), "kind": sharing.of_kind(scope)}
    return parts | ({"year": sharing.in_year(scope)} if with_year else {})


def _held_by_others(
    db: Session, person: Actor, action: Action, thing: Select[tuple[int]]
) -> list[Lack]:
    """Grants for this kind of subject that others have: what a person might be given."""
    kind = db.execute(thing.with_only_columns(_subject.c.kind)).scalar_one()
    table = Grant.__table__
    wanted = (
        select(table)
        .where(table.c.action.in_(grants.INCLUDED_IN[action]))
        .where(table.c.holder.not_in(sorted(person.keys | {grants.EVERYBODY})))
        .where(people.in_force(Grant, clock.today()))
        .where(or_(table.c.subject_kind == kind, _is_for_any(table, kind)))
    )
    nearest = wanted.order_by(table.c.subject_kind.is_(None), table.c.id)
    rows = db.execute(nearest.limit(MOST_LACKING)).all()
    return [Lack(grant=one) for one in given.granted(db, rows, person)]


def _is_for_any(table: Table, kind: str) -> ColumnElement[bool]:
    """The condition that a grant for no particular kind is for this one too (`sharing.of_kind`)."""
    is_for_all = table.c.subject_kind.is_(None)
    if kind not in kinds.APART:
        return is_for_all
    is_own = table.c.reach == Reach.OWN
    return and_(is_for_all, or_(is_own, table.c.action == Action.TEMPLATE_EDIT))


def _policy_reason(sources: Iterable[Source], predicate: Predicate) -> Reason:
    if not isinstance(predicate, is_.HasRole):
        return Reason(predicate=predicate)
    key = people.role_key(predicate.role)
    return Reason(predicate=predicate, sources=tuple(one for one in sources if key in one.keys))


def _grant_reason(sources: Iterable[Source], grant: Granted) -> Reason:
    behind = tuple(one for one in sources if grant.scope.holder in one.keys)
    return Reason(grant=grant, sources=behind)
