"""A form file, as form-js writes it, read into a `Form`: or every mistake, with its place.

Beside the components of form-js there is ours, `grid`. What we do not draw and check ourselves is
refused here, so that nobody fills in a form of which a part is silently missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from engine.forms import limits, load_field, load_formulas, load_grid, source
from engine.forms.findings import MAX_FINDINGS, Finding
from engine.forms.model import Form, Group, Layout, Part, Separator, Text
from engine.forms.problems import Problems

MAX_SCHEMA_VERSION: Final = 100
MAX_HEADING: Final = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file: a form when there is no error, and the findings."""

    form: Form | None
    findings: tuple[Finding, ...] = ()


def read(text: str | bytes) -> Reading:
    """Read a form file. Never raises for what a stranger wrote; bounded whatever it is."""
    try:
        data = source.parse(text)
    except source.SourceError as error:
        return Reading(None, (error.finding,))
    walk = _Walk()
    form = walk.form(data)
    findings = tuple(walk.problems.findings[:MAX_FINDINGS])
    return Reading(None if walk.problems.fatal else form, findings)


@lru_cache(maxsize=64)
def accepted(text: str) -> Reading:
    """Read a form of the library or of a version; what was read lately is not read again."""
    return read(text)


@dataclass
class _Walk:
    """One pass over the components: counts them, knows the keys, collects the problems."""

    problems: Problems = field(default_factory=Problems)
    keys: set[str] = field(default_factory=set)
    count: int = 0

    def form(self, data: dict[str, Any]) -> Form:
        at = self.problems.at("form")
        if data.get("type") != "default":
            at.error("form_type", "表单的 type 要是 “default”。")
        version = data.get("schemaVersion", 1)
        if type(version) is not int or not 1 <= version <= MAX_SCHEMA_VERSION:
            at.error("schema_version", "表单的 schemaVersion 要是一个版本号。")
        name = at.text(data, "id", limits.MAX_ID)
        parts = self.parts(data.get("components"), "components", 1)
        if not parts and not self.problems.fatal:
            at.error("no_components", "表单里还没有内容。")
        form = Form(name, parts)
        if self.problems.fatal:
            return form
        return replace(form, calculated=load_formulas.order(form, self.problems))

    def parts(self, components: object, place: str, depth: int) -> tuple[Part, ...]:
        at = self.problems.at(place)
        if not isinstance(components, list):
            at.error("components", "“{place}”要是一个列表。", place=place)
            return ()
        if depth > limits.MAX_DEPTH:
            at.error("depth", "分组嵌套太深，最多 {max} 层。", max=limits.MAX_DEPTH)
            return ()
        parts: list[Part] = []
        for number, component in enumerate(components):
            part = self.part(component, f"{place}[{number}]", depth)
            self.count += 1
            if self.count > limits.MAX_COMPONENTS:
                at.error("count", "表单的组件太多，最多 {max} 个。", max=limits.MAX_COMPONENTS)
                break
            if part is not None:
                parts.append(part)
        return tuple(parts)

    def part(self, component: object, place: str, depth: int) -> Part | None:
        if not isinstance(component, dict):
            self.problems.at(place).error("component", "组件要是一个 JSON 对象。")
            return None
        at = self.problems.at(_name(component, place))
        kind = component.get("type")
        if not isinstance(kind, str):
            at.error("unknown_component", "组件没有写明 type。")
            return None
        if kind in load_field.KINDS:
            self.count += _parts_of(component)
            part: Part | None = load_field.read(component, at)
        elif kind in _OTHERS:
            part = _OTHERS[kind](self, component, at, depth)
        else:
            at.error("unknown_component", "不认识的组件“{kind}”。", kind=kind[:40])
            return None
        self.key(component, kind, at)
        return part

    def key(self, component: dict[str, Any], kind: str, at: Problems) -> None:
        if kind not in load_field.KINDS and kind != "grid":
            return
        key = component.get("key")
        if isinstance(key, str) and key in self.keys:
            at.error("duplicate_key", "有两个组件的 key 都是“{key}”。", key=key[:60])
        elif isinstance(key, str):
            self.keys.add(key)

    def group(self, component: dict[str, Any], at: Problems, depth: int) -> Group:
        if component.get("path"):
            at.error("group_path", "分组不能带 path；值都放在同一层。")
        layout = Layout.STACK
        wanted = at.mapping(component, "properties").get("layout")
        if isinstance(wanted, str) and wanted in set(Layout):
            layout = Layout(wanted)
        elif wanted is not None:
            at.error("layout", "分组的版式只能是 {layouts}。", layouts="、".join(Layout))
        return Group(
            label=at.text(component, "label", limits.MAX_LABEL),
            parts=self.parts(component.get("components"), at.element, depth + 1),
            layout=layout,
            condition=load_field.condition(component, at),
        )

    def words(self, component: dict[str, Any], at: Problems, _depth: int) -> Text:
        text = at.text(component, "text", limits.MAX_TEXT_BLOCK)
        lines = [_line(line) for line in text.split("\n") if line.strip()]
        return Text(tuple(lines), load_field.condition(component, at))

    def separator(self, component: dict[str, Any], at: Problems, _depth: int) -> Separator:
        return Separator(load_field.condition(component, at))

    def grid(self, component: dict[str, Any], at: Problems, _depth: int) -> Part | None:
        columns = component.get("columns")
        for column in columns if isinstance(columns, list) else ():
            self.count += 1 + _parts_of(column)
        return load_grid.read(component, at)


_OTHERS: Final[dict[str, Callable[[_Walk, dict[str, Any], Problems, int], Part | None]]] = {
    "group": _Walk.group,
    "text": _Walk.words,
    "separator": _Walk.separator,
    "grid": _Walk.grid,
}


def _name(component: dict[str, Any], place: str) -> str:
    for each in ("key", "id"):
        name = component.get(each)
        if isinstance(name, str) and name:
            return name[: limits.MAX_ID]
    return place


def _parts_of(component: object) -> int:
    """How many fields an entry of this list has."""
    fields = component.get("fields") if isinstance(component, dict) else None
    return len(fields) if isinstance(fields, list) else 0


def _line(line: str) -> tuple[int, str]:
    words = line.strip()
    level = len(words) - len(words.lstrip("#"))
    if 1 <= level <= MAX_HEADING and words[level : level + 1] == " ":
        return level, words[level:].strip()
    return 0, words
