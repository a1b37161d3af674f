"""For operators: work for later, and what could not go on."""

from __future__ import annotations

from engine import jobs
from engine.models import IncidentStatus
from engine.permissions import Action
from engine.queries import incidents
from engine.queries.incidents import IncidentRow
from web.access import needs
from web.api import paging, schemas, told
from web.api.fields import Json
from web.api.routing import route
from web.i18n import in_words
from web.session import db, me


@route(
    "GET",
    "/jobs",
    "Work for later that still waits",
    query=schemas.JobsWanted,
    answers={200: told.Jobs},
)
@needs(Action.JOB_VIEW)
def list_jobs(wanted: Json) -> Json:
    """By number."""
    limit, after = paging.limit(wanted), paging.number(wanted) or 0
    due_only = wanted.get("due", False)
    rows = jobs.waiting(db(), due_only=due_only, limit=limit + 1, after=after)
    items = [
        {**row, "instance": row["instance_id"], "element": row["element_id"]}
        for row in rows[:limit]
    ]
    return paging.page(items, rows[limit - 1]["id"] if len(rows) > limit else None)


@route(
    "GET",
    "/incidents",
    "What could not go on",
    query=schemas.IncidentsWanted,
    answers={200: told.Incidents},
)
@needs(Action.INCIDENT_VIEW)
def list_incidents(wanted: Json) -> Json:
    """Newest first."""
    state = IncidentStatus(wanted.get("state", IncidentStatus.OPEN))
    after, limit = paging.number(wanted), paging.limit(wanted)
    rows, following = incidents.listed(db(), state, after=after, limit=limit)
    return paging.page(map(_incident, rows), following)


@route(
    "POST",
    "/incidents/<int:incident_id>/resolution",
    "Try again what an incident stopped",
    answers={200: told.Incident},
)
@needs(Action.INCIDENT_RESOLVE)
def resolve_incident(incident_id: int) -> Json:
    """If it fails again, that is a new incident."""
    jobs.retry(db(), incident_id, by=me())
    return _incident(incidents.one(db(), incident_id))


def _incident(row: IncidentRow) -> Json:
    return {
        "id": row.id,
        "instance": row.instance_id,
        "title": row.title,
        "element": row.element_id,
        "sentence": in_words(row.sentence, row.values),
        "state": row.status,
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
    }
