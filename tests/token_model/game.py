"""The token game itself, as plain as it can be written: slow, whole-graph searches, no caching.

The rules, in the words of BPMN 2.0:

- An exclusive gateway passes each token at once, along the first flow in drawing order whose
  condition holds, else along its default flow.
- A parallel gateway fires when every incoming flow holds a token; it takes one from each and puts
  one on every outgoing flow. Surplus tokens stay where they are.
- An inclusive gateway fires when at least one incoming flow holds a token, and no token elsewhere
  in the same scope has a path (along sequence flows and boundary events, not visiting the gateway)
  to an incoming flow that is empty, unless that same token also has such a path to an incoming
  flow that holds a token. It takes one token from each incoming flow that holds one, and puts one
  on every outgoing flow whose condition holds, else on its default flow.
- Inclusive gateways are looked at only when nothing else can move; the first in drawing order
  that may fire does, and then everything else moves again.
- A scope is over when it holds no token: a sub-process then passes its token on. A terminate end
  empties its scope at once.
- A boundary timer is armed while its host waits; firing it once disarms it, and, if it interrupts,
  takes the host's token.
- An event gateway keeps its token until one of the events behind it happens, whichever is first.
- The trigger of an event sub-process is armed from the opening of its scope to its end. If it
  interrupts, everything else in the scope goes; if not, it can fire again.
- An error or an escalation is caught by the nearest catching boundary event further out. Nobody
  catches an escalation: nothing happens.
- A multi-instance activity is over when all its instances are; each has variables of its own.
"""

from dataclasses import dataclass, field

from tests.token_model.graph import WAITING, Flow, Graph, Node

MOVES_LIMIT = 2_000

Place = tuple[str, tuple[int, ...]]


@dataclass(eq=False)
class Token:
    """A token rests at a node, or lies on a flow before a join; `inside` is the scope it opened.

    One that holds a multi-instance activity has `left` instances that are not over; each instance
    has its `turn`.
    """

    scope: int
    node: str = ""
    flow: str = ""
    inside: int = 0
    armed: tuple[str, ...] = ()
    left: int = 0
    turn: int = 0
    own: dict[str, object] = field(default_factory=dict)


class StuckError(Exception):
    """A gateway has no flow to take."""


