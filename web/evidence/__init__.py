"""The library of evidence in the browser: lists, pieces, uploads, files served safely, choices."""

from web.evidence import changing, index, picking, served, show, taking
from web.evidence.blueprint import bp
from web.evidence.drawn import named, nearest
from web.evidence.streams import begin, install, register

__all__ = [
    "begin",
    "bp",
    "changing",
    "index",
    "install",
    "named",
    "nearest",
    "picking",
    "register",
    "served",
    "show",
    "taking",
]
