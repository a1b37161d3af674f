// A length of time: a number and a unit, or text as written by other tools.

import { make } from "../../page/elements.js";
import { readDuration, writeDuration } from "../words.js";
import { block, choice, line } from "./inputs.js";

const UNITS = ["minutes", "hours", "days", "weeks"];

/** A number and a unit; `write` is told ISO 8601. */
export function duration(name, text, write, hint, t) {
  const read = readDuration(text);
  if (text && !read) return block(name, t("duration_as_text"), line(text, write), t("iso_hint"));
  const unit = choice(read?.unit ?? "days", UNITS.map((each) => [each, t(each)]), commit, { "aria-label": t("unit") });
  const number = make("input", { class: "in-t", type: "number", min: 1, max: 999, value: read?.number ?? "", "aria-label": t("number"), onchange: commit });
  function commit() {
    const value = Math.min(999, Math.max(0, Math.round(Number(number.value) || 0)));
    write(writeDuration(value, unit.value));
  }
  return make("div", { class: "field", "data-field": name }, make("div", { class: "row" }, number, unit), make("span", { class: "hint" }, hint));
}

/** A length of time in words. */
export function spoken(text, t) {
  const read = readDuration(text);
  if (read) return t(`${read.unit}_count`, { number: read.number });
  return text || t("no_due");
}
