"""For auditors: any case again from its record, the seals of the record, and where to look.

GET /instances/N/replay          recorded, although it only looks    GET /audit
GET /instances/N/replay/M/form   the form as it was then             POST /audit/verifications
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import eventlog, secrecy
from engine.comparing import Difference
from engine.entries import Kind
from engine.errors import NotFound
from engine.forms import rights, view
from engine.forms.choices import Choices
from engine.permissions import Action
from engine.queries import apart, called, cases, seals
from engine.replay import Replay
from engine.replay import replay as replay_case
from web import evidence, frames, house
from web.access import needs
from web.asked import row_number
from web.i18n import in_words
from web.session import db, me, own_writing

bp = Blueprint("audit", __name__)

SEALS: Final = 20
HOUSE: Final = 30
FOUND: Final = 20
HASH: Final = 64

# Acts outside cases, in words.
HOUSE_WORDS: Final = {
    Kind.DEFINITION_CREATED: "新建流程",
    Kind.VERSION_PUBLISHED: "发布流程版本",
    Kind.REPLAY_VIEWED: "查看回放",
    Kind.LOG_EXPORTED: "导出记录",
    Kind.SETTING_CHANGED: "修改系统规则",
    Kind.DEFINITION_SUSPENDED: "暂停流程",
    Kind.DEFINITION_RESUMED: "恢复流程",
    Kind.DECISION_CHANGED: "修改决策表",
    Kind.DEPUTY_GIVEN: "登记代理",
    Kind.DEPUTY_ENDED: "结束代理",
    Kind.WEBHOOK_CHANGED: "修改群机器人",
    Kind.CALENDAR_CHANGED: "修改校历",
    Kind.TERM_CHANGED: "修改学期",
    Kind.POLICY_CHANGED: "修改期限策略",
    Kind.CYCLE_CHANGED: "修改年度日期",
    Kind.SCHOOL_PLAN_CREATED: "登记学校规划",
    Kind.SCHOOL_PLAN_CHANGED: "修改学校规划",
    Kind.WORK_POINTS_ADDED: "登记工作要点",
    Kind.WORK_POINT_CHANGED: "修改工作要点",
    Kind.STANDARD_CREATED: "登记标准",
    Kind.STANDARD_CHANGED: "修改标准的登记",
    Kind.DUE_CHANGED: "一次调整许多期限",
    Kind.IMPORT_BEGUN: "开始写入导入的名单",
    Kind.IMPORT_ENDED: "导入的名单已写完",
    Kind.SIGNED_IN: "登录",
    Kind.SIGN_IN_REFUSED: "登录被拒绝",
    Kind.SIGNED_OUT: "退出登录",
    Kind.SESSION_ENDED: "让已登录的设备退出",
    Kind.TOKEN_MADE: "生成访问令牌",
    Kind.TOKEN_ENDED: "作废访问令牌",
}


@bp.get("/audit")
@needs(Action.INSTANCE_REPLAY)
def overview() -> str:
    """Seals, the newest head, the newest acts outside cases and sign-ins, a way to any case."""
    text = request.args.get("q", "").strip()[:100]
    kept = request.args.get("head", "").strip()[:HASH]
    rows: tuple[cases.CaseRow, ...] = ()
    if text:
        rows, _next = cases.listed(db(), me(), cases.Wanted(text=text), limit=FOUND)
    return render_template(
        "audit/overview.html",
        seals=seals.newest(db(), SEALS),
        house=_lines(eventlog.HOUSE),
        doors=_lines(eventlog.DOOR),
        text=text,
        rows=rows,
        kept=kept,
        found=seals.find(db(), kept) if kept else None,
    )


def _lines(chain: str) -> list[tuple[seals.HouseLine, str]]:
    """The newest acts of a chain, each with what it is called."""
    return [(line, gettext(_title(line.kind))) for line in seals.house(db(), HOUSE, chain)]


@bp.post("/audit/verifications")
@needs(Action.INSTANCE_REPLAY)
def verify() -> ResponseReturnValue:
    """Go to a case by its number; its page begins with the verdict."""
    written = request.form.get("instance", "").strip().removeprefix("#")
    instance_id = row_number(written)
    if instance_id is None:
        return redirect(url_for("audit.overview", q=written[:100] or None), 303)
    return redirect(url_for("audit.replay", instance_id=instance_id), 303)


@bp.get("/instances/<int:instance_id>/replay")
@needs(Action.INSTANCE_REPLAY)
def replay(instance_id: int) -> str:
    """The verdict, the diagram, the player, the moments; that somebody looked is recorded."""
    seen = cases.one(db(), me(), instance_id)
    apart.read(db(), me(), instance_id)
    found = _looked_at(instance_id)
    told = frames.told(db(), found, _form_url(instance_id))
    numbers = {one.version.number for one in found.frames} or {found.version.number}
    return render_template(
        "audit/replay.html",
        row=seen.row,
        numbers=[str(one) for one in sorted(numbers)],
        version=found.version,
        around=called.around(db(), me(), instance_id),
        count=len(found.frames),
        frames=told,
        difference=sentence(found.difference) if found.difference else "",
        erased=found.erased,
        interventions=sum(frame["kind"] == "intervention" for frame in told),
        seal=next(iter(seals.newest(db(), 1)), None),
    )


@bp.get("/instances/<int:instance_id>/replay/<int:seq>/form")
@needs(Action.INSTANCE_REPLAY)
def form(instance_id: int, seq: int) -> str:
    """The whole form as it stood after an entry, with what the entry changed."""
    seen = cases.one(db(), me(), instance_id)
    apart.read(db(), me(), instance_id)
    found = _looked_at(instance_id, seq)
    frame = next((one for one in found.frames if one.seq == seq), None)
    paper = frames.paper(frame.version) if frame is not None else None
    if frame is None or paper is None:
        raise NotFound
    before, after = frames.values_at(found, seq)
    drawn = view.view(
        paper,
        after,
        rights.READ_ALL,
        variables=seen.variables,
        before=before,
        live=Choices(named=evidence.named(paper, after, before or {}, case=instance_id)),
    )
    return render_template("audit/form.html", row=seen.row, frame=frame, drawn=drawn)


def _looked_at(instance_id: int, seq: int | None = None) -> Replay:
    """Replay a case; looking leaves an entry of its own, kept whatever becomes of this request."""
    found = replay_case(db(), instance_id, reader=secrecy.reader(me()))
    asked = {"instance": instance_id} | ({"seq": seq} if seq is not None else {})
    with own_writing() as own:
        eventlog.record(own, Kind.REPLAY_VIEWED, by=me().mark, asked=asked)
    return found


def _form_url(instance_id: int) -> str:
    """The address of the form at a moment, with 0 where the moment's number goes."""
    return url_for("audit.form", instance_id=instance_id, seq=1).replace("/1/form", "/{seq}/form")


def sentence(difference: Difference) -> str:
    """What does not fit, in the reader's language."""
    return in_words(difference.sentence, difference.values)


def _title(kind: Kind | None) -> str:
    if kind is None:
        return "记录已损坏"
    return HOUSE_WORDS.get(kind) or house.title(kind)
