"""The one place where the parts are put together: `create_app`, over settings by `move_in`."""

from __future__ import annotations

import gc
from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import quality
from engine import clock
from engine import db as database
from web import (
    access,
    account,
    accounts,
    audit,
    auth_pages,
    calendar,
    case_verbs,
    committees,
    cycle,
    deadlines,
    decisions,
    definitions,
    deputies,
    designer,
    documents,
    errors,
    evidence,
    handing_over,
    health,
    house,
    i18n,
    imports,
    incidents,
    let_in,
    look,
    manage,
    moving,
    notices,
    people,
    policies,
    posts,
    printing,
    rights,
    routing,
    school_plans,
    security,
    sensitive,
    session,
    settings_pages,
    shipped,
    standards,
    subjects,
    suspension,
    tasks,
    template_pages,
    units,
    welcome,
    work_points,
)
from web.api import blueprint as api
from web.auth_pages import outside
from web.config import Settings
from web.config import read as read_settings
from web.signin import links

MAX_REQUEST = 8 * 1024 * 1024
MAX_PARTS = 12_000


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve: settings, database, guards, pages."""
    app = Flask("web", static_folder="static", template_folder="templates")
    move_in(app, settings or read_settings())
    quality.register()
    for part in (routing, i18n, session, access, evidence, security, errors, look, house):
        part.install(app)
    for pages in (
        auth_pages,
        outside,
        account,
        let_in,
        accounts,
        settings_pages,
        tasks,
        case_verbs,
        documents,
        evidence,
        subjects,
        school_plans,
        work_points,
        template_pages,
        standards,
        people,
        handing_over,
        units,
        posts,
        committees,
        manage,
        notices,
        audit,
        calendar,
        cycle,
        deadlines,
        decisions,
        deputies,
        policies,
        definitions,
        shipped,
        suspension,
        moving,
        designer,
        incidents,
        imports,
        printing,
        rights,
        sensitive,
        health,
        welcome,
    ):
        app.register_blueprint(pages.bp)
    app.register_blueprint(api)
    return app


def settle() -> None:
    """Say, before serving, that what was made by now is to last.

    A full collection looks at all of it again and again: a third of a second for everybody.
    """
    gc.collect()
    gc.freeze()


def move_in(app: Flask, settings: Settings) -> None:
    """Put the application over a database and a folder: all that depends on settings."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST,
        MAX_FORM_PARTS=MAX_PARTS,
        SESSION_COOKIE_NAME="zhengai_notes",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
    )
    count = settings.trusted_proxies
    proxied = ProxyFix(partial(Flask.wsgi_app, app), x_for=count, x_proto=count, x_host=count)
    app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way
    clock.keep_to(settings.timezone)
    links.register(settings)
    engine = database.connect(settings.database_url, pool_size=settings.threads)
    sessions = database.sessions(engine)
    notices.register(settings, sessions)
    printing.register(settings, sessions)
    evidence.register(settings)
    app.extensions |= {"settings": settings, "engine": engine, "sessions": sessions}
    outside.open_gates(app, settings)
