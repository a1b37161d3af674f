"""A form file is read, or each mistake is named at its place."""

from __future__ import annotations

import json

import pytest

from engine.forms import limits, load
from engine.forms.findings import MAX_FINDINGS
from engine.forms.model import Field, Grid, Group, Layout
from tests.unit.engine.forms.making import field, form, grid, major, source


def rules(text):
    reading = load.read(text)
    assert reading.form is None
    for finding in reading.findings:
        assert finding.text()
    return {finding.rule for finding in reading.findings if finding.severity == "error"}


def places(text):
    return [finding.element for finding in load.read(text).findings]


def test_the_form_of_majors_has_the_head_and_the_columns_of_the_printed_tables():
    it = major()
    head = next(part for part in it.parts if isinstance(part, Group))
    assert head.layout is Layout.HEADER
    assert [part.label for part in head.parts] == [
        "学院",
        "专业代码",
        "名称",
        "建设期限",
        "适用对象",
        "审定领导",
    ]
    assert [part.key for part in head.parts if not part.readonly] == ["applies_to"]
    assert labels(it.field("goals")) == ["项目", "描述", "备注", "依据的规划"]
    assert labels(it.field("standards")) == [
        "目标",
        "项目",
        "绩效（成果、效益、效率）",
        "保障（组织、制度、资源）",
        "流程（途径、方法、监控）",
        "对应的工作要点",
    ]
    assert it.variables == {"stage"}


def labels(table):
    return [one.label for one in (*table.levels, *table.columns)]


@pytest.mark.parametrize(
    "kind",
    ["textfield", "textarea", "number", "checkbox", "datetime"],
)
def test_a_plain_component_is_read(kind):
    assert form(field("one", kind)).field("one").kind == kind


@pytest.mark.parametrize("kind", ["select", "radio", "checklist"])
def test_a_choice_is_read_with_its_options(kind):
    it = form(field("one", kind, values=[{"value": "a", "label": "甲"}]))
    assert [option.label for option in it.field("one").options] == ["甲"]


def test_texts_separators_and_groups_are_read():
    it = form(
        {"type": "text", "text": "# 标题\n说明"},
        {"type": "separator"},
        {"type": "group", "label": "组", "components": [field()]},
    )
    assert it.parts[0].lines == ((1, "标题"), (0, "说明"))
    assert isinstance(it.field("title"), Field)


