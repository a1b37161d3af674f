"""What publishing checks: one rule per file, with a page in docs/rules and drawings in tests.

A rule is `check(outline, known)`, yielding findings. Rules know nothing of one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from engine.bpmn import naming
from engine.bpmn.findings import Finding, Severity, warning
from engine.bpmn.lint import (
    assignment_known,
    boundary_attached,
    call_known,
    camunda_understood,
    case_known,
    condition_place,
    condition_readable,
    decision_known,
    default_known,
    due_readable,
    element_supported,
    end_event_required,
    end_reachable,
    error_caught,
    escalation_known,
    event_gateway_targets,
    event_subprocess_start,
    event_supported,
    executable_process,
    extensions_understood,
    field_rights_known,
    flow_doubled,
    flow_ends_exist,
    flow_within_scope,
    form_exists,
    gateway_default,
    gateway_mixed,
    gateway_needed,
    handler_exists,
    id_required,
    id_unique,
    id_well_formed,
    link_paired,
    loop_bounded,
    loop_waits,
    meaning_kept,
    message_named,
    name_plain,
    name_required,
    names_known,
    no_flow_into_start,
    no_flow_out_of_end,
    parallel_join_balanced,
    priority_readable,
    process_id,
    properties_known,
    reachable_from_start,
    refuse_has_path,
    retries_readable,
    returns_to_known,
    script_lines,
    signal_named,
    signing_known,
    size_bounded,
    split_drawn,
    start_event_required,
    text_length,
    timer_readable,
    user_task_assigned,
    verbs_known,
)
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline
from engine.bpmn.parse import MAX_ID

Rule = Callable[[Outline, Known], Iterator[Finding]]

MAX_FINDINGS: Final = 500
MAX_SHOWN: Final = 200
# The values of findings that are the label of an element: its name, or its id where it has none
LABELS: Final = frozenset({"name", "host", "source", "target", "split"})

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "executable_process": executable_process.check,
        "process_id": process_id.check,
        "name_required": name_required.check,
        "text_length": text_length.check,
        "name_plain": name_plain.check,
        "case_known": case_known.check,
        "id_required": id_required.check,
        "id_unique": id_unique.check,
        "id_well_formed": id_well_formed.check,
        "size_bounded": size_bounded.check,
        "element_supported": element_supported.check,
        "event_supported": event_supported.check,
        "meaning_kept": meaning_kept.check,
        "start_event_required": start_event_required.check,
        "end_event_required": end_event_required.check,
        "flow_ends_exist": flow_ends_exist.check,
        "flow_within_scope": flow_within_scope.check,
        "flow_doubled": flow_doubled.check,
        "no_flow_into_start": no_flow_into_start.check,
        "no_flow_out_of_end": no_flow_out_of_end.check,
        "reachable_from_start": reachable_from_start.check,
        "end_reachable": end_reachable.check,
        "loop_waits": loop_waits.check,
        "boundary_attached": boundary_attached.check,
        "event_gateway_targets": event_gateway_targets.check,
        "gateway_default": gateway_default.check,
        "gateway_mixed": gateway_mixed.check,
        "gateway_needed": gateway_needed.check,
        "split_drawn": split_drawn.check,
        "default_known": default_known.check,
        "condition_place": condition_place.check,
        "condition_readable": condition_readable.check,
        "names_known": names_known.check,
        "parallel_join_balanced": parallel_join_balanced.check,
        "script_lines": script_lines.check,
        "timer_readable": timer_readable.check,
        "message_named": message_named.check,
        "signal_named": signal_named.check,
        "link_paired": link_paired.check,
        "error_caught": error_caught.check,
        "event_subprocess_start": event_subprocess_start.check,
        "loop_bounded": loop_bounded.check,
        "call_known": call_known.check,
        "handler_exists": handler_exists.check,
        "decision_known": decision_known.check,
        "user_task_assigned": user_task_assigned.check,
        "assignment_known": assignment_known.check,
        "form_exists": form_exists.check,
        "field_rights_known": field_rights_known.check,
        "verbs_known": verbs_known.check,
        "returns_to_known": returns_to_known.check,
        "refuse_has_path": refuse_has_path.check,
        "signing_known": signing_known.check,
        "due_readable": due_readable.check,
        "escalation_known": escalation_known.check,
        "priority_readable": priority_readable.check,
        "retries_readable": retries_readable.check,
        "camunda_understood": camunda_understood.check,
        "extensions_understood": extensions_understood.check,
        "properties_known": properties_known.check,
    }
)


def lint(outline: Outline, known: Known | None = None) -> tuple[Finding, ...]:
    """Judge a diagram by every rule; findings come in the order of the file, errors first of two.

    A diagram over the size limits is judged by that rule alone. Long lists are cut, with a last
    finding that says so.
    """
    house = known or Known()
    found = list(size_bounded.check(outline, house))
    if not found:
        found = [finding for rule in RULES.values() for finding in rule(outline, house)]
    place = _places(outline)
    found.sort(key=lambda finding: (place.get(finding.element, 0), finding.severity))
    if len(found) > MAX_FINDINGS:
        found = _cut(outline, found)
    return tuple(_named(outline, found))


def _places(outline: Outline) -> Mapping[str, int]:
    drawn: list[Node | FlowLine] = [*outline.nodes, *outline.flows]
    drawn.sort(key=lambda one: one.line)
    return {one.id: place for place, one in reversed(list(enumerate(drawn, start=1)))}


def _cut(outline: Outline, found: list[Finding]) -> list[Finding]:
    """Keep the first findings, errors before advice: what forbids publishing is never cut away."""
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    advice = [finding for finding in found if finding.severity is not Severity.ERROR]
    kept = [*errors, *advice][: MAX_FINDINGS - 1]
    sentence = "还有 {count} 处没有列出。请先改好上面的。"
    return [*kept, warning(outline.id, "more", sentence, count=len(found) - len(kept))]


def _named(outline: Outline, found: Iterable[Finding]) -> Iterator[Finding]:
    """Call each place as people do, and bound what a stranger wrote: a list stays small."""
    called = naming.called(outline)
    nameless = {node.id for node in outline.nodes if not node.name}
    for finding in found:
        values = {
            key: called(str(value)) if key in LABELS and value in nameless else _short(value)
            for key, value in finding.values.items()
        }
        where = called(finding.element) if finding.element not in ("", outline.id) else ""
        yield replace(finding, element=finding.element[:MAX_ID], values=values, where=where)


def _short(value: object) -> object:
    is_long = isinstance(value, str) and len(value) > MAX_SHOWN
    return f"{str(value)[:MAX_SHOWN]}…" if is_long else value
