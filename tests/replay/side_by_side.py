"""Play a generated process with the kernel and with the token game, step by step.

The kernel's state is written and read again between every two commands. After every command the
elements that wait must be the same on both sides, and so must the way the case ended.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from engine import entries
from engine.bpmn import moving, parse, process, state
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
from engine.bpmn.effects import Effect
from engine.errors import CannotReturn, Refused
from tests.token_model import generator, xml
from tests.token_model.game import Game
from tests.token_model.graph import Graph
from tests.unit.engine.bpmn.playing import Play

MOST_STEPS = 40
MOST_TOKENS = 30
SENT_BACK = 0.35
UNUSUAL = 0.15
MOVED = 0.05
MOST_APPROVALS = 500

Turns = tuple[int, ...]


@dataclass
class Kernel(Play):
    """The kernel as a walk sees it: which tokens wait, told by effects alone; and its log."""

    begins: bool = False
    log: list[tuple[Command, tuple[Effect, ...], tuple[str, ...], str]] = field(
        default_factory=list
    )
    versions: list[tuple[int, bytes]] = field(default_factory=list)

    def do(self, command: Command) -> None:
        super().do(command)
        self.log.append((command, self.effects, self.path, self.saved))

    @property
    def live(self) -> dict[str, str]:
        """What waits for more than what is inside it: token to element."""
        return {token: place for token, place in self.open.items() if token not in self.inside}

    @property
    def failed(self) -> list[str]:
        """The called cases that came to a bad end."""
        kinds = self.process.elements
        return [t for t, place in self.stuck.items() if kinds[place].kind == "callActivity"]

    def finish(self, element: str, values: dict[str, object], turns: Turns | None = None) -> None:
        """Do what has been waited for longest at `element`, in the instance of these turns."""
        here = [token for token, place in self.live.items() if place == element]
        token = next(one for one in here if turns is None or self.turns(one) == turns)
        event = self.process.elements[element].event
        command = {"timer": FireTimer, "signal": Deliver, "message": Deliver}
        self.do(command[event](token) if event in command else Complete(token, values))

    def turns(self, token: str) -> Turns:
        """Which instances of multi-instance activities a token is in."""
        tokens = {one.id: one for one in state.load(self.saved).tokens}
        here: state.Token | None = tokens[int(token)]
        found: list[int] = []
        while here is not None:
            if here.turn and not here.total and self.process.elements[here.element].loop:
                found.insert(0, here.turn)
            here = tokens.get(here.scope)
        return tuple(found)

    def places(self) -> list[tuple[str, Turns]]:
        """What waits by the effects, each with the turns of the instances around it."""
        return sorted((element, self.turns(token)) for token, element in self.live.items())

    def move(self, file: bytes, names: dict[str, str]) -> None:
        """Go on by another version, in which everything has another name."""
        new = process.build(parse.read(file))
        plan = moving.plan(self.process, new, state.load(self.saved), names)
        assert plan.lost == ()
        self.process = new
        self.do(plan.command)
        assert self.log[-1][1:3] == ((), ())
        self.versions.append((len(self.log), file))
        self.open = {token: names[element] for token, element in self.open.items()}
        self.stuck = {token: names[element] for token, element in self.stuck.items()}

    def kept(self) -> list[str]:
        """The elements that wait according to the saved state, not to the effects."""
        tokens = state.load(self.saved).tokens
        inside = {
            t.id for t in tokens if t.total or self.process.elements[t.element].kind == "subProcess"
        }
        kept = [t.element for t in tokens if t.number and not t.stuck and t.id not in inside]
        return sorted(kept)

    def listens(self, token: str) -> bool:
        """Whether this only keeps an ear open for an event sub-process."""
        return self.live[token] in self.process.triggers


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
        place = random.choice(game.places())
        element, turns = place
        if _ambiguous(graph, game, place):
            break
        values = generator.answers(random)
        kernel.finish(element, values, turns)
        if graph.nodes[element].kind in {"boundary", "trigger", "arm"}:
            game.fire(place)
        else:
            event = graph.nodes[element].kind in {"timer", "message"}
            game.complete(place, {} if event else values)
        agree(game, kernel)
        met["steps"] += 1
        met[graph.nodes[element].kind] += 1
    replay(kernel)
    met[game.status] += 1
    met.update({f"has {kind}": 1 for kind in {node.kind for node in graph.nodes.values()}})
    return met


def wander(random: Random, *, sound: bool = False) -> Counter[str]:
    """Do anything that can be asked, at random, the kernel alone, and replay what was done.

    Whatever is asked, no place is lost between effects and state, and a refusal changes nothing.
    A sound process still comes to its end when it is approved from there on.
    """
    graph = generator.draw(random, stray=1, sound=sound)
    people = [node.id for node in graph.nodes.values() if node.kind == "task"]
    kernel = Kernel(xml.write(graph))
    kernel.do(Start(generator.answers(random)))
    met: Counter[str] = Counter()
    for number in range(MOST_STEPS):
        if len(kernel.live) > MOST_TOKENS or not people:
            break
        if not kernel.ended and random.random() < MOVED:
            graph, names = generator.renamed(graph, f"_{number}")
            people = [names[one] for one in people]
            kernel.move(xml.write(graph), names)
            met["moved"] += 1
        elif kernel.ended or random.random() < UNUSUAL:
            met[_unusual(kernel, random, people)] += 1
        elif kernel.live:
            token, element = random.choice(list(kernel.live.items()))
            kind = kernel.process.elements[element].kind
            if kind == "callActivity" and random.random() < SENT_BACK:
                kernel.do(Fail(token, "late"))
                met["Fail"] += 1
            elif kind == "userTask" and random.random() < SENT_BACK:
                command = Return(token, random.choice(people), random.choice(list(Then)))
                met[_send_back(kernel, command)] += 1
            else:
                kernel.finish(element, generator.answers(random))
        assert sorted(kernel.live.values()) == kernel.kept()
        assert kernel.live or kernel.stuck or kernel.ended
    if sound:
        _approve(kernel)
        assert kernel.ended
    replay(kernel)
    return met


def _unusual(kernel: Kernel, random: Random, people: list[str]) -> str:
    """Withdraw, take back, open again, fail or try again: carried out, or refused without trace."""
    to, saved, waiting = random.choice(people), kernel.saved, dict(kernel.live)
    tokens = [*kernel.live, "99999"]
    commands: list[Command] = [
        Withdraw(to),
        TakeBack(random.choice(tokens), to, random.choice(list(Then))),
        Reopen(to),
        Fail(random.choice(tokens), random.choice(("late", "other"))),
        Retry(random.choice([*kernel.stuck, "99999"]), generator.answers(random)),
    ]
    command = random.choice(commands)
    try:
        kernel.do(command)
    except Refused:
        assert (kernel.saved, kernel.live) == (saved, waiting)
        return "refused"
    if not isinstance(command, Fail | Retry):
        came = [place for token, place in kernel.live.items() if token not in waiting]
        assert came.count(to) == 1
    return type(command).__name__


def _approve(kernel: Kernel) -> None:
    """Finish whatever waits, one after the other, with consent."""
    for _ in range(MOST_APPROVALS):
        for token in list(kernel.failed):
            kernel.do(Retry(token))
        owed = [place for token, place in kernel.live.items() if not kernel.listens(token)]
        if owed:
            values = dict.fromkeys(generator.TOGGLES, False) | {"outcome": "approve"}
            kernel.finish(owed[0], values)


def _send_back(kernel: Kernel, command: Return) -> str:
    """Try a return; the target then waits, once more than what the return left of it."""
    before = dict(kernel.live)
    try:
        kernel.do(command)
    except CannotReturn:
        assert kernel.live == before
        return "refused"
    came = [place for token, place in kernel.live.items() if token not in before]
    assert came.count(command.to) == 1
    assert command.token not in kernel.live
    if command.then is Then.BACK_TO_ME:
        sender = kernel.process.elements[before[command.token]]
        gone = [place for token, place in before.items() if token not in kernel.live]
        assert set(gone) <= {sender.id, *sender.boundary}
    return command.then


def agree(game: Game, kernel: Kernel) -> None:
    """The same elements wait, none is lost between effects and state, and the end is the same."""
    assert kernel.places() == game.places()
    assert kernel.kept() == game.waiting()
    assert (kernel.ended or "running") == game.status
    assert bool(kernel.stuck) == (game.status == "running" and not game.owed())


def replay(kernel: Kernel) -> None:
    """Run the recorded commands again from nothing: the same effects, path and state each time."""
    again = Kernel(kernel.xml)
    versions = dict(kernel.versions)
    for number, (command, *_followed) in enumerate(kernel.log, start=1):
        if number in versions:
            again.process = process.build(parse.read(versions[number]))
        again.do(entries.read_command(entries.command_words(command), _data(command)))
    assert again.log == kernel.log


def _data(command: Command) -> Mapping[str, object]:
    return getattr(command, "data", {})


def _goes_on(game: Game, steps_taken: int) -> bool:
    return (
        game.status == "running"
        and game.owed()
        and steps_taken < MOST_STEPS
        and len(game.tokens) < MOST_TOKENS
    )


def _ambiguous(graph: Graph, game: Game, place: tuple[str, Turns]) -> bool:
    """Two tokens wait here and differ in more than their number, so "one of them" is not enough."""
    node = graph.nodes[place[0]]
    differ = node.scope or node.attached_to or graph.boundary(node.id)
    return bool(differ) and game.places().count(place) > 1
