"""The formulas of a form, put into an order in which each comes after those that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from engine.forms import limits
from engine.forms.model import Field, Form, Grid
from engine.forms.problems import Problems


def order(form: Form, problems: Problems) -> tuple[str, ...]:
    """The addresses with a formula, in order. Noted: what they cannot read, and circles."""
    found = dict(_formulas(form))
    if len(found) > limits.MAX_FORMULAS:
        message = "公式太多，最多 {max} 个。"
        problems.at("form").error("formula", message, max=limits.MAX_FORMULAS)
        return ()
    dotted = [field.formula.dotted for grid, field in found.values() if grid and field.formula]
    if sum(dotted) > limits.MAX_OVER_COLUMNS:
        message = "各列的公式里一共最多引用整列 {max} 次。请另设一个计算字段，再引用它。"
        problems.at("form").error("formula", message, max=limits.MAX_OVER_COLUMNS)
        return ()
    graph: TopologicalSorter[str] = TopologicalSorter()
    for address, (grid, field) in found.items():
        reads = set(_reads(form, grid, field, problems.at(address)))
        graph.add(address, *(one for one in sorted(reads) if one in found))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        circle = error.args[1]
        message = "公式绕成了圈：{circle}。请去掉其中一个。"
        problems.at(circle[0]).error("formula", message, circle=" → ".join(circle[:10]))
        return ()


def _formulas(form: Form) -> Iterator[tuple[str, tuple[Grid | None, Field]]]:
    for key, part in form.valued.items():
        if isinstance(part, Grid):
            for column in part.columns:
                if column.formula is not None:
                    yield f"{key}.{column.key}", (part, column)
        elif part.formula is not None:
            yield key, (None, part)


def _reads(form: Form, grid: Grid | None, field: Field, at: Problems) -> Iterator[str]:
    """The addresses of this form that a formula reads; other names are variables of the case."""
    for path in sorted(field.formula.reads if field.formula is not None else ()):
        name, _dot, part = path.partition(".")
        if grid is not None and name in grid.by_key:
            yield f"{grid.key}.{name}"
            continue
        there = form.field(name)
        if isinstance(there, Grid) and part not in there.by_key:
            message = "公式要写明“{grid}”的哪一列，例：=sum({grid}.{column})"
            at.error("formula", message, grid=name, column=there.columns[0].key)
        elif isinstance(there, Grid) or (there is not None and not part):
            yield path
        elif there is not None:
            at.error("formula", "字段“{field}”没有“{part}”这一部分。", field=name, part=part)
