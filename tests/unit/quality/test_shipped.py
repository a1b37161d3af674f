"""The flows and forms that come with the product: what every one of them has, kind by kind."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from types import ModuleType

import pytest

from engine import decisions
from engine.bpmn import dialect, parse
from engine.forms import load
from engine.forms.model import Form, Grid
from quality import chains, kinds, shipped
from quality.models import Stage
from tests.college import ROOT

FILES = {path.stem for path in (ROOT / "processes").glob("*.bpmn")}
# drawn, and laid as soon as there are cases of theirs
WAITING = {"approval_work_standard", "approval_basic_standard"}
GRIDS = ("goals", "standards", "plans", "collections")
PLAN = ["current_state", "problem", "measures", "assessment", "weight"]
# the words of figures 3 to 9, from the top to the bottom
FIGURES = {
    "department": "党政办公室审核 联系领导审定 分管领导审定",
    "major": "二级学院审核 教务处审定",
    "course": "二级学院审核 教务处审定",
    "teaching_staff_team": "人力资源处审核 分管领导审定",
    "teacher": "二级学院审定 部门负责人审定",
    "student_cohort": "二级学院审阅 党委学生工作部审核 分管领导审定",
    "student": "辅导员审定",
}
# whom a figure asks, and who gets the step where nobody is there
LAST = "role:quality_office"


def steps(key: str) -> dict[str, parse.Outline]:
    """The steps for people of a shipped flow, in the order of the drawing."""
    return {node.id: node for node in parse.read(shipped.bpmn(key)).nodes if node.tag == "userTask"}


def form(key: str) -> Form:
    read = load.read((ROOT / "forms" / f"{key}.form").read_text(encoding="utf-8"))
    assert read.form is not None, read.findings
    assert read.findings == ()
    return read.form


def generator() -> ModuleType:
    """The script that writes the forms."""
    spec = importlib.util.spec_from_file_location("forms_script", ROOT / "bin" / "forms.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_flow_of_the_product_is_laid():
    assert set(shipped.FLOWS) | WAITING == FILES


@pytest.mark.parametrize("flow", sorted(FILES))
def test_only_what_is_voted_on_may_be_skipped_by_whoever_began(flow):
    """Who began may have their own head's step skipped where a committee decides after it."""
    kinds_of = {one.properties.get("initiator_is_approver", "") for one in steps(flow).values()}
    voted = any("signing" in one.properties for one in steps(flow).values())
    assert ("skip" in kinds_of) == voted


@pytest.mark.parametrize("key", shipped.KINDS)
def test_a_form_is_what_the_catalogue_says(key):
    written = (ROOT / "forms" / f"{key}.form").read_text(encoding="utf-8")
    assert written == generator().written(key), "write the forms again: python bin/forms.py"


def test_each_form_has_the_heads_and_the_four_tables_of_its_kinds():
    script = generator()
    assert tuple(script.FORMS) == shipped.KINDS
    assert tuple(itertools.chain(*script.FORMS.values())) == kinds.KEYS
    for key, here in script.FORMS.items():
        heads = {one.key for kind in here for one in kinds.get(kind).header}
        extra = {"year"} if key == "department" else set()
        assert form(key).keys == heads | extra | set(GRIDS)


@pytest.mark.parametrize("key", shipped.KINDS)
def test_a_stage_shows_the_columns_before_it_to_be_read(key):
    grids = {grid.key: grid for grid in form(key).valued.values() if isinstance(grid, Grid)}
    assert list(grids["goals"].by_key) == ["description", "remark", "school_plan"]
    standard = ["performance", "assurance", "process"]
    assert list(grids["standards"].by_key) == [*standard, "work_point"]
    plan = [*PLAN, "mark"] if key == "department" else PLAN
    assert list(grids["plans"].by_key) == standard + plan
    before = standard + plan
    after = ["conclusion", "next_measures", "expected_effect", "evidence", "review", "sampling"]
    assert list(grids["collections"].by_key) == before + after
    for name, read in (("plans", standard), ("collections", before)):
        assert [one.key for one in grids[name].columns if one.readonly] == read
        assert not grids[name].own_rows
    assert grids["goals"].own_rows
    assert grids["standards"].optional_rows


def test_labels_that_differ_from_kind_to_kind():
    """Tables 25 and 35 say 诊改计划, 26 and 36 考核指标, 34 及."""
    said = {key: form(key).valued["collections"].by_key for key in shipped.KINDS}
    labels = {key: grid["measures"].label for key, grid in said.items()}
    assert {key for key, label in labels.items() if label == "诊改计划"} == {"student_cohort"}
    assert set(labels.values()) == {"诊改计划", "改进措施"}
    labels = {key: grid["assessment"].label for key, grid in said.items()}
    assert {key for key, label in labels.items() if label == "考核指标"} == {"student"}
    assert {key for key, grid in said.items() if "及预计" in grid["next_measures"].hint} == {
        "teacher"
    }


@pytest.mark.parametrize("key", FIGURES)
def test_a_flow_says_the_words_of_its_figure(key):
    first, *others = steps(f"approval_{key}").values()
    assert first.id == "submit"
    assert first.attributes[dialect.CANDIDATE_GROUPS] == "initiator"
    assert [one.name for one in others] == FIGURES[key].split()
    for one in others:
        verb = one.name[-2:]
        label = "已阅上报" if verb == "审阅" else f"{verb}通过"
        assert f"approve={label},return" in one.properties["verbs"]


@pytest.mark.parametrize("flow", sorted(shipped.FLOWS))
def test_every_step_has_a_deadline_rungs_a_form_and_somebody_at_last(flow):
    for one in steps(flow).values():
        if flow == "extension_request":
            continue
        assert "working days" in one.properties["due"]
        assert one.properties["escalation"] == "approval"
        if one.attributes[dialect.CANDIDATE_GROUPS] in ("initiator", LAST):
            continue
        assert one.properties["fallback"].endswith(LAST)
        if "signing" not in one.properties:
            assert one.properties["initiator_is_approver"] in {"up", "skip"}
        assert one.properties["returns_to"].startswith("initiator")


def test_the_table_names_a_flow_for_every_kind_and_stage():
    table = decisions.ready(chains.FILE.read_bytes()).by_id[chains.TABLE]
    for kind, stage in itertools.product(kinds.every(), Stage):
        flow = table.decide({"kind": kind.key, "stage": stage.value})["definition"]
        assert flow in shipped.FLOWS
        assert flow.startswith("collection_") == (stage is Stage.COLLECTION)
        assert kind.definition.removeprefix("approval_") == flow.partition("_")[2]


@pytest.mark.parametrize("flow", sorted(shipped.FLOWS))
def test_a_flow_is_drawn_with_lanes_in_which_every_step_stands(flow):
    xml = shipped.bpmn(flow).decode()
    if flow == "extension_request":
        return
    outline = parse.read(xml.encode())
    assert {node.id for node in outline.nodes} == {
        part.partition("<")[0] for part in xml.split("<bpmn:flowNodeRef>")[1:]
    }
    for node in outline.nodes:
        assert f'bpmnElement="{node.id}"' in xml
