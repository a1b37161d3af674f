"""Entries of a case in the words of the people who made them, with their marks and badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext

from engine import roles, signing
from engine.assignment import BY_INITIATOR
from engine.bpmn import dialect
from engine.bpmn.dialect import VERB_WORDS, RuleKind
from engine.entries import Body, Kind
from engine.models import Role
from engine.queries.timeline import Line
from engine.versions import Version
from web.i18n import moment

FIRST_AGAIN: Final = 2


@dataclass(frozen=True, slots=True)
class Words:
    """What was done, in a word or two; `mark` is the form it has on a timeline, `css` its badge."""

    verdict: str
    mark: str
    css: str
    symbol: str
    number: int


# kind of entry → (what was done, mark on the timeline, badge, icon)
_PLAIN: Final[Mapping[Kind, tuple[str, str, str, str]]] = {
    Kind.INSTANCE_STARTED: ("发起", "started", "now", ""),
    Kind.TASK_CLAIMED: ("开始办理", "claimed", "", ""),
    Kind.TASK_RELEASED: ("放回待办", "released", "", ""),
    Kind.TASK_REASSIGNED: ("转办", "reassigned", "", "delegate"),
    Kind.TIMER_FIRED: ("时间到", "late", "warn", "clock"),
    Kind.JOB_COMPLETED: ("自动完成", "system", "ok", "check"),
    Kind.MESSAGE_DELIVERED: ("收到消息", "system", "", "mail"),
    Kind.INSTANCE_CANCELLED: ("撤销流程", "intervention", "late", "stop"),
    Kind.INCIDENT_RETRIED: ("再试一次", "intervention", "warn", "redo"),
    Kind.TASK_LENT: ("委派", "reassigned", "", "delegate"),
    Kind.TASK_GIVEN_BACK: ("交回", "reassigned", "", "back"),
    Kind.TASK_TAKEN_BACK: ("拿回", "returned", "warn", "undo"),
    Kind.TASK_STEPPED_ASIDE: ("回避", "other", "warn", "user"),
    Kind.TASK_URGED: ("催办", "other", "warn", "bell"),
    Kind.SIGNER_ADDED: ("加签", "reassigned", "", "plus"),
    Kind.SIGNER_REMOVED: ("减签", "reassigned", "", "x"),
    Kind.CASE_COPIED: ("抄送", "other", "", "copy"),
    Kind.COPY_READ: ("已阅", "other", "", "check"),
    Kind.EXTENSION_ASKED: ("申请延期", "other", "", "clock"),
    Kind.DUE_CHANGED: ("改期限", "other", "", "clock"),
    Kind.DEADLINE_PASSED: ("到期处理", "late", "warn", "clock"),
    Kind.CHILD_ENDED: ("下级流程办结", "system", "ok", "check"),
    Kind.SIGNAL_DELIVERED: ("收到信号", "system", "", "mail"),
    Kind.INSTANCE_WITHDRAWN: ("撤回", "returned", "warn", "undo"),
    Kind.INSTANCE_REOPENED: ("重新打开", "intervention", "warn", "redo"),
    Kind.INSTANCE_SUSPENDED: ("暂停", "intervention", "warn", "pause"),
    Kind.INSTANCE_RESUMED: ("恢复", "intervention", "", "play"),
    Kind.INSTANCE_MOVED: ("换到新版本", "intervention", "", "flow"),
    Kind.INSTANCE_MOVED_BACK: ("换回原版本", "intervention", "", "undo"),
}
_BEGUN_BY: Final[Mapping[str, str]] = {
    "timer": "到时间自动发起",
    "message": "收到消息自动发起",
    "signal": "收到信号自动发起",
}
_OUTCOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "approve": ("agreed", "ok", "check"),
    "refuse": ("refused", "late", "x"),
    "return": ("returned", "back", "back"),
    "abstain": ("abstained", "", "stop"),
}
DECISIONS: Final = frozenset({"submitted", "agreed", "refused", "returned", "abstained"})


def offered(name: str) -> str:
    """Whom a step is offered to: roles of the product in words, people and posts as they are."""
    return gettext(roles.LABELS[Role(name)]) if name in roles.LABELS else name


def listed(names: Iterable[str]) -> str:
    """Those who hold a step, or whom it is offered to, in one phrase."""
    return str(gettext("、")).join(offered(name) for name in names)


def verb(version: Version, element_id: str, key: str) -> str:
    """What a verb is called at this step; who began the case hands in, and agrees to nothing."""
    if label := _label(version, element_id, key):
        return label
    hands_in = key == "approve" and _is_handed_in(version, element_id)
    return usual("submit" if hands_in else key)


def _is_handed_in(version: Version, element_id: str) -> bool:
    """Whether whoever began the case does this step to begin it."""
    if element_id != version.first_step:
        return False
    element = version.process.elements[element_id]
    rules = dialect.who(element.attributes, element.properties).rules
    return any(one.kind is RuleKind.INITIATOR for one in rules)


def usual(key: str) -> str:
    """What a verb is called where the step has no word of its own."""
    return gettext(VERB_WORDS[key]) if key in VERB_WORDS else key


def words(version: Version, kind: Kind | None, body: Body) -> Words:
    """An entry in words, with the labels that the step gave to its verbs."""
    if kind is None:
        return Words(gettext("记录已损坏"), "damaged", "late", "alert", 0)
    element = str(body.asked.get("element", ""))
    number = _number(body)
    if kind is Kind.TASK_RETURNED:
        return Words(verb(version, element, "return"), *_OUTCOMES["return"], number)
    if _is_settled(kind, body):
        return Words(gettext("自动通过"), "agreed", "ok", "check", number)
    if kind is Kind.TASK_VOTED and not body.asked.get("outcome"):
        return Words(gettext("已投票"), "other", "now", "check", number)
    if kind in (Kind.TASK_COMPLETED, Kind.TASK_VOTED):
        return _completed(version, element, str(body.asked.get("outcome") or "approve"), number)
    verdict, mark, css, symbol = _PLAIN.get(kind, ("登记", "other", "", ""))
    if kind is Kind.INSTANCE_STARTED:
        verdict = _BEGUN_BY.get(_begun_by(version, body), verdict)
    return Words(gettext(verdict), mark, css, symbol, number)


def _begun_by(version: Version, body: Body) -> str:
    """The kind of event that began a case; "" where a person did."""
    at = (body.asked.get("command") or {}).get("at", "")
    return version.process.elements[at].event if at in version.process.elements else ""


def actor(line: Line) -> str:
    """Who did it; with a deputy, both people: 乙 代 甲."""
    return acting(line.who, line.done_for)


def acting(who: str, principal: str) -> str:
    """Who acts, and in whose place, if in anybody's."""
    return gettext("%(who)s 代 %(principal)s", who=who, principal=principal) if principal else who


