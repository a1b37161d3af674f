"""Rules of the house in the browser: how people get in, and what changed when.

GET /settings/security   POST /settings/security
GET /settings/evidence   POST /settings/evidence
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import settings as house
from engine.permissions import Action
from engine.settings import Number, Rule, SettingNotFitting, SettingStale, Several
from quality.evidence import rules as evidence
from web.access import needs
from web.asked import row_number
from web.errors import UNPROCESSABLE, status_of
from web.i18n import in_words, say
from web.session import db, me, settings

bp = Blueprint("settings", __name__, url_prefix="/settings")

_RULES: Final = {
    key: rule
    for key, rule in house.RULES.items()
    if key not in house.NOTICES and key not in evidence.RULES
}
_PAGES: Final[Mapping[str, tuple[str, Mapping[str, Rule]]]] = {
    "security": ("登录与安全", _RULES),
    "evidence": ("佐证材料", evidence.RULES),
}


@bp.get("/security")
@needs(Action.SETTING_EDIT)
def show_security() -> ResponseReturnValue:
    """All rules of getting in as they stand."""
    return _show("security")


@bp.post("/security")
@needs(Action.SETTING_EDIT)
def change_security() -> ResponseReturnValue:
    """Change them; who changes what somebody else has just changed is told, and loses nothing."""
    return _change("security")


@bp.get("/evidence")
@needs(Action.SETTING_EDIT)
def show_evidence() -> ResponseReturnValue:
    """Which files may be evidence, and how large."""
    return _show("evidence")


@bp.post("/evidence")
@needs(Action.SETTING_EDIT)
def change_evidence() -> ResponseReturnValue:
    """Change that, as above."""
    return _change("evidence")


def _show(which: str) -> ResponseReturnValue:
    now = house.standing(db())
    return _page(which, now.values, now.seen, {})


def _change(which: str) -> ResponseReturnValue:
    typed = {key: _typed(key, rule) for key, rule in _PAGES[which][1].items()}
    seen = row_number(request.form.get("seen", "")) or 0
    try:
        changed = house.change(db(), typed, by=me(), seen=seen)
    except SettingNotFitting as refusal:
        said = {
            key: in_words(words, _named(more)) for key, (words, more) in refusal.problems.items()
        }
        return _page(which, typed, seen, said), UNPROCESSABLE
    except SettingStale as refusal:
        db().rollback()
        now = house.standing(db()).seen
        return _page(which, typed, now, {"": say(refusal)}), status_of(refusal)
    flash(gettext("设定已保存") if changed else gettext("没有改动"))
    return redirect(url_for(f"settings.show_{which}"), 303)


def _named(more: Mapping[str, object]) -> dict[str, object]:
    return {key: gettext(value) if isinstance(value, str) else value for key, value in more.items()}


def _typed(key: str, rule: Rule) -> Any:
    if isinstance(rule, Several):
        return request.form.getlist(key)
    text = request.form.get(key, "").strip()
    if not isinstance(rule, Number):
        return text
    number = row_number(text)
    if number is None and not text and rule.optional:
        return 0
    return text if number is None else number


def _page(which: str, values: Mapping[str, Any], seen: int, errors: Mapping[str, str]) -> str:
    title, rules = _PAGES[which]
    return render_template(
        "settings/security.html",
        title=gettext(title),
        action=url_for(f"settings.change_{which}"),
        rules=rules,
        known=house.RULES,
        values=values,
        seen=seen,
        errors=errors,
        history=house.history(db()),
        told=_told,
        installed={"session_hours": settings().session_hours},
    )


def _told(key: str, value: Any) -> str:
    """A value in the words of the page."""
    rule = house.RULES[key]
    if isinstance(rule, Number):
        return f"{value} {gettext(rule.unit)}" if value else gettext("按安装时的设定")
    words = value if isinstance(rule, Several) else [value]
    return "、".join(gettext(rule.words.get(one, one)) for one in words) or gettext("无")
