// 抄送、回避、延期: who else has to do with a step, each a list of the same rules as 谁办.

import { make } from "../../page/elements.js";
import { list } from "../words.js";
import { section } from "./inputs.js";
import { ruleBuilder, ruleLines } from "./rules.js";

const LISTS = ["copy_to", "recuse", "extension"];

/** The section for a user task. */
export function others(element, context) {
  const { properties, t } = context;
  const written = LISTS.map((name) => [name, list(properties.property(element, name))]);
  const total = written.reduce((sum, [, rules]) => sum + rules.length, 0);
  const parts = written.map(([name, rules]) => {
    const write = (next) => properties.setProperty(element, name, next.join(","));
    return make(
      "div",
      { "data-field": name },
      make("span", { class: "lab" }, t(name)),
      ruleLines(rules, context, write),
      ruleBuilder(name, element, context, (rule) => !rules.includes(rule) && write([...rules, rule]), ["pick"]),
      make("span", { class: "hint" }, t(`${name}_hint`)),
    );
  });
  return section("others", t("others"), total ? t("rules", { count: total }) : "", parts);
}
