"""Who gets a step: every rule, what stands in when nobody is found, who need not be asked again."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import (
    assignment,
    definitions,
    instances,
    jobs,
    preview,
    replay,
    tasks,
)
from engine.assignment import About
from engine.bpmn import dialect, parse
from engine.college import posts
from engine.errors import CannotAssign
from engine.models import Incident, LogEntry
from engine.people import SYSTEM
from tests.college import College
from tests.integration.engine import flow, furnished
from tests.integration.engine.furnished import SINCE


@pytest.fixture
def house(db: Session, college: College) -> College:
    """The college with a post on every level."""
    return furnished.furnish(db, college)


FINDS = {
    "head@subject.unit": ([], []),
    "head@subject.college": (["dean"], ["p:head:{machine}"]),
    "head:1@subject.unit": (["dean"], ["p:head:{machine}"]),
    "head:2@subject.unit": (["rector"], ["p:head:{school}"]),
    "head:3@subject.unit": ([], []),
    "heads:1@subject.unit": (["dean"], ["p:head:{machine}"]),
    "heads:3@subject.unit": (["dean", "rector"], ["p:head:{machine}", "p:head:{school}"]),
    "leader@subject.unit": (["vice"], ["p:leader:{machine}"]),
    "contact_leader@subject.college": (["contact"], ["p:contact_leader:{machine}"]),
    "committee:quality": (["chair", "office", "member"], ["c:quality"]),
    "committee:quality:chair": (["chair"], ["c:quality:chair"]),
    "committee:quality:secretary": ([], []),
    "committee:moon": ([], []),
    "role:quality_office": (["office"], ["r:quality_office"]),
    "user:office": (["office"], ["u:{office}"]),
    "field:who": (["teacher", "dean"], ["u:{teacher}", "u:{dean}"]),
    "field:nobody": ([], []),
    "field:odd": ([], []),
    "pick:initiator": (["vice"], ["u:{vice}"]),
    "subject.owner": (["leader"], ["u:{leader}"]),
    "subject.team": (["teacher"], ["u:{teacher}"]),
    "head@unit:trade": ([], []),
    "heads:2@unit:trade": (["rector"], ["p:head:{school}"]),
    "post:teacher@subject.unit, subject.owner": (
        ["teacher", "leader"],
        ["p:teacher:{section}", "u:{leader}"],
    ),
}


@pytest.mark.parametrize("rule", FINDS)
def test_whom_each_rule_finds(db: Session, house: College, rule: str) -> None:
    persons_found, keys = FINDS[rule]
    values = {
        "who": "N-teacher、dean, somebody_else",
        "nobody": "",
        "odd": {"a": 1},
        "pick:step": [house.users["vice"], 999_999_999],
    }
    about = About(
        f"subject:{house.subject}",
        house.users["leader"],
        variables=lambda: values,
        element="step",
    )
    found = assignment.resolve(db, dialect.who({dialect.CANDIDATE_GROUPS: rule}), about)
    if not keys:
        assert found.fallback
        assert found.keys == ("r:process_admin",)
        return
    assert found.keys == tuple(key.format(**house.units, **house.users) for key in keys)
    assert found.people == tuple(house.users[name] for name in persons_found)
    chairs = (house.users["chair"],) if "committee" in rule else ()
    assert found.chairs == chairs


@pytest.mark.parametrize(
    "value", [["teacher", "N-dean"], "N-dean", 7, [[]], True, None, "x" * 9_999]
)
def test_a_field_may_hold_anything(db: Session, house: College, value: object) -> None:
    about = About(None, None, variables=lambda: {"who": value})
    found = assignment.resolve(db, dialect.who({dialect.CANDIDATE_GROUPS: "field:who"}), about)
    assert found.fallback or set(found.people) <= {house.users["teacher"], house.users["dean"]}


def who(rule: str, **properties: str) -> dialect.Who:
    """A rule with what stands beside it."""
    return dialect.who({dialect.CANDIDATE_GROUPS: rule}, properties)


def test_fallbacks_are_tried_in_their_order_and_nobody_is_no_error(
    db: Session, house: College
) -> None:
    about = About(None, house.users["leader"])
    tried = who("user:nobody", fallback="committee:moon, role:quality_office, user:dean")
    found = assignment.resolve(db, tried, about)
    assert (found.people, found.by) == ((house.users["office"],), "role:quality_office")
    nobody = assignment.resolve(db, who("user:nobody", fallback="user:nobody_else"), about)
    assert nobody.fallback
    assert nobody.keys == ("r:process_admin",)


def test_whoever_began_the_case_decides_steps_aside_or_asks_above(
    db: Session, house: College
) -> None:
    dean, rector = house.users["dean"], house.users["rector"]
    about = About(f"subject:{house.subject}", dean)
    rule = "head@subject.college"
    assert assignment.resolve(db, who(rule), about).people == (dean,)
    alone = assignment.resolve(db, who(rule, initiator_is_approver="skip"), about)
    assert alone.settled == ((dean, "initiator"),)
    above = assignment.resolve(db, who(rule, initiator_is_approver="up"), about)
    assert above.people == (rector,)
    others = assignment.resolve(
        db, who(f"{rule}, user:office", initiator_is_approver="skip"), about
    )
    assert (others.people, others.settled) == ((house.users["office"],), ())
    top = replace(about, started_by=rector)
    nobody = assignment.resolve(db, who("user:rector", initiator_is_approver="up"), top)
    assert nobody.fallback
    handed_in = assignment.resolve(db, who("initiator", initiator_is_approver="up"), about)
    assert handed_in.people == (dean,)


def told(db: Session, case: int) -> list[tuple[str, str | None, str | None]]:
    """The steps of a case: element, outcome, and why it was settled."""
    rows = db.execute(
        select(LogEntry.body).where(LogEntry.chain == f"case:{case}").order_by(LogEntry.seq)
    ).scalars()
    asked = [orjson.loads(row)["asked"] for row in rows]
    return [
        (one["element"], one["outcome"], one.get("settled")) for one in asked if "outcome" in one
    ]


def test_the_same_person_again_is_not_asked_where_the_flow_says_so(
    db: Session, house: College
) -> None:
    steps = [
        flow.step("hand_in"),
        flow.step("first", "user:dean"),
        flow.step("just_after", "user:dean", repeat="consecutive"),
        flow.step("another", "user:rector"),
        flow.step("not_just_after", "user:dean", repeat="consecutive"),
        flow.step("third", "user:rector, user:dean", repeat="skip"),
        flow.step("asked_all_the_same", "user:dean", repeat="never"),
    ]
    leader = house.actor(db, "leader")
    case = flow.begin(db, flow.chain("again", *steps), by=leader)
    flow.do(db, case, "hand_in", by=leader)
    flow.do(db, case, "first", by=house.actor(db, "dean"))
    assert list(flow.open_tasks(db, case)) == ["another"]
    flow.do(db, case, "another", by=house.actor(db, "rector"))
    assert list(flow.open_tasks(db, case)) == ["not_just_after"]
    flow.do(db, case, "not_just_after", by=house.actor(db, "dean"))
    assert list(flow.open_tasks(db, case)) == ["asked_all_the_same"]
    assert told(db, case) == [
        ("hand_in", "approve", None),
        ("first", "approve", None),
        ("just_after", "approve", "repeat"),
        ("another", "approve", None),
        ("not_just_after", "approve", None),
        ("third", "approve", "repeat"),
    ]
    assert replay.replay(db, case).difference is None


def test_handing_in_is_no_approval_and_a_return_asks_everybody_again(
    db: Session, house: College
) -> None:
    steps = [
        flow.step("hand_in"),
        flow.step("first", "user:dean", repeat="skip"),
        flow.step("second", "user:rector", verbs="approve,return", returns_to="initiator"),
    ]
    dean = house.actor(db, "dean")
    case = flow.begin(db, flow.chain("returned", *steps), by=dean)
    flow.do(db, case, "hand_in", by=dean)
    assert list(flow.open_tasks(db, case)) == ["first"]
    flow.do(db, case, "first", by=dean)
    second = flow.open_tasks(db, case)["second"]
    tasks.send_back(db, second, by=house.actor(db, "rector"), reason="再改")
    flow.do(db, case, "hand_in", by=dean)
    assert list(flow.open_tasks(db, case)) == ["first"]
    assert replay.replay(db, case).difference is None


def test_a_circle_of_steps_that_need_nobody_ends(db: Session, house: College) -> None:
    nodes = (
        flow.step("hand_in")
        + '<bpmn:exclusiveGateway id="again"/>'
        + flow.step("mine", "initiator, user:leader", repeat="skip")
        + flow.step("own", "user:leader", initiator_is_approver="skip")
        + '<bpmn:exclusiveGateway id="done" default="done__again"/>'
    )
    lines = (
        flow.line("start", "hand_in")
        + flow.line("hand_in", "again")
        + flow.line("again", "own")
        + flow.line("own", "done")
        + flow.line("done", "again")
        + flow.line("done", "mine", "outcome == 'refuse'")
        + flow.line("mine", "end")
    )
    leader = house.actor(db, "leader")
    case = flow.begin(db, flow.process("circle", nodes, lines), by=leader)
    flow.do(db, case, "hand_in", by=leader)
    assert list(flow.open_tasks(db, case)) == ["own"]
    assert len(told(db, case)) == 1 + instances.MOST_SETTLED
    assert replay.replay(db, case).difference is None


def test_a_step_that_finds_nobody_goes_to_the_administrators_with_an_incident(
    db: Session, house: College
) -> None:
    leader, admin = house.actor(db, "leader"), house.actor(db, "admin")
    drawn = flow.chain("lost", flow.step("hand_in"), flow.step("lost_step", "head@subject.unit"))
    case = flow.begin(db, drawn, by=leader)
    flow.do(db, case, "hand_in", by=leader)
    incidents = select(Incident.status, Incident.sentence).where(Incident.instance_id == case)
    row = db.execute(incidents).one()
    assert (row.status, "没有找到可以办理的人" in row.sentence) == ("open", True)
    lost = flow.open_tasks(db, case)["lost_step"]
    tasks.reassign(db, lost, by=admin, to=house.users["dean"], reason="由院长办理")
    assert db.execute(incidents).one().status == "resolved"
    flow.do(db, case, "lost_step", by=house.actor(db, "dean"))
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_once_somebody_holds_the_post_trying_again_finds_them(db: Session, house: College) -> None:
    leader, admin = house.actor(db, "leader"), house.actor(db, "admin")
    drawn = flow.chain("again", flow.step("hand_in"), flow.step("review", "head@subject.unit"))
    definitions.publish(db, drawn, by=SYSTEM, note="版")
    case = instances.start(db, "again", by=leader, subject=f"subject:{house.subject}")
    flow.do(db, case, "hand_in", by=leader)
    incident = db.execute(select(Incident.id).where(Incident.instance_id == case)).scalar_one()
    with pytest.raises(CannotAssign):
        jobs.retry(db, incident, by=admin)
    head, section = house.posts["head"], house.units["section"]
    posts.give(db, house.users["teacher"], head, section, since=SINCE, by=SYSTEM)
    jobs.retry(db, incident, by=admin)
    flow.do(db, case, "review", by=house.actor(db, "teacher"))
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_trying_again_does_not_find_those_who_stepped_aside(db: Session, house: College) -> None:
    leader, admin = house.actor(db, "leader"), house.actor(db, "admin")
    review = flow.step("review", "user:office", verbs="approve,step_aside")
    case = flow.begin(db, flow.chain("aside", review), by=leader)
    task = flow.open_tasks(db, case)["review"]
    tasks.step_aside(db, task, by=house.actor(db, "office"), reason="利害关系")
    incident = db.execute(select(Incident.id).where(Incident.instance_id == case)).scalar_one()
    with pytest.raises(CannotAssign):
        jobs.retry(db, incident, by=admin)
    flow.do(db, case, "review", by=admin)
    assert flow.status(db, case) == "completed"


def test_a_preview_names_everybody_in_a_few_statements(db: Session, house: College) -> None:
    rules = [rule for rule in FINDS if "moon" not in rule and rule != "field:odd"]
    many = [flow.step(f"s{number}", rules[number % len(rules)]) for number in range(200)]
    steps = [flow.step("hand_in"), *many, flow.step("last", "user:moon", fallback="user:rector")]
    drawn = flow.chain("shown", *steps)
    drawn_steps = preview.steps_drawn(parse.read(drawn))
    statements: list[str] = []
    event.listen(
        db.get_bind(), "before_cursor_execute", lambda *words: statements.append(str(words[2]))
    )
    about = About(f"subject:{house.subject}", house.users["leader"])
    shown = preview.who(db, drawn_steps, about)
    assert len(statements) < 20
    by_step = {one.element_id: one for one in shown}
    assert by_step["hand_in"].found.people == (house.users["leader"],)
    assert by_step["last"].found.by == "user:rector"
    for number in range(200):
        rule = rules[number % len(rules)]
        one = by_step[f"s{number}"]
        expected, keys = FINDS[rule]
        if rule.startswith(("field:", "pick:")):
            assert one.is_open
        elif not keys:
            assert one.found.fallback
        else:
            assert one.found.people == tuple(house.users[name] for name in expected), rule


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60))
def test_any_text_is_a_rule_or_a_sentence(text: str) -> None:
    for read in (dialect.assignment, dialect.ATTRIBUTES["camunda:candidateGroups"].check):
        try:
            rules = read(text)
        except dialect.DialectError:
            continue
        else:
            assert dialect.assignment(",".join(rule.text for rule in rules)) == rules


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        "{}:{}@{}".format,
        st.sampled_from(["post", "head", "heads", "leader", "committee", "pick", "field", "role"]),
        st.sampled_from(["", "1", "2", "21", "0", "quality", "quality:chair", "a b", "x" * 300]),
        st.sampled_from(["", "subject.unit", "unit:", "unit:a", "moon", "subject.unit@unit:a"]),
    )
)
def test_what_nearly_is_a_rule_is_never_half_read(text: str) -> None:
    try:
        rules = dialect.assignment(text)
    except dialect.DialectError:
        return
    else:
        assert ",".join(rule.text for rule in rules) == text
