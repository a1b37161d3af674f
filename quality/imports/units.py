"""Bringing in units: a tree in the file, checked together with the tree that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from engine.college import kinds, units
from engine.college.parts import KEEP
from engine.college.units import NewUnit
from engine.people import Actor
from engine.permissions import Action
from quality.imports import faults, there
from quality.imports.cells import MOST_ROWS
from quality.imports.columns import Promised, Row, Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.there import Place, Units

DEEPEST: Final = 50
SHOWN: Final = 6


class UnitWorker:
    """Compares and applies the sheet of units."""

    right = Action.UNIT_EDIT
    portion = MOST_ROWS  # all at once: a tree cannot be judged in pieces

    def key(self, values: Mapping[str, Any]) -> str:
        """The code."""
        return values.get("code") or ""

    def within(self, rows: list[Row]) -> list[Row]:
        """Codes twice, and circles; parents before what is below them."""
        first: dict[str, Row] = {}
        for row in rows:
            if row.key and row.key in first:
                said = {"line": first[row.key].line, "text": row.key}
                row.faults.append(Fault("code", faults.TWICE, said))
            elif row.key:
                first[row.key] = row
        ordered: list[Row] = []
        state: dict[str, int] = {}
        for row in rows:
            if first.get(row.key) is not row:
                ordered.append(row)
                continue
            _descend(row, first, state, ordered)
        return ordered

    def compare(self, db: Session, rows: Sequence[Row], promised: Promised) -> dict[int, Verdict]:
        """New units, and old ones whose name, kind, place, campus or position differs."""
        del promised  # every row of this sheet is here
        places = there.units(db)
        here = {row.key: RowAction.UNREAD for row in rows if row.key}
        tree = {place.code: (place.kind, place.parent) for place in places.by_code.values()}
        meant: dict[int, dict[str, Any]] = {}
        found: dict[int, Verdict] = {}
        for row in rows:
            values = {name: value for name, value in row.values.items() if value is not None}
            if not row.faults:
                row.faults += _referred(values, places, here)
            if row.faults:
                here[row.key] = RowAction.ERROR
                found[row.number] = wrong(row.faults)
                continue
            old = places.by_code.get(row.key)
            meant[row.number] = values
            parent = values.get("parent", old.parent if old else None)
            tree[row.key] = (values["kind"], parent)
        for row in rows:
            if row.number in meant:
                found[row.number] = _verdict(row, meant[row.number], places, tree)
        return found

    def apply(
        self, db: Session, rows: Sequence[Row], verdicts: Mapping[int, Verdict], *, by: Actor
    ) -> None:
        """Add the new ones together, change the others one by one."""
        fresh = [row for row in rows if verdicts[row.number].action is RowAction.ADD]
        plans = [verdicts[row.number].plan for row in fresh]
        if plans:
            units.create_all(db, [NewUnit(**plan) for plan in plans], by=by)
        changed = [row for row in rows if verdicts[row.number].action is RowAction.CHANGE]
        if not changed:
            return
        ids = {code: place.id for code, place in there.units(db).by_code.items()}
        for row in changed:
            plan = dict(verdicts[row.number].plan)
            parent, campus = plan.pop("parent", None), plan.pop("campus", None)
            units.change(
                db,
                ids[row.key],
                by=by,
                parent=ids[parent] if parent else KEEP,
                campus=ids[campus] if campus else KEEP,
                **plan,
            )


def _descend(row: Row, first: Mapping[str, Row], state: dict[str, int], ordered: list[Row]) -> None:
    """Put what a row stands below before it; a row on a circle gets its fault. No recursion."""
    path: list[Row] = []
    here: Row | None = row
    while here is not None and here.key not in state:
        state[here.key] = 1
        path.append(here)
        here = first.get(here.values.get("parent") or "")
    if here is not None and here in path:
        circle = path[path.index(here) :]
        shown = " → ".join([*(one.key for one in circle[:SHOWN]), here.key])
        for one in circle:
            one.faults.append(Fault("parent", faults.OWN_ANCESTOR, {"path": shown}))
    ordered.extend(reversed(path))


def _referred(values: dict[str, Any], places: Units, here: Mapping[str, RowAction]) -> list[Fault]:
    """Put codes in the place of what the row says of other units; what it means wrongly."""
    found = []
    for name in ("parent", "campus"):
        if name in values:
            code = places.find(values[name], name, here)
            if isinstance(code, Fault):
                found.append(code)
            else:
                values[name] = code
    return found


Tree = Mapping[str, tuple[Any, str | None]]


def _verdict(row: Row, values: Mapping[str, Any], places: Units, tree: Tree) -> Verdict:
    old = places.by_code.get(row.key)
    problem = _misplaced(row.key, values, old, tree)
    if problem is not None:
        return wrong([problem])
    if old is None:
        named = ("code", "name", "kind", "parent", "campus", "position", "since")
        return Verdict(RowAction.ADD, {}, plan={key: values[key] for key in named if key in values})
    changed = {
        name: values[name]
        for name in ("name", "kind", "parent", "campus", "position")
        if name in values and values[name] != getattr(old, name)
    }
    if not changed:
        return Verdict(RowAction.SAME, {})
    was = {name: _shown(name, getattr(old, name)) for name in changed}
    return Verdict(RowAction.CHANGE, was, plan=changed)


def _shown(name: str, value: object) -> str:
    if name == "kind" and value in kinds.UNIT_KINDS:
        return kinds.UNIT_KINDS[str(value)].label
    return "" if value is None else str(value)


def _label(kind: Any) -> str:
    return kinds.UNIT_KINDS[kind].label if kind in kinds.UNIT_KINDS else str(kind)


def _misplaced(code: str, values: Mapping[str, Any], old: Place | None, tree: Tree) -> Fault | None:
    """Circles through what is there, and kinds that do not stand below one another."""
    kind, parent = tree[code]
    circle = _circle(code, tree)
    if circle:
        return Fault("parent", faults.OWN_ANCESTOR, {"path": " → ".join(circle)})
    campus = values.get("campus")
    if campus is not None and (campus not in tree or tree[campus][0] != kinds.CAMPUS):
        return Fault("campus", faults.NOT_A_CAMPUS, {"text": campus})
    is_moved = old is None or (kind, parent) != (old.kind, old.parent)
    if not is_moved or kind not in kinds.UNIT_KINDS:
        return None
    if parent is None:
        needs = old is None and kinds.UNIT_KINDS[kind].below
        return Fault("parent", faults.NO_PARENT, {"kind": _label(kind)}) if needs else None
    if tree[parent][0] not in kinds.UNIT_KINDS[kind].below:
        said = {"kind": _label(kind), "parent_kind": _label(tree[parent][0])}
        return Fault("parent", faults.MISPLACED, said)
    return None


def _circle(code: str, tree: Tree) -> list[str]:
    """The way from a unit upwards back to itself; nothing where it ends at a top."""
    way, seen = [code], {code}
    while (parent := tree.get(way[-1], (None, None))[1]) is not None:
        way.append(parent)
        if parent == code:
            return way[:SHOWN] + ([code] if len(way) > SHOWN else [])
        if parent in seen or len(way) > DEEPEST:
            return []
        seen.add(parent)
    return []
