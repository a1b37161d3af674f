// What the system does by itself: 服务 of a service task, 脚本 of a script task, 条件 of a way.

import { make } from "../../page/elements.js";
import { area, block, choice, line, section, tick } from "./inputs.js";
import { duration } from "./time.js";

const RETRIES = /^R(\d+)\/(P.+)$/;
const MOST_TRIES = 100;
const ASKS = /(Exclusive|Inclusive)Gateway$/;
const TAKES_ALL = /(Parallel|EventBased|Complex)Gateway$/;

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

/** How often the step is tried when it fails, and how far apart. */
export function retries(element, { properties, t }) {
  const now = properties.retries(element);
  const [, times, pause] = RETRIES.exec(now) ?? [];
  const write = (text) => properties.setRetries(element, text);
  const own = choice(now ? "own" : "usual", ["usual", "own"].map((each) => [each, t(`retries_${each}`)]), (each) => write(each === "own" ? "R5/PT10M" : ""));
  const number = (text) => Math.min(MOST_TRIES, Math.max(1, Number(text) || 1));
  const parts = times
    ? [block("retries_times", t("retries_times"), line(times, (text) => write(`R${number(text)}/${pause}`), { type: "number", min: 1, max: MOST_TRIES })), duration("retries_pause", pause, (text) => text && write(`R${times}/${text}`), t("retries_pause"), t)]
    : [block("retries_text", t("retries_text"), line(now, write, { class: "in-t code" }), t("retries_text_hint"))];
  return section("retries", t("retries"), "", block("retries", t("retries_how"), own, t("retries_hint")), now ? parts : null);
}

/** The lines of a script task. */
export function script(element, { properties, t }) {
  const now = properties.attribute(element, "script");
  return section("script", t("script"), "", block("script", t("script_lines"), area(now, (text) => properties.setAttribute(element, "script", text), { rows: 6, class: "in-t code" }), t("script_hint")));
}

/** The ways out of a gateway, or of a step with several: a condition each, and one for «otherwise». */
export function ways(element, context) {
  const { t } = context;
  const flows = element.outgoing.filter((each) => each.type === "bpmn:SequenceFlow");
  const isGateway = ASKS.test(element.type);
  if (flows.length < 2 && !isGateway) return null;
  if (flows.length < 2) return section("ways", t("ways"), "", make("p", { class: "hint" }, t("ways_none")));
  return section("ways", t("ways"), t("ways_count", { count: flows.length }), isGateway ? null : make("p", { class: "hint" }, t("ways_step_hint")), flows.map((flow) => way(flow, context)));
}

/** The condition of one flow. */
export function condition(flow, context) {
  const source = flow.source;
  if (!source || TAKES_ALL.test(source.type)) return null;
  const several = source.outgoing.filter((each) => each.type === "bpmn:SequenceFlow").length > 1;
  if (!ASKS.test(source.type) && !several && !context.properties.condition(flow)) return null;
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
