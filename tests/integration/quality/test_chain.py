"""The linked chain of one subject: rows keep their identity from stage to stage, year to year."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from engine import instances
from engine.forms.validation import Invalid
from engine.models import ProcessInstance
from quality import births, chains, errors, kinds, shipped, subjects, templates
from quality.models import Document, DocumentVersion, Stage
from quality.rows import GRID
from tests.college import publish
from tests.story import GOALS, Story

YEAR = "2027"
FLOW = {Stage.COLLECTION: "collection_major"}
WRITTEN = {
    Stage.GOAL: ("description",),
    Stage.STANDARD: ("performance", "assurance", "process"),
    Stage.PLAN: ("current_state", "problem", "assessment"),
    Stage.COLLECTION: ("conclusion",),
}
MEASURED = {Stage.PLAN: {"measures": [{"what": "修订流程"}]}}


class Chain(Story):
    """Documents of the test college's major, stage by stage."""

    def begin(self, stage, period=YEAR):
        return instances.start(
            self.db,
            FLOW.get(stage, "approval_major"),
            by=self.person("leader"),
            subject=subjects.reference(self.college.subject),
            values={"stage": stage.value, "period": period},
        )

    def rows(self, case, stage):
        return self.values(case)[GRID[stage]]

    def offered(self, case):
        table = ProcessInstance.__table__
        found = select(table.c.offered_id).where(table.c.id == case)
        return instances.values(self.db, self.db.execute(found).scalar_one())

    def publish(self, stage, period=YEAR, change=lambda rows: rows):
        """A document from its beginning to its publication, every row written: its version."""
        return self.finish(self.begin(stage, period), stage, change)

    def finish(self, case, stage, change=lambda rows: rows):
        rows = [
            row
            | {key: f"{row['label']}：{key}" for key in WRITTEN[stage]}
            | MEASURED.get(stage, {})
            for row in self.rows(case, stage)
        ]
        self.hand_in(case, "leader", {"applies_to": "2027 级", GRID[stage]: change(rows)})
        if stage is Stage.COLLECTION:
            self.hand_in(case, "reviewer", self.reviewed(case), comment="同意")
        else:
            self.hand_in(case, "reviewer", comment="同意")
            self.hand_in(case, "office", comment="审定通过")
        assert self.run_jobs() == 1
        found = select(DocumentVersion).where(DocumentVersion.instance_id == case)
        return self.db.execute(found).scalar_one()

    def reviewed(self, case):
        rows = self.rows(case, Stage.COLLECTION)
        return {GRID[Stage.COLLECTION]: [row | {"review": "属实"} for row in rows]}


def data(version, stage):
    return orjson.loads(version.data)[GRID[stage]]


def ids(rows):
    return [row["id"] for row in rows]


@pytest.fixture
def chain(db, sessions, college):
    """Plans of this major go through figure 4, its collections through their own flow."""
    made = Chain(db, sessions, college)
    chains.lay(db, by=templates.cases.people.SYSTEM)
    shipped.lay_policies(db, by=templates.cases.people.SYSTEM)
    publish(db, shipped.bpmn("collection_major"))
    return made


def kept(*numbers):
    """Only these goals of the template, and whatever is own."""
    wanted = {f"major.g{number:02}" for number in numbers}
    return lambda rows: [row for row in rows if row["id"] in wanted or row["own"]]


OWN_GOAL = {"id": "own-00000000000a", "label": "特色发展", "own": True, "description": "自己的"}
OWN_ITEM = {
    "id": "own-00000000000b",
    "goal": "major.g06",
    "label": "翻转课堂",
    "own": True,
    "performance": "三门",
    "assurance": "有人负责",
    "process": "按学期",
}


def goals(*numbers):
    return lambda rows: [*kept(*numbers)(rows), OWN_GOAL]


def named(rows):
    """Placeholder and own rows named, a further row of the placeholder added."""
    born = [
        row
        | ({"label": "混合式课堂"} if row.get("placeholder") else {})
        | ({"label": "校地合作"} if row["own"] else {})
        for row in rows
    ]
    place = next(number for number, row in enumerate(born) if row.get("placeholder"))
    return [*born[: place + 1], OWN_ITEM, *born[place + 1 :]]


def test_four_stages_carry_the_same_rows(chain):
    first = chain.publish(Stage.GOAL, GOALS["period"], goals(1, 6, 10))
    assert ids(data(first, Stage.GOAL)) == ["major.g01", "major.g06", "major.g10", OWN_GOAL["id"]]
    standard = chain.publish(Stage.STANDARD, change=named)
    rows = data(standard, Stage.STANDARD)
    assert [row["label"] for row in rows] == [
        "混合式课堂",
        "翻转课堂",
        "留学生",
        "培训",
        "校地合作",
    ]
    assert rows[-1]["goal"] == OWN_GOAL["id"]
    plan = chain.publish(Stage.PLAN)
    collection = chain.publish(Stage.COLLECTION)
    for version, stage in ((plan, Stage.PLAN), (collection, Stage.COLLECTION)):
        carried = data(version, stage)
        assert ids(carried) == ids(rows)
        assert [row["label"] for row in carried] == [row["label"] for row in rows]
        assert [row["performance"] for row in carried] == [row["performance"] for row in rows]
    last = data(collection, Stage.COLLECTION)[0]
    assert (last["problem"], last["conclusion"]) == (
        "混合式课堂：problem",
        "混合式课堂：conclusion",
    )
    versions = (first, standard, plan, collection)
    assert [one.made_from_id for one in versions] == [None, first.id, standard.id, plan.id]
    assert {one.template for one in versions} == {templates.catalogue("major").sha256}
    found = births.bases(chain.db, [first.id, standard.id])
    assert [(one.title, one.number, one.is_newest) for one in found.values()] == [
        ("工业机器人技术·专业建设目标（2026–2028）", 1, True),
        ("工业机器人技术·专业建设质量标准（2027）", 1, True),
    ]
    assert births.bases(chain.db, []) == {}
    head = orjson.loads(plan.data)["construction_period"]
    assert head == "2027 年（建设期限 2026–2028 年）"
    chain.is_as_recorded()


