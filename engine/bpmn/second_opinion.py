"""What SpiffWorkflow thinks of a diagram that is about to be published. Advice, never a refusal.

The library checks the file against the BPMN 2.0 schema. A diagram made only of elements that it is
known to run rightly (tests/processes/test_library_faults.py knows where it is not) then runs on
both engines, a few seeded walks side by side, and the first difference becomes a warning.

The library never evaluates a text: its script engine is replaced by our closed language, and a
diagram with anything else that it would evaluate (timers, scripts, loops, data) is not run. Walks
are few and short, and diagrams on which the library's tree of predictions grows beyond all bounds
are left out, so the time is bounded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from random import Random
from threading import Lock
from typing import Any, Final

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator, full_tag
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import ManualTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import expressions
from engine.bpmn import parse, state, steps
from engine.bpmn.commands import Command, Complete, Start
from engine.bpmn.effects import Closed, Ended, Opened, Stuck
from engine.bpmn.findings import Finding, warning
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.state import State

RULE: Final = "second_opinion"
MOST_ELEMENTS: Final = 150
MOST_PREDICTED: Final = 300
MOST_WAITING: Final = 12
MOST_PATH: Final = 200
MOST_SCHEMA_FINDINGS: Final = 5
WALKS: Final = 5
STEPS: Final = 25
NOW: Final = datetime(2000, 1, 3, 8, 0, tzinfo=UTC)

TASKS: Final = frozenset({Kind.USER, Kind.SERVICE})
GATEWAYS: Final = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE})
SPLITS: Final = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})
CHOICES: Final = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE})
CLOCK: Final = frozenset({"now", "today"})
KNOWN: Final = TASKS | GATEWAYS | {Kind.START, Kind.END}

# every tag of the BPMN namespace that may stand in a diagram handed to the library
HARMLESS: Final = frozenset({
    "definitions", "collaboration", "participant", "process", "laneSet", "childLaneSet", "lane",
    "flowNodeRef", "documentation", "extensionElements", "startEvent", "endEvent", "userTask",
    "manualTask", "serviceTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "sequenceFlow", "incoming", "outgoing", "conditionExpression", "textAnnotation", "text",
    "association", "group", "category", "categoryValue",
})  # fmt: skip

# the validator keeps the errors of the last file it saw
_ONE_AT_A_TIME: Final = Lock()


class _OurExpressions(PythonScriptEngine):  # type: ignore[misc]  # the library has no types
    """Stands where the library would call `eval`: conditions in our language, nothing else."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def validate(self, expression: str) -> None:
        expressions.compile(expressions.unwrap(expression))

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        del task, external_context
        return expressions.compile(expressions.unwrap(expression)).holds(self.values)

    def execute(self, *_what: Any, **_more: Any) -> bool:
        raise _NotRun

    def call_service(self, *_what: Any, **_more: Any) -> Any:
        raise _NotRun


class _NotRun(Exception):
    """The library wanted to run something that we never hand to it."""


class _Parser(BpmnParser):  # type: ignore[misc]  # the library has no types
    """Service tasks wait for somebody to complete them, as in our kernel."""

    OVERRIDE_PARSER_CLASSES: Final = {full_tag("serviceTask"): (TaskParser, ManualTask)}


def review(xml: bytes, process: Process) -> tuple[Finding, ...]:
    """Ask the library about a file that passed our own rules. Never raises, evaluates nothing."""
    try:
        tree = parse.tree(xml)
        return (*_schema(tree), *_runs(tree, process))
    except Exception as problem:  # noqa: BLE001  (a second opinion may not stop a publication)
        sentence = "另一套流程引擎读不了或运行不了这张图：{detail}"
        return (warning("", RULE, sentence, detail=f"{type(problem).__name__}: {problem}"[:300]),)


def _schema(tree: etree._Element) -> tuple[Finding, ...]:
    sentence = "与 BPMN 2.0 的格式规范不符（第 {line} 行）：{detail}"
    with _ONE_AT_A_TIME:
        validator = _validator()
        if validator.validate(tree):
            return ()
        errors = list(validator.error_log)[:MOST_SCHEMA_FINDINGS]
    return tuple(
        warning("", RULE, sentence, line=one.line, detail=str(one.message)[:300]) for one in errors
    )


