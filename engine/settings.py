"""Rules of the house that are changed in the browser: data, each change an entry of the log.

What the machine needs to run (addresses, keys, ports) is no such rule: that is the environment's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import eventlog, people, permissions, roles
from engine.entries import Kind, read_body
from engine.errors import Refused
from engine.models import LogEntry, LogMention, Setting
from engine.people import Actor
from engine.permissions import Action

HISTORY: Final = 20
NOT_OFFERED: Final = "“{label}”请在列出的几项里选。"


class SettingUnknown(Refused):
    """No rule of the house has this name."""

    sentence = "没有“{key}”这一项设定。"


class SettingNotFitting(Refused):
    """The value is none that this rule may have; `problems` by key, each a sentence and values."""

    sentence = "有 {count} 项设定不能这样填。"

    def __init__(self, problems: Mapping[str, tuple[str, Mapping[str, object]]]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


class SettingStale(Refused):
    """Somebody changed the rules since the page was opened."""

    sentence = "{who}刚刚改过设定，请看过现在的内容再保存；您填写的还在页面上。"


@dataclass(frozen=True, slots=True)
class Number:
    """A rule that is a whole number. `optional`: 0 means that the installation decides."""

    label: str
    hint: str
    unit: str
    default: int
    least: int
    most: int
    optional: bool = False

    def problem(self, value: object) -> tuple[str, Mapping[str, object]] | None:
        """Why this cannot be the value, as a sentence and what fills it; None where it can."""
        if self.optional and value == 0:
            return None
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most:  # type: ignore[operator]  # a number
            said = "“{label}”要填 {least} 到 {most} 的整数。"
            return said, {"label": self.label, "least": self.least, "most": self.most}
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A rule that is one of a few words."""

    label: str
    hint: str
    default: str
    words: Mapping[str, str]

    def problem(self, value: object) -> tuple[str, Mapping[str, object]] | None:
        """Why this cannot be the value; None where it can."""
        if isinstance(value, str) and value in self.words:
            return None
        return NOT_OFFERED, {"label": self.label}


@dataclass(frozen=True, slots=True)
class Several:
    """A rule that is any number of a few words."""

    label: str
    hint: str
    default: tuple[str, ...]
    words: Mapping[str, str]

    def problem(self, value: object) -> tuple[str, Mapping[str, object]] | None:
        """Why this cannot be the value; None where it can."""
        words = value if isinstance(value, list | tuple) else [None]
        if all(isinstance(each, str) and each in self.words for each in words):
            return None
        return NOT_OFFERED, {"label": self.label}


Rule = Number | OneOf | Several

RULES: Final[dict[str, Rule]] = {
    "shortest_password": Number(
        "密码最短长度",
        "只约束新设的密码，已有的密码照旧可用。",
        "个字符",
        default=8,
        least=8,
        most=64,
    ),
    "second_factor_roles": Several(
        "必须使用两步验证的角色",
        "这些人下次登录时要先绑定手机上的验证器，才能继续。",
        default=(),
        words={str(role): label for role, label in roles.LABELS.items()},
    ),
    "local_sign_in": OneOf(
        "谁可以用账号密码登录",
        "学校统一登录不受影响；出故障时管理员仍能用密码进来。",
        default="everybody",
        words={
            "everybody": "所有人",
            "unlinked": "没有绑定统一登录的人，以及管理员",
            "administrators": "只有管理员",
        },
    ),
    "session_hours": Number(
        "登录后闲置多久要重新登录",
        "留空则按安装时的设定。",
        "小时",
        default=0,
        least=1,
        most=720,
        optional=True,
    ),
    "link_minutes": Number(
        "登录链接的有效时间",
        "重设密码的邮件和管理员生成的一次性链接都按这个时间。",
        "分钟",
        default=30,
        least=5,
        most=60,
    ),
    "urge_hours": Number(
        "多久可以再催办一次",
        "同一个人对同一项任务，两次催办之间至少隔这么久。",
        "小时",
        default=1,
        least=1,
        most=168,
    ),
    "notice_mail": OneOf(
        "邮件通知怎么发",
        "本人在“我的通知”里另有选择的，按本人的。",
        default="now",
        words={
            "now": "有事就发",
            "digest": "每天汇总成一封",
            "off": "不发，除非本人选择要",
        },
    ),
    "digest_hour": Number(
        "每天几点发汇总",
        "汇总把一天里攒下的通知放在一封邮件里。",
        "点",
        default=8,
        least=0,
        most=23,
    ),
    "quiet_from": Number(
        "免打扰从几点开始",
        "这段时间里不发邮件，也不通知群机器人，过后再发；开始和结束相同就是没有。",
        "点",
        default=22,
        least=0,
        most=23,
    ),
    "quiet_until": Number(
        "免打扰到几点结束",
        "结束以后马上补发。",
        "点",
        default=7,
        least=0,
        most=23,
    ),
    "quiet_days": OneOf(
        "休息日",
        "按校历；节假日和周末攒下的，等到下一个工作日再发。",
        default="wait",
        words={"send": "照常发", "wait": "等到工作日再发"},
    ),
    "notice_days": Number(
        "通知保留多久",
        "更早的通知每天夜里清除；还没看、任务也还没办的留着。邮件和流程记录不受影响。",
        "天",
        default=365,
        least=30,
        most=3650,
    ),
    "print_days": Number(
        "批量打印的结果保留多久",
        "打好的压缩包过期自动删除，需要时可以重新打印。",
        "天",
        default=7,
        least=1,
        most=90,
    ),
    "token_days": Number(
        "访问令牌最长有效期",
        "程序通过接口访问时使用的令牌。",
        "天",
        default=365,
        least=1,
        most=365,
    ),
}
"""Every rule of the house, in the order of the page; parts of the product add theirs."""

