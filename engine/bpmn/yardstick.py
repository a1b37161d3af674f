"""What the stock library needs for a step of the kernel: the yardstick of the benchmark."""

from __future__ import annotations

import json
from collections.abc import Callable

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import parse


def round_trip(xml: bytes) -> Callable[[], str]:
    """Start the one process of this diagram in the library; answers a function that does one step.

    It reads the whole case from JSON, completes its waiting task, and writes the whole case again.
    """
    parser = BpmnParser()
    tree = parse.tree(xml)
    parser.add_bpmn_xml(etree.ElementTree(tree))
    (key,) = parser.get_process_ids()
    workflow = BpmnWorkflow(parser.get_spec(key))
    workflow.do_engine_steps()
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    begun = serializer.serialize_json(workflow)

    def once() -> str:
        case = serializer.deserialize_json(begun)
        (task,) = case.get_tasks(state=TaskState.READY, manual=True)
        task.run()
        case.do_engine_steps()
        return json.dumps(serializer.to_dict(case))

    return once
