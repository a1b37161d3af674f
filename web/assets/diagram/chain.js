// The diagram as a list: what a phone shows instead of the drawing, and what a screen reader reads beside it.

import { make } from "../page/elements.js";
import { laneName, steps } from "./order.js";
import { stateOf } from "./marks.js";

/** An `<ol>` of the steps with their state in words. */
export function chain(process, marks, t) {
  const list = make("ol", { class: "zg-chain", "aria-label": t("steps") });
  for (const node of process ? steps(process) : []) {
    const state = stateOf(node.id, marks);
    const notes = state === "plain" ? [] : [t(`state_${state}`)];
    if (marks.passes[node.id] > 1) notes.push(t("pass", { number: marks.passes[node.id] }));
    for (const back of marks.returns.filter((each) => each.from === node.id)) {
      const values = { count: back.count ?? 1, date: back.date };
      notes.push(back.date ? t("returned_on", values) : t("returned", values));
    }
    const holder = marks.stuck[node.id] ?? marks.holders[node.id];
    list.append(
      make(
        "li",
        { class: `zg-step zg-step-${state}`, "data-element": node.id, "aria-current": state === "now" ? "step" : null },
        make("b", {}, node.name || t("unnamed")),
        laneName(process, node) ? make("span", { class: "zg-lane" }, laneName(process, node)) : null,
        notes.length ? make("small", {}, notes.join("·")) : null,
        holder ? make("span", { class: "zg-step-holder" }, holder) : null,
      ),
    );
  }
  return list;
}

/** One sentence for an element of the drawing. */
export function describe(node, marks, t) {
  const state = stateOf(node.id, marks);
  const parts = [node.name || t("unnamed")];
  if (state !== "plain") parts.push(t(`state_${state}`));
  if (marks.passes[node.id] > 1) parts.push(t("pass", { number: marks.passes[node.id] }));
  const holder = marks.stuck[node.id] ?? marks.holders[node.id];
  if (holder) parts.push(holder);
  return parts.join(t("between"));
}
