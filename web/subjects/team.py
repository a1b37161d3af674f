"""Who answers for a subject and who is in its team: given from a day on, ended on a day.

POST /subjects/N/owner    POST /subjects/N/members    POST /subjects/N/members/M/end
"""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.college.errors import PeriodEndsBeforeItBegins
from engine.errors import NotFound, Refused
from engine.permissions import Action
from engine.queries import directory
from engine.queries.directory import NobodyCalledSo, SeveralCalledSo
from quality import errors, subjects
from web.access import needs
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.subjects import show
from web.subjects.blueprint import bp
from web.written import Written

FIELDS: dict[type[Refused], str] = {
    NobodyCalledSo: "person",
    SeveralCalledSo: "person",
    errors.OwnerLeft: "person",
    errors.MemberLeft: "person",
    errors.MemberAlready: "person",
    errors.OwnerIsThePerson: "person",
    errors.OwnerSinceTooEarly: "since",
    errors.NotYet: "since",
    PeriodEndsBeforeItBegins: "until",
}


@bp.post("/<int:subject_id>/owner")
@needs(Action.SUBJECT_EDIT)
def give_owner(subject_id: int) -> ResponseReturnValue:
    """Let somebody answer for the subject from a day on; an empty name: nobody."""
    subjects.one(db(), me(), subject_id)
    written = Written()
    text, since = written.text("person"), written.day("since", needed=True)
    if since is not None and not written.errors:
        try:
            user_id = directory.meant(db(), text) if text else None
            changed = subjects.give_owner(db(), subject_id, user_id, since=since, by=me())
        except Refused as refusal:
            written.refused(refusal, FIELDS)
        else:
            flash(gettext("已换负责人") if changed else gettext("没有变化"))
    return _onward(subject_id, "owner", written)


@bp.post("/<int:subject_id>/members")
@needs(Action.SUBJECT_EDIT)
def join(subject_id: int) -> ResponseReturnValue:
    """Put somebody into the team."""
    subjects.one(db(), me(), subject_id)
    written = Written()
    text = written.text("person", needed=True)
    since, until = written.day("since", needed=True), written.day("until")
    if since is not None and not written.errors:
        try:
            user_id = directory.meant(db(), text)
            subjects.join(db(), subject_id, user_id, since=since, until=until, by=me())
        except Refused as refusal:
            written.refused(refusal, FIELDS)
        else:
            flash(gettext("已加入团队"))
    return _onward(subject_id, "member", written)


@bp.post("/<int:subject_id>/members/<int:member_id>/end")
@needs(Action.SUBJECT_EDIT)
def end(subject_id: int, member_id: int) -> ResponseReturnValue:
    """Let somebody's last day in the team be the one that was written."""
    subjects.one(db(), me(), subject_id)
    written = Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            subjects.leave(db(), subject_id, member_id, on=on, by=me())
        except NotFound:
            raise
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已离开团队"))
    return _onward(subject_id, f"end-{member_id}", written)


def _onward(subject_id: int, form: str, written: Written) -> ResponseReturnValue:
    if written.errors:
        db().rollback()
        return show.page(subject_id, failed=form, written=written), UNPROCESSABLE
    return redirect(url_for("subjects.show", subject_id=subject_id), 303)
