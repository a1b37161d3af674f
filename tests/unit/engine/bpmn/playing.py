"""A case of a small diagram, played by commands alone: no database, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.bpmn import parse, process, state, steps
from engine.bpmn.commands import Command, Complete, Deliver, FireTimer, Retry, Return, Start, Then
from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck
from tests.integration.engine import flow

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def drawn(nodes: str, lines: str) -> Play:
    """A started case: a start, an end, these nodes, and flows as `a>b ; c>d?x > 3`."""
    flows = [one.partition("?") for one in lines.split(" ; ")]
    text = "".join(
        flow.line(*way.split(">", 1), condition.replace("<", "&lt;").replace(">", "&gt;"))
        for way, _mark, condition in flows
    )
    return Play(flow.process("played", nodes, text))


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


def inside(name: str, nodes: str, lines: str, ends: str = "done") -> str:
    """A sub-process with a start `<name>_go` and an end."""
    flows = "".join(flow.line(*way.split(">")) for way in lines.split())
    content = f'<bpmn:startEvent id="{name}_go"/>{nodes}<bpmn:endEvent id="{ends}"/>{flows}'
    return node("subProcess", name, content)


@dataclass
class Play:
    """What waits is told by effects alone; `settled` compares it with the state."""

    xml: bytes
    data: dict[str, object] = field(default_factory=dict)
    begins: bool = True

    def __post_init__(self) -> None:
        self.process = process.build(parse.read(self.xml))
        self.saved = state.dump(state.EMPTY)
        self.open: dict[str, str] = {}
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
                case Opened(token, element):
                    self.open[token] = element
                case Closed(token):
                    self.open.pop(token, None)
                    self.stuck.pop(token, None)
                case Stuck(token, element):
                    self.stuck[token] = element
                case Ended(how):
                    self.ended = how

    def token(self, element: str) -> str:
        """The token that has waited longest at an element."""
        return next(token for token, place in (self.open | self.stuck).items() if place == element)

    def complete(self, element: str, **data: object) -> None:
        self.do(Complete(self.token(element), data))

    def fire(self, element: str) -> None:
        self.do(FireTimer(self.token(element)))

    def deliver(self, element: str, **data: object) -> None:
        self.do(Deliver(self.token(element), data))

    def send_back(self, element: str, to: str, then: Then = Then.THROUGH_STEPS) -> None:
        self.do(Return(self.token(element), to, then))

    def retry(self, element: str, **data: object) -> None:
        self.do(Retry(self.token(element), data))

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
