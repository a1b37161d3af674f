"""Write the forms of the eight kinds from the catalogue, so that they say the same in four stages.

`python bin/forms.py` writes `forms/<key>.form`. One form serves a flow: departments and colleges
share one, and conditions on `kind` tell their heads apart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "quality" / "catalog"
FORMS = {
    "department": ("functional_department", "secondary_college"),
    "major": ("major",),
    "course": ("course",),
    "teaching_staff_team": ("teaching_staff_team",),
    "teacher": ("teacher",),
    "student_cohort": ("student_cohort",),
    "student": ("student",),
}
STAGES = ("goal", "standard", "plan", "collection")
GRIDS = {"goal": "goals", "standard": "standards", "plan": "plans", "collection": "collections"}
LONG = 2000
SHORT = 100

Component = dict[str, Any]


def main() -> int:
    """Write every form; say which."""
    for key in FORMS:
        path = ROOT / "forms" / f"{key}.form"
        path.write_text(written(key), encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


def written(key: str) -> str:
    """A form as the file holds it."""
    kinds = [yaml.safe_load((CATALOGUE / f"{one}.yaml").read_bytes()) for one in FORMS[key]]
    form = {
        "type": "default",
        "id": key,
        "schemaVersion": 19,
        "components": [*_titles(kinds), _head(kinds), *_grids(key, kinds[0])],
    }
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"


def _titles(kinds: list[Component]) -> Iterator[Component]:
    for kind in kinds:
        for stage in STAGES:
            hide = f'stage != "{stage}"'
            name = f"title_{stage}"
            if len(kinds) > 1:
                hide += f' or kind != "{kind["key"]}"'
                name = f"title_{kind['key']}_{stage}"
            text = f"# {kind['stages'][stage]}"
            yield {"type": "text", "id": name, "text": text, **_hidden(hide)}


def _head(kinds: list[Component]) -> Component:
    """The head of the tables; what only one of the kinds has is hidden from the others."""
    having: dict[str, list[Component]] = {}
    for kind in kinds:
        for field in kind["header"]:
            having.setdefault(field["field"], []).append({**field, "kind": kind["key"]})
    order = sorted(having, key=lambda key: having[key][0]["source"] != "name" or len(kinds) == 1)
    parts: list[Component] = []
    for key in order:
        fields = having[key]
        hide = "" if len(fields) == len(kinds) else f'kind != "{fields[0]["kind"]}"'
        parts += _head_field(fields[0], hide, only=len(kinds) == 1)
    return {
        "type": "group",
        "id": "header",
        "label": "表头",
        "properties": {"layout": "header"},
        "components": parts,
    }


def _head_field(field: Component, hide: str, *, only: bool) -> Iterator[Component]:
    key, source = field["field"], field["source"]
    kept: Component = {"type": "textfield", "id": f"field_{key}", "key": key}
    kept["label"] = field["label"]
    if source != "own":
        kept["readonly"] = True
    elif field["type"] == "number":
        kept |= {"type": "number", "decimalDigits": field.get("decimals", 0)}
        kept["validate"] = {"min": 0, "max": field["most"]}
    else:
        kept["validate"] = {"maxLength": SHORT}
    if source == "approver":
        kept["placeholder"] = field.get("placeholder", "（审定后生成）")
        hide = 'stage = "collection"'
    yearly = field.get("in_stage", {}).get("standard")
    if yearly:
        alone = "" if only else f' and kind = "{field["kind"]}"'
        yield {**kept, **_hidden(f'stage != "goal"{alone}')}
        other = {"id": f"field_{key}_yearly", "key": "year", "label": yearly, "value": "=period"}
        closed = "" if only else f' or kind != "{field["kind"]}"'
        yield {**kept, **other, **_hidden(f'stage = "goal"{closed}')}
        return
    yield {**kept, **(_hidden(hide) if hide else {})}


def _grids(form: str, kind: Component) -> Iterator[Component]:
    labels = kind.get("labels", {})
    rows: Component = {"own_rows": True, "optional_rows": True, "min_rows": 1, "max_rows": 300}
    names = [kind["stages"][stage] for stage in STAGES]
    if len(FORMS[form]) > 1:
        names = ["建设目标", "质量标准", "质量诊改计划", "质量诊改信息采集"]
    columns = {
        "goal": _goal(),
        "standard": _standard(),
        "plan": [*_read(_performance()), *_plan(form, labels)],
        "collection": [*_read([*_performance(), *_plan(form, labels)]), *_collection(labels)],
    }
    for stage, name in zip(STAGES, names, strict=True):
        levels = [{"key": "goal", "label": "项目"}]
        if stage != "goal":
            levels = [{"key": "goal", "label": "目标"}, {"key": "item", "label": "项目"}]
        fixed = {} if stage in ("goal", "standard") else {"own_rows": False, "optional_rows": False}
        yield {
            "type": "grid",
            "id": f"grid_{GRIDS[stage]}",
            "key": GRIDS[stage],
            "label": name,
            "levels": levels,
            **rows,
            **fixed,
            "columns": columns[stage],
            **_hidden(f'stage != "{stage}"'),
        }


def _goal() -> list[Component]:
    plan = {"type": "select", "key": "school_plan", "label": "依据的规划", "source": "school_plans"}
    return [_must("description", "描述"), _long("remark", "备注"), plan]


def _standard() -> list[Component]:
    point = {"type": "select", "key": "work_point", "label": "对应的工作要点"}
    return [*_performance(), point | {"source": "work_points"}]


def _performance() -> list[Component]:
    return [
        _must("performance", "绩效（成果、效益、效率）"),
        _must("assurance", "保障（组织、制度、资源）"),
        _must("process", "流程（途径、方法、监控）"),
    ]


def _plan(form: str, labels: Component) -> list[Component]:
    """现状, 问题, 改进措施, 考核标准 with its weight; units say whether it is a project."""
    states = (("planned", "未开始"), ("doing", "进行中"), ("done", "已完成"))
    measures = {
        "type": "list",
        "key": "measures",
        "label": labels.get("measures", "改进措施"),
        "validate": {"required": True},
        "fields": [
            {
                "type": "textarea",
                "key": "what",
                "label": "措施",
                "validate": {"required": True, "maxLength": 500},
            },
            {"type": "textfield", "key": "owner", "label": "责任人", "validate": {"maxLength": 60}},
            {"type": "datetime", "key": "until", "label": "完成日期", "subtype": "date"},
            {
                "type": "select",
                "key": "state",
                "label": "状态",
                "values": [{"label": label, "value": value} for value, label in states],
            },
        ],
    }
    weight = {"type": "number", "key": "weight", "label": "权重", "decimalDigits": 1}
    weight |= {"sum": True, "sum_is": 100}
    found = [
        _must("current_state", "现状"),
        _long("problem", "问题"),
        measures,
        _must("assessment", labels.get("assessment", "考核标准")),
        weight | {"validate": {"min": 0, "max": 100}},
    ]
    if form == "department":
        marks = (("routine", "常规工作"), ("project", "项目工作"))
        values = [{"label": label, "value": value} for value, label in marks]
        found.append({"type": "select", "key": "mark", "label": "类别", "values": values})
    return found


def _collection(labels: Component) -> list[Component]:
    whole = labels.get("self_diagnosis", "自我诊断（自我诊断结论、下一步改进措施与预计成效）")
    return [
        _must("conclusion", "自我诊断结论") | {"description": whole},
        _long("next_measures", "下一步改进措施") | {"description": whole},
        _long("expected_effect", "预计成效") | {"description": whole},
        {"type": "evidence", "key": "evidence", "label": "佐证材料"},
        _long("review", "上一级复核意见"),
        _long("sampling", "学校抽样复核结论"),
    ]


def _read(columns: list[Component]) -> list[Component]:
    """Columns of an earlier stage, to be read beside the new ones."""
    return [{**column, "readonly": True} for column in columns]


def _long(key: str, label: str) -> Component:
    limits = {"required": False, "maxLength": LONG}
    return {"type": "textarea", "key": key, "label": label, "validate": limits}


def _must(key: str, label: str) -> Component:
    """A cell without which its row says nothing: whoever hands the row in has written it."""
    limits = {"required": True, "maxLength": LONG}
    return {"type": "textarea", "key": key, "label": label, "validate": limits}


def _hidden(when: str) -> Component:
    return {"conditional": {"hide": f"={when}"}}


if __name__ == "__main__":
    sys.exit(main())
