// The elements the engine runs: what the palette offers, what the menu may turn a thing into.

const TIMER = "bpmn:TimerEventDefinition";
const MESSAGE = "bpmn:MessageEventDefinition";
const TERMINATE = "bpmn:TerminateEventDefinition";

/** Palette: key of its label → how the shape is made. A rule stands before each group. */
export const PALETTE = [
  { key: "start", icon: "M20 12a8 8 0 1 1-16 0a8 8 0 1 1 16 0z", shape: { type: "bpmn:StartEvent" } },
  { key: "user_task", icon: "M3 6h18v12H3z M7 10a1.6 1.6 0 1 1 3.2 0a1.6 1.6 0 1 1-3.2 0z M6 15.500c0-3 5.200-3 5.200 0", shape: { type: "bpmn:UserTask" } },
  { key: "service_task", icon: "M3 6h18v12H3z M12 9.500v5 M9.500 12h5 M10.200 10.200l3.600 3.600 M13.800 10.200l-3.600 3.600", shape: { type: "bpmn:ServiceTask" } },
  { key: "script_task", icon: "M3 6h18v12H3z M8 10h8 M8 12.500h8 M8 15h5", shape: { type: "bpmn:ScriptTask" } },
  { key: "rule_task", icon: "M3 6h18v12H3z M7 10h10v5H7z M7 12.500h10 M11 10v5", shape: { type: "bpmn:BusinessRuleTask" } },
  { key: "call", icon: "M3 6h18v12H3z M5 8h14v8H5z M9.500 12h5 M12 9.500v5", shape: { type: "bpmn:CallActivity" } },
  null,
  { key: "exclusive", icon: "M12 3l9 9-9 9-9-9z M9.500 9.500l5 5 M14.500 9.500l-5 5", shape: { type: "bpmn:ExclusiveGateway" } },
  { key: "parallel", icon: "M12 3l9 9-9 9-9-9z M12 8v8 M8 12h8", shape: { type: "bpmn:ParallelGateway" } },
  { key: "inclusive", icon: "M12 3l9 9-9 9-9-9z M15.500 12a3.500 3.500 0 1 1-7 0a3.500 3.500 0 1 1 7 0z", shape: { type: "bpmn:InclusiveGateway" } },
  null,
  { key: "timer", icon: "M20.500 12a8.500 8.500 0 1 1-17 0a8.500 8.500 0 1 1 17 0z M12 7.500V12l3 1.800", shape: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: TIMER } },
  { key: "deadline", icon: "M4 4h16v9H4z M15 16a4 4 0 1 1-8 0a4 4 0 1 1 8 0z M11 14v2l1.500 1", shape: { type: "bpmn:BoundaryEvent", eventDefinitionType: TIMER } },
  { key: "message", icon: "M20.500 12a8.500 8.500 0 1 1-17 0a8.500 8.500 0 1 1 17 0z M8 9.500h8v5.500H8z M8 9.500l4 3 4-3", shape: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: MESSAGE } },
  null,
  { key: "sub_process", icon: "M3 5h18v14H3z M10 15h4 M12 13v4", shape: { type: "bpmn:SubProcess", isExpanded: true } },
  { key: "pool", icon: "M3 5h18v14H3z M7 5v14 M7 12h14", shape: { type: "bpmn:Participant" } },
  { key: "end", icon: "M19.500 12a7.500 7.500 0 1 1-15 0a7.500 7.500 0 1 1 15 0z M18 12a6 6 0 1 1-12 0a6 6 0 1 1 12 0z", shape: { type: "bpmn:EndEvent" } },
  { key: "terminate", icon: "M20 12a8 8 0 1 1-16 0a8 8 0 1 1 16 0z M15.500 12a3.500 3.500 0 1 1-7 0a3.500 3.500 0 1 1 7 0z M14 12a2 2 0 1 1-4 0a2 2 0 1 1 4 0z", shape: { type: "bpmn:EndEvent", eventDefinitionType: TERMINATE } },
];

/** Entries of the library's «change into» menu that lead to something we run. */
export const REPLACE = new Set(
  [
    "none-start", "timer-start", "message-start", "signal-start", "error-start", "escalation-start",
    "non-interrupting-message-start", "non-interrupting-timer-start", "non-interrupting-signal-start", "non-interrupting-escalation-start",
    "none-end", "terminate-end", "message-end", "signal-end", "error-end", "escalation-end",
    "timer-intermediate-catch", "message-intermediate-catch", "signal-intermediate-catch", "link-intermediate-catch",
    "none-intermediate-throw", "message-intermediate-throw", "signal-intermediate-throw", "escalation-intermediate-throw", "link-intermediate-throw",
    "timer-boundary", "message-boundary", "signal-boundary", "error-boundary", "escalation-boundary",
    "non-interrupting-timer-boundary", "non-interrupting-message-boundary", "non-interrupting-signal-boundary", "non-interrupting-escalation-boundary",
    "user-task", "service-task", "send-task", "receive-task", "script-task", "rule-task", "call-activity",
    "expanded-subprocess", "event-subprocess",
    "exclusive-gateway", "parallel-gateway", "inclusive-gateway", "event-based-gateway",
    "sequence-flow", "default-flow", "conditional-flow",
  ].map((name) => `replace-with-${name}`),
);

/** The word for an element, as a key of the texts. */
export function kindOf(element) {
  const type = element.type.replace("bpmn:", "");
  const event = element.businessObject.eventDefinitions?.[0]?.$type?.replace("bpmn:", "").replace("EventDefinition", "");
  if (element.businessObject.triggeredByEvent) return "kind_EventSubProcess";
  return event ? `kind_${type}_${event}` : `kind_${type}`;
}
