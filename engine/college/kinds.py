"""The kinds of units and committees: how people call them, and what may stand below what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.models import PostKind, Seat


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A kind of unit; `below` are the kinds that it may stand directly below."""

    label: str
    below: frozenset[str]


def _kind(label: str, *below: str) -> UnitKind:
    return UnitKind(label, frozenset(below))


SCHOOL: Final = "school"
CAMPUS: Final = "campus"
DEPARTMENT: Final = "department"
COLLEGE: Final = "college"
CLASS: Final = "class"

UNIT_KINDS: Final[Mapping[str, UnitKind]] = MappingProxyType(
    {
        SCHOOL: _kind("学校"),
        CAMPUS: _kind("校区", SCHOOL),
        DEPARTMENT: _kind("职能部门", SCHOOL, CAMPUS, DEPARTMENT),
        "section": _kind("科室", DEPARTMENT, COLLEGE),
        COLLEGE: _kind("二级学院", SCHOOL, CAMPUS),
        "teaching_section": _kind("教研室", COLLEGE, DEPARTMENT),
        "training_centre": _kind("实训中心", SCHOOL, COLLEGE, DEPARTMENT),
        CLASS: _kind("班级", COLLEGE, "teaching_section"),
    }
)

COMMITTEE_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "committee": "委员会",
        "office": "办公室",
        "working_group": "工作组",
        "expert_pool": "专家库",
        "supervision": "督导队伍",
    }
)

POST_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {PostKind.MEMBER: "成员", PostKind.OFFICE: "岗位职务", PostKind.LEADER: "上级领导"}
)


@dataclass(frozen=True, slots=True)
class SeatLabel:
    """What the four seats are called in one kind of committee."""

    chair: str
    deputy: str
    member: str
    secretary: str = "秘书"


_COMMITTEE: Final = SeatLabel("主任委员", "副主任委员", "委员")
_GROUP: Final = SeatLabel("组长", "副组长", "组员")
_OFFICE: Final = SeatLabel("主任", "副主任", "成员")
_EXPERTS: Final = SeatLabel("负责人", "副负责人", "专家")
_SEATS: Final[Mapping[str, SeatLabel]] = MappingProxyType(
    {
        "committee": _COMMITTEE,
        "office": _OFFICE,
        "working_group": _GROUP,
        "expert_pool": _EXPERTS,
        "supervision": SeatLabel("负责人", "副负责人", "督导"),
    }
)


def seat_label(committee_kind: str, seat: str) -> str:
    """What a seat is called in a committee of this kind (组长, 委员, 专家)."""
    label: str = getattr(_SEATS.get(committee_kind, _COMMITTEE), Seat(seat).value)
    return label
