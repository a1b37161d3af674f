"""What could not go on by itself: the list for those who see to it, and another try.

GET /incidents    POST /incidents/N/retry
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import jobs, permissions
from engine.errors import IncidentNotOpen, InstanceNotRunning
from engine.models import IncidentStatus
from engine.permissions import Action
from engine.queries import incidents
from engine.queries.incidents import IncidentRow
from web.access import needs
from web.asked import number
from web.i18n import in_words, say
from web.session import db, me

bp = Blueprint("incidents", __name__, url_prefix="/incidents")


@bp.get("")
@needs(Action.INCIDENT_VIEW)
def index() -> str:
    """Incidents that are open, or those that were resolved."""
    is_open = request.args.get("state") != IncidentStatus.RESOLVED
    status = IncidentStatus.OPEN if is_open else IncidentStatus.RESOLVED
    rows, following = incidents.listed(db(), status, after=number("after"))
    state = None if is_open else status.value
    return render_template(
        "incidents/index.html",
        rows=[(row, sentence(row)) for row in rows],
        is_open=is_open,
        may_resolve=permissions.may(me(), Action.INCIDENT_RESOLVE),
        next_url=url_for("incidents.index", state=state, after=following) if following else None,
    )


@bp.post("/<int:incident_id>/retry")
@needs(Action.INCIDENT_RESOLVE)
def retry(incident_id: int) -> ResponseReturnValue:
    """Try again what stopped; if the cause is still there, it will stop again and say so.

    Where nothing stopped, somebody has looked, and that is all.
    """
    row = incidents.one(db(), incident_id)
    try:
        jobs.retry(db(), incident_id, by=me())
    except (IncidentNotOpen, InstanceNotRunning) as refusal:
        flash(say(refusal))
        return redirect(url_for("incidents.index"), 303)
    if row.only_tells:
        flash(gettext("已标为处理过"))
        return redirect(url_for("incidents.index"), 303)
    note = gettext("已让它再试一次；如果原因还在，会再出现在这里")
    if row.instance_id is not None:
        where = url_for("instances.show", instance_id=row.instance_id)
        flash({"text": note, "url": where, "link": gettext("看流程")})
    else:
        flash(note)
    return redirect(url_for("incidents.index"), 303)


def sentence(row: IncidentRow) -> str:
    """What stopped, in the reader's language."""
    return in_words(row.sentence, row.values)
