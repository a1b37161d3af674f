// The fields of the panel. Each commits when it is left or Enter is pressed, and knows its name for findings.

import { make } from "../../page/elements.js";

let serial = 0;

/** Label, control and hint as one block; `name` is what a finding points at. */
export function block(name, label, control, hint) {
  const id = control.id || `zg-f${(serial += 1)}`;
  control.id = id;
  return make(
    "div",
    { class: "field", "data-field": name },
    label ? make("label", { class: "lab", for: id }, label) : null,
    control,
    hint ? make("span", { class: "hint" }, hint) : null,
  );
}

/** One line of text. */
export function line(value, commit, attributes = {}) {
  return make("input", { class: "in-t", type: "text", autocomplete: "off", spellcheck: "false", value, ...attributes, onchange: (event) => commit(event.target.value.trim()) });
}

/** Several lines of text. */
export function area(value, commit, attributes = {}) {
  const control = make("textarea", { class: "in-t", rows: 3, spellcheck: "false", ...attributes, onchange: () => commit(control.value.trim()) });
  control.value = value;
  return control;
}

/** One of `options` ([value, label] pairs). A value that is not among them is kept and shown. */
export function choice(value, options, commit, attributes = {}) {
  const known = options.some(([each]) => each === value);
  const all = known || value === "" ? options : [...options, [value, value]];
  const control = make(
    "select",
    { class: "in-t", ...attributes, onchange: () => commit(control.value) },
    all.map(([each, label]) => make("option", { value: each, selected: each === value }, label)),
  );
  return control;
}

/** A box to tick with its words. */
export function tick(checked, label, commit, attributes = {}) {
  const box = make("input", { type: "checkbox", checked, ...attributes, onchange: () => commit(box.checked) });
  return make("label", { class: "pick" }, box, label);
}

/** A part of the panel that can be folded; it stays as the person left it. */
export function section(key, title, summary, ...content) {
  const details = make(
    "details",
    { open: !folded.has(key), ontoggle: () => (details.open ? folded.delete(key) : folded.add(key)) },
    make("summary", {}, title, make("small", {}, summary ?? "")),
    make("div", {}, content),
  );
  return details;
}

const folded = new Set(["advanced", "notes", "otherwise"]);
