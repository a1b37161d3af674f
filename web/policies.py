"""Escalation policies in the browser: named, with their rungs in words.

GET  /policies    POST /policies    GET /policies/new
GET  /policies/KEY/edit             POST /policies/KEY
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from engine import policies
from engine.errors import NotFound, Refused
from engine.models import Post
from engine.permissions import Action
from engine.policies import Rung, What
from web.access import needs
from web.asked import row_number
from web.errors import status_of
from web.i18n import say
from web.session import db, me

bp = Blueprint("policies", __name__, url_prefix="/policies")

EARLIEST: Final = -20
LATEST: Final = 60
SPARE: Final = 2
PARTS: Final = ("id", "days", "at", "what", "who")
WHAT: Final[Mapping[What, str]] = {
    What.REMIND: "提醒办理人",
    What.TELL: "通知",
    What.REASSIGN: "转给别人办",
    What.INCIDENT: "登记为异常",
}
USUAL_RULES: Final = (
    ("head@subject.unit", "主体所在单位的负责人"),
    ("leader@subject.unit", "主体所在单位的分管领导"),
    ("head@initiator.unit", "发起人所在单位的负责人"),
    ("initiator", "发起人"),
    ("role:quality_office", "质量管理处"),
    ("role:process_admin", "流程管理员"),
)


@bp.get("")
@needs(Action.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """All policies with their rungs."""
    rules = dict(_rules())
    rows = [(one, [in_words(rung, rules) for rung in one.rungs]) for one in policies.every(db())]
    return render_template("policies/index.html", rows=rows)


@bp.get("/new")
@needs(Action.CALENDAR_EDIT)
def new() -> ResponseReturnValue:
    """An empty policy, with rungs as most colleges want them."""
    usual = [
        {"id": "", "days": "-1", "at": "09:00", "what": "remind", "who": ""},
        {"id": "", "days": "0", "at": "", "what": "remind", "who": ""},
        {"id": "", "days": "1", "at": "09:00", "what": "tell", "who": "head@subject.unit"},
        {"id": "", "days": "3", "at": "09:00", "what": "tell", "who": "role:quality_office"},
    ]
    return _form(None, {"key": "", "name": "", "revision": ""}, usual, "")


@bp.post("")
@needs(Action.CALENDAR_EDIT)
def create() -> ResponseReturnValue:
    """Make a policy."""
    return _save(None)


@bp.get("/<word:policy>/edit")
@needs(Action.CALENDAR_EDIT)
def edit(policy: str) -> ResponseReturnValue:
    """A policy to change."""
    found = policies.get(db(), policy)
    if found is None:
        raise NotFound
    rungs = [
        {
            "id": str(rung.id),
            "days": str(rung.days),
            "at": rung.at,
            "what": rung.what.value,
            "who": rung.who,
        }
        for rung in found.rungs
    ]
    given = {"key": policy, "name": found.name, "revision": str(found.revision)}
    return _form(policy, given, rungs, "")


@bp.post("/<word:policy>")
@needs(Action.CALENDAR_EDIT)
def change(policy: str) -> ResponseReturnValue:
    """Change a policy."""
    if policies.get(db(), policy) is None:
        raise NotFound
    return _save(policy)


def _save(policy: str | None) -> ResponseReturnValue:
    given = {part: request.form.get(part, "").strip() for part in ("key", "name", "revision")}
    columns = [request.form.getlist(part) for part in PARTS]
    rungs = [
        dict(zip(PARTS, row, strict=True))
        for row in list(zip(*columns, strict=False))[: policies.MOST_RUNGS + SPARE]
    ]
    wanted = [rung for rung in rungs if rung["what"]]
    revision = row_number(given["revision"]) or 0
    try:
        policies.save(
            db(),
            policy or given["key"],
            by=me(),
            name=given["name"],
            rungs=wanted,
            revision=revision if policy else None,
        )
    except Refused as refusal:
        db().rollback()
        return _form(policy, given, wanted, say(refusal)), status_of(refusal)
    flash(gettext("期限策略已保存，从下一级起按新的执行。"))
    return redirect(url_for("policies.index"), 303)


def _form(
    policy: str | None, given: Mapping[str, str], rungs: Sequence[Mapping[str, Any]], error: str
) -> str:
    spare = [dict.fromkeys(PARTS, "") | {"days": "0"} for _number in range(SPARE)]
    return render_template(
        "policies/form.html",
        policy=policy,
        given=given,
        rungs=[*rungs, *spare],
        error=error,
        days=[(str(number), _when(number)) for number in range(EARLIEST, LATEST + 1)],
        what=[(key.value, gettext(words)) for key, words in WHAT.items()],
        rules=_rules(),
    )


def _rules() -> list[tuple[str, str]]:
    """What may stand under 给谁, with its words: usual places first, then every post."""
    posts = db().execute(select(Post.key, Post.name).where(Post.is_active).order_by(Post.position))
    usual = [(rule, gettext(words)) for rule, words in USUAL_RULES]
    return [*usual, *((f"post:{row.key}", row.name) for row in posts)]


def _when(days: int) -> str:
    if days < 0:
        return gettext("提前 %(days)s 个工作日", days=-days)
    return gettext("逾期 %(days)s 个工作日", days=days) if days else gettext("到期当天")


def in_words(rung: Rung, rules: Mapping[str, str]) -> str:
    """A rung as a sentence."""
    when = _moment(rung)
    if rung.what not in policies.FOR_SOMEBODY:
        return str(gettext("%(when)s：%(what)s", when=when, what=gettext(WHAT[rung.what])))
    who = rules.get(rung.who, rung.who)
    if rung.what is What.TELL:
        return str(gettext("%(when)s：通知%(who)s", when=when, who=who))
    return str(gettext("%(when)s：转给%(who)s办", when=when, who=who))


def _moment(rung: Rung) -> str:
    if rung.at:
        return gettext("%(when)s %(at)s", when=_when(rung.days), at=rung.at)
    if rung.days:
        return gettext("%(when)s，与期限同一钟点", when=_when(rung.days))
    return gettext("到期时")