NOTICES: Final = (
    "notice_mail",
    "digest_hour",
    "quiet_from",
    "quiet_until",
    "quiet_days",
    "notice_days",
)
"""The rules of how people are told, which have a page of their own."""


def number(db: Session, key: str) -> int:
    """The value of a rule that is a number."""
    return int(_value(db, key))


def word(db: Session, key: str) -> str:
    """The value of a rule that is one of a few words."""
    return str(_value(db, key))


def words(db: Session, key: str) -> frozenset[str]:
    """The value of a rule that is several words."""
    return frozenset(_value(db, key))


def _value(db: Session, key: str) -> Any:
    stored = db.execute(select(Setting.value).where(Setting.key == key)).scalar_one_or_none()
    return RULES[key].default if stored is None else orjson.loads(stored)


@dataclass(frozen=True, slots=True)
class Standing:
    """All rules as they stand, and the number of the newest change, for `change(…, seen=)`."""

    values: Mapping[str, Any]
    seen: int


def standing(db: Session) -> Standing:
    """All rules as they stand, in one query."""
    rows = db.execute(select(Setting.key, Setting.value, Setting.changed_seq)).all()
    values = {key: rule.default for key, rule in RULES.items()}
    known = [row for row in rows if row.key in RULES]
    values |= {row.key: orjson.loads(row.value) for row in known}
    return Standing(values, max((row.changed_seq for row in known), default=0))


def change(db: Session, wanted: Mapping[str, Any], *, by: Actor, seen: int | None = None) -> int:
    """Change rules; what does not differ stays as it is. Returns how many did.

    `seen` is `Standing.seen` of the page that the values come from: whoever changes what somebody
    else has just changed is told. Raises `SettingUnknown`, `SettingNotFitting`, `SettingStale`.
    """
    permissions.require(by, Action.SETTING_EDIT)
    unknown = next((key for key in wanted if key not in RULES), None)
    if unknown is not None:
        raise SettingUnknown(key=unknown)
    problems = {key: RULES[key].problem(value) for key, value in wanted.items()}
    wrong = {key: problem for key, problem in problems.items() if problem is not None}
    if wrong:
        raise SettingNotFitting(wrong)
    now = standing(db)
    if seen is not None and seen != now.seen:
        raise SettingStale(who=_who(db, now.seen))
    changed = {key: _plain(wanted[key]) for key in wanted}
    changed = {key: value for key, value in changed.items() if value != _plain(now.values[key])}
    for key, value in changed.items():
        _change(db, key, _plain(now.values[key]), value, by=by)
    return len(changed)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple | frozenset | set) else value


def _change(db: Session, key: str, before: Any, after: Any, *, by: Actor) -> None:
    asked = {"key": key, "before": before, "after": after}
    about = (_thing(key),)
    head = eventlog.record(db, Kind.SETTING_CHANGED, by=by.mark, asked=asked, about=about)
    row = {"value": orjson.dumps(after).decode(), "changed_seq": head.seq}
    mine = update(Setting).where(Setting.key == key).values(row)
    if db.execute(mine.returning(Setting.key)).first() is None:
        db.execute(insert(Setting), {"key": key, **row})


def _thing(key: str) -> str:
    return f"setting:{key}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a rule, as the log has it."""

    key: str
    before: Any
    after: Any
    who: str
    at: datetime


def history(db: Session) -> Sequence[Change]:
    """The newest changes of the rules, who made them and when."""
    things = [_thing(key) for key in RULES]
    numbers = select(LogMention.seq).where(LogMention.thing.in_(things))
    entries = select(LogEntry.by, LogEntry.at, LogEntry.body).where(
        LogEntry.chain == eventlog.HOUSE, LogEntry.seq.in_(numbers)
    )
    rows = db.execute(entries.order_by(LogEntry.seq.desc()).limit(HISTORY)).all()
    names = people.names(db, [people.marked(row.by) for row in rows])
    found = []
    for row in rows:
        asked = read_body(row.body).asked
        who = names.get(people.marked(row.by) or 0, "…")
        at = datetime.fromisoformat(row.at)
        found.append(Change(asked["key"], asked["before"], asked["after"], who, at))
    return found


def _who(db: Session, seq: int) -> str:
    """Who made the change with this number."""
    mine = (LogEntry.chain == eventlog.HOUSE) & (LogEntry.seq == seq)
    mark = db.execute(select(LogEntry.by).where(mine)).scalar_one_or_none() or ""
    return people.names(db, [people.marked(mark)]).get(people.marked(mark) or 0, "…")
