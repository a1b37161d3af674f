"""The library of evidence: who may see which, what citations keep, what is never lost."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import event, select

from engine import citing, clock, definitions, eventlog, grants, instances, roles, tasks, verify
from engine.college import persons, posts, units
from engine.errors import NotFound
from engine.forms import load
from engine.forms.rights import EDIT_ALL, READ_ALL
from engine.forms.validation import Invalid
from engine.grants import NewGrant
from engine.models import LogEntry, Reach, Role
from engine.people import SYSTEM
from engine.permissions import Action
from quality.evidence import checking, cited, kept, listed, rights
from quality.evidence.errors import (
    NoPlace,
    NotYours,
    PersonFull,
    Retired,
    SameFile,
    UnitFull,
)
from quality.evidence.kept import Said
from quality.evidence.listed import Wanted
from quality.evidence.models import Citation
from quality.evidence.store import Store
from tests.college import SINCE
from tests.integration.engine import flow
from tests.library import EVERYBODY, Library, student
from tests.story import GOALS, Story, filled
from tests.unit.quality.test_evidence_files import PDF, png


@pytest.fixture
def library(db, college, tmp_path):
    return Library(db, college, Store(tmp_path))


def test_a_piece_of_a_subject_is_seen_by_whom_the_grants_let_see_the_subject(library):
    made = library.add()
    # all but a reviewer of another college
    assert library.seen_by(made) == set(EVERYBODY) - {"stranger"}


def test_a_piece_of_a_unit_is_for_its_staff_and_those_above(library):
    db, college = library.db, library.college
    key = f"unit:{college.units['machine']}"
    made = library.add("leader", key)
    # the lead of a kind has nothing to do with what belongs to no subject of it
    assert library.seen_by(made) == set(EVERYBODY) - {"stranger", "office"}
    reach = NewGrant(f"u:{college.users['stranger']}", Action.SUBJECT_VIEW, Reach.BELOW)
    unit = college.units["school"]
    grants.give_all(
        db, [NewGrant(reach.holder, reach.action, reach.reach, unit_id=unit)], by=SYSTEM
    )
    assert library.sees("stranger", made)
    with pytest.raises(NoPlace):
        library.add("stranger", key)
    with pytest.raises(NotYours):
        kept.retire(db, made, by=library.who("stranger"))


def test_nobody_sees_a_students_evidence_but_those_of_their_class_and_above(library):
    db, college = library.db, library.college
    for key in ("student", "counsellor"):
        college.posts[key] = posts.create(db, key, key, by=SYSTEM)
    classes = [
        units.create(db, name, name, "class", by=SYSTEM, parent=college.units["machine"])
        for name in ("one", "two")
    ]
    mine, other = (student(library, name, classes[at]) for at, name in enumerate(("s1", "s2")))
    student(library, "s3", classes[0])
    for name, unit in (("c1", classes[0]), ("c2", classes[1])):
        college.users[name] = persons.create(db, name, name, by=SYSTEM)
        post = college.posts["counsellor"]
        posts.give(db, college.users[name], post, unit, since=SINCE, by=SYSTEM)
    asked = NewGrant("p:counsellor", Action.SUBJECT_VIEW, Reach.UNIT, subject_kind="student")
    grants.give_all(db, [asked], by=SYSTEM)
    made = library.add("s1", f"subject:{mine}")
    for name, sees in (("s1", True), ("c1", True), ("s2", False), ("s3", False), ("c2", False)):
        assert (name, library.sees(name, made)) == (name, sees)
    assert library.add("s2", f"subject:{other}")
    for name, subject in (("s2", mine), ("s3", other)):
        with pytest.raises(NoPlace):
            library.add(name, f"subject:{subject}")
    with pytest.raises(NoPlace):
        library.add("s1", f"unit:{classes[0]}")  # a class is no student's workplace
    # nor through the list, the file, a search, what may be cited
    for name in ("s2", "s3", "c2"):
        person = library.who(name)
        found = listed.listed(db, person, Wanted(text="证书")).items
        assert made not in {one.id for one in found}
        assert made not in {one.id for one in cited.choices(db, person, case_id=None)}
        piece = cited.EvidenceLibrary().told(db, person, None, [made])[made]
        assert (piece.name, piece.size) == ("", 0)
        with pytest.raises(NotFound):
            listed.file(db, person, made, 1)
        for act in (kept.retire, kept.restore):
            with pytest.raises(NotFound):
                act(db, made, by=person)


def test_replacing_keeps_the_old_numbers_and_the_record_tells_of_all(library):
    db, leader = library.db, library.who("leader")
    made = library.add(note="一等奖", expires_on=clock.today())
    with pytest.raises(SameFile):
        kept.replace(db, library.store, made, library.take(), by=leader)
    second = kept.replace(db, library.store, made, library.take(png(), "新.png"), by=leader)
    assert second == 2
    assert [one.number for one in listed.files(db, made)] == [2, 1]
    assert listed.file(db, leader, made, 1).media_type == "application/pdf"
    assert listed.one(db, leader, made).media_type == "image/png"
    assert kept.change(db, made, Said("获奖证书", "一等奖"), by=leader)
    assert not kept.change(db, made, Said(" 获奖证书 ", "一等奖"), by=leader)
    assert kept.retire(db, made, by=leader)
    assert not kept.retire(db, made, by=leader)
    with pytest.raises(Retired):
        kept.replace(db, library.store, made, library.take(), by=leader)
    assert kept.restore(db, made, by=leader)
    entries = db.execute(
        select(LogEntry.kind, LogEntry.body)
        .where(LogEntry.chain == eventlog.HOUSE, LogEntry.kind.startswith("evidence"))
        .order_by(LogEntry.seq)
    ).all()
    kinds = ["uploaded", "replaced", "changed", "retired", "restored"]
    assert [one.kind for one in entries] == [f"evidence_{kind}" for kind in kinds]
    assert orjson.loads(entries[1].body)["asked"]["file"] == listed.one(db, leader, made).sha256
    assert "获奖" not in "".join(one.body for one in entries)
    assert list(checking.verify(db, library.store)) == []


def test_room_is_measured_for_a_person_and_for_a_unit(library):
    library.add(content=PDF.replace(b"trailer", b"%" * 600_000))
    library.rule(evidence_person=1)
    with pytest.raises(PersonFull, match="放不下“证书"):
        library.add(content=PDF.replace(b"trailer", b"%" * 500_000))
    library.add()
    library.rule(evidence_person=9, evidence_unit=1)
    with pytest.raises(UnitFull, match="智能制造学院"):
        library.add(content=PDF.replace(b"trailer", b"%" * 500_000))


FORM = orjson.dumps(
    {
        "type": "default",
        "id": "collection",
        "components": [
            {"type": "textfield", "key": "conclusion", "label": "结论"},
            {"type": "evidence", "key": "proof", "label": "佐证材料"},
        ],
    }
)


class Case:
    """A case whose form cites evidence."""

    def __init__(self, library, sessions):
        self.library, self.db = library, library.db
        self.story = Story(library.db, sessions, library.college)
        self.id = self.story.start(GOALS)
        self.form = load.read(FORM).form
        self.stored = {}

    def hand_in(self, *ids, by="leader", with_rights=EDIT_ALL):
        values = {"conclusion": "好", "proof": list(ids)}
        citing.keep(
            self.db,
            self.form,
            values,
            with_rights,
            stored=self.stored,
            instance_id=self.id,
            by=self.library.who(by),
        )
        self.stored = values

    def numbers(self):
        wanted = select(Citation.evidence_id, Citation.number, Citation.place)
        rows = self.db.execute(wanted.where(Citation.instance_id == self.id))
        return {(row.evidence_id, row.place): row.number for row in rows}


@pytest.fixture
def case(library, sessions):
    return Case(library, sessions)


def test_a_citation_keeps_its_number_until_a_step_that_may_edit_it_is_handed_in(library, case):
    db, leader = library.db, library.who("leader")
    one, two = library.add(), library.add()
    case.hand_in(one, two)
    assert case.numbers() == {(one, "proof"): 1, (two, "proof"): 1}
    kept.replace(db, library.store, one, library.take(png(), "新.png"), by=leader)
    case.hand_in(one, two, by="reviewer", with_rights=READ_ALL)
    assert case.numbers()[one, "proof"] == 1
    told = citing.told(db, leader, case.form, case.stored, instance_id=case.id)
    assert (told[one].number, told[one].newest) == (1, 2)
    assert told[one].media_type == "application/pdf"  # of the file that is cited
    case.hand_in(one)
    assert case.numbers() == {(one, "proof"): 2}


def test_handing_in_tells_the_record_which_files_are_cited(library):
    db, leader = library.db, library.who("leader")
    made = library.add()
    xml = flow.chain("collected", flow.step("one", field_rights="*:edit"), flow.step("two"))
    xml = xml.replace(b'id="one"', b'id="one" camunda:formRef="collection"')
    forms = {"collection": FORM.decode()}
    key = definitions.publish(db, xml, by=SYSTEM, note="test", forms=forms).key
    number = instances.start(db, key, by=leader)
    task = flow.open_tasks(db, number)["one"]
    with pytest.raises(Invalid):
        tasks.complete(db, task, by=leader, values={"conclusion": "", "proof": [made, 999]})
    tasks.complete(db, task, by=leader, values={"conclusion": "", "proof": [made]})
    kept.replace(db, library.store, made, library.take(png(), "新.png"), by=leader)
    flow.do(db, number, "two", by=leader)
    entry = select(LogEntry.body).where(LogEntry.chain == f"case:{number}")
    told = [orjson.loads(body)["known"].get("cited") for body in db.execute(entry).scalars()]
    assert told.count({str(made): 1}) == 1
    wanted = select(Citation.number).where(Citation.instance_id == number)
    assert list(db.execute(wanted).scalars()) == [1]
    assert list(verify.verify(db, instance_id=number)) == []


def test_only_what_one_may_see_and_is_in_use_can_be_cited_anew(library, case):
    mine = library.add()
    theirs = library.add("stranger", f"unit:{library.college.units['trade']}")
    for wrong in (theirs, 999_999):
        with pytest.raises(Invalid) as refused:
            case.hand_in(mine, wrong)
        assert list(refused.value.errors) == ["proof"]
    assert case.numbers() == {}
    case.hand_in(mine)
    kept.retire(library.db, mine, by=library.who("leader"))
    case.hand_in(mine)  # what was cited before stays
    assert case.numbers() == {(mine, "proof"): 1}
    case.hand_in()
    with pytest.raises(Invalid, match="1"):
        case.hand_in(mine)


def test_whoever_may_know_of_the_case_sees_what_it_cites(library, case):
    user = persons.create(library.db, "operator", "运维", by=SYSTEM)
    library.college.users["operator"] = user
    roles.give(library.db, user, Role.OPERATOR, by=SYSTEM)
    made = library.add("leader", f"unit:{library.college.units['machine']}")
    assert not library.sees("operator", made)
    case.hand_in(made)
    assert library.sees("operator", made)  # sees every case
    assert not library.sees("stranger", made)
    found, others = listed.cited(library.db, library.who("operator"), made)
    assert [(one.instance_id, one.number, one.places) for one in found] == [(case.id, 1, 1)]
    assert others == 0
    found, others = listed.cited(library.db, library.who("stranger"), made)
    assert (found, others) == ((), 1)


def test_what_a_case_has_published_is_frozen(library, sessions):
    case = Case(library, sessions)
    made = library.add()
    values = filled(case.story.values(case.id), "goals", "description")
    case.story.hand_in(case.id, "leader", values)
    case.hand_in(made)
    case.story.approve_all(case.id)
    assert library.sees("office", made)
    case.hand_in()
    assert case.numbers() == {(made, "proof"): 1}


def test_choices_begin_with_the_subject_of_the_case_in_hand(library, case):
    unit = library.add("leader", f"unit:{library.college.units['machine']}")
    near = library.add()
    newest = library.add("leader", f"unit:{library.college.units['machine']}", name="照片")
    leader = library.who("leader")
    found = cited.choices(library.db, leader, case_id=case.id)
    assert [one.id for one in found] == [near, newest, unit]
    assert [one.id for one in cited.choices(library.db, leader, case_id=case.id, text="照")] == [
        newest
    ]
    assert rights.of_case(library.db, leader, case.id) == f"subject:{library.college.subject}"
    assert rights.of_case(library.db, library.who("stranger"), case.id) == ""


def test_a_list_is_narrowed_by_whose_it_is_its_state_and_its_words(library):
    db, today = library.db, clock.today()
    unit = library.add("reviewer", f"unit:{library.college.units['machine']}", name="照片")
    old = library.add(name="过期", expires_on=today - timedelta(days=1))
    soon = library.add(name="快过期", note="资质", expires_on=today + timedelta(days=9))
    gone = library.add(name="停用")
    kept.retire(db, gone, by=library.who("leader"))

    def shown(**wanted):
        rows = listed.listed(db, library.who("leader"), Wanted(**wanted)).items
        return [row.id for row in rows]

    assert shown() == [soon, old, unit]
    assert shown(whose="mine") == [soon, old]
    assert shown(whose="subjects") == [soon, old]
    assert shown(whose="units") == [soon, old, unit]
    assert shown(state="expiring") == [soon, old]
    assert shown(state="retired") == [gone]
    assert shown(text="资质") == [soon]
    assert shown(text="%") == []
    row = listed.one(db, library.who("leader"), old)
    assert (row.is_expired, row.expires_soon) == (True, False)
    page = listed.listed(db, library.who("leader"), Wanted(), limit=2)
    assert page.next == old


def test_a_list_costs_the_same_however_long_it_is(library, engine):
    leader = library.who("leader")
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def cost():
        asked.clear()
        listed.listed(library.db, leader, Wanted())
        return len(asked)

    library.add()
    few = cost()
    for _number in range(5):
        library.add()
    assert cost() == few
    assert few <= 4
