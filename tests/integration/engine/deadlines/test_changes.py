"""Deadlines when the calendar, a term, the year or the library changes, and many at a time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import (
    calendars,
    clock,
    deadlines,
    definitions,
    instances,
    jobs,
    policies,
    replay,
    tasks,
)
from engine.bpmn import dialect
from engine.calendars import state
from engine.college import units
from engine.deadlines.changing import ChangeUnclear, Choice, NothingChosen, StepUnknown, Wanted
from engine.errors import Forbidden, ReasonRequired, UnknownDefinition
from engine.models import DueChange, Incident, Job, UserTask
from engine.people import SYSTEM
from quality import cycle
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.deadlines import ladders
from tests.integration.engine.deadlines.ladders import at

FORM = (
    '{"type": "default", "schemaVersion": 17, "id": "dated", "components": [{"type": "datetime",'
    ' "subtype": "date", "key": "hand_in_by", "label": "交稿", "dateLabel": "交稿", "id": "a"}]}'
)


def start(db: Session, college: College, due: str, text: str, key: str = "timed") -> int:
    """A case whose second step opens at this moment."""
    admin, leader = ladders.administrator(db, college), college.actor(db, "leader")
    with clock.freeze(at(text)):
        if policies.get(db, "usual") is None:
            ladders.usual(db, admin)
        case = flow.begin(db, ladders.diagram(due, key), by=leader)
        flow.do(db, case, "write", by=leader)
    db.commit()
    return case


def due_of(db: Session, case: int) -> str | None:
    """When the open task is due, as the school reads it."""
    asked = select(UserTask.due_at).where(
        UserTask.instance_id == case, UserTask.status.in_(("ready", "claimed"))
    )
    found = db.execute(asked).scalar_one()
    return f"{found.astimezone(ladders.ZONE):%Y-%m-%d %H:%M}" if found else None


def test_a_vacation_moves_deadlines_after_a_look_and_leaves_what_was_set_by_hand(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = start(db, college, "3 working days", "2026-11-02 10:00")
    other = start(db, college, "3 working days", "2026-11-02 10:00", "other")
    by = college.actor(db, "admin")
    with clock.freeze(at("2026-11-02 11:00")):
        choice, wanted = Choice(definition="other"), Wanted(at="2026-11-30T17:00")
        assert deadlines.changing.preview(db, choice, wanted).count == 1
        assert deadlines.changing.apply(db, choice, wanted, by=by, reason="统一截止") == 1
    db.commit()
    ladders.run(sessions, "2026-11-02 11:01")
    assert due_of(db, other) == "2026-11-30 17:00"
    with clock.freeze(at("2026-11-02 12:00")):
        first, last = date(2026, 11, 3), date(2026, 11, 4)
        calendars.set_days(db, first, last, by=by, is_working=False, name="运动会")
        found = deadlines.recalculating.preview(db)
        assert (found.count, found.later, found.decided, found.looked_at) == (1, 1, 1, 2)
        assert due_of(db, case) == "2026-11-05 18:00"
        deadlines.recalculating.apply(db, by=by)
    db.commit()
    ladders.run(sessions, "2026-11-02 12:01")
    with sessions() as later:
        assert due_of(later, case) == "2026-11-09 18:00"
        assert due_of(later, other) == "2026-11-30 17:00"
        first_due = select(UserTask.due_first).where(UserTask.due_first.is_not(None))
        kept = {one.astimezone(ladders.ZONE).day for one in later.execute(first_due).scalars()}
        assert kept == {5}
        why = later.execute(select(DueChange.why).order_by(DueChange.id)).scalars().all()
        assert why == ["change", "calendar"]
        assert deadlines.recalculating.preview(later).count == 0
        waiting = later.execute(select(Job.due_at).where(Job.status == "waiting")).scalars()
        assert sorted(f"{one.astimezone(ladders.ZONE):%m-%d %H}" for one in waiting) == [
            "11-06 09",
            "11-27 09",
        ]


def test_a_deadline_nobody_can_tell_is_an_incident_until_the_term_is_there(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = start(db, college, "第8教学周周五17:00", "2026-09-02 10:00")
    assert due_of(db, case) is None
    db.rollback()
    ladders.run(sessions, "2026-09-02 10:01")
    with sessions() as later:
        told = later.execute(select(Incident.sentence).where(Incident.status == "open"))
        assert "学期表里没有" in told.scalar_one()
    by = college.actor(db, "admin")
    with clock.freeze(at("2026-09-02 11:00")):
        monday = date(2026, 9, 7)
        calendars.save_term(db, by=by, name="秋季", first_monday=monday, weeks=18)
        deadlines.fill(db)
    db.commit()
    ladders.run(sessions, "2026-09-02 11:01")
    with sessions() as later:
        assert due_of(later, case) == "2026-10-30 17:00"
        assert not later.execute(select(Incident).where(Incident.status == "open")).all()


def test_a_date_of_the_year_is_found_and_follows_the_year(db: Session, college: College) -> None:
    by = college.actor(db, "admin")
    with clock.freeze(at("2026-03-02 10:00")):
        rows = [{"key": "plan_end", "name": "计划截止", "day": "2026-04-30"}]
        cycle.save(db, 2026, by=by, name="2026 年度", rows=rows, is_new=True)
    case = start(db, college, "cycle:plan_end - 3 working days", "2026-03-02 10:00")
    assert due_of(db, case) == "2026-04-27 18:00"
    with clock.freeze(at("2026-03-03 10:00")):
        rows = [{"key": "plan_end", "name": "计划截止", "day": "2026-05-29"}]
        cycle.save(db, 2026, by=by, name="2026 年度", rows=rows)
        assert deadlines.recalculating.preview(db).count == 1


def test_a_year_not_announced_is_provisional_and_noticed_when_it_is(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert college
    known = state.announced_until()
    opens = at(f"{known + 1}-04-28 10:00")
    asked = calendars.Asked(1)
    due = calendars.due(db, "3 working days", opens, asked)
    assert due.is_provisional
    assert not calendars.due(db, "3 working days", at("2026-04-28 10:00"), asked).is_provisional
    assert calendars.notice(db, by=SYSTEM) is None
    told = state.StateYear(
        dict(state.year(known + 1).free) | {due.at.astimezone(ladders.ZONE).date(): "劳动节"},
        frozenset({date(known + 1, 5, 8)}),
    )
    usual = state.year
    monkeypatch.setattr(state, "year", lambda n: told if n == known + 1 else usual(n))
    state.announced_until.cache_clear()
    state.fingerprint.cache_clear()
    try:
        assert calendars.notice(db, by=SYSTEM) == (known + 1,)
        assert calendars.notice(db, by=SYSTEM) is None
        again = calendars.due(db, "3 working days", opens, asked)
        assert not again.is_provisional
        assert again.at > due.at
    finally:
        state.announced_until.cache_clear()
        state.fingerprint.cache_clear()


def test_a_task_says_that_its_deadline_is_provisional(db: Session, college: College) -> None:
    year = state.announced_until() + 1
    case = start(db, college, "3 working days", f"{year}-06-01 10:00")
    fixed = start(db, college, f"{year}-06-09T09:00:00+08:00", f"{year}-06-01 10:00", "fixed")
    for each, provisional in ((case, True), (fixed, False)):
        due = select(UserTask.id, UserTask.due_at).where(
            UserTask.instance_id == each, UserTask.element_id == "review"
        )
        assert deadlines.is_provisional(db, *db.execute(due).one()) is provisional


def test_a_campus_has_its_own_vacations_and_the_whole_school_has_others(
    db: Session, college: College
) -> None:
    by = college.actor(db, "admin")
    with clock.freeze(at("2026-11-02 10:00")):
        day = date(2026, 11, 3)
        with pytest.raises(calendars.editing.NoSuchCampus):
            calendars.set_days(db, day, day, by=by, is_working=False, name="校庆", campus="99")
        calendars.set_days(db, day, day, by=by, is_working=False, name="校庆")
        assert not calendars.school(db).calendar().is_working(day)
        calendars.clear_days(db, day, day, by=by)
        assert calendars.school(db).calendar().is_working(day)


def test_a_calendar_without_working_days_is_refused_and_never_counted_for_ever() -> None:
    days = {date.fromordinal(n): (False, "停课") for n in range(730_000, 760_000)}
    nothing = calendars.Calendar(1, days)
    with pytest.raises(calendars.NoWorkingDay):
        nothing.shift(date(2026, 11, 2), 1)
    with pytest.raises(calendars.NoWorkingDay):
        nothing.next_working(date(2026, 11, 2))


def test_a_change_without_reason_choice_or_right_is_refused(db: Session, college: College) -> None:
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    change = deadlines.changing.apply
    with pytest.raises(Forbidden):
        change(db, Choice(), Wanted(days=1), by=leader, reason="是")
    with pytest.raises(ReasonRequired):
        change(db, Choice(), Wanted(days=1), by=admin, reason=" ")
    with pytest.raises(ChangeUnclear):
        change(db, Choice(), Wanted(), by=admin, reason="是")
    with pytest.raises(UnknownDefinition):
        change(db, Choice(definition="nowhere"), Wanted(days=1), by=admin, reason="是")
    with pytest.raises(NothingChosen):
        change(db, Choice(first="2035-01-01"), Wanted(days=1), by=admin, reason="是")
    start(db, college, "2 working days", "2026-09-28 10:00")
    with pytest.raises(StepUnknown, match="write2"):
        change(db, Choice(element="write2"), Wanted(days=1), by=admin, reason="是")


def test_a_policy_is_kept_only_if_each_rung_can_be_read(db: Session, college: College) -> None:
    admin = college.actor(db, "admin")
    for wrong in (
        {"days": 999, "what": "remind"},
        {"days": 0, "at": "25:00", "what": "remind"},
        {"days": 0, "what": "shout"},
        {"days": 1, "what": "tell", "who": "somebody"},
    ):
        with pytest.raises(policies.PolicyNotFitting):
            policies.save(db, "one", by=admin, name="一", rungs=[wrong])
    policies.save(db, "one", by=admin, name="一", rungs=[{"days": 1, "what": "remind"}])
    with pytest.raises(policies.PolicyStale):
        policies.save(db, "one", by=admin, name="一", rungs=[{"what": "remind"}], revision=7)
    kept = policies.get(db, "one")
    assert kept is not None
    assert [rung.id for rung in kept.rungs] == [1]


def test_each_form_of_a_rule_says_what_it_needs() -> None:
    assert dialect.timer("timeDuration", "P3D") is None
    rule = dialect.timer("timeDuration", "3个工作日 17:00")
    assert rule is not None
    assert rule.days == 3


def test_a_timer_drawn_in_working_days_fires_on_one(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>2 working days 09:00</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    with clock.freeze(at("2026-09-30 10:00")):
        xml = flow.chain("drawn", timer, flow.step("after"))
        case = flow.begin(db, xml, by=college.actor(db, "leader"))
    db.commit()
    ladders.run(sessions, "2026-10-08 23:00")
    with sessions() as later:
        assert flow.open_tasks(later, case) == {}
    ladders.run(sessions, "2026-10-09 09:00")
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]


def test_a_timer_that_runs_follows_the_calendar_after_a_look(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>2 working days 09:00</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    admin = ladders.administrator(db, college)
    with clock.freeze(at("2026-11-02 10:00")):
        xml = flow.chain("drawn", timer, flow.step("after"))
        case = flow.begin(db, xml, by=college.actor(db, "leader"))
        day = date(2026, 11, 4)
        calendars.set_days(db, day, day, by=admin, is_working=False, name="校庆")
        found = deadlines.recalculating.preview(db)
        (change,) = found.changes
        assert (change.task_id, change.before, found.later) == (None, at("2026-11-04 09:00"), 1)
        deadlines.recalculating.apply(db, by=admin)
    db.commit()
    ladders.run(sessions, "2026-11-02 10:01")
    ladders.run(sessions, "2026-11-04 23:00")
    with sessions() as later:
        assert flow.open_tasks(later, case) == {}
        assert deadlines.recalculating.preview(later).count == 0
    ladders.run(sessions, "2026-11-05 09:00")
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]
        assert replay.replay(later, case).difference is None


def test_a_timer_nobody_can_tell_waits_for_the_date(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
        "<bpmn:timeDate>cycle:plan_end</bpmn:timeDate>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    with clock.freeze(at("2026-03-02 10:00")):
        xml = flow.chain("drawn", timer, flow.step("after"))
        case = flow.begin(db, xml, by=college.actor(db, "leader"))
    db.commit()
    ladders.run(sessions, "2026-03-02 10:01")
    with sessions() as later:
        told = later.execute(select(Incident.sentence).where(Incident.status == "open"))
        assert "年度日期里没有" in told.scalar_one()
    by = college.actor(db, "admin")
    with clock.freeze(at("2026-03-02 11:00")):
        rows = [{"key": "plan_end", "name": "计划截止", "day": "2026-04-30"}]
        cycle.save(db, 2026, by=by, name="2026 年度", rows=rows, is_new=True)
        deadlines.fill(db)
    db.commit()
    ladders.run(sessions, "2026-03-02 11:01")
    ladders.run(sessions, "2026-04-30 18:00")
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]


def test_another_library_is_an_incident_that_recomputes_when_tried_again(
    db: Session, sessions: sessionmaker[Session], college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = start(db, college, "3 working days", "2026-11-02 10:00")
    assert not deadlines.notice(db)
    told = state.StateYear(
        dict(state.year(2026).free) | {date(2026, 11, 4): "新节日"}, state.year(2026).worked
    )
    usual = state.year
    monkeypatch.setattr(state, "year", lambda n: told if n == 2026 else usual(n))
    state.fingerprint.cache_clear()
    by = college.actor(db, "admin")
    try:
        with clock.freeze(at("2026-11-02 11:00")):
            assert deadlines.notice(db)
            assert deadlines.recalculating.preview(db).count == 1
            incident = db.execute(select(Incident.id).where(Incident.status == "open")).scalar_one()
            jobs.retry(db, incident, by=by)
        db.commit()
        ladders.run(sessions, "2026-11-02 11:01")
        with sessions() as later:
            assert due_of(later, case) == "2026-11-06 18:00"
    finally:
        state.fingerprint.cache_clear()


def test_a_case_follows_the_calendar_of_its_campus(db: Session, college: College) -> None:
    campus = units.create(db, "east", "东校区", "campus", by=SYSTEM, parent=college.units["school"])
    units.change(db, college.units["machine"], by=SYSTEM, campus=campus)
    db.commit()
    by, day = college.actor(db, "admin"), date(2026, 11, 3)
    with clock.freeze(at("2026-11-02 09:00")):
        days = {"by": by, "is_working": False, "name": "东校区停电"}
        calendars.set_days(db, day, day, campus=str(campus), **days)
        office = college.actor(db, "office")
        ladders.usual(db, by)
        here = flow.begin(db, ladders.diagram("1 working day"), by=college.actor(db, "leader"))
        there = flow.begin(db, ladders.diagram("1 working day", "two"), by=office)
        flow.do(db, here, "write", by=college.actor(db, "leader"))
        flow.do(db, there, "write", by=office)
    assert due_of(db, here) == "2026-11-04 18:00"
    assert due_of(db, there) == "2026-11-03 18:00"


def test_a_field_filled_in_later_tells_the_deadline(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader = college.actor(db, "leader")
    ladders.usual(db, college.actor(db, "admin"))
    step = flow.step("write", due="field:hand_in_by", escalation="usual")
    xml = flow.chain("dated", step, flow.step("after"))
    xml = xml.replace(b'name="write"', b'name="write" camunda:formRef="dated"', 1)
    definitions.publish(db, xml, by=SYSTEM, note="test", forms={"dated": FORM})
    with clock.freeze(at("2026-11-02 10:00")):
        case = instances.start(db, "dated", by=leader)
    db.commit()
    ladders.run(sessions, "2026-11-02 10:01")
    assert due_of(db, case) is None
    with clock.freeze(at("2026-11-02 11:00")):
        values = {"hand_in_by": "2026-11-20"}
        task = flow.open_tasks(db, case)["write"]
        tasks.complete(db, task, by=leader, values=values)
        back = flow.open_tasks(db, case)["after"]
        tasks.send_back(db, back, by=leader, reason="再改")
    db.commit()
    ladders.run(sessions, "2026-11-02 11:01")
    assert due_of(db, case) == "2026-11-20 18:00"