def test_a_grid_is_read_with_its_levels_and_rules():
    it = form(grid(nested=True, own_rows=True, optional_rows=True, min_rows=1, max_rows=9))
    table = it.field("rows")
    assert isinstance(table, Grid)
    assert (table.nested, table.own_rows, table.optional_rows) == (True, True, True)
    assert (table.min_rows, table.max_rows) == (1, 9)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        (b"\xff\xfe{}", "encoding"),
        ("{", "json"),
        ("[]", "json"),
        ("null", "json"),
        ("{}", "form_type"),
        ('{"type": "default", "type": "default"}', "duplicate_json_key"),
        ('{"type": "default", "components": [{"a": NaN}]}', "number"),
        ('{"type": "default", "components": [{"a": Infinity}]}', "number"),
        ('{"type": "default", "components": [{"a": -Infinity}]}', "number"),
        ('{"type": "default", "components": [{"a": 1e999}]}', "number"),
        ('{"a": ' + "9" * 5000 + "}", "number"),
        ('{"a": "\\ud800"}', "encoding"),
        ("[" * 100_000, "nesting"),
        ('{"a":' * 5_000, "nesting"),
        ("x" * (limits.MAX_SOURCE + 1), "size"),
        (source(), "no_components"),
        (source(components="x"), "components"),
        (source(schemaVersion="x"), "schema_version"),
        (source(schemaVersion=True), "schema_version"),
        (source(type="table"), "form_type"),
        (source("text"), "component"),
        (source({"key": "x"}), "unknown_component"),
        (source(field(kind="html")), "unknown_component"),
        (source(field(kind="script")), "unknown_component"),
        (source(field(kind="button")), "unknown_component"),
        (source(field(kind="iframe")), "unknown_component"),
        (source(field(kind=7)), "unknown_component"),
        (source(field(kind=["textfield"])), "unknown_component"),
        (source(field(), field()), "duplicate_key"),
        (source(field("rows"), grid()), "duplicate_key"),
        (source({"type": "group", "path": "x", "components": [field()]}), "group_path"),
        (source({"type": "group", "components": None}), "components"),
        (source({"type": "group", "properties": {"layout": "x"}, "components": []}), "layout"),
        (source({"type": "text", "text": "=1 + 1"}), "expression"),
        (source({"type": "text", "text": 5}), "text"),
        (source(field(label="")), "label"),
        (source(field(label="x" * 300)), "text"),
        (source(field(label="=x")), "expression"),
        (source(field(readonly="yes")), "flag"),
        (source(field(readonly="=x")), "flag"),
        (source(field(validate=[])), "mapping"),
        (source(field(validate={"required": "yes"})), "flag"),
        (source(field(validate={"maxLength": -1})), "number"),
        (source(field(validate={"maxLength": 10**9})), "number"),
        (source(field(validate={"maxLength": 3, "minLength": 4})), "length"),
        (source(field(validate={"validationType": "magic"})), "validation_type"),
        (source(field(kind="number", validate={"min": "x"})), "number"),
        (source(field(kind="number", validate={"min": "NaN"})), "number"),
        (source(field(kind="number", validate={"min": True})), "number"),
        (source(field(kind="number", validate={"min": 5, "max": 4})), "range"),
        (source(field(kind="number", validate={"pattern": "a"})), "pattern"),
        (source(field(kind="number", validate={"max": 10**18})), "number"),
        (source(field(validate={"pattern": "(a+)+"})), "pattern"),
        (source(field(kind="number", decimalDigits=99)), "number"),
        (source(field(kind="datetime", subtype="year")), "moment"),
        (source(field(kind="select")), "options"),
        (source(field(kind="select", values=[])), "options"),
        (source(field(kind="select", values=["a"])), "options"),
        (source(field(kind="select", values=[{"value": 1}])), "options"),
        (source(field(kind="select", values=[{"value": "a"}, {"value": "a"}])), "options"),
        (source(field(kind="select", valuesKey="x", values=[{"value": "a"}])), "options"),
        (source(field(kind="checkbox", defaultValue="x")), "default"),
        (source(field(defaultValue=5)), "default"),
        (source(field(defaultValue="x" * 30_000)), "default"),
        (source(field(conditional=5)), "mapping"),
        (source(field(conditional={"hide": 5})), "condition"),
        (source(grid(columns=[])), "columns"),
        (source(grid(columns="x")), "columns"),
        (source(grid(columns=["x"])), "unknown_component"),
        (source(grid(field(kind="grid"))), "unknown_component"),
        (source(grid(field("a"), field("a"))), "duplicate_key"),
        (source(grid(field("label"))), "key"),
        (source(grid(field("own"))), "key"),
        (source(grid(levels=["item"])), "levels"),
        (source(grid(levels=["goal", "goal"])), "levels"),
        (source(grid(levels=["goal", "item", "part"])), "levels"),
        (source(grid(levels=[5])), "levels"),
        (source(grid(levels="goal")), "levels"),
        (source(grid(min_rows=5, max_rows=4)), "rows"),
        (source(grid(max_rows=301)), "number"),
        (source(grid(label="")), "label"),
        (source(grid(key="a b")), "key"),
    ],
)
def test_a_mistake_is_named_by_its_rule(text, rule):
    assert rule in rules(text)


@pytest.mark.parametrize(
    "key",
    [
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "hasOwnProperty",
        "_x",
        "a.b",
        "a b",
        "",
        "1a",
        "a-b",
        "a[0]",
        "class",
        "and",
        "None",
        "true",
        "null",
        "ｋｅｙ",
        "x" * 65,
        5,
        None,
        ["a"],
    ],
)
def test_a_key_that_means_something_else_is_refused(key):
    assert "key" in rules(source(field(key)))


@pytest.mark.parametrize("key", ["title", "标题", "a1_b", "goals", "x" * 64])
def test_a_good_key_is_taken(key):
    assert form(field(key)).keys == {key}


