"""For machines that watch: does it live, is it ready, how much waits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Response, current_app, request
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import migrations
from engine import clock
from engine.models import Incident, IncidentStatus, Job, JobStatus, TaskStatus, UserTask
from web.access import public
from web.errors import BUSY, RETRY_SECONDS
from web.session import db

bp = Blueprint("health", __name__)

PLAIN: Final = "text/plain; charset=utf-8"
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"
FRESH_SECONDS: Final = 5.0

_requests: Counter[tuple[str, int]] = Counter()
_lock = threading.Lock()
_counted: dict[str, tuple[float, dict[str, int]]] = {}


@bp.after_app_request
def count(response: Response) -> Response:
    """Every answer, by method and status."""
    method = request.method if request.method in METHODS else "other"
    with _lock:
        _requests[method, response.status_code] += 1
    return response


METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok\n", content_type=PLAIN)


@bp.get("/readyz")
@public
def readyz() -> Response:
    """The database answers, and its schema is the one this code was written for."""
    try:
        current = MigrationContext.configure(db().connection()).get_current_revision()
    except SQLAlchemyError:
        return _not_ready(gettext("数据库没有回答。"))
    if current != migrations.newest():
        return _not_ready(gettext("数据库的结构与程序的版本不符。"))
    return Response("ready\n", content_type=PLAIN)


def _not_ready(sentence: str) -> Response:
    headers = {"Retry-After": RETRY_SECONDS}
    return Response(f"{sentence}\n", BUSY, headers, content_type=PLAIN)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counters as Prometheus reads them; rows are counted at most every few seconds."""
    lines = [*_gauges(), *_totals()]
    return Response("\n".join(lines) + "\n", content_type=METRICS)


def _gauges() -> Iterator[str]:
    about = {
        "zhengai_open_tasks": "Tasks that wait for people.",
        "zhengai_due_jobs": "Jobs whose time has come and that are not done.",
        "zhengai_open_incidents": "Incidents that nobody has resolved.",
    }
    numbers = _numbers()
    for name, help_ in about.items():
        yield f"# HELP {name} {help_}"
        yield f"# TYPE {name} gauge"
        yield f"{name} {numbers[name]}"


def _totals() -> Iterator[str]:
    yield "# HELP zhengai_requests_total Answers of this process, by method and status."
    yield "# TYPE zhengai_requests_total counter"
    with _lock:
        counted = sorted(_requests.items())
    for (method, status), number in counted:
        yield f'zhengai_requests_total{{method="{method}",status="{status}"}} {number}'


def _numbers() -> dict[str, int]:
    """The counts of rows, kept for a moment: anybody may ask, and asking shall cost little."""
    place = str(current_app.extensions["settings"].database_url)
    now = time.monotonic()
    found = _counted.get(place)
    if found is None or now - found[0] > FRESH_SECONDS:
        found = _counted[place] = (now, _count(db()))
    return found[1]


def _count(session: Session) -> dict[str, int]:
    task, job, incident = UserTask.__table__, Job.__table__, Incident.__table__
    open_ = task.c.status.in_((TaskStatus.READY, TaskStatus.CLAIMED))
    due = (job.c.status == JobStatus.WAITING) & (job.c.due_at <= clock.now())
    wanted = {
        "zhengai_open_tasks": select(func.count()).select_from(task).where(open_),
        "zhengai_due_jobs": select(func.count()).select_from(job).where(due),
        "zhengai_open_incidents": select(func.count())
        .select_from(incident)
        .where(incident.c.status == IncidentStatus.OPEN),
    }
    return {name: session.execute(query).scalar_one() for name, query in wanted.items()}
