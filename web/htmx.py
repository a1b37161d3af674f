"""One view for a whole page and for the part of it that htmx asks for."""

from __future__ import annotations

from typing import Any

from flask import render_template, request


def asks() -> bool:
    """Whether htmx asks, and wants a part of the page."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def render(page: str, *, fragment: str, **context: Any) -> str:
    """The page, or for htmx the template of its part alone."""
    return render_template(fragment if asks() else page, **context)
