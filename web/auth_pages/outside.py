"""The ways in through OIDC and CAS: out to the provider, and back with what it says.

GET /sign-in/oidc   GET /sign-in/oidc/back
GET /sign-in/cas    GET /sign-in/cas/back
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from engine.db import begin_writing
from engine.entries import Kind
from engine.errors import NotFound, SignInFailed
from engine.people import SYSTEM
from web.access import public
from web.auth_pages.sign_in import Provider
from web.config import Settings
from web.config_outside import CREATED
from web.errors import status_of
from web.i18n import say
from web.session import db, own_writing, settings
from web.signin import cas, door, entering, oidc, outside, tries, ways
from web.signin.outside import Found, OutsideRefused
from web.signin.ways import Way, WayLost

bp = Blueprint("outside", __name__, url_prefix="/sign-in")

RECORDED_AN_HOUR: Final = 200


class Gate(Protocol):
    """What a provider does: lead somebody out, and say who came back."""

    @property
    def called(self) -> str:
        """What people call it."""

    def leave(self, way: Way, back: str) -> str:
        """The address to lead the browser to."""

    def back(self, way: Way, back: str, given: Mapping[str, str]) -> Found:
        """Whom it vouches for."""


def open_gates(app: Flask, given: Settings) -> None:
    """The providers of the settings, each with its button on the sign-in page."""
    gates: dict[str, Gate] = {}
    if given.cas_url:
        gates["cas"] = cas.Server(given)
    if given.oidc_issuer:
        gates["oidc"] = oidc.Provider(given)
    app.extensions["gates"] = gates
    app.extensions["providers"] = [_button(key, gate) for key, gate in gates.items()]


def _button(key: str, gate: Gate) -> Callable[[str], Provider]:
    def made(onward: str) -> Provider:
        return Provider(gate.called, url_for("outside.leave", provider=key, next=onward or None))

    return made


@bp.get("/<any(oidc, cas):provider>")
@public
def leave(provider: str) -> ResponseReturnValue:
    """Lead the browser to the provider; a cookie knows that it left from here."""
    gate, way = _gate(provider), ways.begin(provider, request.args.get("next", ""))
    db().rollback()  # the provider may take its time, and nobody waits for a transaction of ours
    try:
        url = gate.leave(way, _back(provider))
    except OutsideRefused as refusal:
        outside.tell_operator(refusal)
        return _page(provider, gate, way.onward, refusal)
    return ways.keep(make_response(redirect(url, 303)), way)


@bp.get("/<any(oidc, cas):provider>/back")
@public
def back(provider: str) -> ResponseReturnValue:
    """Back from the provider: in, or a page that says why not. A way is gone once."""
    gate = _gate(provider)
    try:
        way = ways.ended(provider, request.args.get("state", ""))
    except WayLost as refusal:
        if g.actor is not None:  # the same answer twice: somebody pressed the button twice
            return redirect(url_for("tasks.index"), 303)
        return _page(provider, gate, "", refusal)
    db().rollback()  # as above
    try:
        found = gate.back(way, _back(provider), request.args)
        begin_writing(db())
        user_id = outside.person(db(), found, may_create=settings().sign_up == CREATED)
        response = entering.enter(user_id, provider, way.onward)
    except OutsideRefused as refusal:
        db().rollback()
        outside.tell_operator(refusal)
        _record(provider, refusal)
        return ways.forget(make_response(_page(provider, gate, way.onward, refusal)))
    return ways.forget(response)


def _gate(provider: str) -> Gate:
    """The provider, if it is set up. Raises `NotFound`."""
    gates: dict[str, Gate] = current_app.extensions["gates"]
    if provider not in gates:
        raise NotFound
    return gates[provider]


def _back(provider: str) -> str:
    return settings().public_url + url_for("outside.back", provider=provider)


def _page(provider: str, gate: Gate, onward: str, refusal: SignInFailed) -> ResponseReturnValue:
    return render_template(
        "auth/outside_refused.html",
        sentence=say(refusal),
        called=gate.called,
        again=url_for("outside.leave", provider=provider, next=onward or None),
        otherwise=url_for("auth.sign_in", next=onward or None),
    ), status_of(refusal)


def _record(provider: str, refusal: OutsideRefused) -> None:
    """An entry of the door's chain, so many an hour; who it was we may not know."""
    if tries.within("log:refused", RECORDED_AN_HOUR):
        with own_writing() as own:
            door.record(
                own,
                Kind.SIGN_IN_REFUSED,
                by=SYSTEM.mark,
                user=None,
                why=refusal.reason,
                method=provider,
            )
