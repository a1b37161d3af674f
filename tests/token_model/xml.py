"""Write a drawn process as BPMN 2.0 in our dialect."""

from xml.sax.saxutils import quoteattr

from tests.token_model.graph import Flow, Graph, Node

TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "task": "userTask",
    "timer": "intermediateCatchEvent",
    "boundary": "boundaryEvent",
    "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway",
    "inclusive": "inclusiveGateway",
    "subprocess": "subProcess",
}
DURATION = '<timeDuration xsi:type="tFormalExpression">PT1H</timeDuration>'
TIMER = f"<timerEventDefinition>{DURATION}</timerEventDefinition>"
INSIDE = {"timer": TIMER, "boundary": TIMER, "terminate": "<terminateEventDefinition/>"}
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
        attributes += ' camunda:candidateGroups="initiator"'
    if node.id in graph.defaults:
        attributes += f" default={quoteattr(graph.defaults[node.id])}"
    if node.attached_to:
        attributes += f" attachedToRef={quoteattr(node.attached_to)}"
    if not node.interrupting:
        attributes += ' cancelActivity="false"'
    links = "".join(f"<incoming>{flow.id}</incoming>" for flow in graph.incoming(node.id))
    links += "".join(f"<outgoing>{flow.id}</outgoing>" for flow in graph.outgoing(node.id))
    inner = _scope(graph, node.id) if node.kind == "subprocess" else INSIDE.get(node.kind, "")
    return f"<{tag} {attributes}>{links}{inner}</{tag}>\n"


def _flow(flow: Flow) -> str:
    ends = f'id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}"'
    if flow.when is None:
        return f"<sequenceFlow {ends}/>\n"
    variable, value = flow.when
    text = f"${{{variable} == {value!r}}}"
    condition = f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'
    return f"<sequenceFlow {ends}>{condition}</sequenceFlow>\n"
