"""The marks of a diagram as the browser module reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.queries.marks import Returned, Trouble
from engine.queries.timeline import Drawing
from web import wording
from web.i18n import day, in_words


def marks(drawing: Drawing) -> dict[str, Any]:
    """What the diagram of a case shows now."""
    return drawn(
        drawing.done,
        drawing.active,
        drawing.flows,
        drawing.passes,
        drawing.holders,
        drawing.returns,
        drawing.stuck,
    )


def drawn(
    done: Iterable[str],
    active: Iterable[str],
    flows: Iterable[str],
    passes: Mapping[str, int],
    holders: Mapping[str, Iterable[str]],
    returns: Iterable[Returned],
    stuck: Mapping[str, Trouble],
) -> dict[str, Any]:
    """One picture of a case; what is active now is not drawn as done."""
    here = list(active)
    return {
        "done": [one for one in done if one not in here],
        "active": here,
        "flows": list(flows),
        "passes": dict(passes),
        "holders": {one: wording.listed(names) for one, names in holders.items()},
        "returns": [
            {"from": one.source, "to": one.target, "count": one.count, "date": day(one.at)}
            for one in returns
        ],
        "stuck": {one: in_words(why.sentence, why.values) for one, why in stuck.items()},
    }
