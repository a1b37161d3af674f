"""The second opinion: it warns of a difference, and keeps still where the library errs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine.bpmn import parse, process, second_opinion
from engine.bpmn.findings import Severity
from tests.token_model import generator, xml

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
    '<process id="case" isExecutable="true">'
)
TAIL = "</process></definitions>"
CONDITION = '<conditionExpression xsi:type="tFormalExpression">{}</conditionExpression>'


def _file(inside: str = '<userTask id="one"/>', *, first: str = "one", last: str = "one") -> bytes:
    flows = (
        f'<sequenceFlow id="in" sourceRef="start" targetRef="{first}"/>'
        f'<sequenceFlow id="out" sourceRef="{last}" targetRef="end"/>'
    )
    return f'{HEAD}<startEvent id="start"/>{inside}<endEvent id="end"/>{flows}{TAIL}'.encode()


def _choice(condition: str) -> bytes:
    ways = '<sequenceFlow id="yes" sourceRef="which" targetRef="one">{}</sequenceFlow>'
    no = '<sequenceFlow id="no" sourceRef="which" targetRef="end"/>'
    gateway = '<exclusiveGateway id="which" default="no"/>'
    way = ways.format(CONDITION.format(condition)) + no
    return _file(f'{gateway}<userTask id="one"/>{way}', first="which")


def _review(file: bytes) -> list[str]:
    findings = second_opinion.review(file, process.build(parse.read(file)))
    assert all(one.severity is Severity.WARNING for one in findings)
    assert all(one.rule == "second_opinion" for one in findings)
    return [one.text() for one in findings]


def test_a_plain_diagram_is_walked_through_and_nothing_is_found() -> None:
    assert _review(_choice("${amount > 3 and outcome == 'approve'}")) == []


def test_generated_diagrams_raise_no_false_alarm() -> None:
    walked = 0
    for seed in range(150):
        drawn = generator.draw(Random(seed), depth=1 + seed % 2, stray=seed % 2)
        file = xml.write(drawn)
        ready = process.build(parse.read(file))
        walked += second_opinion._known_to_run(ready)
        assert second_opinion.review(file, ready) == ()
    assert walked > 15


def test_a_difference_is_told_with_the_element_and_what_waits() -> None:
    two = '<userTask id="one"/><userTask id="two"/>'
    between = '<sequenceFlow id="mid" sourceRef="one" targetRef="two"/>'
    other = process.build(parse.read(_file(two + between, last="two")))
    (finding,) = second_opinion.review(_file(), other)
    assert finding.element == "one"
    assert "我们等待：two；它等待：—" in finding.text()


def test_what_the_schema_does_not_allow_is_told_with_its_line() -> None:
    (sentence,) = _review(_file('<userTask id="one" isForCompensation="perhaps"/>'))
    assert "BPMN 2.0" in sentence
    assert "isForCompensation" in sentence


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_a_split_inside_a_loop_is_left_to_us(kind: str) -> None:
    condition = CONDITION.format("${outcome == 'refuse'}")
    file = _file(
        f'<userTask id="one"/><{kind}Gateway id="fork"/><userTask id="two"/><userTask id="three"/>'
        f'<{kind}Gateway id="join"/><exclusiveGateway id="which" default="out"/>'
        '<sequenceFlow id="a" sourceRef="one" targetRef="fork"/>'
        f'<sequenceFlow id="b" sourceRef="fork" targetRef="two">{condition}</sequenceFlow>'
        f'<sequenceFlow id="c" sourceRef="fork" targetRef="three">{condition}</sequenceFlow>'
        '<sequenceFlow id="d" sourceRef="two" targetRef="join"/>'
        '<sequenceFlow id="e" sourceRef="three" targetRef="join"/>'
        '<sequenceFlow id="f" sourceRef="join" targetRef="which"/>'
        f'<sequenceFlow id="g" sourceRef="which" targetRef="one">{condition}</sequenceFlow>',
        last="which",
    )
    assert not second_opinion._known_to_run(process.build(parse.read(file)))


def test_twelve_parallel_blocks_in_a_row_are_not_handed_over() -> None:
    inside, last = "", "start"
    for n in range(12):
        inside += (
            f'<parallelGateway id="fork{n}"/><parallelGateway id="join{n}"/>'
            f'<userTask id="a{n}"/><userTask id="b{n}"/>'
            f'<sequenceFlow id="fa{n}" sourceRef="fork{n}" targetRef="a{n}"/>'
            f'<sequenceFlow id="fb{n}" sourceRef="fork{n}" targetRef="b{n}"/>'
            f'<sequenceFlow id="ja{n}" sourceRef="a{n}" targetRef="join{n}"/>'
            f'<sequenceFlow id="jb{n}" sourceRef="b{n}" targetRef="join{n}"/>'
        )
        if n:
            inside += f'<sequenceFlow id="to{n}" sourceRef="{last}" targetRef="fork{n}"/>'
        last = f"join{n}"
    file = _file(inside, first="fork0", last=last)
    assert not second_opinion._known_to_run(process.build(parse.read(file)))


def test_a_loop_that_never_waits_is_not_handed_over() -> None:
    condition = CONDITION.format("${outcome == 'refuse'}")
    file = _file(
        '<exclusiveGateway id="one" default="out"/><exclusiveGateway id="two"/>'
        f'<sequenceFlow id="there" sourceRef="one" targetRef="two">{condition}</sequenceFlow>'
        '<sequenceFlow id="back" sourceRef="two" targetRef="one"/>'
    )
    assert _review(file) == []


HOSTILE = "__import__('pathlib').Path('{}').touch()"
CARDINALITY = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality>"
PLACES = {
    "condition": (
        '<exclusiveGateway id="one" default="out"/><userTask id="two"/><endEvent id="end2"/>'
        '<sequenceFlow id="a" sourceRef="two" targetRef="end2"/>'
        '<sequenceFlow id="b" sourceRef="one" targetRef="two">'
        "<conditionExpression>{}</conditionExpression></sequenceFlow>"
    ),
    "script": '<scriptTask id="one"><script>{}</script></scriptTask>',
    "duration": (
        '<intermediateCatchEvent id="one"><timerEventDefinition><timeDuration>{}</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    ),
    "date": (
        '<intermediateCatchEvent id="one"><timerEventDefinition><timeDate>{}</timeDate>'
        "</timerEventDefinition></intermediateCatchEvent>"
    ),
    "boundary": (
        '<userTask id="one"/><boundaryEvent id="late" attachedToRef="one"><timerEventDefinition>'
        "<timeCycle>{}</timeCycle></timerEventDefinition></boundaryEvent>"
        '<endEvent id="end2"/><sequenceFlow id="a" sourceRef="late" targetRef="end2"/>'
    ),
    "cardinality": (
        f'<userTask id="one">{CARDINALITY}</multiInstanceLoopCharacteristics></userTask>'
    ),
    "event": (
        '<intermediateCatchEvent id="one"><conditionalEventDefinition><condition>{}</condition>'
        "</conditionalEventDefinition></intermediateCatchEvent>"
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_text_of_a_hostile_file_is_ever_run(place: str, tmp_path: Path) -> None:
    mark = tmp_path / "run"
    hostile = _file(PLACES[place].format(HOSTILE.format(mark)))
    innocent = process.build(parse.read(_file()))
    second_opinion.review(hostile, innocent)
    assert not mark.exists()


@pytest.mark.parametrize("place", PLACES)
def test_the_same_text_does_run_where_the_library_is_left_alone(place: str, tmp_path: Path) -> None:
    mark = tmp_path / "run"
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(_file(PLACES[place].format(HOSTILE.format(mark)))))
    with suppress(Exception):
        BpmnWorkflow(parser.get_spec("case")).do_engine_steps()
    assert mark.exists()


@pytest.mark.parametrize("file", [b"", b"<", b"<a/>", _file()[:-20], b"\xff\xfe\x00", _file() * 2])
def test_it_never_raises(file: bytes) -> None:
    innocent = process.build(parse.read(_file()))
    findings = second_opinion.review(file, innocent)
    assert all(one.rule == "second_opinion" for one in findings)
