"""Standing still and going on, for one case and for a flow.

POST /instances/N/suspension     POST /instances/N/resumption
POST /definitions/K/suspension   POST /definitions/K/resumption
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import suspending
from engine.errors import CannotKeep, InstanceNotRunning, ReasonRequired, TooLarge
from engine.permissions import Action
from engine.queries import cases, catalogue
from web import definitions, instances
from web.access import needs
from web.errors import status_of
from web.session import db, me

bp = Blueprint("suspension", __name__)

WRONG = (ReasonRequired, TooLarge, CannotKeep)


@bp.post("/instances/<int:instance_id>/suspension")
@needs(Action.INSTANCE_SUSPEND)
def suspend(instance_id: int) -> ResponseReturnValue:
    """Let a case stand still, with those it called."""
    cases.see(db(), me(), instance_id)
    try:
        suspending.suspend(db(), instance_id, by=me(), reason=request.form.get("reason", ""))
    except (*WRONG, InstanceNotRunning) as refusal:
        db().rollback()
        return instances.page(instance_id, standing=refusal), status_of(refusal)
    flash(gettext("流程已暂停"))
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.post("/instances/<int:instance_id>/resumption")
@needs(Action.INSTANCE_SUSPEND)
def resume(instance_id: int) -> ResponseReturnValue:
    """Let a case go on; what is due moves by the time it stood."""
    cases.see(db(), me(), instance_id)
    suspending.resume(db(), instance_id, by=me())
    flash(gettext("流程已恢复；期限顺延了暂停的时间"))
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.post("/definitions/<word:key>/suspension")
@needs(Action.INSTANCE_SUSPEND)
def suspend_flow(key: str) -> ResponseReturnValue:
    """Let nobody begin new cases, and if wanted, let the running ones stand still."""
    catalogue.flow(db(), key)
    with_cases = request.form.get("with_cases") == "1"
    reason = request.form.get("reason", "")
    try:
        suspending.suspend_flow(db(), key, by=me(), reason=reason, with_cases=with_cases)
    except WRONG as refusal:
        db().rollback()
        return definitions.page(key, standing=refusal), status_of(refusal)
    flash(gettext("这个流程已暂停发起"))
    return redirect(url_for("definitions.show", key=key), 303)


@bp.post("/definitions/<word:key>/resumption")
@needs(Action.INSTANCE_SUSPEND)
def resume_flow(key: str) -> ResponseReturnValue:
    """Let people begin cases again, and if wanted, let the suspended ones go on."""
    catalogue.flow(db(), key)
    with_cases = request.form.get("with_cases") == "1"
    suspending.resume_flow(db(), key, by=me(), with_cases=with_cases)
    flash(gettext("这个流程又可以发起了"))
    return redirect(url_for("definitions.show", key=key), 303)
