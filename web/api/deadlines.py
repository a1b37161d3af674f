"""The school's time for programs: working days, and deadlines computed or changed many at once."""

from __future__ import annotations

from datetime import date, timedelta

from engine import calendars, clock, deadlines
from engine.deadlines.recalculating import Preview
from engine.permissions import Action
from web import deadlines as pages
from web.access import needs, signed_in
from web.api.fields import Day, Digits, Flag, Json, ListOf, Moment, Number, Object, Shape, Text
from web.api.routing import Told, route
from web.api.schemas import KEY, LONG, NAME, WORD
from web.session import db, me

ACCEPTED = 202
FIRST_YEAR = 2000
LAST_YEAR = 2199


class DaysWanted(Shape):
    """Which days of which calendar."""

    year = Digits("The year; this year without it.", least=FIRST_YEAR, most=LAST_YEAR)
    campus = Text(WORD, "The number of a campus; the whole school without it.")


class CalendarDayTold(Shape):
    """A day of the school's calendar."""

    day = Day(required=True)
    is_working = Flag("Whether the school works on this day.", required=True)
    why = Text(KEY, "usual, weekend, holiday, exchanged or school.", required=True)
    name = Text(NAME, "Which holiday or vacation it is.", required=True)


class CalendarYear(Shape):
    """A year of the school's calendar."""

    year = Number(required=True)
    version = Number("The number of the calendar; it goes up with each change.", required=True)
    is_provisional = Flag("The State has not announced this year yet.", required=True)
    days = ListOf(Object(CalendarDayTold), required=True)


class DueMove(Shape):
    """An open task whose deadline would move, or a timer that runs."""

    task = Number("Null: it is a timer.", required=True, nullable=True)
    instance = Number(required=True)
    title = Text(NAME, required=True)
    step = Text(WORD, required=True)
    due_before = Moment(required=True, nullable=True)
    due_after = Moment(required=True, nullable=True)
    is_provisional = Flag("It may still change, for want of an announcement.", required=True)


class DueMoves(Shape):
    """What would change: at most 200 of them, and how many in all."""

    count = Number(required=True)
    later = Number(required=True)
    earlier = Number(required=True)
    decided = Number("Left alone: somebody set them by hand.", required=True)
    looked_at = Number(required=True)
    items = ListOf(Object(DueMove), required=True)


class DueChangeAsked(Shape):
    """Which open tasks, and what becomes of their deadlines: `at` or `days`, one of them."""

    definition = Text(KEY, "Only cases of this flow.")
    element = Text(WORD, "Only this step.")
    unit = Text(KEY, "Only subjects of this unit and those below, by its number.")
    first = Text(KEY, "Only those due from this day on.")
    last = Text(KEY, "Only those due up to this day.")
    at = Text(KEY, "The new deadline, ISO 8601.")
    days = Text(KEY, "So many working days later; negative: earlier.")
    reason = Text(LONG, "Why; needed to change, not to look.")


class Ordered(Shape):
    """Work that was ordered and is done in portions."""

    count = Number("How many deadlines it is about.", required=True)


@route(
    "GET",
    "/calendar/days",
    "A year of the school's calendar",
    query=DaysWanted,
    answers={200: CalendarYear},
)
@signed_in
def list_days(wanted: Json) -> Json:
    """Every day of the year, in order."""
    year = int(wanted.get("year", clock.today().year))
    school = calendars.school(db())
    calendar = school.calendar(str(wanted.get("campus", "")))
    first = date(year, 1, 1)
    days = [
        calendar.day(first + timedelta(days=n))
        for n in range((date(year, 12, 31) - first).days + 1)
    ]
    told = [
        {"day": one.day, "is_working": one.is_working, "why": one.why.value, "name": one.name}
        for one in days
    ]
    return {
        "year": year,
        "version": school.number,
        "is_provisional": days[0].is_provisional,
        "days": told,
    }


@route(
    "GET",
    "/deadlines/recalculation",
    "What a recalculation would change",
    answers={200: DueMoves},
)
@needs(Action.CALENDAR_EDIT)
def show_recalculation() -> Json:
    """Nothing is changed."""
    return _told(deadlines.recalculating.preview(db()))


@route(
    "POST",
    "/deadlines/recalculation",
    "Put every deadline where the calendar has it now",
    answers={ACCEPTED: Ordered},
)
@needs(Action.CALENDAR_EDIT)
def order_recalculation() -> Told:
    """In portions, as background work."""
    count = deadlines.recalculating.preview(db()).count
    deadlines.recalculating.apply(db(), by=me())
    return Told({"count": count}, ACCEPTED)


@route(
    "POST",
    "/deadlines/changes/preview",
    "What a change of many deadlines would do",
    body=DueChangeAsked,
    answers={200: DueMoves},
)
@needs(Action.DUE_CHANGE)
def preview_due_change(asked: Json) -> Json:
    """Nothing is changed."""
    return _told(deadlines.changing.preview(db(), *pages.read(asked)))


@route(
    "POST",
    "/deadlines/changes",
    "Change many deadlines, with a reason",
    body=DueChangeAsked,
    answers={ACCEPTED: Ordered},
)
@needs(Action.DUE_CHANGE)
def order_due_change(asked: Json) -> Told:
    """In portions, as background work; each case records it."""
    choice, wanted = pages.read(asked)
    reason = str(asked.get("reason", ""))
    count = deadlines.changing.apply(db(), choice, wanted, by=me(), reason=reason)
    return Told({"count": count}, ACCEPTED)


def _told(found: Preview) -> Json:
    return {
        "count": found.count,
        "later": found.later,
        "earlier": found.earlier,
        "decided": found.decided,
        "looked_at": found.looked_at,
        "items": [
            {
                "task": one.task_id,
                "instance": one.instance_id,
                "title": one.title,
                "step": one.step,
                "due_before": one.before,
                "due_after": one.due.at,
                "is_provisional": one.due.is_provisional,
            }
            for one in found.changes
        ],
    }
