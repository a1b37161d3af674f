// Reading and writing what an element says: attributes, `camunda:property` values, conditions, timers, loops, hand-overs.
// Every write is one step of undo.

const NAMED = {
  signal: { type: "bpmn:Signal", reference: "signalRef", key: "name" },
  error: { type: "bpmn:Error", reference: "errorRef", key: "errorCode" },
  escalation: { type: "bpmn:Escalation", reference: "escalationRef", key: "escalationCode" },
};
const DEFINITIONS = {
  timer: "bpmn:TimerEventDefinition",
  message: "bpmn:MessageEventDefinition",
  signal: "bpmn:SignalEventDefinition",
  error: "bpmn:ErrorEventDefinition",
  escalation: "bpmn:EscalationEventDefinition",
  link: "bpmn:LinkEventDefinition",
};
const RETRIES = "camunda:FailedJobRetryTimeCycle";
const HANDED = ["camunda:In", "camunda:Out"];
const HAND_WORDS = ["source", "sourceExpression", "target", "businessKey", "variables"];

/** Reads and writes for one editor. */
export class Properties {
  constructor(editor) {
    this.editor = editor;
    this.modeling = editor.get("modeling");
    this.moddle = editor.get("moddle");
    this.factory = editor.get("bpmnFactory");
  }

  /** The semantic object: for a pool and for the empty canvas, the process behind it. */
  subject(element) {
    const object = element.businessObject;
    if (object.$type === "bpmn:Participant") return object.processRef ?? object;
    if (object.$type === "bpmn:Collaboration") return object.participants?.find((each) => each.processRef)?.processRef ?? object;
    return object;
  }

  attribute(element, name) {
    return this.subject(element).get(name) ?? "";
  }

  setAttribute(element, name, value) {
    const subject = this.subject(element);
    const values = { [name]: value === "" ? undefined : value };
    if (subject === element.businessObject) this.modeling.updateProperties(element, values);
    else this.modeling.updateModdleProperties(element, subject, values);
  }

  property(element, name) {
    return this.all(element).find((each) => each.name === name)?.value ?? "";
  }

  /** All `camunda:property` of an element. */
  all(element) {
    return this.holder(element)?.get("values") ?? [];
  }

  setProperty(element, name, value) {
    const before = this.all(element);
    const found = before.some((each) => each.name === name);
    const written = value === "" ? [] : [this.moddle.create("camunda:Property", { name, value })];
    const values = found
      ? before.flatMap((each) => (each.name === name ? written : [each]))
      : [...before, ...written];
    const holder = values.length ? [this.moddle.create("camunda:Properties", { values })] : [];
    for (const each of values) each.$parent = holder[0];
    this.extend(element, ["camunda:Properties"], holder);
  }

  holder(element) {
    return this.extensions(element, ["camunda:Properties"])[0] ?? null;
  }

  /** The extension elements of an element that have one of these types. */
  extensions(element, types) {
    return (this.subject(element).extensionElements?.values ?? []).filter((each) => types.includes(each.$type));
  }

  /** Put `made` in the place of the extension elements of these types; the others stay. */
  extend(element, types, made) {
    const subject = this.subject(element);
    const others = (subject.extensionElements?.values ?? []).filter((each) => !types.includes(each.$type));
    const extension = this.factory.create("bpmn:ExtensionElements", { values: [...others, ...made] });
    extension.$parent = subject;
    for (const each of extension.values) each.$parent = extension;
    this.modeling.updateModdleProperties(element, subject, {
      extensionElements: extension.values.length ? extension : undefined,
    });
  }

  /** How often a job is tried, as stock modelers write it: an element of its own. */
  retries(element) {
    return this.extensions(element, [RETRIES])[0]?.body ?? "";
  }

  setRetries(element, body) {
    this.extend(element, [RETRIES], body ? [this.moddle.create(RETRIES, { body })] : []);
  }

  /** What a call hands over: `{ way: "in" | "out", ...attributes }` in their order. */
  handed(element) {
    return this.extensions(element, HANDED).map((each) => ({
      way: each.$type === "camunda:In" ? "in" : "out",
      ...Object.fromEntries(HAND_WORDS.filter((name) => each.get(name) !== undefined).map((name) => [name, each.get(name)])),
    }));
  }

  setHanded(element, lines) {
    const made = lines.map(({ way, ...words }) => this.moddle.create(way === "in" ? "camunda:In" : "camunda:Out", words));
    this.extend(element, HANDED, made);
  }

