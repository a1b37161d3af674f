"""The blueprint of the pages about tasks; `/` is the inbox, so addresses are written in full."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("tasks", __name__)
