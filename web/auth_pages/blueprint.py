"""The blueprint of the pages before one is in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("auth", __name__)
