"""The list of findings: in the order of the file, bounded, and translatable."""

from pathlib import Path

import pytest

from engine.bpmn import parse
from engine.bpmn.findings import Severity
from engine.bpmn.lint import MAX_FINDINGS, MAX_SHOWN, lint

EXPORTED = Path(__file__).parent / "exported"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = f'<definitions xmlns="{BPMN}"><process id="p" isExecutable="true">'


def judged(body):
    return lint(parse.read(f"{HEAD}{body}</process></definitions>".encode()))


def test_findings_come_in_the_order_of_the_file():
    nodes = '<startEvent id="a"/>\n<task id="c"/>\n<task id="b"/>\n'
    body = nodes + '<sequenceFlow id="f" sourceRef="a" targetRef="x"/>'
    places = [one.element for one in judged(body)]
    assert places == sorted(places, key=["p", "a", "c", "b", "f"].index)
    assert len(set(places)) == 5


def test_a_long_list_is_cut_and_says_so_but_keeps_the_errors():
    tasks = "".join(f'<userTask id="t{n}"/>' for n in range(400))
    findings = judged(f'<startEvent id="s"/>{tasks}<callActivity id="last"/>')
    assert len(findings) == MAX_FINDINGS
    assert findings[-1].rule == "more"
    assert ("last", "element_supported") in {(one.element, one.rule) for one in findings[:-1]} or (
        sum(one.severity is Severity.ERROR for one in findings) == MAX_FINDINGS - 1
    )


def test_what_a_stranger_wrote_is_cut_short():
    name = "x" * 5_000
    findings = judged(f'<startEvent id="s"/><task id="{name}" name="{name}"/>')
    assert max(len(one.text()) for one in findings) < 2 * MAX_SHOWN + 100
    assert max(len(one.element) for one in findings) == parse.MAX_ID


def test_braces_in_a_name_are_only_text():
    (found,) = [
        one
        for one in judged('<startEvent id="s"/><task id="t" name="{0.__class__}{evil}"/>')
        if one.rule == "element_supported"
    ]
    assert "{0.__class__}{evil}" in found.text()


def test_a_process_of_camunda_seven_is_read_and_judged_by_element():
    found = lint(parse.read((EXPORTED / "camunda_7.bpmn").read_bytes()))
    assert {(one.element, one.rule) for one in found if one.severity is Severity.ERROR} == {
        ("invoice", "extensions_understood"),
        ("approve_invoice", "assignment_known"),
        ("approve_invoice", "camunda_understood"),
        ("approve_invoice", "extensions_understood"),
        ("prepare_transfer", "assignment_known"),
        ("prepare_transfer", "due_readable"),
        ("archive", "handler_exists"),
        ("archive", "camunda_understood"),
        ("archive", "extensions_understood"),
    }


def test_a_process_of_camunda_eight_is_read_and_judged_by_element():
    found = lint(parse.read((EXPORTED / "camunda_8.bpmn").read_bytes()))
    assert {(one.element, one.rule) for one in found if one.severity is Severity.ERROR} == {
        ("check", "user_task_assigned"),
        ("check", "extensions_understood"),
        ("pay", "handler_exists"),
        ("pay", "extensions_understood"),
        ("yes", "condition_readable"),
    }


def test_a_plain_drawing_of_bpmn_js_is_read_and_judged_by_element():
    found = lint(parse.read((EXPORTED / "bpmn_js.bpmn").read_bytes()))
    assert {(one.element, one.rule) for one in found if one.severity is Severity.ERROR} == {
        ("Process_1", "executable_process"),
        ("Activity_0fpb7hx", "element_supported"),
        ("Flow_1qrbbmg", "gateway_default"),
        ("Flow_0jmo0i5", "gateway_default"),
    }


STEP = '<userTask id="a" name="提交"/>'
TIMER = '<boundaryEvent id="x" attachedToRef="a"><timerEventDefinition/></boundaryEvent>'


@pytest.mark.parametrize(
    ("nodes", "flows", "element", "called"),
    [
        ('<userTask id="x"/>', "ax", "x", "办理步骤（在‘提交’之后）"),
        ('<complexGateway id="x"/><task id="y"/>', "ax xy", "x", "复杂网关（在‘提交’之后）"),
        ('<task id="x"/><complexGateway id="y"/>', "ax xy", "y", "复杂网关（在‘提交’之后）"),
        ('<task id="x"/>', "xa", "x", "未定类型的步骤（在‘提交’之前）"),
        ('<task id="x"/><task id="y"/>', "xy yx", "x", "未定类型的步骤"),
        (TIMER, "", "x", "定时事件（在‘提交’上）"),
    ],
)
def test_what_has_no_name_is_called_by_its_kind_and_where_it_hangs(nodes, flows, element, called):
    lines = (
        f'<sequenceFlow id="{f}" sourceRef="{f[0]}" targetRef="{f[1]}"/>' for f in flows.split()
    )
    found = [one for one in judged(STEP + nodes + "".join(lines)) if one.element == element]
    assert {one.where for one in found} == {called}
    assert any(called in one.text() for one in found)
    assert not any(f"“{element}”没有" in one.text() for one in found)


def test_a_place_is_said_in_the_language_of_the_reader():
    body = '<userTask id="a" name="提交"/><boundaryEvent id="x" attachedToRef="a"/>'
    (where,) = {one.where for one in judged(body) if one.element == "x"}
    words = {"{kind}（在‘{host}’上）": "{kind} (on '{host}')", "边界事件": "boundary event"}
    assert where.said(lambda text: words.get(text, text)) == "boundary event (on '提交')"
