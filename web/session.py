"""One transaction per request: an answer below 400 commits, anything else rolls back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from engine.db import begin_writing
from engine.people import Actor
from web.config import Settings

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_ERROR: Final = 400


def db() -> Session:
    """The session of this request; begun on first use, for writing unless the method only reads."""
    found = g.get("db")
    if found is None:
        found = g.db = own_session()
        if request.method not in READING:
            begin_writing(found)
    return cast("Session", found)


def own_session() -> Session:
    """A session of its own, for the few things that are kept even when the request is refused."""
    factory = cast("sessionmaker[Session]", current_app.extensions["sessions"])
    return factory()


@contextmanager
def own_writing() -> Iterator[Session]:
    """A short writing transaction beside that of the request, kept whatever becomes of it."""
    with own_session() as session:
        yield begin_writing(session)
        session.commit()


def settings() -> Settings:
    """The settings of this installation."""
    return cast("Settings", current_app.extensions["settings"])


def me() -> Actor:
    """Who is signed in; only views that declare it may ask."""
    return cast("Actor", g.actor)


def install(app: Flask) -> None:
    """Commit before the answer leaves, so that nobody reads 已提交 about something that is not."""

    @app.after_request
    def commit(response: Response) -> Response:
        if "db" in g:
            if response.status_code >= FIRST_ERROR:
                g.db.rollback()
                return response
            try:
                g.db.commit()
            except DBAPIError as error:
                g.db.rollback()
                return app.make_response(app.handle_user_exception(error))
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        session = g.pop("db", None)
        if session is not None:
            session.close()
