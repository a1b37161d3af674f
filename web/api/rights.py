"""Rights for programs: what one person may, and why."""

from __future__ import annotations

from datetime import date

from engine.errors import NotFound
from engine.models import Reach
from engine.permissions import Action
from quality import explain
from quality.explain import QUESTIONS, Reason
from quality.given import Granted, Source
from web import rights_words
from web.access import needs
from web.api.fields import Choice, Digits, Flag, Json, ListOf, Moment, Number, Object, Shape, Text
from web.api.routing import route
from web.api.schemas import KEY, LONG, NAME, WORD
from web.session import db

DAY = 10


class RightsWanted(Shape):
    """A question that may be asked along: an action, and the number of the thing it is about."""

    ask = Choice(tuple(QUESTIONS), "Whether the person may do this.")
    number = Digits("The subject, document, case or task that is meant.", least=1)


class Held(Shape):
    """A role, a post in a unit, or a seat in a committee."""

    kind = Choice(("role", "post", "seat"), required=True)
    name = Text(NAME, required=True)
    since = Text(DAY, "The first day.", required=True)
    until = Text(DAY, "The last day.", required=True, nullable=True)
    given_by = Text(NAME, "Empty where the system did it.", required=True)
    given_at = Moment(required=True, nullable=True)


class GrantTold(Shape):
    """A grant in force."""

    id = Number(required=True)
    sentence = Text(LONG, required=True)
    action = Text(KEY, required=True)
    reach = Choice(tuple(Reach), required=True)
    units = ListOf(Number(), "Where `unit` and `below` start.", required=True)
    subject_kind = Text(KEY, required=True, nullable=True)
    year = Number(required=True, nullable=True)
    since = Text(DAY, required=True)
    until = Text(DAY, required=True, nullable=True)
    given_by = Text(NAME, required=True)
    given_at = Moment(required=True, nullable=True)


class ReasonTold(Shape):
    """Why something is allowed, and through what the person has it."""

    sentence = Text(LONG, required=True)
    grant = Number("The grant, where it is one.", required=True, nullable=True)
    through = ListOf(Object(Held), required=True)


class ActionTold(Shape):
    """An action that the person may do, and why."""

    action = Text(KEY, required=True)
    reasons = ListOf(Object(ReasonTold), required=True)


class Answer(Shape):
    """The answer to the question that was asked along."""

    allowed = Flag(required=True)
    reasons = ListOf(Object(ReasonTold), required=True)
    lacking = ListOf(Text(LONG), "What would allow it, nearest first.", required=True)


class RightsTold(Shape):
    """All that a person has, and what they may do because of it."""

    id = Number(required=True)
    name = Text(WORD, required=True)
    held = ListOf(Object(Held), required=True)
    grants = ListOf(Object(GrantTold), required=True)
    actions = ListOf(Object(ActionTold), required=True)
    answer = Object(Answer, required=True, nullable=True)


@route(
    "GET",
    "/rights/people/<int:user_id>",
    "What a person may, and why",
    query=RightsWanted,
    answers={200: RightsTold},
)
@needs(Action.RIGHTS_VIEW)
def show_rights(user_id: int, wanted: Json) -> Json:
    """Roles, posts, seats and grants with their days, and the actions that follow from them."""
    found = explain.rights(db(), user_id)
    verdict = None
    if "ask" in wanted:
        verdict = explain.answer(db(), user_id, wanted["ask"], wanted.get("number"))
    elif "number" in wanted:
        raise NotFound
    lacking = verdict.lacking if verdict else ()
    more = [one.grant for one in lacking if one.grant is not None]
    who = rights_words.holders(db(), (*found.grants, *more))
    return {
        "id": user_id,
        "name": found.person.name,
        "held": [_held(one) for one in found.sources],
        "grants": [_grant(one, who) for one in found.grants],
        "actions": [
            {"action": one.action.value, "reasons": _reasons(one.reasons, who)}
            for one in found.actions
            if one.reasons
        ],
        "answer": verdict
        and {
            "allowed": verdict.allowed,
            "reasons": _reasons(verdict.reasons, who),
            "lacking": [rights_words.lack(one, who) for one in lacking],
        },
    }


def _held(one: Source) -> Json:
    return {
        "kind": one.kind,
        "name": rights_words.source(one),
        "given_by": one.given_by,
        "given_at": one.given_at,
        **_days(one.since, one.until),
    }


def _grant(one: Granted, who: dict[str, str]) -> Json:
    return {
        "id": one.scope.grant_id,
        "sentence": rights_words.grant(one, who),
        "action": one.scope.action.value,
        "reach": one.scope.reach.value,
        "units": sorted(one.scope.units),
        "subject_kind": one.scope.subject_kind,
        "year": one.scope.year,
        "given_by": one.given_by,
        "given_at": one.given_at,
        **_days(one.since, one.until),
    }


def _reasons(found: tuple[Reason, ...], who: dict[str, str]) -> list[Json]:
    return [
        {
            "sentence": rights_words.reason(one, who),
            "grant": one.grant.scope.grant_id if one.grant is not None else None,
            "through": [_held(source) for source in one.sources],
        }
        for one in found
    ]


def _days(since: date, until: date | None) -> Json:
    return {"since": since.isoformat(), "until": until.isoformat() if until else None}
