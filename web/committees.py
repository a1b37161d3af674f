"""Committees and groups: the list with what is missing, one with duties and members, its rule.

GET  /committees         the list          GET  /committees/new     POST /committees
GET  /committees/N       one               GET  /committees/N/edit  POST /committees/N
GET  /committees/N/seats/new               POST /committees/N/seats
GET  /seats/N/end        POST /seats/N/end POST /committees/N/closure
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.college import committees as college
from engine.college import composition, errors, history, kinds, seated
from engine.college.seated import Seated
from engine.errors import NotFound, Refused
from engine.models import Membership, Seat
from engine.permissions import Action
from engine.queries import committees, directory, units
from engine.queries.committees import CommitteeRow
from web import house, rules
from web.access import needs
from web.asked import number
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.units import options as unit_options
from web.written import Written, seen

bp = Blueprint("committees", __name__)

ENTRIES: Final = 20
SOON: Final = timedelta(days=90)
LONGEST: Final = 10_000
FIELDS: Final[dict[type[Refused], str]] = {
    errors.KeyTaken: "key",
    errors.BadTerm: "term_years",
    errors.CommitteeBelowItself: "parent",
    errors.CommitteeNotEmpty: "on",
    directory.NobodyCalledSo: "who",
    directory.SeveralCalledSo: "who",
    errors.PersonGone: "who",
    errors.SeatHeldAlready: "who",
    errors.TermInThePast: "until",
    errors.PeriodEndsBeforeItBegins: "until",
}
NAMED: Final = {"组织标识": "key", "组织名称": "name", "职责": "duties", **rules.FIELDS}


@bp.get("/committees")
@needs(Action.COMMITTEE_VIEW)
def index() -> str:
    """Every committee with the state of its composition."""
    closed = request.args.get("closed") == "1"
    return render_template(
        "committees/index.html",
        rows=committees.listed(db(), closed=closed),
        closed=closed,
        kinds=kinds.COMMITTEE_KINDS,
    )


@bp.get("/committees/new")
@needs(Action.COMMITTEE_EDIT)
def new() -> str:
    """An empty form."""
    return _form(Written({"kind": "working_group", "term_years": "3"}), None)


@bp.post("/committees")
@needs(Action.COMMITTEE_EDIT)
def create() -> ResponseReturnValue:
    """Add a committee with its rule."""
    written, given = _parts({})
    key = written.text("key", most=60, needed=True)
    since = written.day("since")
    if not written.errors:
        try:
            committee_id = college.create(
                db(), key, given.pop("name"), given.pop("kind"), by=me(), since=since, **given
            )
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已新建"))
            return redirect(url_for("committees.show", committee_id=committee_id), 303)
    db().rollback()
    return _form(written, None), UNPROCESSABLE


@bp.get("/committees/<int:committee_id>")
@needs(Action.COMMITTEE_VIEW)
def show(committee_id: int) -> str:
    """One committee: duties, members by seat, terms that run out, what is missing."""
    committee, asked = committees.one(db(), committee_id), Written(request.args)
    day = asked.day("on") or clock.today()
    members = seated.on(db(), committee_id, day)
    thing = f"committee:{committee_id}"
    entries = history.of(db(), thing, reader=me(), after=number("after"), limit=ENTRIES)
    return render_template(
        "committees/show.html",
        committee=committee,
        kinds=kinds.COMMITTEE_KINDS,
        wanted=rules.in_words(committee),
        on=day,
        is_today=day == clock.today(),
        errors=asked.errors,
        given=asked.given,
        seats=_by_seat(committee, members),
        soon=day + SOON,
        pool=committees.nominated(db(), composition.read(committee.rule), members),
        below=[
            one for one in committees.listed(db(), closed=False) if one.parent_id == committee_id
        ],
        lines=[house.told(one, thing) for one in entries.items],
        next_url=url_for(
            "committees.show", committee_id=committee_id, after=entries.next, _anchor="history"
        )
        if entries.next
        else None,
    )


def _by_seat(committee: CommitteeRow, members: list[Seated]) -> list[tuple[str, list[Seated]]]:
    found = [
        (house.seat(committee.kind, seat), [one for one in members if one.seat == seat])
        for seat in Seat
    ]
    return [(words, them) for words, them in found if them]


@bp.get("/committees/<int:committee_id>/edit")
@needs(Action.COMMITTEE_EDIT)
def edit(committee_id: int) -> str:
    """The form with what is known of a committee; its key stays."""
    one = committees.one(db(), committee_id)
    return _form(Written(_known(one)), one)


def _known(one: CommitteeRow) -> dict[str, str]:
    given = {
        "key": one.key,
        "name": one.name,
        "kind": one.kind,
        "unit": str(one.unit_id or ""),
        "parent": str(one.parent_id or ""),
        "term_years": str(one.term_years or ""),
        "position": str(one.position or ""),
        "duties": "\n".join(one.duties),
    }
    return given | rules.written(one.rule)


@bp.post("/committees/<int:committee_id>")
@needs(Action.COMMITTEE_EDIT)
def change(committee_id: int) -> ResponseReturnValue:
    """Change a committee, its duties, its rule."""
    committee = committees.one(db(), committee_id)
    written, given = _parts(committee.rule)
    written.unless_changed(seen(_known(committee)))
    if not written.errors:
        try:
            differs = college.change(db(), committee_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已保存") if differs else gettext("没有改动"))
            return redirect(url_for("committees.show", committee_id=committee_id), 303)
    db().rollback()
    return _form(written, committee), UNPROCESSABLE


def _parts(rule: Any) -> tuple[Written, dict[str, Any]]:
    written = Written()
    duties = written.text("duties", most=LONGEST)
    given: dict[str, Any] = {
        "name": written.text("name", most=200, needed=True),
        "kind": written.choice("kind", list(kinds.COMMITTEE_KINDS)),
        "unit_id": written.row("unit"),
        "parent_id": written.row("parent"),
        "term_years": written.number("term_years", least=1, most=college.LONGEST_TERM),
        "position": written.number("position") or 0,
        "duties": [line.strip() for line in duties.splitlines() if line.strip()],
        "rule": rules.read(written, rule),
    }
    return written, given


def _form(written: Written, committee: CommitteeRow | None) -> str:
    return render_template(
        "committees/form.html",
        committee=committee,
        seen=seen(_known(committee)) if committee else "",
        given=written.given,
        errors=written.errors,
        kinds=[(key, gettext(label)) for key, label in kinds.COMMITTEE_KINDS.items()],
        units=_nominators(),
        parents=[
            option
            for option in committees.options(db())
            if committee is None or option[0] != committee.id
        ],
    )


def _nominators() -> list[tuple[int, str]]:
    return unit_options([one for one in units.listed(db()) if one.kind != kinds.CLASS])


@bp.post("/committees/<int:committee_id>/closure")
@needs(Action.COMMITTEE_EDIT)
def close(committee_id: int) -> ResponseReturnValue:
    """Close a committee after a day; the seats in it end with it."""
    committee, written = committees.one(db(), committee_id), Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            college.close(db(), committee_id, by=me(), on=on)
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已撤销；以前的成员和记录仍然查得到"))
            return redirect(url_for("committees.show", committee_id=committee_id), 303)
    db().rollback()
    return _closing(written, committee), UNPROCESSABLE


@bp.get("/committees/<int:committee_id>/closure")
@needs(Action.COMMITTEE_EDIT)
def closing(committee_id: int) -> str:
    """Asks for the last day."""
    return _closing(Written({}), committees.one(db(), committee_id))


def _closing(written: Written, committee: CommitteeRow) -> str:
    return render_template(
        "committees/closure.html",
        committee=committee,
        given=written.given,
        errors=written.errors,
    )


@bp.get("/committees/<int:committee_id>/seats/new")
@needs(Action.COMMITTEE_EDIT)
def new_seat(committee_id: int) -> str:
    """The form that gives a seat."""
    told = {"seat": Seat.MEMBER.value, "since": clock.today().isoformat()}
    told["unit"] = request.args.get("unit", "")
    return _seating(Written(told), committees.one(db(), committee_id))


@bp.post("/committees/<int:committee_id>/seats")
@needs(Action.COMMITTEE_EDIT)
def seat(committee_id: int) -> ResponseReturnValue:
    """Let a person sit in a committee from one day on."""
    committee, written = committees.one(db(), committee_id), Written()
    who = written.text("who", most=100, needed=True)
    as_what = written.choice("seat", [one.value for one in Seat])
    since, until = written.day("since", needed=True), written.day("until")
    unit_id = written.row("unit")
    if not written.errors and since is not None:
        try:
            user_id = directory.meant(db(), who)
            college.seat(
                db(),
                committee_id,
                user_id,
                seat=as_what,
                since=since,
                until=until,
                unit_id=unit_id,
                by=me(),
            )
        except Refused as refusal:
            written.refused(refusal, FIELDS)
        else:
            flash(gettext("已聘任"))
            return redirect(url_for("committees.show", committee_id=committee_id), 303)
    db().rollback()
    return _seating(written, committee), UNPROCESSABLE


def _seating(written: Written, committee: CommitteeRow) -> str:
    return render_template(
        "committees/seat.html",
        committee=committee,
        given=written.given,
        errors=written.errors,
        seats=[(one.value, house.seat(committee.kind, one)) for one in Seat],
        units=_nominators(),
    )


@bp.get("/seats/<int:membership_id>/end")
@needs(Action.COMMITTEE_EDIT)
def ending(membership_id: int) -> str:
    """Asks for the last day."""
    return _ending(Written({"on": clock.today().isoformat()}), _seated(membership_id))


@bp.post("/seats/<int:membership_id>/end")
@needs(Action.COMMITTEE_EDIT)
def unseat(membership_id: int) -> ResponseReturnValue:
    """Let somebody sit in a committee until a day and no longer."""
    held, written = _seated(membership_id), Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            college.unseat(db(), membership_id, by=me(), on=on)
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已解聘"))
            return redirect(url_for("committees.show", committee_id=held.committee_id), 303)
    db().rollback()
    return _ending(written, held), UNPROCESSABLE


def _seated(membership_id: int) -> Seated:
    found = seated.seats(db(), Membership.id == membership_id)
    if not found:
        raise NotFound
    return found[0]


def _ending(written: Written, held: Seated) -> str:
    return render_template(
        "committees/end.html", held=held, given=written.given, errors=written.errors
    )
