"""Figure 4, and figure 4 with a third approval, as a process administrator would draw it."""

from __future__ import annotations

import re

from tests.college import ROOT

FIGURE = (ROOT / "processes/approval_major.bpmn").read_bytes()
THIRD = """
<bpmn:userTask id="school_approval" name="分管领导审批"
  camunda:candidateGroups="post:academic_affairs" camunda:formRef="major"/>
<bpmn:sequenceFlow id="to_school" sourceRef="academic_affairs_approval"
  targetRef="school_approval"/>""".encode()


def third_step() -> bytes:
    """Figure 4 with one more approval before publishing."""
    drawn = FIGURE.replace(
        b'sourceRef="academic_affairs_approval" targetRef="publish"',
        b'sourceRef="school_approval" targetRef="publish"',
    )
    drawn = re.sub(rb"<bpmn:(incoming|outgoing)>.*?</bpmn:\1>", b"", drawn)
    return drawn.replace(b'<bpmn:endEvent id="end"', THIRD + b'<bpmn:endEvent id="end"')
