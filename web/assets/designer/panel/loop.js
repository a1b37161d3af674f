// 办几遍 of an activity: once, for each item of a list, or so many times; side by side or one after the other.

import { block, choice, line, section } from "./inputs.js";

const FIRST = { list: { cardinality: "", collection: "", variable: "item" }, number: { cardinality: "2", collection: "", variable: "" } };
const CODE = { class: "in-t code", maxlength: 200 };

/** The section for a service task, a called flow or a sub-process. */
export function loop(element, { properties, t }) {
  if (element.businessObject.triggeredByEvent) return null;
  const now = properties.loop(element);
  const how = now ? (now.sequential ? "sequential" : "parallel") : "once";
  const write = (changed) => properties.setLoop(element, { ...now, ...changed });
  const chosen = (way) => properties.setLoop(element, way === "once" ? null : { completion: "", ...FIRST.list, ...now, sequential: way === "sequential" });
  return section(
    "loop",
    t("loop"),
    t(`loop_${how}`),
    block("loop", t("loop_how"), choice(how, ["once", "parallel", "sequential"].map((each) => [each, t(`loop_${each}`)]), chosen), t(`loop_${how}_hint`)),
    now ? parts(now, write, t) : null,
  );
}

function parts(now, write, t) {
  const by = now.cardinality ? "number" : "list";
  const field = (name, label = name) => block(`loop_${name}`, t(`loop_${label}`), line(now[name], (text) => write({ [name]: text }), CODE), t(`loop_${label}_hint`));
  return [
    block("loop_by", t("loop_by"), choice(by, ["list", "number"].map((each) => [each, t(`loop_by_${each}`)]), (each) => write(FIRST[each]))),
    ...(by === "number" ? [field("cardinality")] : [field("collection"), field("variable")]),
    field("completion"),
  ];
}
