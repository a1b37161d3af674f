"""What came of a batch in print: its zip, and where its files are."""

from __future__ import annotations

from typing import Final

from flask import Response, send_file
from flask_babel import gettext

from engine.errors import NotFound
from quality.printing.models import PrintStatus
from quality.printing.runs import Run
from quality.printing.shelf import Shelf, file_name
from web import session as of_request
from web.downloads import disposition

ZIP: Final = "application/zip"


def packed(run: Run) -> Response:
    """The zip of a batch. Raises `NotFound` where there is none."""
    place = shelf(run.id).zip
    if run.status is not PrintStatus.DONE or not place.exists():
        raise NotFound
    response = send_file(place, mimetype=ZIP, etag=run.sha256, max_age=0)
    name = file_name(gettext("打印的文档 %(id)s", id=run.id), "zip")
    response.headers["Content-Disposition"] = disposition(name, is_shown=False)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shelf(run_id: int) -> Shelf:
    """Where the files of a batch are."""
    return Shelf(of_request.settings().data_dir, run_id)
