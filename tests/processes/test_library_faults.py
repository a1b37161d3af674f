"""What SpiffWorkflow 3.2.0 does wrong without a word, pinned, each beside what we do instead.

These tests are why the kernel is our own (docs/adr/0010-token-core.md). When one of them turns red
after an upgrade of the library, the library has changed its mind: read the ADR again.
"""

import itertools
from datetime import UTC, datetime

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import expressions
from engine.bpmn import parse, process, state, steps
from engine.bpmn.commands import Complete, Deliver, Start
from engine.bpmn.effects import Closed, Ended, Opened
from tests.token_model import xml
from tests.token_model.game import Game
from tests.token_model.graph import Flow, Graph, Node

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REFUSED = {"outcome": "refuse", "open": True}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">'
    '<message id="ping" name="ping"/><process id="case" isExecutable="true">'
)
TAIL = "</process></definitions>"
ORDERS = list(itertools.product([("one", "two"), ("two", "one")], repeat=2))


class Stock:
    """The library as it comes: its own parser, its own script engine, its own clock."""

    def __init__(self, file: bytes, key: str = "case") -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(file.replace(b"${", b"").replace(b"}<", b"<")))
        self.workflow = BpmnWorkflow(parser.get_spec(key), parser.get_subprocess_specs(key))
        self.workflow.do_engine_steps()

    def waiting(self) -> list[str]:
        ready = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        return sorted(task.task_spec.bpmn_id for task in ready)

    def complete(self, element: str, data: dict[str, object]) -> None:
        ready = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        task = next(task for task in ready if task.task_spec.bpmn_id == element)
        task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()


class Ours:
    """The kernel, told the same."""

    def __init__(self, file: bytes, data: dict[str, object] | None = None) -> None:
        self.process = process.build(parse.read(file))
        self.state = state.EMPTY
        self.open: dict[str, str] = {}
        self.ended = ""
        self._do(Start(data or {}))

    def waiting(self) -> list[str]:
        return sorted(self.open.values())

    def complete(self, element: str, data: dict[str, object]) -> None:
        self._do(Complete(self._token(element), data))

    def deliver(self, element: str) -> None:
        self._do(Deliver(self._token(element)))

    def _token(self, element: str) -> str:
        return next(token for token, place in self.open.items() if place == element)

    def _do(self, command: Start | Complete | Deliver) -> None:
        step = steps.step(self.process, self.state, command, NOW)
        self.state = step.state
        for effect in step.effects:
            match effect:
                case Opened(token, element):
                    self.open[token] = element
                case Closed(token):
                    del self.open[token]
                case Ended(how):
                    self.ended = how


def _approval(gateway: str) -> Graph:
    """Two approvers side by side, then a decision that may send it all back."""
    graph = Graph()
    kinds = {"start": "start", "submit": "task", "fork": gateway, "one": "task", "two": "task"}
    kinds |= {"join": gateway, "decide": "task", "which": "exclusive", "end": "end"}
    for name, kind in kinds.items():
        graph.nodes[name] = Node(name, kind)
    ways = "start>submit submit>fork fork>one fork>two one>join two>join join>decide"
    for way in f"{ways} decide>which which>submit which>end".split():
        source, target = way.split(">")
        when = ("open", True) if gateway == "inclusive" and source == "fork" else None
        when = ("outcome", "refuse") if way == "which>submit" else when
        graph.flows[way] = Flow(way.replace(">", "_"), source, target, when)
    graph.flows = {flow.id: flow for flow in graph.flows.values()}
    graph.defaults["which"] = "which_end"
    return graph


@pytest.mark.parametrize(
    ("gateway", "orders", "skipped"),
    [("parallel", orders, orders[0] != orders[1]) for orders in ORDERS]
    + [("inclusive", orders, True) for orders in ORDERS],
)
def test_the_library_skips_an_approver_after_a_reject_and_we_do_not(
    gateway: str, orders: tuple[tuple[str, str], ...], *, skipped: bool
) -> None:
    graph = _approval(gateway)
    file = xml.write(graph, "case")
    stock, ours, game = Stock(file), Ours(file, REFUSED), Game(graph)
    game.start(REFUSED)
    for element in ("submit", *orders[0], "decide", "submit", orders[1][0]):
        stock.complete(element, REFUSED)
        ours.complete(element, REFUSED)
        game.complete(element, REFUSED)
    late = orders[1][1]
    assert ours.waiting() == game.waiting() == [late]
    assert stock.waiting() == (sorted(["decide", late]) if skipped else [late])


