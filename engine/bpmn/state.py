"""Where a case stands, as a small value: the tokens, the pass numbers, the variables read later.

The definition is not in it; that belongs to the version. Written as compact JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Token:
    """A token at an element.

    `scope` is the token of the sub-process around it (0 at the top); `host` the token whose
    boundary event or event gateway this one belongs to; `via` the flow by which it waits at a
    join; `back` the element to go straight back to after rework; `stuck` says that it waits for
    `Retry`, before entering the element (`enter`) or behind it (`leave`); `arms` that rework has
    its boundary events.

    The token that holds a multi-instance activity open has the number of instances in `total`, of
    those done in `turn`, and in `items` what the ones to come are for. Each instance has its place
    among them in `turn` and its own variables in `local`. A timer that goes round keeps in `turn`
    how often it fires yet.
    """

    id: int
    element: str
    scope: int = 0
    number: int = 0
    host: int = 0
    via: str = ""
    back: tuple[str, ...] = ()
    stuck: str = ""
    arms: bool = False
    turn: int = 0
    total: int = 0
    items: tuple[object, ...] = ()
    local: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A case between two commands. `passes` counts how often each place has opened."""

    next_id: int = 1
    tokens: tuple[Token, ...] = ()
    passes: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    ended: str = ""


EMPTY: Final = State()


def dump(state: State) -> str:
    """Write a state; equal states give equal text."""
    tokens = [_row(token) for token in state.tokens]
    parts = [FORMAT, state.next_id, tokens, dict(state.passes), dict(state.data), state.ended]
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def _row(t: Token) -> list[object]:
    row: list[object] = [t.id, t.element, t.scope, t.number, t.host, t.via, list(t.back), t.stuck]
    if t.turn or t.total or t.arms or t.local:
        row.append([t.arms, t.turn, t.total, list(t.items), dict(t.local)])
    return row


def load(text: str | bytes) -> State:
    """Read what `dump` wrote."""
    written, next_id, tokens, passes, data, ended = orjson.loads(text)
    if written != FORMAT:
        message = f"state format {written} is not {FORMAT}"
        raise ValueError(message)
    return State(next_id, tuple(_token(*row) for row in tokens), passes, data, ended)


def _token(  # noqa: PLR0913, PLR0917  (the columns of a row)
    id_: int,
    element: str,
    scope: int,
    number: int,
    host: int,
    via: str,
    back: list[str],
    stuck: str,
    more: list[Any] | None = None,
) -> Token:
    if more is None:
        return Token(id_, element, scope, number, host, via, tuple(back), stuck)
    arms, turn, total, items, local = more
    return Token(
        id_, element, scope, number, host, via, tuple(back), stuck,
        arms=arms, turn=turn, total=total, items=tuple(items), local=local,
    )  # fmt: skip


def local(state: State, token: str) -> Mapping[str, object]:
    """What an instance of a multi-instance activity, or a place inside one, sees of its own."""
    return local_of({one.id: one for one in state.tokens}, int(token))


def local_of(tokens: Mapping[int, Token], token: int) -> Mapping[str, object]:
    """The variables of the instances around a token, the inner ones before the outer."""
    found: dict[str, object] = {}
    here = tokens.get(token)
    while here is not None:
        found = {**here.local, **found}
        here = tokens.get(here.scope)
    return found