@cache
def _validator() -> Any:
    """The schema, read once: that takes longer than checking a diagram."""
    return BpmnValidator().validator


def _runs(tree: etree._Element, process: Process) -> tuple[Finding, ...]:
    if not _harmless(tree) or not _known_to_run(process):
        return ()
    spec = _spec(tree, process.id)
    for seed in range(WALKS):
        finding = _walk(process, spec, Random(seed))  # noqa: S311  (a seed, not a secret)
        if finding is not None:
            return (finding,)
    return ()


def _spec(tree: etree._Element, key: str) -> Any:
    parser = _Parser()
    parser.add_bpmn_xml(tree)
    return parser.get_spec(key)


def _harmless(tree: etree._Element) -> bool:
    """Whether nothing stands in the file that the library might evaluate or stumble over."""
    tags = [etree.QName(one) for one in tree.iter(etree.Element)]
    ours = {tag.localname for tag in tags if tag.namespace == parse.BPMN}
    return ours <= HARMLESS and sum(tag.localname == "process" for tag in tags) == 1


def _known_to_run(process: Process) -> bool:
    """Whether the diagram is one on which the library is known to be right, and quick."""
    elements = process.elements
    if len(elements) > MOST_ELEMENTS or process.reads & CLOCK:
        return False
    if not all(_known(element) for element in elements.values()):
        return False
    ahead = {key: _reached(elements, [key]) for key in elements}
    splits = any(one.kind in SPLITS for one in elements.values())
    if splits and any(key in reached for key, reached in ahead.items()):
        return False
    waits_nowhere = {key: one for key, one in elements.items() if one.kind not in TASKS}
    if any(key in _reached(waits_nowhere, [key]) for key in waits_nowhere):
        return False
    return not any(_predicted(elements, key) > MOST_PREDICTED for key in elements)


def _known(element: Element) -> bool:
    ways = (*element.outgoing, *((element.default,) if element.default else ()))
    if element.kind not in KNOWN or element.event or element.boundary:
        return False
    if element.kind is Kind.END:
        return not ways
    if element.kind in CHOICES and len(ways) > 1:
        return all(flow.condition is not None for flow in element.outgoing)
    straight = all(flow.condition is None for flow in ways)
    return straight and (len(ways) == 1 or (element.kind is Kind.PARALLEL and bool(ways)))


def _targets(element: Element) -> Iterable[str]:
    yield from (flow.target for flow in element.outgoing)
    if element.default is not None:
        yield element.default.target


def _reached(elements: Mapping[str, Element], start: list[str]) -> set[str]:
    """What lies behind `start` by flows among `elements`; itself only if a loop leads back."""
    waiting = [target for key in start for target in _targets(elements[key])]
    found: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in elements and key not in found:
            found.add(key)
            waiting.extend(_targets(elements[key]))
    return found


def _predicted(elements: Mapping[str, Element], start: str) -> int:
    """How many nodes the library would put into its tree from here, counted up to the limit.

    It follows every path as far as no choice is open, so it grows twofold with each parallel block.
    """
    waiting, count = [start], 0
    while waiting and count <= MOST_PREDICTED:
        element = elements[waiting.pop()]
        count += 1
        targets = list(_targets(element))
        if element.kind in CHOICES and len(targets) > 1:
            count += sum(1 + len(list(_targets(elements[target]))) for target in targets)
        else:
            waiting.extend(targets)
    return count


def _walk(process: Process, spec: Any, random: Random) -> Finding | None:
    """Walk both engines through one case; answer with the first difference, if there is one."""
    values = _answers(process, random)
    ours, theirs = _Ours(process), _Theirs(spec)
    if not ours.do(Start(values)):
        return None
    theirs.start(values)
    element = process.starts[None]
    for _ in range(STEPS):
        if ours.waiting() != theirs.waiting() or bool(ours.ended) != theirs.ended:
            return _difference(process, element, ours, theirs)
        if ours.ended or not ours.open or len(ours.open) > MOST_WAITING:
            return None
        token = random.choice(list(ours.open))
        element, values = ours.open[token], _answers(process, random)
        if not ours.do(Complete(token, values)):
            return None
        theirs.complete(element, values)
    return None


