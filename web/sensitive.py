"""What is sensitive, shown whole or handed out in a file; that it was is recorded.

POST /people/N/sensitive
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine import eventlog, roles
from engine.entries import Kind
from engine.errors import Forbidden, NotFound
from engine.models import User
from engine.permissions import Action
from web.access import needs
from web.errors import UNPROCESSABLE
from web.session import db, me, own_writing
from web.written import Written

bp = Blueprint("sensitive", __name__, url_prefix="/people")


class NotWithTheirEyes(Forbidden):
    """A file with something private, while looking through another person's eyes."""

    sentence = "这个文件里可能有敏感信息，以{name}的身份查看时不能下载。请先结束查看。"


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


def handed_out(import_id: int, fields: Sequence[str]) -> None:
    """Rows of an import leave in a file, with these columns whole; kept before they leave.

    Raises `NotWithTheirEyes`.
    """
    if g.get("tester") is not None:
        raise NotWithTheirEyes(name=g.actor.name)
    if fields:
        asked, about = {"import": import_id, "fields": fields}, (f"import:{import_id}",)
        with own_writing() as own:
            eventlog.record(own, Kind.SENSITIVE_VIEWED, by=me().mark, asked=asked, about=about)
