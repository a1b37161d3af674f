"""How the school tells people: its rules, and the robots of groups.

GET  /notifications/school          POST /notifications/school
POST /notifications/robots          POST /notifications/robots/<id>/switch  …/test
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, webhooks
from engine import settings as house
from engine.errors import Refused
from engine.permissions import Action
from engine.settings import Number, SettingNotFitting, SettingStale
from engine.webhooks import Form
from web.access import needs
from web.asked import row_number
from web.errors import UNPROCESSABLE, status_of
from web.i18n import in_words, say
from web.notices import groups, robots, wording
from web.notices.blueprint import bp
from web.session import db, me, own_writing, settings

DIGITS: Final = 4
FORMS: Final = {Form.WECOM: "企业微信", Form.DINGTALK: "钉钉", Form.FEISHU: "飞书"}


@bp.get("/school")
@needs(Action.SETTING_EDIT)
def school() -> ResponseReturnValue:
    """The rules and the robots."""
    now = house.standing(db())
    return _page(now.values, now.seen, {})


@bp.post("/school")
@needs(Action.SETTING_EDIT)
def change_school() -> ResponseReturnValue:
    """Change the rules."""
    typed = {key: _typed(key) for key in house.NOTICES}
    seen = row_number(request.form.get("seen", "")) or 0
    try:
        changed = house.change(db(), typed, by=me(), seen=seen)
    except SettingNotFitting as refusal:
        said = {
            key: in_words(words, {name: _told(one) for name, one in more.items()})
            for key, (words, more) in refusal.problems.items()
        }
        return _page(typed, seen, said), UNPROCESSABLE
    except SettingStale as refusal:
        db().rollback()
        return _page(typed, house.standing(db()).seen, {"": say(refusal)}), status_of(refusal)
    flash(gettext("设定已保存") if changed else gettext("没有改动"))
    return redirect(url_for("notices.school"), 303)


def _told(value: object) -> object:
    return gettext(value) if isinstance(value, str) else value


def _typed(key: str) -> Any:
    text = request.form.get(key, "").strip()
    if not isinstance(house.RULES[key], Number):
        return text
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else text


@bp.post("/robots")
@needs(Action.SETTING_EDIT)
def add_robot() -> ResponseReturnValue:
    """Add a robot."""
    given = {name: request.form.get(name, "") for name in ("name", "form", "url", "secret")}
    kinds = request.form.getlist("kinds")
    try:
        webhooks.add(db(), by=me(), kinds=kinds, **given)
    except Refused as refusal:
        db().rollback()
        now = house.standing(db())
        typed = {**given, "kinds": kinds, "error": say(refusal)}
        return _page(now.values, now.seen, {}, typed), status_of(refusal)
    flash(gettext("已添加，请发一条测试消息。"))
    return redirect(url_for("notices.school") + "#robots", 303)


@bp.post("/robots/<int:webhook_id>/switch")
@needs(Action.SETTING_EDIT)
def switch_robot(webhook_id: int) -> ResponseReturnValue:
    """Switch a robot on or off."""
    webhooks.switch(db(), webhook_id, by=me(), on=request.form.get("on") == "1")
    groups.is_back(db(), webhook_id, by_id=me().id)
    return redirect(url_for("notices.school") + "#robots", 303)


@bp.post("/robots/<int:webhook_id>/test")
@needs(Action.SETTING_EDIT)
def test_robot(webhook_id: int) -> ResponseReturnValue:
    """Send a message to see whether it arrives; no transaction is open meanwhile."""
    robot = webhooks.get(db(), webhook_id)
    who = me().name
    db().rollback()
    text = gettext("诊改平台测试消息：%(who)s在 %(at)s 发出。", who=who, at=_now())
    try:
        robots.send(robot, text, settings().ca_file)
        with own_writing() as writer:
            groups.is_back(writer, webhook_id, by_id=me().id)
        flash(gettext("“%(name)s”收下了测试消息，请到群里看一眼。", name=robot.name))
    except robots.RobotRefused as refusal:
        now = house.standing(db())
        said = {"robot": webhook_id, "said": say(refusal)}
        return _page(now.values, now.seen, {}, said), UNPROCESSABLE
    return redirect(url_for("notices.school") + "#robots", 303)


def _now() -> str:
    return f"{clock.now().astimezone(clock.zone()):%H:%M:%S}"


def _page(
    values: Mapping[str, Any],
    seen: int,
    errors: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
) -> str:
    all_robots = webhooks.every(db())
    return render_template(
        "notices/school.html",
        rules={key: house.RULES[key] for key in house.NOTICES},
        values=values,
        seen=seen,
        errors=errors,
        robots=all_robots,
        away={one.id for one in all_robots if groups.waits_until(db(), one.id) is not None},
        forms=FORMS,
        options=[(key.value, gettext(words)) for key, words in FORMS.items()],
        labels=wording.LABELS,
        given=given or {},
    )
