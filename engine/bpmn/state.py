"""Where a case stands, as a small value: the tokens, the pass numbers, the variables read later.

The definition is not in it; that belongs to the version. Written as compact JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Token:
    """A token at an element.

    `scope` is the token of the sub-process around it (0 at the top); `host` the token whose
    boundary event or event gateway this one belongs to; `via` the flow by which it waits at a
    join; `back` the element to go straight back to after rework; `stuck` says that it waits for
    `Retry`, before entering the element (`enter`) or behind it (`leave`).
    """

    id: int
    element: str
    scope: int = 0
    number: int = 0
    host: int = 0
    via: str = ""
    back: tuple[str, ...] = ()
    stuck: str = ""


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
    tokens = [
        [t.id, t.element, t.scope, t.number, t.host, t.via, list(t.back), t.stuck]
        for t in state.tokens
    ]
    parts = [FORMAT, state.next_id, tokens, dict(state.passes), dict(state.data), state.ended]
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def load(text: str | bytes) -> State:
    """Read what `dump` wrote."""
    written, next_id, tokens, passes, data, ended = orjson.loads(text)
    if written != FORMAT:
        message = f"state format {written} is not {FORMAT}"
        raise ValueError(message)
    return State(
        next_id,
        tuple(Token(i, e, s, n, h, v, tuple(b), k) for i, e, s, n, h, v, b, k in tokens),
        passes,
        data,
        ended,
    )
