// 谁办: rules chosen part by part, each a line one can remove; who stands in, and who need not be asked again.

import { make } from "../../page/elements.js";
import { list } from "../words.js";
import { block, choice, line, section } from "./inputs.js";
import { ruleBuilder, ruleLines } from "./rules.js";

const REPEAT = ["never", "consecutive", "skip"];
const OWN = ["self", "skip", "up"];

/** The section for a user task. */
export function who(element, context) {
  const { properties, t } = context;
  const rules = list(properties.attribute(element, "camunda:candidateGroups"));
  const people = list(properties.attribute(element, "camunda:candidateUsers"));
  const assignee = properties.attribute(element, "camunda:assignee");
  const write = (next) => properties.setAttribute(element, "camunda:candidateGroups", next.join(","));
  const total = rules.length + people.length + (assignee ? 1 : 0);
  return section(
    "who",
    t("who"),
    total ? t("rules", { count: total }) : t("nobody"),
    ruleLines(rules, context, write),
    ruleBuilder("who", element, context, (rule) => !rules.includes(rule) && write([...rules, rule])),
    rules.length > 1 && !properties.property(element, "signing") ? make("span", { class: "hint" }, t("any_one")) : null,
    people.length || assignee
      ? block("candidateUsers", t("named_people"), line([assignee, ...people].filter(Boolean).join(","), (text) => name(element, properties, text)), t("named_people_hint"))
      : null,
  );
}

/** 找不到人时 and 重复的人: for a user task that has rules. */
export function otherwise(element, context) {
  const { properties, t } = context;
  const now = (property, usual) => properties.property(element, property) || usual;
  const rules = list(properties.property(element, "fallback"));
  const write = (next) => properties.setProperty(element, "fallback", next.join(","));
  const repeat = now("repeat", "never");
  const own = now("initiator_is_approver", "self");
  const set = (property, usual) => (value) => properties.setProperty(element, property, value === usual ? "" : value);
  return section(
    "otherwise",
    t("otherwise"),
    rules.length ? t("rules", { count: rules.length }) : t("otherwise_admin"),
    make("span", { class: "lab" }, t("fallback")),
    ruleLines(rules, context, write),
    ruleBuilder("fallback", element, context, (rule) => !rules.includes(rule) && write([...rules, rule]), ["pick"]),
    make("span", { class: "hint" }, t("fallback_hint")),
    block("repeat", t("repeat"), choice(repeat, REPEAT.map((word) => [word, t(`repeat_${word}`)]), set("repeat", "never"))),
    block("initiator_is_approver", t("own"), choice(own, OWN.map((word) => [word, t(`own_${word}`)]), set("initiator_is_approver", "self"))),
  );
}

function name(element, properties, text) {
  if (properties.attribute(element, "camunda:assignee")) properties.setAttribute(element, "camunda:assignee", "");
  properties.setAttribute(element, "camunda:candidateUsers", list(text).join(","));
}
