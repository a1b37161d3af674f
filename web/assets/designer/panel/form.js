// 表单 and 字段权限: which form the step shows, and what may be done with each of its fields.

import dialect from "../../../../engine/bpmn/dialect.json";
import { make } from "../../page/elements.js";
import { readRights, writeRights } from "../words.js";
import { block, choice, line, section } from "./inputs.js";

const RIGHTS = dialect.properties.find((each) => each.name === "field_rights").rights;

/** The form of a user task. */
export function form(element, { properties, known, t }) {
  const now = properties.attribute(element, "camunda:formRef");
  const forms = known.forms ?? [];
  const label = forms.find((each) => each.value === now)?.label ?? now;
  const options = [["", t("no_form")], ...forms.map((each) => [each.value, each.label])];
  return section(
    "form",
    t("form"),
    label || t("no_form"),
    block("form", t("form_of_step"), choice(now, options, (value) => properties.setAttribute(element, "camunda:formRef", value))),
    now ? rights(element, forms.find((each) => each.value === now), { properties, t }) : null,
  );
}

function rights(element, chosen, { properties, t }) {
  const now = readRights(properties.property(element, "field_rights"));
  const write = (field, right) => properties.setProperty(element, "field_rights", writeRights(new Map(now).set(field, right)));
  const words = RIGHTS.map((right) => [right, t(`right_${right}`)]);
  const fields = (chosen?.fields ?? []).map(({ value, label }) => [value, label]);
  for (const field of now.keys()) if (field !== "*" && !fields.some(([each]) => each === field)) fields.push([field, field]);
  return make(
    "div",
    { "data-field": "field_rights", class: "zg-rights" },
    make("span", { class: "lab" }, t("field_rights")),
    row(t("all_other_fields"), choice(now.get("*") ?? "", [["", t("right_usual")], ...words], (right) => write("*", right))),
    fields.map(([field, label]) => row(label, choice(now.get(field) ?? "", [["", t("right_like_others")], ...words], (right) => write(field, right)))),
    chosen ? null : row(t("rights_as_text"), line(writeRights(now), (text) => properties.setProperty(element, "field_rights", text))),
  );
}

function row(label, control) {
  control.setAttribute("aria-label", label);
  return make("div", { class: "zg-right" }, make("span", {}, label), control);
}