def _tasks(*ids: str) -> str:
    group = 'camunda:candidateGroups="initiator"'
    return "".join(f'<userTask id="{name}" {group}/>' for name in ids)


def _flows(*ways: str) -> str:
    ends = (way.split(">") for way in ways)
    return "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ends)


def test_the_library_loses_a_case_after_some_500_rounds_and_we_do_not() -> None:
    gateway = '<exclusiveGateway id="which" default="which_end"/>'
    back = '<conditionExpression>${outcome == "refuse"}</conditionExpression></sequenceFlow>'
    file = (
        f'{HEAD}<startEvent id="start"/>{_tasks("one")}{gateway}<endEvent id="end"/>'
        f"{_flows('start>one', 'one>which', 'which>end')}"
        f'<sequenceFlow id="again" sourceRef="which" targetRef="one">{back}{TAIL}'
    ).encode()
    stock, ours = Stock(file), Ours(file)
    for _ in range(510):
        ours.complete("one", REFUSED)
        if stock.waiting():
            stock.complete("one", REFUSED)
    assert (stock.waiting(), stock.workflow.completed) == ([], False)
    assert ours.waiting() == ["one"]


def test_the_library_leaves_a_zombie_where_no_end_is_drawn_and_we_end() -> None:
    file = f'{HEAD}<startEvent id="start"/>{_tasks("one")}{_flows("start>one")}{TAIL}'.encode()
    stock, ours = Stock(file), Ours(file)
    stock.complete("one", {})
    ours.complete("one", {})
    assert (stock.waiting(), stock.workflow.completed) == ([], False)
    assert (ours.waiting(), ours.ended) == ([], "completed")


def test_the_library_ignores_a_condition_on_the_only_way_out_of_a_task() -> None:
    never = "<conditionExpression>${outcome == 'never'}</conditionExpression></sequenceFlow>"
    file = (
        f'{HEAD}<startEvent id="start"/>{_tasks("one", "two")}<endEvent id="end"/>'
        f"{_flows('start>one', 'two>end')}"
        f'<sequenceFlow id="only" sourceRef="one" targetRef="two">{never}{TAIL}'
    ).encode()
    stock, ours = Stock(file), Ours(file)
    stock.complete("one", {"outcome": "approve"})
    ours.complete("one", {"outcome": "approve"})
    assert stock.waiting() == ["two"]
    assert ours.waiting() == []
    assert [token.stuck for token in ours.state.tokens] == ["leave"]


def test_the_library_hears_a_repeated_message_once_and_we_hear_it_again() -> None:
    reminder = '<messageEventDefinition messageRef="ping"/></boundaryEvent>'
    file = (
        f'{HEAD}<startEvent id="start"/>{_tasks("one", "note")}<endEvent id="end"/>'
        f'<boundaryEvent id="ask" attachedToRef="one" cancelActivity="false">{reminder}'
        f"{_flows('start>one', 'one>end', 'ask>note', 'note>end')}{TAIL}"
    ).encode()
    stock, ours = Stock(file), Ours(file)
    asked = stock.workflow.spec.task_specs["ask"].event_definition
    for _ in range(2):
        stock.workflow.catch(BpmnEvent(asked))
        stock.workflow.do_engine_steps()
        ours.deliver("ask")
    assert stock.waiting() == ["note", "one"]
    assert ours.waiting() == ["ask", "note", "note", "one"]


def test_the_library_runs_any_python_in_a_condition_and_we_refuse_to_compile_it() -> None:
    hostile = "__import__('os').getpid() > 0"
    gateway = '<exclusiveGateway id="which" default="which_end"/>'
    file = (
        f'{HEAD}<startEvent id="start"/>{gateway}{_tasks("reached")}<endEvent id="end"/>'
        f"{_flows('start>which', 'which>end', 'reached>end')}"
        '<sequenceFlow id="hostile" sourceRef="which" targetRef="reached"><conditionExpression>'
        f"{hostile.replace('>', '&gt;')}</conditionExpression></sequenceFlow>{TAIL}"
    ).encode()
    assert Stock(file).waiting() == ["reached"]
    with pytest.raises(expressions.ExpressionError):
        expressions.compile(hostile)


def test_the_library_drops_who_a_task_is_for_and_we_keep_it() -> None:
    file = (
        f'{HEAD}<startEvent id="start"/>{_tasks("one")}<endEvent id="end"/>'
        f"{_flows('start>one', 'one>end')}{TAIL}"
    ).encode()
    spec = Stock(file).workflow.spec.task_specs["one"]
    assert "initiator" not in str(vars(spec))
    assert Ours(file).process.elements["one"].attributes["camunda:candidateGroups"] == "initiator"
