"""One file that a request carries: as `file` of a form, or as the body itself."""

from __future__ import annotations

from flask import request

from quality.imports.errors import EmptyFile
from web.api.fields import Shape
from web.api.routing import MULTIPART


class FileOnly(Shape):
    """Without a file, which is no JSON, there is nothing to do."""


def one() -> tuple[str, bytes]:
    """Its name, if it came with one, and its content. Raises `EmptyFile` for a form without it."""
    if request.mimetype != MULTIPART:
        return "", request.get_data()
    file = request.files.get("file")
    if file is None:
        raise EmptyFile
    return file.filename or "", file.read()
