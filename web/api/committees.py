"""Committees and groups: who sits there and what is missing; giving seats and ending them."""

from __future__ import annotations

from dataclasses import asdict

from engine import clock
from engine.college import committees as committees_of_college
from engine.college import seated
from engine.college.seated import Seated
from engine.errors import NotFound
from engine.models import Membership, Seat, Unit, User
from engine.permissions import Action
from engine.queries import committees
from engine.queries.committees import CommitteeRow
from web import house
from web.access import needs
from web.api import college, paging
from web.api.fields import Json
from web.api.paging import Paged
from web.api.routing import Told, route
from web.session import db, me


@route(
    "GET",
    "/committees",
    "Committees and groups",
    query=Paged,
    answers={200: college.Committees},
)
@needs(Action.COMMITTEE_VIEW)
def list_committees(wanted: Json) -> Json:
    """Those that are there today, by number."""
    return paging.sliced([_told(one) for one in committees.listed(db())], wanted)


@route(
    "GET",
    "/committees/<int:committee_id>",
    "One committee",
    answers={200: college.CommitteeInFull},
)
@needs(Action.COMMITTEE_VIEW)
def show_committee(committee_id: int) -> Json:
    """With its duties, who sits there today, and what is missing."""
    row = committees.one(db(), committee_id)
    seats = [_seat(one) for one in seated.on(db(), committee_id, clock.today())]
    return {**_told(row), "duties": row.duties, "seats": seats}


@route(
    "POST",
    "/committees/<int:committee_id>/seats",
    "Give a person a seat",
    body=college.SeatAsked,
    answers={201: college.SeatTold},
)
@needs(Action.COMMITTEE_EDIT)
def give_seat(committee_id: int, asked: Json) -> Told:
    """For the term of the committee, unless `until` says otherwise."""
    membership_id = committees_of_college.seat(
        db(),
        committee_id,
        college.number_of(asked, "person", User) or 0,
        seat=asked.get("seat", Seat.MEMBER),
        since=asked["since"],
        until=asked.get("until"),
        unit_id=college.number_of(asked, "unit", Unit),
        by=me(),
    )
    return Told(_seat(_one(membership_id)), 201)


@route(
    "POST",
    "/seats/<int:membership_id>/end",
    "End a seat",
    body=college.DayAsked,
    answers={200: college.SeatTold},
)
@needs(Action.COMMITTEE_EDIT)
def end_seat(membership_id: int, asked: Json) -> Json:
    """The day is the last one."""
    committees_of_college.unseat(db(), membership_id, by=me(), on=asked["on"])
    return _seat(_one(membership_id))


def _one(membership_id: int) -> Seated:
    found = seated.seats(db(), Membership.id == membership_id)
    if not found:
        raise NotFound
    return found[0]


def _told(row: CommitteeRow) -> Json:
    told = {
        **asdict(row),
        "unit": college.named(row.unit_id, row.unit),
        "parent": college.named(row.parent_id, row.parent),
        "lacks": [house.lack(one) for one in row.lacks],
    }
    return {name: told[name] for name in college.CommitteeRow().fields}


def _seat(held: Seated) -> Json:
    return {
        "id": held.id,
        "person": {"id": held.user_id, "name": held.name},
        "is_external": held.is_external,
        "seat": held.seat.value,
        "unit": college.named(held.unit_id, held.unit),
        "since": held.since,
        "until": held.until,
        "given": college.entry(held.given),
    }
