// 调用流程 and 决策表: which flow or table is asked, what is handed over, and where the answer goes.

import { make } from "../../page/elements.js";
import { block, choice, line, section, tick } from "./inputs.js";

const BY_TABLE = "decision:";
const RESULTS = ["singleEntry", "singleResult", "collectEntries", "resultList"];

/** The flow a call activity starts, named or looked up in a table. */
export function call(element, { properties, known, t }) {
  const now = properties.attribute(element, "calledElement");
  const byTable = now.startsWith(BY_TABLE);
  const flows = (known.flows ?? []).map(({ value, label }) => [value, label]);
  const tables = (known.decisions ?? []).map(({ value, label }) => [`${BY_TABLE}${value}`, t("call_by_table", { name: label })]);
  const options = [["", t("choose")], ...flows, ...tables];
  const label = options.find(([value]) => value === now && value)?.[1] ?? now;
  return section(
    "call",
    t("kind_CallActivity"),
    label,
    block("calledElement", t("call_which"), choice(now, options, (value) => properties.setAttribute(element, "calledElement", value)), t(byTable ? "call_table_hint" : "call_hint")),
  );
}

/** What the called flow is given, and what it gives back. */
export function handed(element, context) {
  const { properties, t } = context;
  const lines = properties.handed(element);
  const key = lines.find((each) => each.businessKey);
  const keyed = (text) => [...lines.filter((each) => !each.businessKey), ...(text ? [{ way: "in", businessKey: text }] : [])];
  const count = lines.length - (key ? 1 : 0);
  return section(
    "handed",
    t("handed"),
    count ? t("handed_count", { count }) : t("handed_none"),
    ["in", "out"].map((way) => hands(way, lines, element, context)),
    block("business_key", t("business_key"), line(key?.businessKey ?? "", (text) => properties.setHanded(element, keyed(text)), { class: "in-t code", maxlength: 200 }), t("business_key_hint")),
  );
}

/** One direction: all variables, or lines of «from» and «to». */
function hands(way, lines, element, { properties, t }) {
  const mine = (each) => each.way === way && !each.businessKey;
  const all = lines.some((each) => mine(each) && each.variables === "all");
  const write = (next) => properties.setHanded(element, next);
  const others = lines.filter((each) => !mine(each));
  const row = (each) => {
    const change = (words) => write(lines.map((one) => (one === each ? { way, ...words } : one)));
    const from = line(each.source ?? each.sourceExpression ?? "", (text) => change({ ...named(text), target: each.target ?? "" }), { class: "in-t code", maxlength: 200, "aria-label": t(`handed_${way}_from`), placeholder: t("handed_from") });
    const to = line(each.target ?? "", (text) => change({ ...named(each.source ?? each.sourceExpression ?? ""), target: text }), { class: "in-t code", maxlength: 100, "aria-label": t(`handed_${way}_to`), placeholder: t("handed_to") });
    return make("li", {}, from, "→", to, make("button", { type: "button", class: "btn plain square", "aria-label": t("remove", { name: each.source ?? each.target ?? "" }), onclick: () => write(lines.filter((one) => one !== each)) }, "×"));
  };
  return make(
    "div",
    { class: "zg-hands", "data-field": `handed_${way}` },
    make("span", { class: "lab" }, t(`handed_${way}`)),
    tick(all, t(`handed_${way}_all`), (on) => write(on ? [...others, { way, variables: "all" }] : others)),
    all ? null : make("ul", { class: "zg-handed" }, lines.filter(mine).map(row)),
    all ? null : make("button", { type: "button", class: "btn small", onclick: () => write([...lines, { way, source: "", target: "" }]) }, t("handed_add")),
    make("span", { class: "hint" }, t(`handed_${way}_hint`)),
  );
}

/** A variable by its name, anything else as an expression. */
function named(text) {
  return /^[^\W\d]\w*$/u.test(text) || !text ? { source: text } : { sourceExpression: text };
}

/** The table a business rule task asks. */
export function decision(element, { properties, known, t }) {
  const now = properties.attribute(element, "camunda:decisionRef");
  const tables = (known.decisions ?? []).map(({ value, label }) => [value, label]);
  const shape = properties.attribute(element, "camunda:mapDecisionResult") || "resultList";
  const set = (name) => (value) => properties.setAttribute(element, name, value);
  return section(
    "decision",
    t("kind_BusinessRuleTask"),
    tables.find(([value]) => value === now)?.[1] ?? now,
    block("decisionRef", t("decision_which"), choice(now, [["", t("choose")], ...tables], set("camunda:decisionRef")), t(tables.length ? "decision_hint" : "decision_none")),
    block("resultVariable", t("decision_variable"), line(properties.attribute(element, "camunda:resultVariable"), set("camunda:resultVariable"), { class: "in-t code", maxlength: 100 }), t("decision_variable_hint")),
    block("mapDecisionResult", t("decision_shape"), choice(shape, RESULTS.map((each) => [each, t(`decision_${each}`)]), set("camunda:mapDecisionResult"))),
  );
}
