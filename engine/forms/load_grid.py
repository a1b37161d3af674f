"""Our own component `grid`, read: its columns, its levels, and what may happen to its rows."""

from __future__ import annotations

from typing import Any, Final

from engine.forms import keys, limits, load_field
from engine.forms.model import Field, Grid, Level
from engine.forms.problems import Problems

_LEVELS: Final = {1: ("goal",), 2: ("goal", "item")}
_LABELS: Final = {"goal": "目标", "item": "项目"}


def read(component: dict[str, Any], at: Problems) -> Grid:
    """Read a grid. Problems are noted at `at`; what is returned is then not used."""
    key = component.get("key")
    if not keys.is_key(key):
        message = "key“{key}”不能用：以字母或汉字开头，只含字母、汉字、数字和下划线，不用保留字。"
        at.error("key", message, key=str(key)[:60])
    label = at.text(component, "label", limits.MAX_LABEL)
    if not label.strip():
        at.error("label", "请给组件写上名称（label）。")
    most = at.whole(component, "max_rows", limits.MAX_ROWS, limits.MAX_ROWS)
    least = at.whole(component, "min_rows", 0, limits.MAX_ROWS)
    if least > most:
        at.error("rows", "最少行数大于最多行数。")
    return Grid(
        key=str(key),
        label=label,
        columns=_columns(component.get("columns"), at),
        levels=_levels(component.get("levels", ["goal"]), at),
        hint=at.text(component, "description", limits.MAX_LABEL * 5),
        own_rows=at.flag(component, "own_rows"),
        optional_rows=at.flag(component, "optional_rows"),
        min_rows=least,
        max_rows=most,
        condition=load_field.condition(component, at),
    )


def _columns(columns: object, at: Problems) -> tuple[Field, ...]:
    if not isinstance(columns, list) or not 1 <= len(columns) <= limits.MAX_COLUMNS:
        at.error("columns", "表格要有 1 到 {max} 列（columns）。", max=limits.MAX_COLUMNS)
        return ()
    answer: dict[str, Field] = {}
    for number, column in enumerate(columns):
        place = at.at(f"{at.element}.{_name(column, number)}")
        kind = column.get("type") if isinstance(column, dict) else None
        if (
            not isinstance(column, dict)
            or not isinstance(kind, str)
            or kind not in load_field.KINDS
        ):
            kinds = "、".join(sorted(load_field.KINDS))
            place.error("unknown_component", "列的 type 只能是 {kinds}。", kinds=kinds)
            continue
        if (key := column.get("key")) in list(keys.OF_ROWS):
            place.error("key", "列的 key 不能是“{key}”，它属于行本身。", key=key)
            continue
        field = load_field.read(column, place)
        if field.key in answer:
            place.error("duplicate_key", "有两列的 key 都是“{key}”。", key=field.key)
        answer[field.key] = field
    return tuple(answer.values())


def _name(column: object, number: int) -> str:
    key = column.get("key") if isinstance(column, dict) else None
    return key[: limits.MAX_ID] if isinstance(key, str) and key else f"columns[{number}]"


def _levels(levels: object, at: Problems) -> tuple[Level, ...]:
    answer: list[Level] = []
    for level in levels if isinstance(levels, list) else ():
        written = level if isinstance(level, dict) else {"key": level}
        key = written.get("key")
        if not isinstance(key, str):
            break
        label = at.text(written, "label", limits.MAX_LABEL)
        answer.append(Level(key, label or _LABELS.get(key, key)))
        if len(answer) > len(_LEVELS):
            break
    if tuple(level.key for level in answer) != _LEVELS.get(len(answer)):
        at.error("levels", "levels 只能是 [“goal”] 或 [“goal”, “item”]。")
    return tuple(answer)
