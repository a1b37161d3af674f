"""Each rule lets its good drawing pass and names what is wrong in its bad one."""

from pathlib import Path

import pytest

from engine.bpmn import parse, process
from engine.bpmn.findings import Severity
from engine.bpmn.lint import RULES, lint
from engine.bpmn.lint.known import Known

HERE = Path(__file__).parent
RULE_FILES = Path(parse.__file__).parent / "lint"
HOUSE = Known(
    posts=frozenset({"college_reviewer", "dean", "head", "leader"}),
    units=frozenset({"u1"}),
    users=frozenset({"zhang"}),
    forms={"major": frozenset({"college", "goals", "goals.label", "goals.remark"})},
    topics=frozenset({"quality.publish"}),
    cases=frozenset({"quality.document"}),
    decisions=frozenset({"approval_chain"}),
    places=frozenset({"subject.college", "subject.unit"}),
    people=frozenset({"subject.owner"}),
    committees=frozenset({"quality"}),
    roles=frozenset({"quality_office"}),
    vacant=frozenset({"dean"}),
    variables=frozenset({"stage", "n", "人数"}),
    definitions=frozenset({"approval_course", "approval_major"}),
    calls={"approval_major": frozenset({"approval_course", "case"})},
    policies={"usual": ("post:dean", "head@subject.unit"), "to_nobody": ("post:nobody",)},
    dates=frozenset({"plan_end"}),
)
# what a rule finds in its bad drawing: element and severity
FINDS = {
    "executable_process": {"case": "error"},
    "process_id": {"流程 1": "error"},
    "id_required": {"": "error"},
    "id_unique": {"start_to_review": "error"},
    "id_well_formed": {"1-review": "error", "1-review_to_end": "error"},
    "name_required": {"review": "warning"},
    "text_length": {"review": "error"},
    "name_plain": {"review": "warning"},
    "size_bounded": {"s20": "error"},
    "case_known": {"case": "error"},
    "start_event_required": {"block": "error", "again": "error"},
    "end_event_required": {"review": "warning"},
    "reachable_from_start": {"forgotten": "error"},
    "end_reachable": {"start": "warning", "review": "warning", "again": "warning"},
    "flow_ends_exist": {"review_to_archive": "error"},
    "flow_within_scope": {"out": "error"},
    "no_flow_into_start": {"review_to_start": "error"},
    "no_flow_out_of_end": {"end_to_review": "error"},
    "flow_doubled": {"second": "warning"},
    "element_supported": {
        "plain": "error",
        "byhand": "error",
        "table": "error",
        "call": "error",
        "money": "error",
        "odd": "error",
    },
    "event_supported": {
        "daily": "error",
        "signal": "error",
        "nothing": "error",
        "tell": "error",
        "both": "error",
        "fail": "error",
        "soft": "error",
    },
    "signal_named": {"wait": "error"},
    "link_paired": {
        "out": "error",
        "out_to_again": "error",
        "in": "error",
        "bare": "error",
        "one": "error",
        "two": "error",
    },
    "error_caught": {"fail": "warning"},
    "event_subprocess_start": {"alarm": "error", "review_to_led": "error", "rung3": "error"},
    "loop_bounded": {
        "many": "error",
        "never": "error",
        "odd": "error",
        "named": "error",
        "unnamed": "warning",
        "all": "error",
        "listed": "warning",
        "told": "error",
    },
    "call_known": {
        "nothing": "error",
        "computed": "error",
        "itself": "error",
        "round": "error",
        "missing": "error",
        "half": "error",
        "odd": "error",
    },
    "meaning_kept": {"all": "error", "loop": "error", "undo": "error", "twice": "error"},
    "default_known": {"split": "error"},
    "gateway_default": {"split_to_end": "error"},
    "gateway_mixed": {"both": "warning"},
    "gateway_needed": {"idle": "warning"},
    "split_drawn": {"review": "warning"},
    "condition_place": {"fork_to_a": "error", "a_to_end": "warning"},
    "condition_readable": {
        "hidden": "error",
        "hash": "error",
        "java": "error",
        "called": "error",
        "empty": "error",
    },
    "names_known": {"split_to_publish": "warning"},
    "parallel_join_balanced": {"join": "warning"},
    "script_lines": {"groovy": "error", "python": "error", "hollow": "error"},
    "timer_readable": {
        "forever": "error",
        "words": "error",
        "cycle": "error",
        "naive": "error",
        "computed": "error",
        "round": "error",
    },
    "message_named": {"reply": "error", "wait": "error"},
    "event_gateway_targets": {"race_to_review": "error"},
    "boundary_attached": {"late": "error", "instant": "error", "review_to_instant": "error"},
    "user_task_assigned": {"review": "error"},
    "assignment_known": {
        "post": "error",
        "unit": "error",
        "user": "error",
        "seat": "error",
        "role": "error",
        "field": "error",
        "soon": "error",
        "never": "error",
        "team": "error",
        "bare": "error",
        "place": "error",
        "levels": "error",
        "empty": "warning",
        "backup": "error",
        "word": "error",
        "alone": "warning",
        "computed": "error",
    },
    "form_exists": {"review": "error"},
    "field_rights_known": {"a": "error", "b": "error", "c": "warning"},
    "decision_known": {"choose": "error", "approve": "error"},
    "handler_exists": {"publish": "error", "send": "error"},
    "verbs_known": {"a": "error", "b": "error", "c": "error", "d": "error"},
    "signing_known": {"review": "error"},
    "returns_to_known": {"submit": "warning", "review": "error"},
    "refuse_has_path": {"review": "error"},
    "due_readable": {"a": "error", "b": "error", "c": "error", "d": "warning", "e": "error"},
    "escalation_known": {"a": "error", "b": "error", "c": "warning", "d": "error"},
    "priority_readable": {"review": "error"},
    "retries_readable": {"publish": "error", "send": "error"},
    "camunda_understood": {"a": "error", "b": "error", "c": "warning", "d": "error"},
    "extensions_understood": {"a": "error", "b": "error", "c": "warning"},
    "properties_known": {"review": "warning", "publish": "warning"},
    "loop_waits": {"g1": "error", "g3": "warning"},
}


def read(rule, drawing):
    return parse.read((HERE / rule / f"{drawing}.bpmn").read_bytes())


def test_every_rule_has_a_file_a_row_and_two_drawings():
    files = {path.stem for path in RULE_FILES.glob("*.py")} - {"__init__", "known", "walk"}
    drawings = {path.name for path in HERE.iterdir() if (path / "invalid.bpmn").exists()}
    assert set(RULES) == files == set(FINDS) == drawings


@pytest.mark.parametrize("rule", RULES)
def test_a_good_drawing_passes_every_rule_and_compiles(rule):
    outline = read(rule, "valid")
    findings = lint(outline, HOUSE)
    assert [one for one in findings if one.rule == rule or one.severity is Severity.ERROR] == []
    assert process.build(outline).id == outline.id


@pytest.mark.parametrize("rule", RULES)
def test_a_bad_drawing_is_named_by_element(rule):
    findings = [one for one in lint(read(rule, "invalid"), HOUSE) if one.rule == rule]
    assert {one.element: str(one.severity) for one in findings} == FINDS[rule]
    assert all(one.text() for one in findings)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_checked_against_what_nobody_told(rule):
    outline = read(rule, "valid")
    assert [one for one in lint(outline) if one.severity is Severity.ERROR] == []
