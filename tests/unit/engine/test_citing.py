"""What a form cites, by place, and which places a step renews."""

from __future__ import annotations

import orjson

from engine import citing
from engine.forms import load
from engine.forms.rights import Right, Rights

FORM = load.read(
    orjson.dumps(
        {
            "type": "default",
            "id": "collection",
            "components": [
                {"type": "evidence", "key": "proof", "label": "佐证材料"},
                {
                    "type": "grid",
                    "key": "rows",
                    "label": "项目",
                    "levels": [{"key": "goal", "label": "项目"}],
                    "columns": [
                        {"type": "textarea", "key": "said", "label": "结论"},
                        {"type": "evidence", "key": "shown", "label": "佐证"},
                    ],
                },
            ],
        }
    )
).form


def test_places_name_the_field_or_the_cell() -> None:
    assert FORM is not None
    rows = [
        {"id": "a.1", "said": "[1]", "shown": [3, 3, 4]},
        {"id": "own-0", "shown": []},
        {"id": "b"},
        "no row",
    ]
    assert citing.places(FORM, {"proof": [7, True, "8", 9], "rows": rows}) == {
        "proof": (7, 9),
        "rows/a.1/shown": (3, 4),
    }
    assert citing.places(FORM, {"proof": "7", "rows": None}) == {}


def test_a_step_renews_the_places_that_it_may_edit() -> None:
    assert FORM is not None
    places = ("proof", "rows/a/b/shown")
    for address, renewed in (
        ("proof", {"proof"}),
        ("rows.shown", {"rows/a/b/shown"}),
        ("x", set()),
    ):
        rights = Rights(((address, Right.EDIT),))
        assert citing._renewed(FORM, rights, places) == renewed
