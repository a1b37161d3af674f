"""The blueprint of what people are told."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("notices", __name__, url_prefix="/notifications")