def detail(line: Line) -> str:
    """Both dates of a deadline that was moved, why votes decided or a step passed; else ""."""
    if line.kind is Kind.DUE_CHANGED:
        before, after = (_read(line.body.known.get(name)) for name in ("before", "after"))
        return gettext("期限由%(before)s改为%(after)s", before=before, after=after)
    if line.kind is Kind.EXTENSION_ASKED:
        return gettext("申请延到%(until)s", until=_read(line.body.asked.get("until")))
    if decided := line.body.known.get("decided"):
        return gettext(signing.WORDS[decided["why"]])
    return passed(line.body, line.rests_on) if _is_settled(line.kind, line.body) else ""


def passed(body: Body, name: str) -> str:
    """Why a step passed by itself; `name` is who did not have to be asked."""
    if body.asked["settled"] == BY_INITIATOR:
        return gettext("由发起人%(name)s本人办，不用再审", name=name)
    return gettext("%(name)s在前面的步骤已经同意", name=name)


def _is_settled(kind: Kind | None, body: Body) -> bool:
    return kind is Kind.TASK_COMPLETED and "settled" in body.asked


def _read(written: object) -> str:
    return moment(datetime.fromisoformat(written)) if isinstance(written, str) else gettext("无")


def damage(seq: int) -> str:
    """Why an entry is not shown."""
    sentence = "第 %(seq)s 条与校验值不符：它或它的前一条在写下之后被改动过，所以不显示内容。"
    return str(gettext(sentence, seq=seq))


def _completed(version: Version, element: str, outcome: str, number: int) -> Words:
    if outcome == "approve" and _is_handed_in(version, element):
        again = number >= FIRST_AGAIN
        verdict = gettext("重新提交") if again else verb(version, element, outcome)
        return Words(verdict, "submitted", "now", "", number)
    looks = _OUTCOMES.get(outcome, _OUTCOMES["approve"])
    return Words(verb(version, element, outcome), *looks, number)


def _label(version: Version, element_id: str, key: str) -> str:
    """What the step calls this verb, "" for the usual word."""
    verbs = version.verbs(element_id) if element_id in version.process.elements else ()
    return next((one.label for one in verbs if one.key == key), "")


def _number(body: Body) -> int:
    """The pass of the step that this entry closed; 0 where it closed none."""
    token = (body.asked.get("command") or {}).get("token")
    for effect in body.followed.get("effects", ()):
        if effect["was"] == "Closed" and effect.get("token") == token:
            return int(effect.get("number", 0))
    return 0
