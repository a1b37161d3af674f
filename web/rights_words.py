"""Rights in words: actions, predicates, grants, and why somebody may or may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from engine import grants, roles
from engine import predicates as is_
from engine.models import Reach, Role, Seat
from engine.permissions import Action
from engine.queries import cases
from engine.queries.cases import Tie
from quality import kinds
from quality.explain import QUESTIONS, Lack, Question, Reason, Thing
from quality.given import Granted, RoleHeld, Source

ACTIONS: Final[Mapping[Action, str]] = {
    Action.CALENDAR_EDIT: "修改校历、学期、年度日期和期限策略",
    Action.COMMITTEE_EDIT: "设立和调整委员会、工作组",
    Action.COMMITTEE_VIEW: "查看委员会、工作组",
    Action.DEFINITION_EDIT: "设计流程",
    Action.DEFINITION_PUBLISH: "发布流程",
    Action.DEFINITION_VIEW: "查看流程图",
    Action.DEPUTY_EDIT: "安排自己的代理人",
    Action.DUE_CHANGE: "一次调整许多期限",
    Action.IMPORT_RUN: "导入人员、单位和主体",
    Action.INCIDENT_RESOLVE: "处理异常",
    Action.INCIDENT_VIEW: "查看异常",
    Action.INSTANCE_CANCEL: "撤销在办的流程",
    Action.INSTANCE_MOVE: "把在办的流程换到另一个版本",
    Action.INSTANCE_REOPEN: "重开办结的流程",
    Action.INSTANCE_REPLAY: "回放流程记录",
    Action.INSTANCE_START: "发起流程",
    Action.INSTANCE_SUSPEND: "暂停和恢复流程",
    Action.INSTANCE_VIEW_ANY: "查看所有在办和办结的流程",
    Action.INSTANCE_WITHDRAW: "撤回自己发起的流程",
    Action.JOB_VIEW: "查看后台工作",
    Action.LOG_EXPORT: "导出记录",
    Action.MESSAGE_DELIVER: "向流程传递消息",
    Action.NOTICE_EDIT: "设置消息推送",
    Action.PERSON_EDIT: "管理人员信息",
    Action.PERSON_LET_IN: "帮助人员登录",
    Action.PERSON_VIEW: "查看通讯录",
    Action.PERSON_VIEW_SENSITIVE: "查看电话和证件号码",
    Action.POST_EDIT: "管理岗位和任职",
    Action.REGISTER_EDIT: "维护学校规划、工作要点和标准的登记",
    Action.RIGHTS_EDIT: "授予和收回权限",
    Action.RIGHTS_TEST: "以他人身份试看",
    Action.RIGHTS_VIEW: "查看每个人的权限",
    Action.SETTING_EDIT: "修改系统规则",
    Action.SUBJECT_EDIT: "维护主体登记",
    Action.SUBJECT_START: "为主体发起工作",
    Action.SUBJECT_VIEW: "查看主体和已发布的文档",
    Action.TASK_ACT_FOR: "代他人办理任务",
    Action.TASK_ADD_SIGNER: "为任务加签、减签",
    Action.TASK_CLAIM: "领取任务",
    Action.TASK_COMPLETE: "办理任务",
    Action.TASK_COPY: "把流程抄送给他人",
    Action.TASK_EXTEND: "申请延期",
    Action.TASK_LEND: "委派任务",
    Action.TASK_REASSIGN: "转办任务",
    Action.TASK_RELEASE: "放回任务",
    Action.TASK_RETURN: "退回任务",
    Action.TASK_STEP_ASIDE: "回避",
    Action.TASK_TAKE_BACK: "拿回办完的任务",
    Action.TASK_URGE: "催办",
    Action.TASK_VIEW: "查看任务",
    Action.TEMPLATE_EDIT: "修订模板",
    Action.UNIT_EDIT: "管理单位",
    Action.UNIT_VIEW: "查看单位",
    Action.WORK_HAND_OVER: "交接离校人员的工作",
}
_QUESTIONS: Final[Mapping[str, str]] = {
    "document:read": "阅读一份已发布的文档",
    "instance:view": "查看一个流程",
}
THINGS: Final[Mapping[Thing, str]] = {
    Thing.SUBJECT: "主体编号",
    Thing.DOCUMENT: "文档编号",
    Thing.CASE: "流程编号",
    Thing.TASK: "任务编号",
}
_PREDICATES: Final[Mapping[Callable[..., bool], str]] = {
    is_.is_assignee: "这项任务由本人在办",
    is_.is_candidate: "这项任务派给了本人或本人的岗位，还没有人领取",
    is_.is_deputy: "本人是这项任务办理人的代理人",
    is_.is_deputy_apart: "本人是这项任务办理人的代理人，流程不是本人发起的",
    is_.is_process_admin_apart: "本人是流程管理员，流程不是本人发起的",
    is_.is_offered: "这项任务派给了本人或本人的岗位",
    is_.is_finisher: "这项任务由本人办完",
    is_.is_initiator: "流程由本人发起",
    is_.is_system: "由系统自动执行",
    is_.is_signed_in: "凡是有账号的人都可以",
    is_.is_unit_head: "本人是单位负责人，限本单位和下级单位",
    is_.is_staff: "凡是在校任职的人都可以，学生和校外人员除外",
}
_TIES: Final[Mapping[Tie, str]] = {
    Tie.STARTED: "流程由本人发起",
    Tie.HELD: "流程里有本人在办或办过的任务",
    Tie.OFFERED: "流程里有任务派给过本人或本人的岗位",
    Tie.COPIED: "流程抄送过本人",
    Tie.DEPUTY: "流程里有任务在等本人代理的人",
}
_SEATS: Final[Mapping[Seat, str]] = {
    Seat.CHAIR: "主持人",
    Seat.DEPUTY: "副主持人",
    Seat.MEMBER: "成员",
    Seat.SECRETARY: "秘书",
}
_VERBS: Final[Mapping[Action, str]] = {
    Action.SUBJECT_VIEW: "{who}可以看{where}的已发布文档",
    Action.SUBJECT_START: "{who}可以为{where}发起工作",
    Action.TEMPLATE_EDIT: "{who}可以修订{where}的模板",
}
REACHES: Final[Mapping[Reach, str]] = {
    Reach.OWN: "自己负责的",
    Reach.UNIT: "本单位的",
    Reach.BELOW: "本单位及下级单位的",
    Reach.ALL: "全部",
}
# reach, a fixed unit, a kind of subject → where
_WHERE: Final[Mapping[tuple[Reach, bool, bool], str]] = {
    (Reach.OWN, False, False): "自己负责的主体",
    (Reach.OWN, False, True): "自己负责的{kind}",
    (Reach.UNIT, False, False): "本单位",
    (Reach.UNIT, False, True): "本单位的{kind}",
    (Reach.UNIT, True, False): "{unit}",
    (Reach.UNIT, True, True): "{unit}的{kind}",
    (Reach.BELOW, False, False): "本单位及下级单位",
    (Reach.BELOW, False, True): "本单位及下级单位的{kind}",
    (Reach.BELOW, True, False): "{unit}及下级单位",
    (Reach.BELOW, True, True): "{unit}及下级单位的{kind}",
    (Reach.ALL, False, False): "全部主体",
    (Reach.ALL, False, True): "全部{kind}",
}
_FAILING: Final[Mapping[str, str]] = {
    "holder": "本人没有这个身份",
    "reach": "不在授权的范围内",
    "kind": "不是授权的那类主体",
    "year": "不是授权的年份",
}


def action(one: Action) -> str:
    """What an action is called."""
    return str(gettext(ACTIONS[one]))


def question(one: Question) -> str:
    """What a question asks."""
    named = _QUESTIONS.get(one.key)
    return str(gettext(named)) if named else action(one.action)


def questions() -> list[tuple[str, str]]:
    """Everything that may be asked, to choose from; where a thing is needed, which."""
    return [(one.key, question(one)) for one in QUESTIONS.values()]


def role(one: str) -> str:
    """What a role is called."""
    return str(gettext(roles.LABELS[Role(one)])) if one in set(Role) else one


def holders(db: Session, given: Iterable[Granted]) -> dict[str, str]:
    """Who holds grants, in words, in a few statements however many."""
    keys = {one.scope.holder for one in given}
    words = cases.key_words(db, keys - {grants.EVERYBODY})
    named = {key: _holder(key, word) for key, word in words.items()}
    return named | {grants.EVERYBODY: str(gettext("所有人"))}


def _holder(key: str, word: str) -> str:
    """A role and a post may have the same name: each says which it is."""
    if key.startswith("r:"):
        return str(gettext("{name}（角色）")).format(name=role(word))
    if key.startswith("p:"):
        return str(gettext("{name}（岗位）")).format(name=word)
    return word


def by_role(held: Iterable[RoleHeld]) -> list[tuple[str, list[RoleHeld]]]:
    """Who has which role, the administrators first."""
    found: dict[Role, list[RoleHeld]] = {}
    for one in held:
        found.setdefault(Role(one.role), []).append(one)
    order = sorted(found, key=lambda one: (one not in roles.ADMINISTRATORS, list(Role).index(one)))
    return [(role(one), found[one]) for one in order]


def grant(one: Granted, who: Mapping[str, str]) -> str:
    """A grant as a sentence: who may do what, where."""
    scope = one.scope
    kind = kinds.get(scope.subject_kind).label if scope.subject_kind else ""
    where = _WHERE[scope.reach, bool(one.unit_id), bool(kind)]
    told = gettext(where).format(unit=one.unit, kind=gettext(kind) if kind else "")
    return str(gettext(_VERBS[scope.action])).format(who=who[scope.holder], where=told)


def reason(one: Reason, who: Mapping[str, str]) -> str:
    """Why something is allowed."""
    if one.grant is not None:
        return grant(one.grant, who)
    if one.tie is not None:
        return str(gettext(_TIES[one.tie]))
    return predicate(one.predicate)


def lack(one: Lack, who: Mapping[str, str]) -> str:
    """What would allow it."""
    return grant(one.grant, who) if one.grant is not None else predicate(one.predicate)


def lacking(found: Iterable[Lack]) -> list[Lack]:
    """What would allow it to a person: what only the system does helps nobody."""
    return [one for one in found if one.predicate is not is_.is_system]


def failing(one: Lack) -> list[str]:
    """Why a grant does not help here."""
    return [str(gettext(_FAILING[part])) for part in one.failing]


def predicate(one: Callable[..., bool] | None) -> str:
    """A question of the policy as the condition it asks for."""
    if isinstance(one, is_.HasRole):
        return str(gettext("有“{role}”角色的人可以")).format(role=role(one.role))
    return str(gettext(_PREDICATES[one])) if one in _PREDICATES else ""


def source(one: Source) -> str:
    """A role, a post in a unit, or a seat in a committee."""
    if one.kind == "role":
        return role(one.what)
    if one.kind == "seat":
        return "·".join((one.where, str(gettext(_SEATS[Seat(one.what)]))))
    return "·".join(part for part in (one.where, one.what) if part)