def _difference(process: Process, element: str, ours: _Ours, theirs: _Theirs) -> Finding:
    sentence = (
        "在“{after}”之后，另一套流程引擎与我们不一致。"
        "我们等待：{ours}；它等待：{theirs}。请核对这里的画法。"
    )
    labels = {key: one.label for key, one in process.elements.items()}
    return warning(
        element,
        RULE,
        sentence,
        after=labels[element],
        ours=_named(ours.waiting(), labels),
        theirs=_named(theirs.waiting(), labels),
    )


def _named(waiting: list[str], labels: Mapping[str, str]) -> str:
    return "、".join(labels[key] for key in waiting) or "—"


class _Ours:
    """Our kernel as a walk needs it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.open: dict[str, str] = {}
        self.ended = ""
        self._state: State = state.EMPTY
        self._splits = any(one.kind in SPLITS for one in process.elements.values())
        self._passed: set[str] = set()

    def waiting(self) -> list[str]:
        return sorted(self.open.values())

    def do(self, command: Command) -> bool:
        """Take one step; answers whether the walk can be compared any further."""
        step = steps.step(self.process, self._state, command, NOW)
        self._state = step.state
        for effect in step.effects:
            match effect:
                case Opened(token, element):
                    self.open[token] = element
                case Closed(token):
                    self.open.pop(token, None)
                case Ended(how):
                    self.ended = how
        stuck = any(isinstance(effect, Stuck) for effect in step.effects)
        return not stuck and len(step.path) <= MOST_PATH and not self._doubled(step.path)

    def _doubled(self, path: tuple[str, ...]) -> bool:
        """Whether branches met without a join: the library loses one of two tokens in one place."""
        met = [self.process.elements[key] for key in path if key in self.process.elements]
        passed = [one.id for one in met if one.kind not in SPLITS | {Kind.END}]
        twice = len(set(passed)) < len(passed) or bool(self._passed & set(passed))
        self._passed.update(passed)
        return self._splits and twice


class _Theirs:
    """The library as a walk needs it."""

    def __init__(self, spec: Any) -> None:
        self._engine = _OurExpressions()
        self._spec = spec

    def start(self, values: Mapping[str, object]) -> None:
        self._engine.values.update(values)
        self._workflow = BpmnWorkflow(self._spec, script_engine=self._engine)
        self._workflow.do_engine_steps()

    def waiting(self) -> list[str]:
        return sorted(str(task.task_spec.bpmn_id) for task in self._ready())

    @property
    def ended(self) -> bool:
        return bool(self._workflow.completed)

    def complete(self, element: str, values: Mapping[str, object]) -> None:
        self._engine.values.update(values)
        next(task for task in self._ready() if task.task_spec.bpmn_id == element).run()
        self._workflow.do_engine_steps()

    def _ready(self) -> list[Any]:
        return list(self._workflow.get_tasks(state=TaskState.READY, manual=True))


def _answers(process: Process, random: Random) -> dict[str, object]:
    """Draw a value for every variable that a condition reads, from those it is compared with."""
    choices = _choices(process)
    return {name: random.choice(choices[name]) for name in sorted(choices)}


def _choices_of(text: str) -> dict[str, list[object]]:
    tree = ast.parse(text, mode="eval")
    found: dict[str, list[object]] = {}
    for node in ast.walk(tree):
        parts = list(ast.walk(node)) if isinstance(node, ast.Compare) else []
        constants = [one.value for one in parts if isinstance(one, ast.Constant)]
        for name in [one.id for one in parts if isinstance(one, ast.Name)]:
            found.setdefault(name, []).extend(constants)
    return found


def _choices(process: Process) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {name: [] for name in process.reads}
    for element in process.elements.values():
        for flow in element.outgoing:
            if flow.condition is not None:
                for name, constants in _choices_of(flow.condition.text).items():
                    found.setdefault(name, []).extend(constants)
    return {name: _with_another(constants) for name, constants in found.items()}


def _with_another(constants: list[object]) -> list[object]:
    """The constants, and one value of the same sort that is none of them."""
    unique = list(dict.fromkeys(constants))
    if not unique or any(isinstance(one, bool) for one in unique):
        return [True, False]
    numbers = sorted(one for one in unique if isinstance(one, int | float))
    if numbers:
        between = [(low + high) / 2 for low, high in pairwise(numbers)]
        return [*numbers, *between, numbers[0] - 1, numbers[-1] + 1]
    return [*unique, "another value"]
