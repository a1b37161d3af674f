"""Whatever is done to a drawing, judging it never falls over, and what passes can be run."""

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from engine.bpmn import parse, process, state
from engine.bpmn.commands import Complete, Deliver, Fail, FireTimer, Retry, Start
from engine.bpmn.findings import has_errors
from engine.bpmn.lint import lint
from engine.bpmn.steps import step
from engine.errors import NotFound

DRAWINGS = sorted((Path(__file__).parents[1] / "unit/engine/bpmn/lint").rglob("*.bpmn"))
NOW = datetime(2027, 1, 1, tzinfo=UTC)
ROUNDS = 150
TAGS = ("startEvent", "endEvent", "userTask", "scriptTask", "serviceTask", "receiveTask",
        "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
        "boundaryEvent", "intermediateCatchEvent", "subProcess", "sequenceFlow", "callActivity",
        "businessRuleTask", "intermediateThrowEvent", "signalEventDefinition",
        "escalationEventDefinition", "errorEventDefinition", "linkEventDefinition",
        "messageEventDefinition", "multiInstanceLoopCharacteristics")  # fmt: skip


def removed(element, _everything, _random):
    if element.getparent() is not None:
        element.getparent().remove(element)


def renamed(element, everything, random):
    if element.attrib:
        words = [one.get("id") or "" for one in everything] + ["true", "false"]
        element.set(random.choice(sorted(element.attrib)), random.choice(words))


def bared(element, _everything, random):
    if element.attrib:
        del element.attrib[random.choice(sorted(element.attrib))]


def changed(element, _everything, random):
    if element.tag.startswith(f"{{{parse.BPMN}}}"):
        element.tag = f"{{{parse.BPMN}}}{random.choice(TAGS)}"


def rewritten(element, _everything, random):
    element.text = random.choice(["${outcome == 'approve'}", "P1D", "", "a = 1", "}"])


def doubled(element, everything, random):
    if len(everything) < 200:
        random.choice(everything).append(deepcopy(element))


WAYS = (removed, renamed, bared, changed, rewritten, doubled)


@pytest.mark.parametrize("seed", range(10))
def test_a_drawing_that_passes_compiles_and_starts(seed):
    random = Random(seed)
    started = 0
    for _round in range(ROUNDS):
        root = etree.fromstring(random.choice(DRAWINGS).read_bytes())
        for _change in range(random.randint(1, 3)):
            everything = list(root.iter())
            random.choice(WAYS)(random.choice(everything), everything, random)
        try:
            outline = parse.read(etree.tostring(root))
        except parse.Unreadable:
            continue
        findings = lint(outline)
        assert all(one.text() for one in findings)
        if not has_errors(findings):
            values = {"outcome": "approve", "stage": "goal"}
            result = step(process.build(outline), state.EMPTY, Start(values), NOW)
            assert state.load(state.dump(result.state)).tokens == result.state.tokens
            for token in result.state.tokens[:5]:
                for command in (Complete, Deliver, FireTimer, Fail, Retry):
                    with suppress(NotFound):
                        step(process.build(outline), result.state, command(str(token.id)), NOW)
            started += 1
    assert started
