"""What is sensitive of a person, shown whole once for a reason; that it was is recorded.

POST /people/N/sensitive
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine import eventlog, roles
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import User
from engine.permissions import Action
from web.access import needs
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.written import Written

bp = Blueprint("sensitive", __name__, url_prefix="/people")


@bp.post("/<int:user_id>/sensitive")
@needs(Action.PERSON_VIEW_SENSITIVE)
def show(user_id: int) -> ResponseReturnValue:
    """Phone and id number, uncovered in this one answer."""
    columns = select(User.id, User.name, User.phone, User.id_number)
    person = db().execute(columns.where(User.id == user_id)).one_or_none()
    if person is None:
        raise NotFound
    written = Written()
    reason = written.text("reason", most=roles.LONGEST_REASON, needed=True)
    if written.errors:
        page = render_template("people/sensitive.html", person=person, written=written, shown=False)
        return page, UNPROCESSABLE
    fields = [name for name in ("phone", "id_number") if getattr(person, name)]
    asked = {"user": user_id, "fields": fields, "reason": reason}
    about = (f"user:{user_id}",)
    eventlog.record(db(), Kind.SENSITIVE_VIEWED, by=me().mark, asked=asked, about=about)
    return render_template("people/sensitive.html", person=person, written=written, shown=True)
