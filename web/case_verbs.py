"""What people do to a case from its page: withdraw, urge, copy, read, open again.

POST /instances/N/withdrawal | urge | copies | reading | reopening
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import tasks
from engine.errors import NotFound, Refused
from engine.queries import cases
from web import case_buttons
from web.access import signed_in
from web.errors import status_of
from web.instances import bp, page
from web.session import db, me


@bp.post("/<int:instance_id>/withdrawal")
@signed_in
def withdraw(instance_id: int) -> ResponseReturnValue:
    """Back to the first step, by whoever began it."""
    reason = case_buttons.typed().reason
    return _do(
        instance_id,
        "withdraw",
        lambda: tasks.withdraw(db(), instance_id, by=me(), reason=reason),
        gettext("已撤回，可以改好后重新提交。"),
    )


@bp.post("/<int:instance_id>/urge")
@signed_in
def urge(instance_id: int) -> ResponseReturnValue:
    """Urge all who hold it up."""
    note = case_buttons.typed().note
    return _do(
        instance_id,
        "urge",
        lambda: tasks.urge_case(db(), instance_id, by=me(), note=note),
        gettext("已催办。"),
    )


@bp.post("/<int:instance_id>/copies")
@signed_in
def copy(instance_id: int) -> ResponseReturnValue:
    """Show it to others; the button 查找 only looks people up."""
    cases.see(db(), me(), instance_id)
    if "find" in request.form:
        return page(instance_id, asked="copy")
    typed = case_buttons.typed()
    return _do(
        instance_id,
        "copy",
        lambda: tasks.copy_case(db(), instance_id, by=me(), to=typed.several, note=typed.note),
        gettext("已抄送。"),
    )


@bp.post("/<int:instance_id>/reading")
@signed_in
def read(instance_id: int) -> ResponseReturnValue:
    """Say that one has read one's copy."""
    return _do(
        instance_id,
        "",
        lambda: tasks.read_copy(db(), instance_id, by=me()),
        gettext("已记下您看过了。"),
    )


@bp.post("/<int:instance_id>/reopening")
@signed_in
def reopen(instance_id: int) -> ResponseReturnValue:
    """Let it go on at a step that was done."""
    typed = case_buttons.typed()
    return _do(
        instance_id,
        "reopen",
        lambda: tasks.reopen(db(), instance_id, by=me(), reason=typed.reason, to=typed.to or None),
        gettext("已重新打开。"),
    )


def _do(instance_id: int, key: str, deed: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do it and go back to the case; a refusal shows the page with what was written."""
    cases.see(db(), me(), instance_id)
    try:
        deed()
    except NotFound:
        raise
    except Refused as refusal:
        db().rollback()
        return page(instance_id, asked=key, verb_refusal=refusal), status_of(refusal)
    flash(said)
    return redirect(url_for("instances.show", instance_id=instance_id), 303)
