"""What a committee must consist of: every lack is one sentence with its numbers."""

from __future__ import annotations

import pytest

from engine.college import composition
from engine.college.composition import Member, Nominator
from engine.college.errors import BadRule
from engine.models import Seat

LED = {
    "size": {"least": 5},
    "odd": True,
    "chair": {"least": 1, "most": 1},
    "external": {"least": 1, "most": 1},
}
COLLEGE = {
    "size": {"least": 7},
    "odd": True,
    "chair": {"least": 1, "most": 2},
    "external": {"least": 1, "most": 2},
}
POOL = {
    "nominated": [
        {"kind": "department", "internal": 1, "external": 1},
        {"kind": "college", "internal": 2, "external": 2},
    ]
}
UNITS = (
    Nominator(1, "教务处", "department"),
    Nominator(2, "智能制造学院", "college"),
    Nominator(3, "机电一班", "class"),
)


def people(chairs=0, members=0, external=0, external_chairs=0):
    return [
        *[Member(Seat.CHAIR)] * chairs,
        *[Member(Seat.CHAIR, is_external=True)] * external_chairs,
        *[Member(Seat.MEMBER)] * members,
        *[Member(Seat.MEMBER, is_external=True)] * external,
    ]


LACKS = [
    (LED, people(chairs=1, members=3, external=1), []),
    (LED, people(chairs=1, members=5, external=1), []),
    (
        LED,
        [],
        [
            "还缺 5 人：总人数至少 5 人，现有 0 人。",
            "总人数应为奇数，现有 0 人。",
            "还缺 1 名组长：应有 1 名，现有 0 名。",
            "还缺 1 名校外专家：应有 1 名，现有 0 名。",
        ],
    ),
    (LED, people(chairs=1, members=4, external=1), ["总人数应为奇数，现有 6 人。"]),
    (
        LED,
        people(chairs=2, members=1, external=2),
        ["多了 1 名组长：最多 1 名，现有 2 名。", "多了 1 名校外专家：最多 1 名，现有 2 名。"],
    ),
    (COLLEGE, people(chairs=1, members=4, external=2), []),
    (COLLEGE, people(chairs=1, external_chairs=1, members=5), []),
    (
        COLLEGE,
        people(members=4, external=1),
        ["还缺 2 人：总人数至少 7 人，现有 5 人。", "还缺 1 名组长：应有 1 至 2 名，现有 0 名。"],
    ),
    (
        COLLEGE,
        people(chairs=3, members=1, external=3),
        ["多了 1 名组长：最多 2 名，现有 3 名。", "多了 1 名校外专家：最多 2 名，现有 3 名。"],
    ),
    ({"size": {"most": 3}}, people(members=5), ["多了 2 人：总人数最多 3 人，现有 5 人。"]),
    (
        {"deputy": {"least": 2}},
        people(chairs=1),
        ["还缺 2 名副组长：至少 2 名，现有 0 名。"],
    ),
    ({}, [], []),
]


@pytest.mark.parametrize(("rule", "members", "lacks"), LACKS)
def test_what_a_committee_lacks(rule, members, lacks):
    assert [one.text() for one in composition.missing(composition.read(rule), members)] == lacks


def test_every_unit_names_its_experts():
    rule = composition.read(POOL)
    assert [one.text() for one in composition.missing(rule, [], UNITS)] == [
        "“教务处”还应推荐 1 名校内专家：应有 1 名，现有 0 名。",
        "“教务处”还应推荐 1 名校外专家：应有 1 名，现有 0 名。",
        "“智能制造学院”还应推荐 2 名校内专家：应有 2 名，现有 0 名。",
        "“智能制造学院”还应推荐 2 名校外专家：应有 2 名，现有 0 名。",
    ]
    named = [
        Member(Seat.MEMBER, is_external=is_external, unit_id=unit)
        for unit, count in ((1, 1), (2, 2))
        for is_external in (False, True)
        for _each in range(count)
    ]
    assert composition.missing(rule, named, UNITS) == []
    one_short = composition.missing(rule, named[:-1], UNITS)
    assert [one.text() for one in one_short] == [
        "“智能制造学院”还应推荐 1 名校外专家：应有 2 名，现有 1 名。"
    ]


def test_seats_are_called_as_the_kind_of_committee_calls_them():
    rule = composition.read({"chair": {"least": 2}})
    (lack,) = composition.missing(rule, [], kind="committee")
    assert lack.text() == "还缺 2 名主任委员：至少 2 名，现有 0 名。"


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ({"sizes": {}}, "sizes"),
        ({"size": 5}, "size"),
        ({"size": {"least": "5"}}, "size"),
        ({"size": {"least": -1}}, "size"),
        ({"size": {"least": 1.5}}, "size"),
        ({"size": {"least": True}}, "size"),
        ({"size": {"least": 1_001}}, "size"),
        ({"chair": {"least": 2, "most": 1}}, "chair"),
        ({"external": {"about": 2}}, "external"),
        ({"odd": "yes"}, "odd"),
        ({"note": 1}, "note"),
        ({"nominated": {}}, "nominated"),
        ({"nominated": [1]}, "nominated"),
        ({"nominated": [{"kind": "club"}]}, "nominated"),
        ({"nominated": [{"kind": []}]}, "nominated"),
        ({"nominated": [{"kind": "college", "internal": None}]}, "nominated"),
    ],
)
def test_a_rule_that_cannot_be_read_names_its_part(rule, part):
    with pytest.raises(BadRule) as refused:
        composition.read(rule)
    assert refused.value.values["part"] == part
