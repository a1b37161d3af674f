"""Headers of every answer, and the guard against requests other sites make in a person's name."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from engine.errors import Refused
from web.session import READING

POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class ForeignRequest(Refused):
    """A changing request without this session's token, or from another site."""

    sentence = "页面已过期，请刷新后再试；您填写的内容还在页面上。"


def install(app: Flask) -> None:
    """Guard and dress every request."""

    @app.before_request
    def own_site_only() -> None:
        if request.method in READING or request.path.startswith("/api/"):
            return
        if _is_foreign():
            raise ForeignRequest
        if g.get("csrf"):
            sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
            if not hmac.compare_digest(sent.encode(), g.csrf.encode()):
                raise ForeignRequest

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        if app.extensions["settings"].secure_cookies:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def _is_foreign() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != request.host
    except ValueError:  # no address at all
        return True


def own_path(target: str) -> str | None:
    """A path of this site to go on to, or None: nobody is led elsewhere after signing in."""
    try:
        parts = urlsplit(target.replace("\\", "/"))
    except ValueError:  # no address at all
        return None
    plain = (
        not parts.scheme
        and not parts.netloc
        and target.startswith("/")
        and not target.startswith("//")
    )
    return target if plain and target.isprintable() else None