@pytest.mark.parametrize(
    "hide",
    [
        "stage",
        "=",
        "=a b",
        "=__import__('os')",
        "=().__class__",
        "=a.__class__",
        '=eval("1")',
        "=a = ",
        "=for x in y return x",
        "=" + "(" * 100 + "a" + ")" * 100,
        "=a ** b",
        "={}",
        "=a; b",
        "=" + "a + " * 600 + "a",
        "=x" * 600,
        "=some x in y satisfies x",
        "='single'",
        "=-(--a)",
    ],
)
def test_a_condition_outside_the_language_is_refused(hide):
    text = source(field(conditional={"hide": hide}))
    assert hide == "=" or "condition" in rules(text)


def test_a_mistake_is_told_where_it_is():
    text = source(
        field("title"),
        {"type": "video", "id": "Field_9"},
        {"type": "group", "components": [{"type": "video"}]},
        grid(field("what", "video")),
    )
    assert places(text) == ["Field_9", "components[2][0]", "rows.what"]


def test_form_bombs_are_bounded():
    deep = field()
    for _ in range(limits.MAX_DEPTH + 1):
        deep = {"type": "group", "components": [deep]}
    assert "depth" in rules(source(deep))
    wide = [field(f"f{number}") for number in range(limits.MAX_COMPONENTS + 1)]
    assert "count" in rules(source(*wide))
    tables = [
        grid(*[field(f"c{n}") for n in range(limits.MAX_COLUMNS)], key=f"g{t}") for t in range(20)
    ]
    assert "count" in rules(source(*tables))
    bad = [{"type": "x"}] * limits.MAX_COMPONENTS
    assert len(load.read(source(*bad)).findings) <= MAX_FINDINGS


def test_unknown_rules_are_a_warning_and_the_form_still_opens():
    reading = load.read(source(field(validate={"isbn": True})))
    assert reading.form is not None
    assert [finding.severity for finding in reading.findings] == ["warning"]


def test_many_warnings_do_not_hide_an_error():
    many = [field(f"f{n}", validate={"isbn": True}) for n in range(300)]
    assert "unknown_component" in rules(source(*many, {"type": "video"}))


def test_what_an_editor_adds_does_not_disturb():
    more = {"layout": {"row": "Row_1", "columns": 8}, "id": "Field_1", "appearance": {}}
    reading = load.read(source(field(**more), executionPlatform="Camunda Cloud", exporter={}))
    assert reading.findings == ()


def test_a_byte_order_mark_is_read_over():
    assert load.read("\ufeff" + source(field())).form is not None


def test_markup_and_templates_in_texts_stay_words():
    it = form({"type": "text", "text": "<script>alert(1)</script> {{7*7}}"}, field(label="<b>"))
    assert it.parts[0].lines == ((0, "<script>alert(1)</script> {{7*7}}"),)
    assert it.field("title").label == "<b>"


def test_reading_never_raises_for_damaged_files():
    whole = json.dumps(json.loads(source(field(), grid())))
    for cut in range(0, len(whole), 7):
        load.read(whole[:cut])
        load.read(whole[:cut] + "\x00" + whole[cut + 1 :])


ODD = [None, True, 0, -1, 1.5, "", "=a", "x" * 500, [], ["a"], [[]], {}, {"a": {}}, [{"key": []}]]
PROPERTIES = [
    "type",
    "key",
    "label",
    "id",
    "values",
    "columns",
    "levels",
    "components",
    "validate",
    "subtype",
    "conditional",
    "properties",
    "defaultValue",
    "description",
    "readonly",
    "max_rows",
    "min",
    "text",
    "decimalDigits",
    "path",
    "own_rows",
    "placeholder",
    "disabled",
    "schemaVersion",
]


@pytest.mark.parametrize("name", PROPERTIES)
def test_no_property_of_an_odd_type_makes_reading_fail(name):
    wholes = [
        field(),
        field(kind="select", values=[{"value": "a"}]),
        grid(),
        {"type": "group", "components": [field()]},
        {"type": "text", "text": "x"},
    ]
    for whole in wholes:
        for value in ODD:
            odd = {**whole, name: value}
            for text in (source(odd), source(grid(odd)), source(**{name: value})):
                reading = load.read(text)
                errors = [one for one in reading.findings if one.severity == "error"]
                assert (reading.form is None) == bool(errors)
