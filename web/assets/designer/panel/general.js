// What every element has: its name, its notes, its id; and what we do not know of it, shown so that nothing is hidden.

import dialect from "../../../../engine/bpmn/dialect.json";
import { make } from "../../page/elements.js";
import { area, block, line, section } from "./inputs.js";

const KNOWN = new Set([...dialect.attributes, ...dialect.properties].map((each) => each.name));
const READ = new Set(["camunda:Properties", "camunda:FailedJobRetryTimeCycle", "camunda:In", "camunda:Out"]);
const ID = /^[A-Za-z_][\w.-]{0,99}$/;

/** The name; on the empty canvas, the name of the process. */
export function name(element, { properties, t }) {
  const subject = properties.subject(element);
  const write = (text) => {
    if (subject === element.businessObject && !/Process$|Collaboration$/.test(element.type)) {
      properties.modeling.updateLabel(element, text);
    } else properties.setAttribute(element, "name", text);
  };
  return make("div", { class: "zg-general" }, block("name", t("name"), line(subject.name ?? "", write, { maxlength: 200 })));
}

/** What the case of a process is about. */
export function process(element, { properties, known, t }) {
  const now = properties.property(element, "case");
  const kinds = (known.cases ?? []).map((each) => make("option", { value: each.value }, each.label));
  const field = line(now, (text) => properties.setProperty(element, "case", text), kinds.length ? { list: "zg-cases" } : {});
  return section("process", t("process_section"), "", block("case", t("case"), field, t("case_hint")), make("datalist", { id: "zg-cases" }, kinds), block("key", t("key"), line(properties.subject(element).id, () => {}, { readonly: true, class: "in-t code" }), t("key_hint")));
}

/** Notes for whoever reads the diagram later. */
export function notes(element, { properties, t }) {
  const now = properties.documentation(element);
  return section("notes", t("notes"), "", block("notes", null, area(now, (text) => properties.setDocumentation(element, text), { "aria-label": t("notes") })));
}

/** The id, and attributes and properties of other tools, which are kept as they are. */
export function advanced(element, context) {
  const { properties, t } = context;
  const rows = foreign(element, properties).map(([key, value]) => [make("dt", { class: "code" }, key), make("dd", { class: "code" }, String(value))]);
  const isProcess = /Process$|Collaboration$|Participant$/.test(element.type) && element.type !== "bpmn:SubProcess";
  return section(
    "advanced",
    t("advanced"),
    rows.length ? t("foreign_count", { count: rows.length }) : "",
    isProcess ? null : block("id", t("id"), idField(element, context), t("id_hint")),
    rows.length ? make("dl", { class: "facts" }, rows.flat()) : null,
  );
}

function idField(element, { properties, t, editor }) {
  const field = line(element.id, (text) => {
    const taken = text !== element.id && Boolean(editor.get("elementRegistry").get(text));
    if (ID.test(text) && !taken) {
      field.setCustomValidity("");
      properties.setAttribute(element, "id", text);
      return;
    }
    field.setCustomValidity(t(taken ? "id_taken" : "id_wrong"));
    field.reportValidity();
  });
  field.classList.add("code");
  return field;
}

function foreign(element, properties) {
  const subject = properties.subject(element);
  const found = Object.entries(subject.$attrs ?? {}).filter(([key]) => !key.startsWith("xmlns"));
  for (const each of subject.$descriptor.properties) {
    const [prefix, plain] = each.name.split(":");
    if (prefix === "camunda" && !KNOWN.has(plain) && Object.hasOwn(subject, plain) && typeof subject.get(each.name) !== "object") {
      found.push([each.name, subject.get(each.name)]);
    }
  }
  for (const each of properties.all(element)) if (!KNOWN.has(each.name)) found.push([each.name, each.value]);
  for (const each of subject.extensionElements?.values ?? []) if (!READ.has(each.$type)) found.push([each.$type, "…"]);
  return found;
}
