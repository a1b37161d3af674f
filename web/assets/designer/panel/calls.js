// 调用流程 and 决策表: which flow or table is asked, and where the answer goes.

import { block, choice, line, section } from "./inputs.js";

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
