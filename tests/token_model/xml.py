"""Write a drawn process as BPMN 2.0 in our dialect."""

from xml.sax.saxutils import quoteattr

from tests.token_model.graph import Flow, Graph, Node

TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "task": "userTask",
    "service": "serviceTask",
    "timer": "intermediateCatchEvent",
    "boundary": "boundaryEvent",
    "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway",
    "inclusive": "inclusiveGateway",
    "subprocess": "subProcess",
    "message": "intermediateCatchEvent",
    "call": "callActivity",
    "escalate": "intermediateThrowEvent",
    "fail": "endEvent",
    "jump": "intermediateThrowEvent",
    "land": "intermediateCatchEvent",
    "handler": "subProcess",
    "trigger": "startEvent",
    "race": "eventBasedGateway",
    "arm": "intermediateCatchEvent",
    "flip": "scriptTask",
    "rule": "businessRuleTask",
}
DURATION = '<timeDuration xsi:type="tFormalExpression">PT1H</timeDuration>'
TIMER = f"<timerEventDefinition>{DURATION}</timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="paper"/>'
WAITS_FOR = {
    "timer": TIMER,
    "message": MESSAGE,
    "signal": '<signalEventDefinition signalRef="stop"/>',
    "error": '<errorEventDefinition errorRef="{code}"/>',
    "escalation": '<escalationEventDefinition escalationRef="{code}"/>',
}
INSIDE = {
    "timer": TIMER,
    "terminate": "<terminateEventDefinition/>",
    "message": MESSAGE,
    "escalate": WAITS_FOR["escalation"],
    "fail": WAITS_FOR["error"],
    "jump": '<linkEventDefinition name="{code}"/>',
    "land": '<linkEventDefinition name="{code}"/>',
    "flip": "<script>{code} = not {reads}</script>",
}
WHO = "who"
"""Among the words of a task, those it is for; the others are properties."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'targetNamespace="http://zhengai.example/generated">\n'
)


def write(graph: Graph, key: str = "generated") -> bytes:
    """Write the process as a BPMN file without a diagram."""
    process = f'<process id="{key}" isExecutable="true">\n{_scope(graph, "")}</process>'
    return f"{HEAD}{process}\n</definitions>\n".encode()


def _scope(graph: Graph, scope: str) -> str:
    nodes = [_node(graph, node) for node in graph.nodes.values() if node.scope == scope]
    inside = [flow for flow in graph.flows.values() if graph.nodes[flow.source].scope == scope]
    return "".join(nodes + [_flow(flow) for flow in inside])


def _node(graph: Graph, node: Node) -> str:
    tag = TAGS[node.kind]
    attributes = f"id={quoteattr(node.id)} name={quoteattr(node.id)}"
    if node.kind == "task":
        who = graph.words.get(node.id, {}).get(WHO, "initiator")
        attributes += f" camunda:candidateGroups={quoteattr(who)}"
    if node.kind == "service":
        attributes += f' camunda:topic="{node.code}"'
    if node.kind == "rule":
        attributes += (
            f' camunda:decisionRef="turn_{node.reads}" camunda:resultVariable="{node.code}"'
        )
        attributes += ' camunda:mapDecisionResult="singleEntry"'
    if node.id in graph.defaults:
        attributes += f" default={quoteattr(graph.defaults[node.id])}"
    if node.attached_to:
        attributes += f" attachedToRef={quoteattr(node.attached_to)}"
    if not node.interrupting:
        word = "isInterrupting" if node.kind == "trigger" else "cancelActivity"
        attributes += f' {word}="false"'
    if node.kind == "call":
        attributes += f' calledElement="{node.code or "other"}"'
    if node.kind == "handler":
        attributes += ' triggeredByEvent="true"'
    links = "".join(f"<incoming>{flow.id}</incoming>" for flow in graph.incoming(node.id))
    if node.kind != "jump":
        links += "".join(f"<outgoing>{flow.id}</outgoing>" for flow in graph.outgoing(node.id))
    inside = _words(graph, node) + links + _inside(graph, node)
    return f"<{tag} {attributes}>{inside}</{tag}>\n"


def _words(graph: Graph, node: Node) -> str:
    written = "".join(
        f"<camunda:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in graph.words.get(node.id, {}).items()
        if name != WHO
    )
    around = "<extensionElements><camunda:properties>{}</camunda:properties></extensionElements>"
    return around.format(written) if written else ""


def _inside(graph: Graph, node: Node) -> str:
    if node.times:
        sequential = str(node.sequential).lower()
        marks = (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality '
            f'xsi:type="tFormalExpression">{node.times}</loopCardinality>'
            "</multiInstanceLoopCharacteristics>"
        )
    else:
        marks = ""
    if node.kind in {"subprocess", "handler"}:
        return marks + _scope(graph, node.id)
    waits = WAITS_FOR[node.event] if node.kind in {"boundary", "trigger", "arm"} else ""
    inside = waits or INSIDE.get(node.kind, "")
    inside = inside.format(code=node.code, reads=node.reads)
    return marks + inside.replace(' errorRef=""', "").replace(' escalationRef=""', "")


def _flow(flow: Flow) -> str:
    ends = f'id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}"'
    if flow.when is None:
        return f"<sequenceFlow {ends}/>\n"
    variable, value = flow.when
    text = f"${{{variable} == {value!r}}}"
    condition = f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'
    return f"<sequenceFlow {ends}>{condition}</sequenceFlow>\n"
