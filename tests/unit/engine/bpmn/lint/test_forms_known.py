"""What a diagram's check says about its forms: which cannot be used, and rights without effect."""

from dataclasses import replace

import pytest

from engine import definitions
from engine.bpmn import parse
from engine.bpmn.lint import lint
from engine.forms import load
from tests.unit.engine.bpmn.lint.test_rules import HOUSE
from tests.unit.engine.forms.making import field, grid, source

STEP = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="https://zhengai.example/rules">
 <bpmn:process id="case" name="流程" isExecutable="true"><bpmn:startEvent id="start"/>
 <bpmn:userTask id="review" name="复核" camunda:candidateGroups="post:head" camunda:formRef="house">
 <bpmn:extensionElements><camunda:properties>
 <camunda:property name="field_rights" value="RIGHTS"/></camunda:properties>
 </bpmn:extensionElements>
 </bpmn:userTask><bpmn:endEvent id="end"/>
 <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="review"/>
 <bpmn:sequenceFlow id="b" sourceRef="review" targetRef="end"/></bpmn:process></bpmn:definitions>"""
GOOD = source(
    field("note"),
    field("total", "number", value="=sum(plans.weight)"),
    grid(field("weight", "number"), field("seen", readonly=True), key="plans"),
)


def found(text, rights="*:read"):
    readings = {"house": load.read(text)}
    facts = {key: definitions.form_facts(one) for key, one in readings.items()}
    forms = definitions.form_addresses(readings)
    known = replace(HOUSE, forms=forms, form_facts=facts)
    findings = lint(parse.read(STEP.replace("RIGHTS", rights).encode()), known)
    return [
        (str(one.severity), one.text())
        for one in findings
        if one.rule in {"form_exists", "field_rights_known"}
    ]


@pytest.mark.parametrize(
    ("rights", "severity", "said"),
    [
        ("plans.weigth:edit", "error", "表单“house”里没有字段“plans.weigth”"),
        ("note.x:edit", "error", "表单“house”里没有字段“note.x”"),
        ("missing:hidden", "error", "表单“house”里没有字段“missing”"),
        ("total:edit", "warning", "“total”是只读的或计算出来的"),
        ("plans.seen:required", "warning", "“plans.seen”是只读的或计算出来的"),
        ("plans:hidden, plans.weight:edit", "warning", "“plans”整张隐藏"),
        ("*:hidden, plans.weight:read", "warning", "请给“plans”写上 read"),
    ],
)
def test_rights_without_effect_are_told_with_their_cure(rights, severity, said):
    ((how, sentence),) = found(GOOD, rights)
    assert how == severity
    assert said in sentence


@pytest.mark.parametrize(
    "rights",
    ["plans.*:edit, total:hidden", "*:hidden, plans:read, plans.weight:edit", "plans.seen:read"],
)
def test_rights_with_an_effect_are_not_spoken_of(rights):
    assert found(GOOD, rights) == []


def test_a_form_that_cannot_be_used_tells_its_own_faults():
    broken = source(
        field("a", "number", value="=b"), field("b", "number", value="=a"), {"type": "x"}
    )
    assert found(broken) == [("error", "表单“house”不能用，“components[2]”：不认识的组件“x”。")]
    circle = source(field("a", "number", value="=a + 1"))
    ((severity, sentence),) = found(circle)
    assert (severity, sentence[:19]) == ("error", "表单“house”不能用，“a”：公式")


def test_choices_that_nobody_offers_are_told():
    strange = source(field("plan", "select", source="nobody_offers"))
    ((severity, sentence),) = found(strange)
    assert severity == "warning"
    assert "“nobody_offers”" in sentence