  /** The parts of a multi-instance mark; null where an activity runs once. */
  loop(element) {
    const marks = element.businessObject.loopCharacteristics;
    if (marks?.$type !== "bpmn:MultiInstanceLoopCharacteristics") return null;
    return {
      sequential: Boolean(marks.isSequential),
      collection: marks.get("camunda:collection") ?? "",
      variable: marks.get("camunda:elementVariable") ?? "",
      cardinality: marks.loopCardinality?.body ?? "",
      completion: marks.completionCondition?.body ?? "",
    };
  }

  /** Write the mark; null takes it off. */
  setLoop(element, parts) {
    const marks = parts && this.factory.create("bpmn:MultiInstanceLoopCharacteristics", { isSequential: parts.sequential });
    if (marks) {
      marks.$parent = element.businessObject;
      marks.set("camunda:collection", parts.collection || undefined);
      marks.set("camunda:elementVariable", parts.variable || undefined);
      marks.loopCardinality = this.formal(parts.cardinality, marks);
      marks.completionCondition = this.formal(parts.completion, marks);
    }
    this.modeling.updateProperties(element, { loopCharacteristics: marks ?? undefined });
  }

  formal(body, parent) {
    const expression = body ? this.factory.create("bpmn:FormalExpression", { body }) : undefined;
    if (expression) expression.$parent = parent;
    return expression;
  }

  condition(flow) {
    return flow.businessObject.conditionExpression?.body ?? "";
  }

  setCondition(flow, body) {
    this.modeling.updateProperties(flow, { conditionExpression: this.formal(body, flow.businessObject) });
  }

  /** Make `flow` the way that is taken when no other is, or stop it being so. */
  setDefault(flow, wanted) {
    this.together(() => {
      this.modeling.updateProperties(flow.source, { default: wanted ? flow.businessObject : undefined });
      if (wanted && this.condition(flow)) this.modeling.updateProperties(flow, { conditionExpression: undefined });
    });
  }

  definition(element, kind) {
    return element.businessObject.eventDefinitions?.find((each) => each.$type === DEFINITIONS[kind]) ?? null;
  }

  /** `{ name: "timeDuration" | "timeDate" | "timeCycle", body }` of a timer event. */
  timer(element) {
    const definition = this.definition(element, "timer");
    const name = ["timeDuration", "timeDate", "timeCycle"].find((each) => definition?.[each]) ?? "timeDuration";
    return { name, body: definition?.[name]?.body ?? "" };
  }

  setTimer(element, name, body) {
    const definition = this.definition(element, "timer");
    const cleared = { timeDuration: undefined, timeDate: undefined, timeCycle: undefined };
    this.modeling.updateModdleProperties(element, definition, { ...cleared, [name]: this.formal(body, definition) });
  }

  /** The name of a link, which its two ends share. */
  linkName(element) {
    return this.definition(element, "link")?.name ?? "";
  }

  setLinkName(element, name) {
    this.modeling.updateModdleProperties(element, this.definition(element, "link"), { name });
  }

  messageName(element) {
    return this.messageOwner(element)?.messageRef?.name ?? "";
  }

  messageOwner(element) {
    return this.definition(element, "message") ?? (/ReceiveTask$/.test(element.type) ? element.businessObject : null);
  }

  setMessageName(element, name) {
    this.refer(element, this.messageOwner(element), { type: "bpmn:Message", reference: "messageRef", key: "name" }, name);
  }

  /** The name of the signal, the code of the error or of the escalation, of an event. */
  named(element, kind) {
    const told = this.definition(element, kind)?.[NAMED[kind].reference];
    return told?.[NAMED[kind].key] ?? told?.name ?? "";
  }

  setNamed(element, kind, text) {
    this.refer(element, this.definition(element, kind), NAMED[kind], text);
  }

  /** Let `owner` refer to the one in the file that is called `text`, which is made where there is none; "" is no reference. */
  refer(element, owner, { type, reference, key }, text) {
    const root = this.editor.getDefinitions();
    const known = root.rootElements.find((each) => each.$type === type && each[key] === text);
    const target = text ? (known ?? this.factory.create(type, { name: text, [key]: text })) : undefined;
    this.together(() => {
      if (target && !known) {
        target.$parent = root;
        this.modeling.updateModdleProperties(element, root, { rootElements: [...root.rootElements, target] });
      }
      this.modeling.updateModdleProperties(element, owner, { [reference]: target });
    });
  }

  together(act) {
    this.editor.get("commandStack").execute("zg.together", { act });
  }

  documentation(element) {
    return this.subject(element).documentation?.[0]?.text ?? "";
  }

  setDocumentation(element, text) {
    const subject = this.subject(element);
    const first = text ? [this.factory.create("bpmn:Documentation", { text })] : [];
    for (const each of first) each.$parent = subject;
    const documentation = [...first, ...(subject.documentation ?? []).slice(1)];
    this.modeling.updateModdleProperties(element, subject, { documentation });
  }
}
