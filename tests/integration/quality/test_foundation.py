"""What a new installation begins with: posts, committees with their rules, laid once."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import func, select

import quality
from engine import decisions, definitions, policies
from engine.college import composition, kinds, persons, posts, seated, units
from engine.college.units import NewUnit
from engine.errors import NotFound
from engine.models import (
    Committee,
    FormText,
    Post,
    PostKind,
    ProcessDefinition,
    ProcessVersion,
    Role,
)
from engine.people import SYSTEM, Actor
from quality import chains, foundation, shipped
from quality.templates.models import TemplateVersion

ADMIN = Actor(1, "管理员", roles=frozenset({Role.PROCESS_ADMIN}))
UNITS = (
    NewUnit("s", "示范学院", "school"),
    NewUnit("dzb", "党政办公室", "department", "s"),
    NewUnit("one", "机械学院", "college", "s"),
    NewUnit("two", "商贸学院", "college", "s"),
)


@pytest.fixture
def laid(db):
    quality.register()
    units.create_all(db, UNITS, by=SYSTEM)
    return foundation.lay(db, by=SYSTEM)


def test_the_posts_of_the_catalogue_are_there(db, laid):
    found = {row.key: row.kind for row in db.execute(select(Post.key, Post.kind))}
    assert found.keys() == laid.posts.keys()
    assert found["head"] == found["college_reviewer"] == PostKind.OFFICE
    assert found["leader"] == found["contact_leader"] == PostKind.LEADER
    assert found["teacher"] == found["staff"] == found["student"] == PostKind.MEMBER


def test_the_committees_of_the_catalogue_have_duties_rules_and_units(db, laid):
    rows = {row.key: row for row in db.execute(select(Committee.__table__))}
    assert rows.keys() == laid.committees.keys()
    assert {"group_one", "group_two"} <= rows.keys()
    assert rows["group_one"].name == "机械学院诊改工作组"
    assert rows["group_departments"].unit_id is not None
    assert rows["group_staff"].unit_id is None  # there is no 人力资源处 here
    assert rows["quality_office"].parent_id == rows["quality_committee"].id
    assert rows["expert_committee"].term_years == 3
    for row in rows.values():
        assert row.kind in kinds.COMMITTEE_KINDS
        assert seated.duties(row)
        assert composition.read(orjson.loads(row.rule))
    led, college = seated.rule(rows["group_staff"]), seated.rule(rows["group_two"])
    assert (led.size.least, led.odd, led.external.most) == (5, True, 1)
    assert (college.size.least, college.odd, college.external.most) == (7, True, 2)
    assert college.seats["chair"].most == 2
    pool = seated.rule(rows["expert_pool"]).nominated
    assert [(one.kind, one.inside, one.outside) for one in pool] == [
        ("department", 1, 1), ("college", 2, 2),
    ]  # fmt: skip


def test_it_is_laid_once_and_completed_later(db, laid):
    again = foundation.lay(db, by=SYSTEM)
    assert again == laid
    units.create(db, "three", "建筑学院", "college", by=SYSTEM)
    more = foundation.lay(db, by=SYSTEM)
    assert more.committees.keys() - laid.committees.keys() == {"group_three"}


def test_a_new_installation_has_every_flow_form_table_template_and_policy(db, laid):
    assert laid.posts
    found = db.execute(select(ProcessDefinition.key, ProcessDefinition.active_version_id)).all()
    assert {row.key for row in found} == set(shipped.FLOWS)
    assert all(row.active_version_id for row in found)
    named = {form for flow in shipped.FLOWS for form in shipped.forms(shipped.bpmn(flow))}
    assert set(db.execute(select(FormText.key)).scalars()) == named
    assert {*shipped.KINDS, "template", "extension_request"} <= named
    assert decisions.get(db, chains.TABLE).dmn == chains.FILE.read_bytes()
    assert policies.get(db, "approval").name == "审核上传期限"
    assert len(set(db.execute(select(TemplateVersion.kind)).scalars())) == 8


def test_what_people_changed_stays_when_it_is_laid_again(db, laid):
    assert laid.posts
    drawn = shipped.bpmn("approval_student")
    xml = drawn.replace(b'value="5 working days"', b'value="9 working days"')
    assert xml != drawn
    definitions.publish(db, xml, by=SYSTEM, note="辅导员多给几天")
    definitions.save_form(db, "student", shipped.forms(xml)["student"] + "\n", by=SYSTEM)
    kept = policies.get(db, "approval")
    rungs = [{"days": 0, "what": "remind"}]
    policies.save(db, "approval", by=SYSTEM, name="我们的", rungs=rungs, revision=kept.revision)
    versions = list(db.execute(select(ProcessVersion.id)).scalars())
    foundation.lay(db, by=SYSTEM)
    assert list(db.execute(select(ProcessVersion.id)).scalars()) == versions
    assert policies.get(db, "approval").name == "我们的"
    text = select(FormText.text).where(FormText.key == "student")
    assert db.execute(text).scalar_one().endswith("\n\n")


def _active(db, key):
    active = ProcessDefinition.active_version_id
    wanted = select(ProcessVersion).join(ProcessDefinition, ProcessVersion.id == active)
    return db.execute(wanted.where(ProcessDefinition.key == key)).scalar_one()


def test_an_installation_of_before_gets_new_flows_and_is_offered_changed_ones(db):
    """Laid earlier: one flow as it was then; one with a form that the college has changed since."""
    quality.register()
    units.create_all(db, UNITS, by=SYSTEM)
    persons.create(db, "admin", "管理员", by=SYSTEM)
    for key in ("counsellor", "student_affairs", "college_reviewer", "academic_affairs"):
        posts.create(db, key, key, by=SYSTEM)
    shipped.lay_policies(db, by=SYSTEM)
    for key, by in (("approval_student", SYSTEM), ("approval_course", ADMIN)):
        old = shipped.bpmn(key).replace(b'value="5 working days"', b'value="9 working days"')
        before = {one: text + " " for one, text in shipped.forms(old).items()}
        definitions.publish(db, old, by=by, note="从前的", forms=before)
    assert not shipped.are_laid(db)
    assert foundation.lay(db, by=SYSTEM).waiting == ("collection_course",)
    assert set(db.execute(select(ProcessDefinition.key)).scalars()) == set(shipped.FLOWS) - {
        "collection_course"
    }
    new = _active(db, "collection_student")
    assert (new.published_by, new.note, new.sha256) == (
        None, shipped.NOTE, shipped.sha256("collection_student"),
    )  # fmt: skip
    found = {one.key: (one.is_new, one.is_edited) for one in shipped.offers(db)}
    assert found == {
        "approval_student": (False, False),
        "approval_course": (False, True),
        "collection_course": (True, True),
    }
    assert _active(db, "approval_student").note == "从前的"

    for key in found:
        assert shipped.take_over(db, key, by=ADMIN).is_new
        assert _active(db, key).sha256 == shipped.sha256(key)
    assert shipped.offers(db) == ()
    count = db.execute(select(func.count()).select_from(ProcessVersion)).scalar_one()
    assert foundation.lay(db, by=SYSTEM).waiting == ()
    assert db.execute(select(func.count()).select_from(ProcessVersion)).scalar_one() == count
    old = shipped.bpmn("approval_student").replace(b"5 working days", b"7 working days")
    definitions.publish(db, old, by=ADMIN, note="我们的")
    assert shipped.offers(db) == ()  # it had the product's, and left it
    with pytest.raises(NotFound):
        shipped.take_over(db, "nothing", by=ADMIN)
