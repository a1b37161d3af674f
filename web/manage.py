"""Administration: one page with a card for every area that the reader may use.

GET /manage
"""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Blueprint, g, render_template
from flask_babel import gettext

from engine import permissions
from engine.people import Actor
from engine.permissions import Action
from web.access import signed_in
from web.session import me

bp = Blueprint("manage", __name__, url_prefix="/manage")


class Card(NamedTuple):
    """An area of administration: its page, its icon, what it is for, and who may use it."""

    endpoint: str
    symbol: str
    title: str
    text: str
    needs: tuple[Action, ...]


CARDS: Final = (
    Card("people.index", "people", "人员", "新建、修改、离校，谁现在做什么", (Action.PERSON_EDIT,)),
    Card(
        "units.index", "list", "单位", "学校的单位树：新建、改名、调整、撤销", (Action.UNIT_EDIT,)
    ),
    Card("posts.index", "user", "岗位", "有哪些岗位，谁从哪天到哪天任职", (Action.POST_EDIT,)),
    Card(
        "committees.index",
        "shield",
        "委员会",
        "委员会和工作组的职责、任期、成员，还缺什么人",
        (Action.COMMITTEE_EDIT,),
    ),
    Card(
        "imports.index",
        "upload",
        "导入",
        "用 Excel 或 CSV 一次登记许多单位、人员和任职",
        (Action.IMPORT_RUN,),
    ),
    Card(
        "subjects.index",
        "doc",
        "诊改主体",
        "八类主体：登记、负责人和团队、试点",
        (Action.SUBJECT_EDIT,),
    ),
    Card(
        "school_plans.index",
        "doc",
        "规划与工作要点",
        "学校规划和每年的工作要点，目标和标准从这里来",
        (Action.REGISTER_EDIT,),
    ),
    Card(
        "definitions.index",
        "design",
        "流程设计",
        "流程图和表单：修改、检查、发布",
        (Action.DEFINITION_EDIT, Action.INSTANCE_REPLAY),
    ),
    Card(
        "calendar.index",
        "clock",
        "时间与期限",
        "校历、学期、年度日期，期限前后做什么，一次调整许多期限",
        (Action.CALENDAR_EDIT,),
    ),
    Card("incidents.index", "alert", "异常", "系统自己走不下去的地方", (Action.INCIDENT_VIEW,)),
    Card("rights.index", "key", "权限", "谁有什么角色，可以看什么、做什么", (Action.RIGHTS_VIEW,)),
    Card(
        "settings.show_security",
        "lock",
        "登录与安全",
        "密码、两步验证、谁可以怎样登录",
        (Action.SETTING_EDIT,),
    ),
    Card(
        "settings.show_evidence",
        "doc",
        "佐证材料",
        "可以上传哪些类型，文件多大，每人和每个单位放多少",
        (Action.SETTING_EDIT,),
    ),
    Card(
        "notices.school",
        "bell",
        "通知",
        "邮件什么时候发，免打扰，群机器人",
        (Action.SETTING_EDIT,),
    ),
    Card(
        "audit.overview",
        "history",
        "审计",
        "记录是否完整，任何一件事的经过",
        (Action.INSTANCE_REPLAY,),
    ),
)
"""Every area, in the order of the page; a new one is one line here."""


@bp.get("")
@signed_in
def index() -> str:
    """The areas that the reader may use."""
    return render_template("manage/index.html", cards=cards())


@bp.app_template_global()
def manages() -> bool:
    """Whether the reader administers anything at all."""
    actor = g.get("actor")
    return actor is not None and any(_is_open(card, actor) for card in CARDS)


def cards() -> list[dict[str, str]]:
    """The cards of the reader, in the reader's language."""
    return [
        {
            "endpoint": card.endpoint,
            "symbol": card.symbol,
            "title": gettext(card.title),
            "text": gettext(card.text),
        }
        for card in CARDS
        if _is_open(card, me())
    ]


def _is_open(card: Card, person: Actor) -> bool:
    return any(permissions.may(person, action) for action in card.needs)
