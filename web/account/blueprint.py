"""The blueprint of one's own page."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("account", __name__, url_prefix="/account")
