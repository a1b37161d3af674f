// What an event waits for or tells: message, signal, error, escalation, link; whom a start begins a case for.

import { block, line, section, tick } from "./inputs.js";

const THROWS = /^bpmn:(IntermediateThrowEvent|EndEvent)$/;
const TAKES_ALL = /^bpmn:(BoundaryEvent|StartEvent)$/;

/** The message an event or a receive task waits for or sends. */
export function message(element, context) {
  const { properties, t } = context;
  const now = properties.messageName(element);
  const throws = THROWS.test(element.type);
  return section(
    "message",
    t("message_section"),
    now,
    block("message", t("message_name"), line(now, (text) => properties.setMessageName(element, text)), t(throws ? "message_throw_hint" : "message_hint")),
    property("correlation", element, context),
    throws ? tick(properties.property(element, "must_reach") === "yes", t("must_reach"), (on) => properties.setProperty(element, "must_reach", on ? "yes" : "")) : null,
    interrupts(element, context),
  );
}

/** The name of a signal, the code of an error or of an escalation. */
export function named(kind) {
  return (element, context) => {
    const { properties, t } = context;
    const now = properties.named(element, kind);
    const hint = TAKES_ALL.test(element.type) && kind !== "signal" ? `${kind}_catch_hint` : `${kind}_hint`;
    return section(
      kind,
      t(`${kind}_section`),
      now,
      block(kind, t(`${kind}_name`), line(now, (text) => properties.setNamed(element, kind, text), { maxlength: 100 }), t(hint)),
      kind === "error" ? null : interrupts(element, context),
    );
  };
}

/** The name that the two ends of a link share. */
export function link(element, { properties, t }) {
  const now = properties.linkName(element);
  const throws = THROWS.test(element.type);
  const field = line(now, (text) => properties.setLinkName(element, text), { maxlength: 100 });
  return section("link", t("link_section"), now, block("link", t("link_name"), field, t(throws ? "link_throw_hint" : "link_catch_hint")));
}

/** In whose name a start that nobody presses begins a case. */
export function startAs(element, context) {
  if (element.type !== "bpmn:StartEvent" || element.parent?.businessObject.triggeredByEvent) return null;
  return section("start_as", context.t("start_as"), context.properties.property(element, "start_as"), property("start_as", element, context, null));
}

function property(name, element, { properties, t }, label = t(name)) {
  const field = line(properties.property(element, name), (text) => properties.setProperty(element, name, text), { "aria-label": t(name), maxlength: 100 });
  return block(name, label, field, t(`${name}_hint`));
}

/** Whether the event stops what it is attached to, or what its sub-process stands in. */
export function interrupts(element, { properties, t }) {
  const isStart = element.type === "bpmn:StartEvent" && element.parent?.businessObject.triggeredByEvent;
  if (!isStart && element.type !== "bpmn:BoundaryEvent") return null;
  const name = isStart ? "isInterrupting" : "cancelActivity";
  const told = isStart ? "start_interrupts" : "event_interrupts";
  return tick(element.businessObject[name] !== false, t(told), (on) => properties.setAttribute(element, name, on));
}
