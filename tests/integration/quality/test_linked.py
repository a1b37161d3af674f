"""The linked chain of a subject in a year, and where the stages of many subjects stand."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import event

from engine.errors import NotFound
from engine.people import SYSTEM
from quality import chains, linked, rows, shipped
from quality.linked import Standing
from quality.models import Stage
from quality.rows import GRID
from quality.subjects import Wanted
from tests.college import publish
from tests.integration.quality.test_chain import YEAR, Chain

EMPTY = "major.g02.i01"


@pytest.fixture
def chain(db, sessions, college):
    made = Chain(db, sessions, college)
    chains.lay(db, by=SYSTEM)
    shipped.lay_policies(db, by=SYSTEM)
    publish(db, shipped.bpmn("collection_major"))
    made.publish(Stage.GOAL, "2026-2028")
    made.publish(Stage.STANDARD)
    return made


def read(chain, by="leader", year=int(YEAR)):
    return linked.chain(chain.db, chain.person(by), chain.college.subject, year)


def test_a_year_shows_each_item_beside_its_goal_and_what_is_missing(chain):
    found = read(chain)
    assert [link.standing for link in found.links] == [
        Standing.PUBLISHED,
        Standing.PUBLISHED,
        Standing.MISSING,
        Standing.MISSING,
    ]
    assert found.gaps == 2
    assert (len(found.goals), sum(len(goal.items) for goal in found.goals)) == (11, 41)
    without = [goal for goal in found.goals if not goal.items]
    # its goal has no items in the tables
    assert [(goal.has_gap, goal.takes_items) for goal in without] == [(False, False)]
    (cell,) = found.goals[1].items[0].cells
    label = found.goals[1].items[0].label
    assert cell.texts[0] == ("绩效（成果、效益、效率）", f"{label}：performance")
    assert len(cell.texts) == 3
    assert {2026, 2027, 2028} <= set(found.years)


def test_what_all_stages_say_is_read_in_one_statement(chain, engine):
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    assert [link.standing for link in read(chain).links].count(Standing.PUBLISHED) == 2
    assert sum("document_version.data" in one for one in sent) == 1


def test_a_row_that_a_plan_says_nothing_of_and_work_under_way_are_told(chain):
    from_before = chain.publish(Stage.PLAN)  # when a plan could be published with blank rows
    grid, blank = GRID[Stage.PLAN], rows.blank(Stage.PLAN)
    written = orjson.loads(from_before.data)
    written[grid] = [row | (blank if row["id"] == EMPTY else {}) for row in written[grid]]
    from_before.data = orjson.dumps(written).decode()
    chain.db.flush()  # the chain is read by Core
    chain.begin(Stage.COLLECTION)
    found = read(chain)
    assert [link.standing for link in found.links[2:]] == [
        Standing.PUBLISHED,
        Standing.IN_APPROVAL,
    ]
    gaps = {item.id: cell.gap for goal in found.goals for item in goal.items for cell in item.cells}
    assert {key: gap for key, gap in gaps.items() if gap} == {EMPTY: "empty"}
    assert found.gaps == 2  # the row, and the collection that is not there yet


def test_a_year_without_anything_is_four_gaps(chain):
    found = read(chain, year=2031)
    assert (found.goals, found.gaps) == ((), 4)


def test_who_may_not_read_of_a_subject_has_no_chain_of_it(chain):
    with pytest.raises(NotFound):
        read(chain, by="stranger")
    everything = linked.overview(chain.db, chain.person("stranger"), Wanted(), int(YEAR))
    assert everything.items == ()


def test_subjects_are_listed_with_their_stages_and_narrowed_to_gaps(chain):
    person, year = chain.person("leader"), int(YEAR)
    (row,) = linked.overview(chain.db, person, Wanted(), year).items
    assert [link.standing for link in row.links].count(Standing.PUBLISHED) == 2
    assert len(linked.overview(chain.db, person, Wanted(), year, gaps_only=True).items) == 1
    chain.publish(Stage.PLAN)
    chain.publish(Stage.COLLECTION)
    assert linked.overview(chain.db, person, Wanted(), year, gaps_only=True).items == ()
