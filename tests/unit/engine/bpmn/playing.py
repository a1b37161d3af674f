"""A case of a small diagram, played by commands alone: no database, no clock of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.bpmn import parse, process, state, steps
from engine.bpmn.commands import (
    Command,
    Complete,
    Deliver,
    Fail,
    FireTimer,
    Reopen,
    Retry,
    Return,
    Start,
    TakeBack,
    Then,
    Withdraw,
)
from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck, Waits
from engine.bpmn.process import Decision
from tests.integration.engine import flow

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def drawn(nodes: str, lines: str, **more: Any) -> Play:
    """A started case: a start, an end, these nodes, and flows as `a>b ; c>d?x > 3`."""
    flows = [one.partition("?") for one in lines.split(" ; ")]
    text = "".join(
        flow.line(*way.split(">", 1), condition.replace("<", "&lt;").replace(">", "&gt;"))
        for way, _mark, condition in flows
    )
    return Play(flow.process("played", nodes, text), **more)


def node(tag: str, name: str, inside: str = "", **attributes: str) -> str:
    """Any element."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:{tag} id="{name}" name="{name}"{written}>{inside}</bpmn:{tag}>'


def timer(tag: str, name: str, span: str = "PT1H", **attributes: str) -> str:
    """An event that waits for a time."""
    text = f"<bpmn:timeDuration>{span}</bpmn:timeDuration>"
    definition = f"<bpmn:timerEventDefinition>{text}</bpmn:timerEventDefinition>"
    return node(tag, name, definition, **attributes)


def message(tag: str, name: str, word: str = "paper", **attributes: str) -> str:
    """An event that waits for a message."""
    return node(tag, name, f'<bpmn:messageEventDefinition messageRef="{word}"/>', **attributes)


def event(tag: str, name: str, kind: str, word: str = "", **attributes: str) -> str:
    """An event with a signal, an error, an escalation, a message or a link of this name."""
    reference = "name" if kind == "link" else f"{kind}Ref"
    written = f' {reference}="{word}"' if word else ""
    return node(tag, name, f"<bpmn:{kind}EventDefinition{written}/>", **attributes)


def inside(name: str, nodes: str, lines: str, ends: str = "done", marks: str = "") -> str:
    """A sub-process with a start `<name>_go` and an end."""
    flows = "".join(flow.line(*way.split(">")) for way in lines.split())
    content = f'<bpmn:startEvent id="{name}_go"/>{nodes}<bpmn:endEvent id="{ends}"/>{flows}'
    return node("subProcess", name, marks + content)


def handler(name: str, start: str, nodes: str, lines: str) -> str:
    """An event sub-process that begins with `start` and ends in `<name>_end`."""
    flows = "".join(flow.line(*way.split(">")) for way in lines.split())
    content = f'{start}{nodes}<bpmn:endEvent id="{name}_end"/>{flows}'
    return node("subProcess", name, content, triggeredByEvent="true")


def many(inside: str = "", **attributes: str) -> str:
    """The mark of a multi-instance activity; `camunda_x` stands for `camunda:x`."""
    written = "".join(
        f' {key.replace("camunda_", "camunda:")}="{value}"' for key, value in attributes.items()
    )
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{written}>{inside}"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def times(number: object, until: str = "") -> str:
    """How often a multi-instance activity runs, and when that is enough."""
    written = f"<bpmn:loopCardinality>{number}</bpmn:loopCardinality>"
    if until:
        written += f"<bpmn:completionCondition>${{{until}}}</bpmn:completionCondition>"
    return written


@dataclass
class Play:
    """What waits is told by effects alone; `settled` compares it with the state."""

    xml: bytes
    data: dict[str, object] = field(default_factory=dict)
    begins: bool = True
    tables: Mapping[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.process = process.build(parse.read(self.xml), self.tables)
        self.saved = state.dump(state.EMPTY)
        self.open: dict[str, str] = {}
        self.inside: set[str] = set()
        self.stuck: dict[str, str] = {}
        self.ended = ""
        self.effects: tuple[Effect, ...] = ()
        self.path: tuple[str, ...] = ()
        if self.begins:
            self.do(Start(self.data))

    def do(self, command: Command) -> None:
        """One command."""
        step = steps.step(self.process, state.load(self.saved), command, NOW)
        self.saved, self.effects, self.path = state.dump(step.state), step.effects, step.path
        for effect in step.effects:
            match effect:
                case Opened(token, element, _number, waits_for):
                    self.open[token] = element
                    if waits_for is Waits.INSIDE:
                        self.inside.add(token)
                case Closed(token):
                    self.open.pop(token, None)
                    self.stuck.pop(token, None)
                case Stuck(token, element):
                    self.stuck[token] = element
                case Ended(how):
                    self.ended = how
        if not step.state.ended:
            self.ended = ""

    def token(self, element: str) -> str:
        """The token that has waited longest at an element."""
        return next(token for token, place in (self.open | self.stuck).items() if place == element)

    def start(self, at: str = "", **data: object) -> None:
        self.do(Start(data, at))

    def complete(self, element: str, **data: object) -> None:
        self.do(Complete(self.token(element), data))

    def last(self, element: str) -> str:
        """The token that came last to an element: an instance, not what holds it open."""
        return [token for token, place in self.open.items() if place == element][-1]

    def complete_last(self, element: str, **data: object) -> None:
        self.do(Complete(self.last(element), data))

    def fail_last(self, element: str, code: str) -> None:
        self.do(Fail(self.last(element), code))

    def retry_stuck(self, **data: object) -> None:
        self.do(Retry(next(iter(self.stuck)), data))

    def fire(self, element: str) -> None:
        self.do(FireTimer(self.token(element)))

    def deliver(self, element: str, **data: object) -> None:
        self.do(Deliver(self.token(element), data))

    def send_back(self, element: str, to: str, then: Then = Then.THROUGH_STEPS) -> None:
        self.do(Return(self.token(element), to, then))

    def retry(self, element: str, **data: object) -> None:
        self.do(Retry(self.token(element), data))

    def fail(self, element: str, code: str = "") -> None:
        self.do(Fail(self.token(element), code))

    def take_back(self, element: str, to: str, then: Then = Then.THROUGH_STEPS) -> None:
        self.do(TakeBack(self.token(element), to, then))

    def withdraw(self, to: str) -> None:
        self.do(Withdraw(to))

    def reopen(self, to: str) -> None:
        self.do(Reopen(to))

    @property
    def waiting(self) -> list[str]:
        """The elements that wait, in alphabetical order; the state says the same."""
        tokens = state.load(self.saved).tokens
        assert sorted(t.element for t in tokens if t.number) == sorted(self.open.values())
        assert sorted(t.element for t in tokens if t.stuck) == sorted(self.stuck.values())
        return sorted(self.open.values())

    @property
    def variables(self) -> dict[str, object]:
        """The variables that the kernel kept."""
        return dict(state.load(self.saved).data)
