"""Entries about people, units, posts and committees in words, and what their pages call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask import Flask
from flask_babel import gettext

from engine import clock
from engine.college import kinds
from engine.college.composition import Lack
from engine.college.history import Change, Told
from engine.entries import Kind
from engine.models import Seat
from web import wording
from web.i18n import full_day, in_words

# kind of entry → (what was done, badge, icon)
_WORDS: Final[Mapping[Kind, tuple[str, str, str]]] = {
    Kind.USER_CREATED: ("登记人员", "now", "plus"),
    Kind.USER_CHANGED: ("修改人员信息", "", "edit"),
    Kind.USER_LEFT: ("办理离校", "late", "sign-out"),
    Kind.USER_RETURNED: ("恢复账号", "ok", "redo"),
    Kind.UNIT_CREATED: ("设立单位", "now", "plus"),
    Kind.UNIT_CHANGED: ("修改单位", "", "edit"),
    Kind.UNIT_CLOSED: ("撤销单位", "late", "stop"),
    Kind.POST_CREATED: ("设立岗位", "now", "plus"),
    Kind.POST_CHANGED: ("修改岗位", "", "edit"),
    Kind.POST_GIVEN: ("任职", "ok", "check"),
    Kind.POST_ENDED: ("免职", "back", "stop"),
    Kind.COMMITTEE_CREATED: ("新建委员会或工作组", "now", "plus"),
    Kind.COMMITTEE_CHANGED: ("修改委员会或工作组", "", "edit"),
    Kind.COMMITTEE_CLOSED: ("撤销委员会或工作组", "late", "stop"),
    Kind.SEAT_GIVEN: ("聘任", "ok", "check"),
    Kind.SEAT_ENDED: ("解聘", "back", "stop"),
    Kind.SUBJECT_CREATED: ("建立诊改主体", "now", "plus"),
    Kind.SUBJECT_CHANGED: ("修改诊改主体", "", "edit"),
    Kind.SUBJECT_CLOSED: ("停用诊改主体", "late", "stop"),
    Kind.MEMBER_GIVEN: ("进入诊改主体的团队", "ok", "check"),
    Kind.MEMBER_ENDED: ("离开诊改主体的团队", "back", "stop"),
    Kind.EVIDENCE_UPLOADED: ("上传佐证材料", "now", "upload"),
    Kind.EVIDENCE_REPLACED: ("更换佐证材料", "", "redo"),
    Kind.EVIDENCE_CHANGED: ("修改佐证材料的说明", "", "edit"),
    Kind.EVIDENCE_RETIRED: ("停用佐证材料", "late", "stop"),
    Kind.EVIDENCE_RESTORED: ("恢复使用佐证材料", "ok", "redo"),
    Kind.ROLE_GIVEN: ("授予角色", "ok", "key"),
    Kind.ROLE_TAKEN: ("收回角色", "back", "key"),
    Kind.GRANT_GIVEN: ("授权", "ok", "key"),
    Kind.GRANT_ENDED: ("收回授权", "back", "key"),
    Kind.RIGHTS_TESTED: ("以此人身份查看", "warn", "user"),
    Kind.PASSWORD_CHANGED: ("修改密码", "", "lock"),
    Kind.SIGN_IN_LINK_MADE: ("生成登录链接", "", "link"),
    Kind.SENSITIVE_VIEWED: ("查看敏感信息", "warn", "alert"),
    Kind.SECOND_FACTOR_SET: ("启用两步验证", "", "lock"),
    Kind.SECOND_FACTOR_REMOVED: ("停用两步验证", "warn", "lock"),
}
_PARTS: Final[Mapping[str, str]] = {
    "name": "名称",
    "username": "账号",
    "number": "工号或学号",
    "email": "电子邮箱",
    "phone": "电话",
    "id_number": "证件号码",
    "employer": "工作单位",
    "identity": "统一认证账号",
    "is_external": "校外人员",
    "code": "代码",
    "owner_id": "负责人",
    "key": "标识",
    "kind": "类别",
    "parent_id": "上级",
    "campus_id": "校区",
    "unit_id": "单位",
    "position": "顺序",
    "is_active": "在用",
    "duties": "职责",
    "rule": "组成规则",
    "term_years": "任期（年）",
}
_OF_PEOPLE: Final = {**_PARTS, "name": "姓名"}
_ABOUT_PEOPLE: Final = frozenset({Kind.USER_CREATED, Kind.USER_CHANGED})
_NAMED: Final = {"parent_id": "unit", "campus_id": "unit", "unit_id": "unit", "owner_id": "user"}
HEAD: Final = 3
TAIL: Final = 4
SHORTEST: Final = 10
"""A text so short would show too much of itself."""
_COVERED: Final = frozenset({"phone", "id_number"})
_LONG: Final = frozenset({"duties", "rule"})
_LABELS: Final = {
    **{key: kind.label for key, kind in kinds.UNIT_KINDS.items()},
    **kinds.COMMITTEE_KINDS,
    **kinds.POST_KINDS,
}
_THINGS: Final = (
    ("user_id", "user"),
    ("committee_id", "committee"),
    ("unit_id", "unit"),
    ("post_id", "post"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the house chain as a history shows it; `about` are the things it names."""

    seq: int
    title: str
    css: str
    symbol: str
    at: datetime | None
    who: str
    by: str
    about: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]


