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
"""

from dataclasses import dataclass

from tests.token_model.graph import WAITING, Flow, Graph, Node

MOVES_LIMIT = 2_000


@dataclass(eq=False)
class Token:
    """A token rests at a node, or lies on a flow before a join; `inside` is the scope it opened."""

    scope: int
    node: str = ""
    flow: str = ""
    inside: int = 0
    armed: tuple[str, ...] = ()


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

    def start(self, variables: dict[str, object]) -> None:
        """Put the first token at the start event and let it run."""
        self.variables.update(variables)
        self._open_scope("")
        self._settle()

    def waiting(self) -> list[str]:
        """Every element that waits for something, once per token, and each armed boundary timer."""
        places = [t.node for t in self.tokens if t.node and self._node(t).kind in WAITING]
        return sorted(places + [event for t in self.tokens for event in t.armed])

    def complete(self, element: str, variables: dict[str, object]) -> None:
        """Finish one token that waits at `element`, a task or a catching timer."""
        self.variables.update(variables)
        token = next(t for t in self.tokens if t.node == element)
        self.tokens.remove(token)
        self._leave(token.scope, element)
        self._settle()

    def fire(self, event: str) -> None:
        """Fire a boundary timer that is armed."""
        host = next(t for t in self.tokens if event in t.armed)
        if self.graph.nodes[event].interrupting:
            self._remove(host)
        else:
            host.armed = tuple(e for e in host.armed if e != event)
        self._leave(host.scope, event)
        self._settle()

    def _node(self, token: Token) -> Node:
        return self.graph.nodes[token.node]

    def _open_scope(self, element: str) -> int:
        self._scopes += 1
        number = self._scopes
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
            self._arrive(scope, self._choose_one(node))
        elif node.kind in WAITING or node.kind == "subprocess":
            armed = tuple(event.id for event in self.graph.boundary(node.id))
            token = Token(scope, node=node.id, armed=armed)
            self.tokens.append(token)
            if node.kind == "subprocess":
                token.inside = self._scopes + 1
                self._open_scope(node.id)
        elif node.kind == "terminate":
            self._terminate(scope)

    def _choose_one(self, node: Node) -> Flow:
        chosen = self._chosen(node)
        if not chosen:
            raise StuckError(node.id)
        return chosen[0]

    def _chosen(self, node: Node) -> list[Flow]:
        default = self.graph.defaults.get(node.id)
        flows = [flow for flow in self.graph.outgoing(node.id) if flow.id != default]
        true = [flow for flow in flows if self._holds(flow)]
        return true or ([self.graph.flows[default]] if default else [])

    def _holds(self, flow: Flow) -> bool:
        return flow.when is None or self.variables.get(flow.when[0]) == flow.when[1]

    def _terminate(self, scope: int) -> None:
        self._emptied.add(scope)
        for token in [t for t in self.tokens if t.scope == scope]:
            self._remove(token)
        if scope == 1:
            self.status = "terminated"

    def _remove(self, token: Token) -> None:
        """Take a token away, with everything in the scope that it holds open."""
        self._take([token])
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
                self._take([token])
                self._leave(token.scope, token.node)
                return True
        return False

    def _fire_inclusive(self) -> bool:
        for scope, node in self._held("inclusive"):
            if self._may_fire(scope, node):
                lying = [self._first_on(scope, flow) for flow in self.graph.incoming(node)]
                self._take([token for token in lying if token])
                chosen = self._chosen(self.graph.nodes[node])
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
