// The panel: for the selected element, the sections that its kind has, in plain words.

import { make } from "../../page/elements.js";
import { kindOf } from "../kinds.js";
import { Properties } from "../properties.js";
import { call, decision, handed } from "./calls.js";
import { due } from "./due.js";
import { returns, verbs } from "./decide.js";
import { link, message, named, startAs } from "./events.js";
import { form } from "./form.js";
import { advanced, name, notes, process } from "./general.js";
import { loop } from "./loop.js";
import { others } from "./others.js";
import { signing } from "./signing.js";
import { timer } from "./timer.js";
import { otherwise, who } from "./who.js";
import { condition, retries, script, service, ways } from "./work.js";

const SECTIONS = [
  [/^bpmn:(UserTask|ManualTask)$/, [who, signing, otherwise, form, verbs, returns, due, others]],
  [/^bpmn:(ServiceTask|SendTask)$/, [service, retries, loop]],
  [/^bpmn:ScriptTask$/, [script]],
  [/^bpmn:BusinessRuleTask$/, [decision]],
  [/^bpmn:CallActivity$/, [call, handed, loop]],
  [/^bpmn:SubProcess$/, [loop]],
  [/^bpmn:ReceiveTask$/, [message]],
  [/(Task|CallActivity|SubProcess|Event|Exclusive.*|Inclusive.*)$/, [ways]],
  [/^bpmn:SequenceFlow$/, [condition]],
  [/^bpmn:(Process|Collaboration|Participant)$/, [process]],
];

/** Fill `root` for the selection of `editor`, and keep it so. Returns `{ focus(field) }`. */
export function panel(root, editor, { known, t, readOnly, jump }) {
  const properties = new Properties(editor);
  const context = { properties, known, t, editor, jump, stepsBefore: (element) => stepsBefore(editor, element) };
  let shown = null;

  function show(element) {
    const place = shown === element ? remember(root) : null;
    shown = element;
    const kind = element.type === "bpmn:Collaboration" ? "kind_Process" : kindOf(element);
    root.replaceChildren(
      make("div", { class: "props-h" }, make("div", { class: "t12 mute" }, t(kind)), make("h2", {}, properties.subject(element).name || t("unnamed"))),
      make("fieldset", { class: "zg-fields", disabled: readOnly() }, name(element, context), sections(element).map((each) => each(element, context)).filter(Boolean)),
    );
    if (place) restore(root, place);
    else root.scrollTop = 0;
  }

  const current = () => {
    const selected = editor.get("selection").get();
    if (selected.length > 1) return null;
    const element = selected[0] ?? editor.get("canvas").getRootElement();
    return element.labelTarget ?? element;
  };
  const refresh = () => {
    const element = current();
    if (element) show(element);
    else root.replaceChildren(make("p", { class: "zg-many" }, t("many_selected")));
  };
  editor.on(["selection.changed", "import.done", "commandStack.changed", "root.set"], settled(root, refresh));

  return {
    refresh,
    focus(field) {
      const target = root.querySelector(`[data-field="${CSS.escape(field)}"]`);
      const fold = target?.closest("details");
      if (fold) fold.open = true;
      target?.querySelector("input, select, textarea")?.focus();
    },
  };
}

const EVENTS = {
  "bpmn:TimerEventDefinition": [timer, startAs],
  "bpmn:MessageEventDefinition": [message, startAs],
  "bpmn:SignalEventDefinition": [named("signal"), startAs],
  "bpmn:ErrorEventDefinition": [named("error")],
  "bpmn:EscalationEventDefinition": [named("escalation")],
  "bpmn:LinkEventDefinition": [link],
};

function sections(element) {
  const found = SECTIONS.filter(([type]) => type.test(element.type)).flatMap(([, parts]) => parts);
  const event = element.businessObject.eventDefinitions?.[0]?.$type;
  found.push(...(EVENTS[event] ?? []));
  return [...found, notes, advanced];
}

/** The user tasks from which the element can be reached, nearest first. */
function stepsBefore(editor, element) {
  const seen = new Set([element]);
  const queue = [element];
  for (const each of queue) {
    for (const flow of each.incoming) {
      const source = flow.source.host ?? flow.source;
      if (!seen.has(source)) {
        seen.add(source);
        queue.push(source);
      }
    }
  }
  return queue.slice(1).filter((each) => /^bpmn:(UserTask|ManualTask)$/.test(each.type));
}

/** Redraw after the press that caused it has ended: else the button under the finger would be gone. */
function settled(root, refresh) {
  let pressing = false;
  let wanted = false;
  const flush = () => {
    if (pressing || !wanted) return;
    wanted = false;
    refresh();
  };
  root.addEventListener("pointerdown", () => (pressing = true));
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      pressing = false;
      setTimeout(flush);
    });
  }
  return () => {
    wanted = true;
    setTimeout(flush);
  };
}

/** Which field had the focus and where the panel was scrolled to, across a redraw. */
function remember(root) {
  const controls = [...root.querySelectorAll("input, select, textarea, button")];
  return { index: controls.indexOf(document.activeElement), scroll: root.scrollTop };
}

function restore(root, { index, scroll }) {
  root.scrollTop = scroll;
  if (index >= 0) root.querySelectorAll("input, select, textarea, button")[index]?.focus({ preventScroll: true });
}