def install(app: Flask) -> None:
    """Give the templates of these pages their words."""
    app.jinja_env.filters |= {"masked": masked, "offered": wording.offered}
    app.jinja_env.globals |= {"today": clock.today, "seat": seat, "lack": lack}


def masked(value: str) -> str:
    """What is sensitive, covered: 138****1234."""
    if len(value) < SHORTEST:
        return "*" * len(value)
    return f"{value[:HEAD]}****{value[-TAIL:]}"


def title(kind: Kind) -> str:
    """What an entry of this kind is called."""
    return _WORDS.get(kind, ("登记", "", ""))[0]


def told(entry: Told, thing: str = "") -> Line:
    """An entry in words; one that is not as it was recorded says only that.

    `thing` is whose history it stands in (`user:5`), which it need not name again.
    """
    if entry.kind is None:
        return Line(entry.seq, gettext("记录已损坏"), "late", "alert", None, "", "", (), ())
    title, css, symbol = _WORDS.get(entry.kind, ("登记", "", "edit"))
    who = entry.who or gettext("系统")
    return Line(
        entry.seq,
        gettext(title),
        css,
        symbol,
        entry.at,
        who,
        entry.by,
        tuple(_about(entry, thing)),
        tuple(_change(entry, one) for one in entry.changes),
    )


def lack(missing: Lack) -> str:
    """One thing that a committee lacks."""
    values = {
        name: gettext(value) if name == "what" and isinstance(value, str) else value
        for name, value in missing.values.items()
    }
    return in_words(missing.sentence, values)


def _about(entry: Told, thing: str) -> Iterator[str]:
    asked = entry.asked
    for word, kind in _THINGS:
        named = f"{kind}:{asked.get(word)}"
        if named != thing and named in entry.names:
            yield entry.names[named]
    if "role" in asked:
        yield wording.offered(str(asked["role"]))
    if asked.get("since"):
        yield gettext("自 %(day)s", day=_day(asked["since"]))
    last = asked.get("until") or asked.get("on")
    if last:
        yield gettext("至 %(day)s", day=_day(last))


def _day(written: object) -> str:
    try:
        return full_day(date.fromisoformat(str(written)))
    except ValueError:
        return str(written)


def _change(entry: Told, change: Change) -> tuple[str, str]:
    words = _OF_PEOPLE if entry.kind in _ABOUT_PEOPLE else _PARTS
    part = gettext(words.get(change.part, change.part))
    if change.is_hidden:
        return part, gettext("改过，内容不显示")
    if change.part in _LONG:
        return part, gettext("改过")
    before, after = (_value(entry, change.part, one) for one in (change.before, change.after))
    return part, gettext("%(before)s → %(after)s", before=before, after=after)


def _value(entry: Told, part: str, value: Any) -> str:
    if value is None or value == "":
        return str(gettext("（空）"))
    if part in _COVERED:
        return masked(str(value))
    if isinstance(value, bool):
        return str(gettext("是") if value else gettext("否"))
    if part in _NAMED:
        is_group = part == "parent_id" and "committee" in entry.asked
        kind = "committee" if is_group else _NAMED[part]
        return entry.names.get(f"{kind}:{value}", str(value))
    if part == "kind":
        return str(gettext(_LABELS.get(str(value), str(value))))
    return str(value)


def seat(committee_kind: str, held: str) -> str:
    """What a seat is called in a committee of this kind."""
    return str(gettext(kinds.seat_label(committee_kind, Seat(held))))
