// What the system does by itself: 服务 of a service task, 脚本 of a script task, 条件 of a way.

import { make } from "../../page/elements.js";
import { area, block, choice, line, section, tick } from "./inputs.js";

/** The handler of a service or send task. */
export function service(element, { properties, known, t }) {
  const now = properties.attribute(element, "camunda:topic");
  const topics = known.topics ?? [];
  const write = (value) => {
    properties.setAttribute(element, "camunda:topic", value);
  };
  const options = [["", t("choose")], ...topics.map((each) => [each.value, each.label])];
  return section("topic", t("service"), topics.find((each) => each.value === now)?.label ?? now, block("topic", t("topic"), choice(now, options, write), t("topic_hint")));
}

/** The lines of a script task. */
export function script(element, { properties, t }) {
  const now = properties.attribute(element, "script");
  return section("script", t("script"), "", block("script", t("script_lines"), area(now, (text) => properties.setAttribute(element, "script", text), { rows: 6, class: "in-t code" }), t("script_hint")));
}

/** The ways out of a gateway: a condition each, and one for «otherwise». */
export function ways(element, context) {
  const { t } = context;
  const flows = element.outgoing.filter((each) => each.type === "bpmn:SequenceFlow");
  if (flows.length < 2) return section("ways", t("ways"), "", make("p", { class: "hint" }, t("ways_none")));
  return section("ways", t("ways"), t("ways_count", { count: flows.length }), flows.map((flow) => way(flow, context)));
}

/** The condition of one flow. */
export function condition(flow, context) {
  if (!/(Exclusive|Inclusive)Gateway$/.test(flow.source?.type ?? "")) return null;
  return section("condition", context.t("condition"), "", way(flow, context));
}

function way(flow, { properties, known, t, jump }) {
  const isDefault = flow.source.businessObject.default === flow.businessObject;
  const target = flow.target.businessObject.name || t(`kind_${flow.target.type.replace("bpmn:", "")}`);
  const names = (known.variables ?? []).map((each) => each.value).join(t("between"));
  return make(
    "div",
    { class: "zg-way", "data-field": "condition", "data-flow": flow.id },
    make("button", { type: "button", class: "zg-link", onclick: () => jump(flow.id) }, t("way_to", { name: flow.businessObject.name || target })),
    isDefault
      ? make("p", { class: "hint" }, t("default_way_hint"))
      : block("condition", t("condition"), area(properties.condition(flow), (text) => properties.setCondition(flow, text), { rows: 2, class: "in-t code", placeholder: "${ … }" }), names ? t("condition_names", { names }) : t("condition_hint")),
    tick(isDefault, t("default_way"), (on) => properties.setDefault(flow, on)),
  );
}
