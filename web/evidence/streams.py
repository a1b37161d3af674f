"""Requests with files in them: how large one may be, and the store that the files go to.

A request is spooled to disk as it comes in and copied from there a part at a time; while it is
copied no transaction is open, so a large file keeps nobody waiting.
"""

from __future__ import annotations

from typing import BinaryIO, Final, cast

from flask import Flask, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from engine.db import begin_writing
from quality.evidence import kept, rules, sweeping
from quality.evidence.errors import NoFile, TooManyFiles
from quality.evidence.kept import Taken
from quality.evidence.store import Store
from web.config import Settings
from web.session import db, own_session, settings

UPLOADS: Final = frozenset(
    {
        "evidence.upload",
        "evidence.replace",
        "api.attach",
        "api.upload_evidence",
        "api.replace_evidence",
    }
)
AROUND: Final = rules.MB
"""Room for the other fields of a form and for what stands between its parts."""
MOST_REQUEST: Final = rules.AT_ONCE * rules.LARGEST_FILE * rules.MB + AROUND


def install(app: Flask) -> None:
    """Let requests that bring evidence be as large as the house allows, and no other."""

    @app.before_request
    def measure() -> None:
        if request.endpoint in UPLOADS and request.method == "POST" and g.get("actor") is not None:
            with own_session() as session:
                most = rules.most_bytes(session)
            request.max_content_length = rules.AT_ONCE * most + AROUND


def register(settings_: Settings) -> None:
    """Have the nightly job look through the files of this installation."""
    sweeping.register(Store(settings_.data_dir))


def begin(session: Session) -> None:
    """Put the nightly job down."""
    sweeping.begin(session)


def store() -> Store:
    """The files of this installation."""
    return Store(settings().data_dir)


def sent(name: str = "file") -> list[FileStorage]:
    """The files that came. Raises `NoFile`, `TooManyFiles`."""
    found = [one for one in request.files.getlist(name) if one.filename]
    if not found:
        raise NoFile
    if len(found) > rules.AT_ONCE:
        raise TooManyFiles(most=rules.AT_ONCE)
    return found


def take(files: list[FileStorage]) -> list[Taken]:
    """Look at files and put them on disk. Whoever calls has checked what needs the database.

    The transaction ends and begins again, unless this request has written down its key in it.
    """
    most, allowed = rules.most_bytes(db()), rules.allowed(db())
    is_free = g.get("idempotency_key") is None
    if is_free:
        db().rollback()
    taken = [
        kept.take(
            store(), one.filename or "", cast("BinaryIO", one.stream), most=most, allowed=allowed
        )
        for one in files
    ]
    if is_free:
        begin_writing(db())
    return taken
