"""Play a generated process with the kernel and with the token game, step by step.

The kernel's state is written and read again between every two commands. After every command the
elements that wait must be the same on both sides, and so must the way the case ended.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from engine.bpmn import parse, process, state, steps
from engine.bpmn.commands import Command, Complete, FireTimer, Return, Start, Then
from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck, Waits
from engine.errors import CannotReturn
from tests.token_model import generator, xml
from tests.token_model.game import Game
from tests.token_model.graph import Graph

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MOST_STEPS = 40
MOST_TOKENS = 30
SENT_BACK = 0.35
MOST_APPROVALS = 500


@dataclass
class Kernel:
    """The kernel as a walk sees it: which tokens wait, told by effects alone."""

    file: bytes
    saved: str = state.dump(state.EMPTY)
    waiting: dict[str, str] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    ended: str = ""
    log: list[tuple[Command, tuple[Effect, ...], tuple[str, ...], str]] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        self.process = process.build(parse.read(self.file))

    def do(self, command: Command) -> None:
        step = steps.step(self.process, state.load(self.saved), command, NOW)
        self.saved = state.dump(step.state)
        self.log.append((command, step.effects, step.path, self.saved))
        for effect in step.effects:
            self._follow(effect)

    def finish(self, element: str, values: dict[str, object]) -> None:
        """Complete the user task, or fire the timer, that has waited longest at `element`."""
        token = next(token for token, place in self.waiting.items() if place == element)
        timer = self.process.elements[element].event == "timer"
        self.do(FireTimer(token) if timer else Complete(token, values))

    def kept(self) -> list[str]:
        """The elements that wait according to the saved state, not to the effects."""
        tokens = state.load(self.saved).tokens
        inside = {t.id for t in tokens if self.process.elements[t.element].kind == "subProcess"}
        kept = [t.element for t in tokens if t.number and not t.stuck and t.id not in inside]
        return sorted(kept)

    def _follow(self, effect: Effect) -> None:
        match effect:
            case Opened(token, element, _number, waits_for):
                if waits_for is not Waits.INSIDE:
                    self.waiting[token] = element
            case Closed(token):
                self.waiting.pop(token, None)
                self.stuck.discard(token)
            case Stuck(token):
                self.stuck.add(token)
            case Ended(how):
                self.ended = how


def walk(random: Random, *, depth: int = 2, stray: int = 2) -> Counter[str]:
    """Draw a process, walk through it at random on both sides, and replay what was done.

    Answers what was met, so that a test can see that its walks went anywhere.
    """
    graph = generator.draw(random, depth=depth, stray=stray)
    values = generator.answers(random)
    game, kernel = Game(graph), Kernel(xml.write(graph))
    game.start(values)
    kernel.do(Start(values))
    agree(game, kernel)
    met = Counter({"processes": 1})
    while _goes_on(game, met["steps"]):
        element = random.choice(game.waiting())
        if _ambiguous(graph, game, element):
            break
        values = generator.answers(random)
        timer = graph.nodes[element].kind in {"timer", "boundary"}
        kernel.finish(element, values)
        if graph.nodes[element].kind == "boundary":
            game.fire(element)
        else:
            game.complete(element, {} if timer else values)
        agree(game, kernel)
        met["steps"] += 1
        met[graph.nodes[element].kind] += 1
    replay(kernel)
    met[game.status] += 1
    met.update({f"has {kind}": 1 for kind in {node.kind for node in graph.nodes.values()}})
    return met


def wander(random: Random, *, sound: bool = False) -> Counter[str]:
    """Complete, fire and return at random, the kernel alone, and replay what was done.

    Whatever is asked, no place is lost between effects and state, and a refusal changes nothing.
    A sound process still comes to its end when it is approved from there on.
    """
    graph = generator.draw(random, stray=1, sound=sound)
    people = [node.id for node in graph.nodes.values() if node.kind == "task"]
    kernel = Kernel(xml.write(graph))
    kernel.do(Start(generator.answers(random)))
    met: Counter[str] = Counter()
    for _ in range(MOST_STEPS):
        if not 0 < len(kernel.waiting) < MOST_TOKENS:
            break
        token, element = random.choice(list(kernel.waiting.items()))
        if graph.nodes[element].kind != "task":
            kernel.do(FireTimer(token))
        elif random.random() < SENT_BACK:
            then = random.choice(list(Then))
            met[_send_back(kernel, Return(token, random.choice(people), then))] += 1
        else:
            kernel.do(Complete(token, generator.answers(random)))
        assert sorted(kernel.waiting.values()) == kernel.kept()
        assert kernel.waiting or kernel.stuck or kernel.ended
    if sound:
        _approve(kernel)
        assert kernel.ended == "completed"
    replay(kernel)
    return met


def _approve(kernel: Kernel) -> None:
    """Finish whatever waits, one after the other, with consent."""
    for _ in range(MOST_APPROVALS):
        if kernel.waiting:
            values = dict.fromkeys(generator.TOGGLES, False) | {"outcome": "approve"}
            kernel.finish(next(iter(kernel.waiting.values())), values)


def _send_back(kernel: Kernel, command: Return) -> str:
    """Try a return; the target then waits, once more than what the return left of it."""
    before = dict(kernel.waiting)
    try:
        kernel.do(command)
    except CannotReturn:
        assert kernel.waiting == before
        return "refused"
    came = [place for token, place in kernel.waiting.items() if token not in before]
    assert came.count(command.to) == 1
    assert command.token not in kernel.waiting
    if command.then is Then.BACK_TO_ME:
        sender = kernel.process.elements[before[command.token]]
        gone = [place for token, place in before.items() if token not in kernel.waiting]
        assert set(gone) <= {sender.id, *sender.boundary}
    return command.then


def agree(game: Game, kernel: Kernel) -> None:
    """The same elements wait, none is lost between effects and state, and the end is the same."""
    assert sorted(kernel.waiting.values()) == game.waiting()
    assert kernel.kept() == game.waiting()
    assert (kernel.ended or "running") == game.status
    assert bool(kernel.stuck) == (game.status == "running" and not game.waiting())


def replay(kernel: Kernel) -> None:
    """Run the recorded commands again from nothing: the same effects, path and state each time."""
    again = Kernel(kernel.file)
    for command, *_followed in kernel.log:
        again.do(command)
    assert again.log == kernel.log


def _goes_on(game: Game, steps_taken: int) -> bool:
    return (
        game.status == "running"
        and bool(game.waiting())
        and steps_taken < MOST_STEPS
        and len(game.tokens) < MOST_TOKENS
    )


def _ambiguous(graph: Graph, game: Game, element: str) -> bool:
    """Two tokens wait here and differ in more than their number, so "one of them" is not enough."""
    node = graph.nodes[element]
    differ = node.scope or node.attached_to or graph.boundary(element)
    return bool(differ) and game.waiting().count(element) > 1
