// 按钮 and 退给谁: which verbs the step has, how they are called, and where work may be sent back to.

import dialect from "../../../../engine/bpmn/dialect.json";
import { make } from "../../page/elements.js";
import { list, readVerbs, writeVerbs } from "../words.js";
import { line, section, tick } from "./inputs.js";

const WORD = Object.fromEntries(dialect.properties.map((each) => [each.name, each]));
const USUAL = "approve,return,reassign";

/** The buttons of a user task. */
export function verbs(element, { properties, t }) {
  const written = properties.property(element, "verbs");
  const now = readVerbs(written || USUAL);
  const write = (next) => properties.setProperty(element, "verbs", writeVerbs(next));
  const offered = [...new Set([...now.keys(), ...WORD.verbs.verbs])];
  const rows = offered.map((verb) => {
    const box = tick(now.has(verb), t(`verb_${verb}`), (on) => {
      const next = new Map(now);
      if (on) next.set(verb, "");
      else next.delete(verb);
      write(new Map(offered.filter((each) => next.has(each)).map((each) => [each, next.get(each)])));
    });
    const label = line(now.get(verb) ?? "", (text) => write(new Map(now).set(verb, text)), {
      placeholder: t(`verb_${verb}`),
      maxlength: 20,
      disabled: !now.has(verb),
      "aria-label": t("verb_label", { verb: t(`verb_${verb}`) }),
    });
    return make("div", { class: "zg-verb" }, box, label);
  });
  return section("verbs", t("verbs"), [...now.keys()].map((verb) => now.get(verb) || t(`verb_${verb}`)).join(t("between")), make("div", { "data-field": "verbs" }, rows, make("span", { class: "hint" }, t("verbs_hint"))));
}

/** Where the step may send work back to; only for a step that has the verb. */
export function returns(element, context) {
  const { properties, t, stepsBefore } = context;
  if (!readVerbs(properties.property(element, "verbs") || USUAL).has("return")) return null;
  const now = list(properties.property(element, "returns_to") || "initiator");
  const write = (next) => properties.setProperty(element, "returns_to", next.join(","));
  const places = [
    ["initiator", t("to_initiator")],
    ["previous", t("to_previous")],
    ["any", t("to_any")],
    ...stepsBefore(element).map((step) => [step.id, step.businessObject.name || step.id]),
  ];
  for (const each of now) if (!places.some(([value]) => value === each)) places.push([each, each]);
  const rows = places.map(([value, label]) =>
    tick(now.includes(value), label, (on) => write(on ? [...now, value] : now.filter((each) => each !== value))),
  );
  return section("returns", t("returns"), now.map((value) => places.find(([each]) => each === value)[1]).join(t("between")), make("div", { "data-field": "returns_to", class: "zg-ticks" }, rows));
}