def test_each_stage_waits_for_the_one_before(chain):
    for stage, missing in (
        (Stage.STANDARD, errors.GoalsMissing),
        (Stage.PLAN, errors.StandardMissing),
        (Stage.COLLECTION, errors.PlanMissing),
    ):
        with pytest.raises(missing):
            chain.begin(stage)


def test_a_new_year_is_born_from_the_template_with_last_year_beside(chain):
    chain.publish(Stage.GOAL, GOALS["period"], goals(6, 10))
    before = chain.publish(Stage.STANDARD, change=named)
    case = chain.begin(Stage.STANDARD, "2028")
    rows = chain.rows(case, Stage.STANDARD)
    assert set(ids(rows)) == set(ids(data(before, Stage.STANDARD)))
    assert not any(row["performance"] for row in rows)
    offered = chain.offered(case)
    assert offered["last_period"] == "2027"
    assert offered["last"] == {"standards": data(before, Stage.STANDARD)}
    chain.finish(case, Stage.STANDARD)
    again = chain.begin(Stage.GOAL, "2029-2031")
    assert ids(chain.rows(again, Stage.GOAL)) == [
        *(goal.id for goal in kinds.get("major").goals),
        OWN_GOAL["id"],
    ]
    assert chain.offered(again)["last_period"] == "2026-2028"


def test_a_first_document_has_nothing_beside(chain):
    case = chain.begin(Stage.GOAL, GOALS["period"])
    assert "last" not in chain.offered(case)
    assert ids(chain.offered(case)["goals"]) == ids(chain.rows(case, Stage.GOAL))


def test_a_change_begins_from_what_is_published_on_the_basis_of_today(chain):
    chain.publish(Stage.GOAL, GOALS["period"], kept(6, 10))
    chain.publish(Stage.STANDARD, change=lambda rows: rows[:-1])  # without 培训
    plan = chain.publish(Stage.PLAN)
    assert ids(data(plan, Stage.PLAN)) == ["major.g06.i01", "major.g10.i01"]

    def other(rows):
        words = {"performance": "改过的", "assurance": "有人负责", "process": "按学期"}
        back = {"id": "major.g10.i02", "goal": "major.g10", "label": "培训"}
        return [rows[1] | words, back | words]

    under_way = chain.begin(Stage.PLAN)
    standard = chain.publish(Stage.STANDARD, change=other)
    second = chain.finish(under_way, Stage.PLAN)  # nothing breaks: made from the first version
    assert ids(data(second, Stage.PLAN)) == ["major.g06.i01", "major.g10.i01"]
    (made_from,) = births.bases(chain.db, [second.made_from_id]).values()
    assert (made_from.number, made_from.newest, made_from.is_newest) == (1, 2, False)
    third = chain.begin(Stage.PLAN)
    rows = chain.rows(third, Stage.PLAN)
    assert [(row["id"], row["performance"], row["problem"]) for row in rows] == [
        ("major.g10.i01", "改过的", "留学生：problem"),
        ("major.g10.i02", "改过的", ""),
    ]
    assert chain.finish(third, Stage.PLAN).made_from_id == standard.id
    chain.is_as_recorded()


def test_goals_that_were_dropped_meanwhile_leave_with_their_items(chain):
    chain.publish(Stage.GOAL, GOALS["period"], kept(6, 10))
    chain.publish(Stage.STANDARD)
    under_way = chain.begin(Stage.STANDARD)
    chain.publish(Stage.GOAL, GOALS["period"], kept(10))
    assert len(data(chain.finish(under_way, Stage.STANDARD), Stage.STANDARD)) == 3
    again = chain.begin(Stage.STANDARD)
    assert ids(chain.rows(again, Stage.STANDARD)) == ["major.g10.i01", "major.g10.i02"]


def test_a_collection_begun_again_has_no_old_opinions(chain):
    chain.publish(Stage.GOAL, GOALS["period"], kept(10))
    chain.publish(Stage.STANDARD)
    chain.publish(Stage.PLAN)
    case = chain.begin(Stage.COLLECTION)
    rows = [row | {"conclusion": "达到"} for row in chain.rows(case, Stage.COLLECTION)]
    chain.hand_in(case, "leader", {"applies_to": "", "collections": rows})
    with pytest.raises(Invalid):
        chain.hand_in(case, "reviewer", comment="一行也没有写")
    chain.hand_in(case, "reviewer", chain.reviewed(case), comment="同意")
    chain.run_jobs()
    document = select(Document.version_number).where(Document.stage == Stage.COLLECTION)
    assert chain.db.execute(document).scalar_one() == 1
    again = chain.rows(chain.begin(Stage.COLLECTION), Stage.COLLECTION)
    assert [(row["conclusion"], row["review"]) for row in again] == [("达到", "")] * 2
