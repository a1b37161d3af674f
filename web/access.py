"""Who may call a view: each declares it, and one that does not is never served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden as NotDeclared

from engine import permissions
from engine.permissions import Action
from web import eyes, htmx
from web.signin import sessions

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anybody, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]  # the declaration that `install` reads
    return view


def signed_in(view: View) -> View:
    """Anybody with an account; what they may see of it the view asks the engine."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]  # the declaration that `install` reads
    return view


def needs(action: Action) -> Callable[[View], View]:
    """Only people whom the policy allows this action."""

    def declare(view: View) -> View:
        view.access = action  # type: ignore[attr-defined]  # the declaration that `install` reads
        return view

    return declare


def install(app: Flask) -> None:
    """Ask the declaration before every request."""

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint == "static":
            return None
        sessions.identify()
        view = app.view_functions.get(request.endpoint or "")
        if view is None:
            return None
        declared = getattr(view, "access", None)
        if declared is None:
            raise NotDeclared
        if declared == PUBLIC:
            eyes.guard()
            return None
        if g.actor is None:
            if _is_asked_by_a_script():
                raise sessions.NotSignedIn
            here = request.full_path.rstrip("?") if request.method == "GET" else ""
            return redirect(url_for("auth.sign_in", next=here or None), 303)
        eyes.guard()
        if isinstance(declared, Action):
            permissions.require(g.actor, declared)
        return None


def _is_asked_by_a_script() -> bool:
    """The sign-in page would be no answer: a program, or a part of a page, wants the status."""
    return (
        request.path.startswith("/api/")
        or htmx.asks()
        or request.accept_mimetypes.best == "application/json"
    )
