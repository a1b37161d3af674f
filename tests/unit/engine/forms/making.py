"""Small forms and tables for the tests of engine/forms."""

from __future__ import annotations

import json
from pathlib import Path

from engine.forms import load

ROOT = Path(__file__).resolve().parents[4]


def source(*components, **more):
    """The JSON of a form with these components."""
    form = {"type": "default", "id": "test", "schemaVersion": 19, "components": list(components)}
    return json.dumps({**form, **more}, ensure_ascii=False)


def form(*components):
    """A form with these components; it must be right."""
    reading = load.read(source(*components))
    assert reading.findings == ()
    return reading.form


def major():
    """The shipped form of majors."""
    reading = load.read((ROOT / "forms" / "major.form").read_bytes())
    assert reading.findings == ()
    return reading.form


def field(key="title", kind="textfield", **more):
    """One component."""
    return {"type": kind, "key": key, "label": key, **more}


def grid(*columns, key="rows", nested=False, **more):
    """One grid; a text column `what` when none is given."""
    levels = ["goal", "item"] if nested else ["goal"]
    given = list(columns) or [field("what", "textarea")]
    return {"type": "grid", "key": key, "label": key, "levels": levels, "columns": given, **more}


def goals(*names):
    """Template rows of a one-level grid: t.0, t.1, …"""
    return [
        {"id": f"t.{number}", "goal": f"t.{number}", "label": name, "own": False, "what": ""}
        for number, name in enumerate(names)
    ]


def template(*names):
    """The same rows of a grid with other columns than `what`."""
    return [{key: one for key, one in row.items() if key != "what"} for row in goals(*names)]


def items(goal, *names):
    """Template rows of a two-level grid, under one goal."""
    return [
        {
            "id": f"{goal}.{name}",
            "goal": goal,
            "goal_label": f"目标 {goal}",
            "label": name,
            "own": False,
            "what": "",
        }
        for name in names
    ]


def own(number=1, **more):
    """A row that somebody adds."""
    return {"id": f"own-{number:012x}", **more}
