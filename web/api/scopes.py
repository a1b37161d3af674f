"""What a token must be good for on each route: one table, asked before every request.

Reading asks for `read`; changing asks for the word of the resource; what stands in no row asks for
`all`, so that a new route is closed to narrow tokens until somebody says what it is.
"""

from __future__ import annotations

from typing import Final

from flask import g, request

from engine.errors import Forbidden
from web.session import READING
from web.signin.tokens import ALL

READ: Final = "read"
NONE: Final = ""

CHANGES: Final = {
    "committees": "people",
    "deadlines": "definitions",
    "decisions": "definitions",
    "definitions": "definitions",
    "deputies": "work",
    "evidence": "work",
    "holdings": "people",
    "imports": "people",
    "incidents": "operations",
    "instances": "work",
    "messages": "work",
    "signals": "work",
    "notifications": "work",
    "people": "people",
    "plans": "subjects",
    "points": "subjects",
    "posts": "people",
    "prints": "work",
    "seats": "people",
    "standards": "subjects",
    "subjects": "subjects",
    "tasks": "work",
    "templates": "subjects",
    "units": "people",
}
"""The first part of a route to the scope that changing there needs."""
OPEN: Final = frozenset({("DELETE", "/tokens/current")})
"""What any token may do: give itself back."""


class OutOfScope(Forbidden):
    """The token was made for other things."""

    sentence = "这个令牌不能做这件事：需要“{needed}”权限，它只有“{scope}”。请另建一个令牌。"


def needed(method: str, rule: str) -> str:
    """The scope that a route needs; `rule` is written without the prefix of the interface."""
    if (method, rule) in OPEN:
        return NONE
    if method in READING:
        return READ
    return CHANGES.get(rule.split("/")[1], ALL)


def require(rule: str) -> None:
    """Go on only if the token of this request is good for this route. Raises `OutOfScope`."""
    scope: frozenset[str] | None = g.get("scope")
    wanted = needed(request.method, rule)
    if scope is None or not wanted or not scope.isdisjoint({wanted, ALL}):
        return
    raise OutOfScope(needed=wanted, scope="、".join(sorted(scope)))
