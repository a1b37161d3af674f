"""The school calendar and its terms in the browser: a year at a glance, days that differ, weeks.

GET  /calendar           a year of a campus     POST /calendar/days      a span differs, or not
GET  /terms              all terms              POST /terms              one more
POST /terms/N            change one             POST /terms/N/removal    take one away
"""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from engine import calendars, clock, deadlines
from engine.calendars import Day, Why
from engine.errors import NotFound, Refused
from engine.models import Term
from engine.permissions import Action
from web.access import needs
from web.asked import number, row_number
from web.errors import status_of
from web.i18n import full_day, say
from web.session import db, me

bp = Blueprint("calendar", __name__)

WEEKS: Final = Weeks(firstweekday=0)
SHORT: Final = 2
MONTHS: Final = 12
BACK: Final = 1
AHEAD: Final = 10


class Cell(NamedTuple):
    """A day of the grid: its look, its mark, what is said of it, and where it leads."""

    day: date
    css: str
    mark: str
    words: str
    href: str


@bp.get("/calendar")
@needs(Action.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """A year of a campus, with the span that is being chosen."""
    given = {name: request.args.get(name, "") for name in ("first", "last", "kind", "name")}
    return _page(given, "")


@bp.post("/calendar/days")
@needs(Action.CALENDAR_EDIT)
def change() -> ResponseReturnValue:
    """Let a span be free, worked, or again what the State says."""
    names = ("first", "last", "kind", "name", "campus", "year")
    given = {name: request.form.get(name, "").strip() for name in names}
    first, last = _day(given["first"]), _day(given["last"] or given["first"])
    try:
        if first is None or last is None:
            raise calendars.SpanUnread
        if given["kind"] == "usual":
            calendars.clear_days(db(), first, last, by=me(), campus=given["campus"])
        else:
            calendars.set_days(
                db(),
                first,
                last,
                by=me(),
                is_working=given["kind"] == "working",
                name=given["name"],
                campus=given["campus"],
            )
    except Refused as refusal:
        db().rollback()
        return _page(given, say(refusal)), status_of(refusal)
    deadlines.fill(db())
    flash(gettext("校历已改。待办的期限还没有动，请到“期限调整”看会变哪些。"))
    return redirect(url_for("calendar.index", year=first.year, campus=given["campus"] or None), 303)


def _page(given: Mapping[str, str], error: str) -> str:
    this = clock.today().year
    asked = number("year") or row_number(given.get("year", "")) or this
    year = asked if this - BACK <= asked <= this + AHEAD else this
    campuses = calendars.campuses(db())
    campus = request.values.get("campus", "")
    campus = campus if campus in campuses else ""
    school = calendars.school(db())
    calendar = school.calendar(campus)
    first, last = _day(given.get("first", "")), _day(given.get("last", ""))
    base = {"year": year, "campus": campus or None}
    months = [
        [
            [
                _cell(calendar.day(day), first, last, base) if day.month == month else None
                for day in week
            ]
            for week in WEEKS.monthdatescalendar(year, month)
        ]
        for month in range(1, MONTHS + 1)
    ]
    days = [calendar.day(cell.day) for month in months for week in month for cell in week if cell]
    return render_template(
        "calendar/index.html",
        year=year,
        years=range(max(this - BACK, year - 2), min(this + AHEAD, year + 3) + 1),
        campus=campus,
        campuses=[(key, name) for key, name in campuses.items()],
        months=months,
        working=sum(day.is_working for day in days),
        provisional=days[0].is_provisional,
        own=_spans([day for day in days if day.why is Why.SCHOOL]),
        given=given,
        error=error,
        terms=school.terms,
    )


def _cell(day: Day, first: date | None, last: date | None, base: Mapping[str, Any]) -> Cell:
    css = ["work" if day.is_working else "free", str(day.why)]
    if day.day == clock.today():
        css.append("today")
    if first is not None and first <= day.day <= (last or first):
        css.append("chosen")
    mark = ""
    if day.why is Why.EXCHANGED or (day.why is Why.SCHOOL and day.is_working):
        mark = gettext("班")
    elif day.why in (Why.HOLIDAY, Why.SCHOOL):
        mark = gettext("休")
    # the first day is chosen, then the last; a third choice begins anew
    ends = first is not None and last is None and day.day >= first
    span = {"first": first if ends else day.day, "last": day.day if ends else None}
    href = url_for("calendar.index", **base, **span, _anchor="span")
    return Cell(day.day, " ".join(css), mark, _words(day), href)


def _words(day: Day) -> str:
    said = full_day(day.day)
    kinds = {
        Why.USUAL: gettext("工作日"),
        Why.WEEKEND: gettext("周末"),
        Why.HOLIDAY: gettext("放假：%(name)s", name=day.name),
        Why.EXCHANGED: gettext("调休上班"),
        Why.SCHOOL: (
            gettext("学校上班：%(name)s", name=day.name)
            if day.is_working
            else gettext("学校放假：%(name)s", name=day.name)
        ),
    }
    return f"{said} {kinds[day.why]}"


def _spans(days: list[Day]) -> list[tuple[date, date, bool, str]]:
    """The school's own days of a year as spans of the same kind and name."""
    found: list[tuple[date, date, bool, str]] = []
    for day in days:
        if found and (day.is_working, day.name) == found[-1][2:]:
            first, last, *_same = found[-1]
            if (day.day - last).days == 1:
                found[-1] = (first, day.day, day.is_working, day.name)
                continue
        found.append((day.day, day.day, day.is_working, day.name))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/terms")
@needs(Action.CALENDAR_EDIT)
def terms() -> ResponseReturnValue:
    """All terms, the newest first, and a form for one more."""
    return _terms({}, "", number("edit"))


@bp.post("/terms")
@needs(Action.CALENDAR_EDIT)
def add_term() -> ResponseReturnValue:
    """Add a term."""
    return _save_term(None)


@bp.post("/terms/<int:term_id>")
@needs(Action.CALENDAR_EDIT)
def change_term(term_id: int) -> ResponseReturnValue:
    """Change a term."""
    return _save_term(term_id)


@bp.post("/terms/<int:term_id>/removal")
@needs(Action.CALENDAR_EDIT)
def remove_term(term_id: int) -> ResponseReturnValue:
    """Take a term away."""
    calendars.remove_term(db(), term_id, by=me())
    flash(gettext("学期已删除。已经算好的期限不变。"))
    return redirect(url_for("calendar.terms"), 303)


def _save_term(term_id: int | None) -> ResponseReturnValue:
    given = {name: request.form.get(name, "").strip() for name in ("name", "first_monday", "weeks")}
    monday, weeks = _day(given["first_monday"]), given["weeks"]
    count = int(weeks) if weeks.isascii() and weeks.isdigit() and len(weeks) <= SHORT else 0
    try:
        if monday is None:
            raise calendars.TermWithoutMonday
        calendars.save_term(
            db(), by=me(), name=given["name"], first_monday=monday, weeks=count, term_id=term_id
        )
    except NotFound:
        raise
    except Refused as refusal:
        db().rollback()
        return _terms(given, say(refusal), term_id), status_of(refusal)
    deadlines.fill(db())
    flash(gettext("学期已保存。待办的期限还没有动，请到“期限调整”看会变哪些。"))
    return redirect(url_for("calendar.terms"), 303)


def _terms(given: Mapping[str, str], error: str, term_id: int | None) -> str:
    table = Term.__table__
    rows = db().execute(select(table).order_by(table.c.first_monday.desc())).all()
    edited = next((row for row in rows if row.id == term_id), None)
    if edited is not None and not given:
        given = {
            "name": edited.name,
            "first_monday": str(edited.first_monday),
            "weeks": str(edited.weeks),
        }
    now = calendars.school(db()).week_of(clock.today())
    return render_template(
        "calendar/terms.html", rows=rows, given=given, error=error, edited=edited, now=now
    )
