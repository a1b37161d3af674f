"""The blueprint of the pages about subjects."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("subjects", __name__, url_prefix="/subjects")
