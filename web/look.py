"""What every page may call: addresses of assets, the CSRF token, rights, marks, deadlines."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from flask import Blueprint, Flask, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from engine import calendars, clock, deadlines, permissions
from engine.calendars import Calendar
from engine.permissions import Action
from web import grid_rows, wording
from web.access import signed_in
from web.i18n import day
from web.session import db, settings

bp = Blueprint("look", __name__)

STATIC: Final = Path(__file__).resolve().parent / "static"
TINTS: Final = 5
MOST_ICONS: Final = 500
_SILENT: Final = Markup('aria-hidden="true"')
SHORT: Final = 2
HOUR: Final = 3600


class Due(NamedTuple):
    """A deadline as a list shows it: class, icon, words."""

    kind: str
    symbol: str
    words: str


def install(app: Flask) -> None:
    """Give the templates their words, and show every part on one page."""
    app.register_blueprint(bp)
    app.jinja_env.filters |= {
        "initials": initials,
        "listed": wording.listed,
        "damage": wording.damage,
        "actor": wording.actor,
        "detail": wording.detail,
    }
    app.jinja_env.globals |= {
        "asset": asset,
        "csrf_token": csrf_token,
        "may": may,
        "now": clock.now,
        "zone": clock.zone,
        "due": due,
        "grid_rows": grid_rows.Rows,
        "drawn_icon": icon,
        "provisional": provisional,
        "tint": tint,
    }


@bp.get("/styleguide")
@signed_in
def styleguide() -> ResponseReturnValue:
    """Every part of the look on one page, for those who build pages."""
    now = clock.now()
    moments = {
        "past": now - timedelta(days=2),
        "today": now + timedelta(minutes=1),
        "later": now + timedelta(days=3),
    }
    return render_template("styleguide.html", icons=_icons(), moments=moments)


@cache
def _icons() -> tuple[str, ...]:
    return tuple(
        re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8"))
    )


def asset(name: str) -> str:
    """The address of a file of the build or of `static`; it changes with the content."""
    return _address(request.script_root, name)


@cache
def _address(_root: str, name: str) -> str:
    return url_for("static", filename=_place(name), v=_version(name))


@cache
def _place(name: str) -> str:
    return f"dist/{name}" if (STATIC / "dist" / name).exists() else name


@cache
def _version(name: str) -> str:
    path = STATIC / _place(name)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "0"


def icon(name: str, label: str = "") -> Markup:
    """An icon; one without a label says nothing aloud."""
    return _icon(asset("icons.svg"), name, label)


@lru_cache(MOST_ICONS)
def _icon(place: str, name: str, label: str) -> Markup:
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else _SILENT
    return Markup('<svg class="i" {}><use href="{}#{}"/></svg>').format(spoken, place, name)


def csrf_token() -> str:
    """The token of this session that every changing form sends along."""
    return str(g.get("csrf", ""))


def may(action: str) -> bool:
    """Whether the reader may do this at all: for showing ways, never for guarding them."""
    actor = g.get("actor")
    return actor is not None and permissions.may(actor, Action(action))


def initials(name: str, size: str = "") -> str:
    """A person's mark: the last two characters, one when small; capitals of a Latin name."""
    words = name.split()
    if name.isascii() and words:
        letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
        return letters.upper()[: 1 if size == "s" else SHORT]
    return name[-1:] if size == "s" else name[-SHORT:]


def tint(person: int | None) -> str:
    """The colour of a person's mark, always the same for the same person."""
    return f"a{(person or 0) % TINTS + 1}"


def due(at: datetime) -> Due:
    """A deadline in words: overdue by how much, today at what time, else the day."""
    zone, now = settings().timezone, clock.now()
    if at < now:
        return Due("late", "alert", _overdue(at, now))
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return Due("today", "clock", gettext("今天 %(time)s", time=f"{local:%H:%M}"))
    return Due("", "clock", day(at))


def provisional(task_id: int, at: datetime | None) -> bool:
    """Whether a deadline may still change, for want of an announcement."""
    return deadlines.is_provisional(db(), task_id, at)


def _overdue(at: datetime, now: datetime) -> str:
    """How late it is, in working days; hours where none has passed."""
    words = gettext("刚刚逾期")
    if days := _calendar().between(calendars.local(at), calendars.local(now)):
        words = gettext("逾期 %(days)s 个工作日", days=days)
    elif hours := int((now - at).total_seconds()) // HOUR:
        words = gettext("逾期 %(hours)s 小时", hours=hours)
    return str(words)


def _calendar() -> Calendar:
    """The school's calendar, asked for once in a request."""
    if "calendar" not in g:
        g.calendar = calendars.school(db()).calendar()
    return cast("Calendar", g.calendar)