class Game:
    """One instance being played. `waiting` and `status` are what tests compare."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tokens: list[Token] = []
        self.variables: dict[str, object] = {}
        self.status = "running"
        self.moves = 0
        self._scopes = 0
        self._emptied: set[int] = set()
        self._listening: dict[int, list[str]] = {}

    def start(self, variables: dict[str, object]) -> None:
        """Put the first token at the start event and let it run."""
        self.variables.update(variables)
        self._open_scope("")
        self._settle()

    def waiting(self) -> list[str]:
        """Every element that waits for something, each armed boundary event and each trigger."""
        return sorted(element for element, _turns in self.places())

    def _place(self, place: str | Place) -> Place:
        return next(one for one in self.places() if place in (one, one[0]))

    def places(self) -> list[Place]:
        """The same, each with the turns of the instances around it."""
        found = [
            (t.node, self._turns(t))
            for t in self.tokens
            if t.node and self._node(t).kind in WAITING and not t.left
        ]
        found += [(event, self._turns_of(t.scope)) for t in self.tokens for event in t.armed]
        return sorted(found + [(event, self._turns_of(s)) for s, event in self._triggers()])

    def owed(self) -> bool:
        """Whether something waits that is more than a trigger."""
        return len(self.places()) > len(self._triggers())

    def complete(self, place: str | Place, variables: dict[str, object]) -> None:
        """Finish one token that waits at a place (or anywhere at an element), task or event."""
        element, turns = self._place(place)
        rests = (t for t in self.tokens if t.node == element and not t.left)
        token = next(t for t in rests if self._turns(t) == turns)
        self._learn(token, variables)
        self._take([token])
        self._go_on(token)
        self._settle()

    def fire(self, place: str | Place, variables: dict[str, object] | None = None) -> None:
        """Fire a boundary event that is armed, an event behind a gateway, or a trigger."""
        event, turns = self._place(place)
        if self.graph.nodes[event].kind == "trigger":
            here = (s for s, one in self._triggers() if one == event)
            self._handle(event, next(s for s in here if self._turns_of(s) == turns))
            self._settle()
            return
        hosts = (t for t in self.tokens if event in t.armed)
        host = next(t for t in hosts if self._turns_of(t.scope) == turns)
        self._learn(host, variables or {})
        if self.graph.nodes[event].interrupting:
            self._remove(host)
        else:
            host.armed = tuple(e for e in host.armed if e != event)
        self._leave(host.scope, event)
        self._settle()

    def _triggers(self) -> list[tuple[int, str]]:
        alive = {t.inside for t in self.tokens if t.inside}
        alive |= {1} if self.status == "running" else set()
        return [
            (s, event) for s, events in self._listening.items() for event in events if s in alive
        ]

    def _holder(self, scope: int) -> Token | None:
        return next((t for t in self.tokens if t.inside == scope), None)

    def _turns(self, token: Token) -> tuple[int, ...]:
        around = self._turns_of(token.scope)
        return (*around, token.turn) if token.turn else around

    def _turns_of(self, scope: int) -> tuple[int, ...]:
        holder = self._holder(scope)
        return self._turns(holder) if holder is not None else ()

    def _learn(self, token: Token | None, variables: dict[str, object]) -> None:
        """The case learns, and so does the nearest instance around."""
        self.variables.update(variables)
        here = token
        while here is not None:
            if here.turn:
                here.own.update(variables)
                return
            here = self._holder(here.scope)

    def _knows(self, scope: int) -> dict[str, object]:
        holder = self._holder(scope)
        if holder is None:
            return self.variables
        return {**self._knows(holder.scope), **holder.own}

    def _go_on(self, token: Token) -> None:
        """Behind a token that was taken: the next instance, or along the flows."""
        if not token.turn:
            self._leave(token.scope, token.node)
            return
        body = self._holder(token.scope)
        assert body is not None
        body.left -= 1
        if not body.left:
            self._remove(body)
            self._leave(body.scope, body.node)
        elif self._node(body).sequential:
            self._begin(body, token.turn + 1)

    def _begin(self, body: Token, turn: int) -> None:
        token = Token(body.inside, node=body.node, turn=turn)
        self.tokens.append(token)
        if self._node(body).kind == "subprocess":
            token.inside = self._scopes + 1
            self._open_scope(body.node)

    def _handle(self, event: str, scope: int) -> None:
        """Begin the event sub-process of a trigger."""
        if self.graph.nodes[event].interrupting:
            for token in [t for t in self.tokens if t.scope == scope]:
                self._remove(token)
            self._listening[scope] = []
        handler = Token(scope, node=self.graph.nodes[event].scope, inside=self._scopes + 1)
        self.tokens.append(handler)
        self._open_scope(handler.node)

    def _throw(self, scope: int, event: str, code: str) -> bool:
        """Tell the nearest that catches; whether that took the thrower away."""
        holder = self._holder(scope)
        if holder is None:
            return False
        for one in [] if holder.turn else self.graph.boundary(holder.node):
            if one.event == event and one.code in {"", code}:
                if one.interrupting:
                    self._remove(holder)
                self._leave(holder.scope, one.id)
                return one.interrupting
        return self._throw(holder.scope, event, code)

    def _node(self, token: Token) -> Node:
        return self.graph.nodes[token.node]

    def _open_scope(self, element: str) -> int:
        self._scopes += 1
        number = self._scopes
        triggers = (self.graph.start_of(one.id).id for one in self.graph.handlers(element))
        self._listening[number] = list(triggers)
        self._leave(number, self.graph.start_of(element).id)
        return number

    def _leave(self, scope: int, node: str) -> None:
        """Pass a token on along every outgoing flow of a node that does not choose."""
        for flow in self.graph.outgoing(node):
            self._arrive(scope, flow)

    def _arrive(self, scope: int, flow: Flow) -> None:
        self.moves += 1
        if self.moves > MOVES_LIMIT:
            message = "the generated process runs away"
            raise RuntimeError(message)
        if scope in self._emptied:
            return
        node = self.graph.nodes[flow.target]
        if node.kind in {"parallel", "inclusive"}:
            self.tokens.append(Token(scope, flow=flow.id))
        elif node.kind == "exclusive":
            self._arrive(scope, self._choose_one(node, scope))
        elif node.kind in WAITING or node.kind in {"subprocess", "race"}:
            self._rest(scope, node)
        else:
            self._happen(scope, node)

    def _happen(self, scope: int, node: Node) -> None:
        if node.kind == "terminate":
            self._terminate(scope)
        elif node.kind == "jump":
            self._leave(scope, node.id)
        elif node.kind in {"flip", "rule"}:
            turned = not self._knows(scope)[node.reads]
            self._learn(self._holder(scope), {node.code: turned})
            self._leave(scope, node.id)
        elif node.kind == "fail":
            if not self._throw(scope, "error", node.code):
                raise StuckError(node.id)
        elif node.kind == "escalate" and not self._throw(scope, "escalation", node.code):
            self._leave(scope, node.id)

    def _rest(self, scope: int, node: Node) -> None:
        armed = [one.id for one in self.graph.boundary(node.id) if one.event == "timer"]
        if node.kind == "race":
            armed = [flow.target for flow in self.graph.outgoing(node.id)]
        token = Token(scope, node=node.id, armed=tuple(armed), left=node.times)
        self.tokens.append(token)
        if node.times:
            self._scopes += 1
            token.inside = self._scopes
            for turn in range(1, (1 if node.sequential else node.times) + 1):
                self._begin(token, turn)
        elif node.kind == "subprocess":
            token.inside = self._scopes + 1
            self._open_scope(node.id)

    def _choose_one(self, node: Node, scope: int) -> Flow:
        chosen = self._chosen(node, scope)
        if not chosen:
            raise StuckError(node.id)
        return chosen[0]

    def _chosen(self, node: Node, scope: int) -> list[Flow]:
        default = self.graph.defaults.get(node.id)
        flows = [flow for flow in self.graph.outgoing(node.id) if flow.id != default]
        knows = self._knows(scope)
        true = [f for f in flows if f.when is None or knows.get(f.when[0]) == f.when[1]]
        return true or ([self.graph.flows[default]] if default else [])

    def _terminate(self, scope: int) -> None:
        self._emptied.add(scope)
        for token in [t for t in self.tokens if t.scope == scope]:
            self._remove(token)
        self._listening[scope] = []
        if scope == 1:
            self.status = "terminated"

    def _remove(self, token: Token) -> None:
        """Take a token away, with everything in the scope that it holds open."""
        self._take([token])
        if token.inside:
            self._emptied.add(token.inside)
        for inner in [t for t in self.tokens if token.inside and t.scope == token.inside]:
            self._remove(inner)

    def _settle(self) -> None:
        """Let everything move that can; look at inclusive joins last."""
        while self.status == "running" and (
            self._fire_parallel() or self._close_scope() or self._fire_inclusive()
        ):
            pass

    def _fire_parallel(self) -> bool:
        for scope, node in self._held("parallel"):
            lying = [self._first_on(scope, flow) for flow in self.graph.incoming(node)]
            if all(lying):
                self._take([token for token in lying if token])
                self._leave(scope, node)
                return True
        return False

    def _close_scope(self) -> bool:
        if not self.tokens:
            self.status = "completed"
            return False
        for token in self.tokens:
            if token.inside and not any(t.scope == token.inside for t in self.tokens):
                self._remove(token)
                self._go_on(token)
                return True
        return False

    def _fire_inclusive(self) -> bool:
        for scope, node in self._held("inclusive"):
            if self._may_fire(scope, node):
                lying = [self._first_on(scope, flow) for flow in self.graph.incoming(node)]
                self._take([token for token in lying if token])
                chosen = self._chosen(self.graph.nodes[node], scope)
                if not chosen:
                    raise StuckError(node)
                for flow in chosen:
                    self._arrive(scope, flow)
                return True
        return False

    def _held(self, kind: str) -> list[tuple[int, str]]:
        """The gateways of a kind before which a token lies, per scope, in drawing order."""
        held = {(t.scope, self.graph.flows[t.flow].target) for t in self.tokens if t.flow}
        return [
            (scope, node.id)
            for node in self.graph.nodes.values()
            for scope in range(1, self._scopes + 1)
            if node.kind == kind and (scope, node.id) in held
        ]

    def _first_on(self, scope: int, flow: Flow) -> Token | None:
        lying = [t for t in self.tokens if t.scope == scope and t.flow == flow.id]
        return lying[0] if lying else None

    def _take(self, tokens: list[Token]) -> None:
        self.tokens = [t for t in self.tokens if not any(t is taken for taken in tokens)]

    def _may_fire(self, scope: int, gateway: str) -> bool:
        incoming = [flow.id for flow in self.graph.incoming(gateway)]
        full = {t.flow for t in self.tokens if t.scope == scope and t.flow in incoming}
        empty = set(incoming) - full
        for token in self.tokens:
            if token.scope != scope or token.flow in incoming:
                continue
            reached = self._reachable(token, avoiding=gateway)
            if reached & empty and not reached & full:
                return False
        return True

    def _reachable(self, token: Token, *, avoiding: str) -> set[str]:
        """Every flow that lies on some path of this token that does not visit the gateway."""
        todo = [self.graph.flows[token.flow]] if token.flow else list(self.graph.exits(token.node))
        seen: set[str] = set()
        while todo:
            flow = todo.pop()
            if flow.id not in seen:
                seen.add(flow.id)
                if flow.target != avoiding:
                    todo.extend(self.graph.exits(flow.target))
        return seen
