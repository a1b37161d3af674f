// The marks on the timeline: one form for each kind of entry, so that colour never stands alone.

import { draw } from "../page/elements.js";

/** Kind → class and shape on a 12 × 12 grid whose middle is (0, 0). */
const SHAPES = {
  submitted: ["zg-k-submitted", "M-4.5 -4.5h9v9h-9z"],
  agreed: ["zg-k-agreed", "M0 -5a5 5 0 1 1 0 10a5 5 0 1 1 0 -10z"],
  returned: ["zg-k-returned", "M4.5 -5.5v11L-6 0z"],
  refused: ["zg-k-refused", "M-5 -3l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z"],
  late: ["zg-k-late", "M0 -5.5l5.5 10h-11z"],
  intervention: ["zg-k-intervention", "M0 -6l6 6l-6 6l-6 -6z"],
};
const OTHER = ["zg-k-other", "M0 -2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0 -5z"];

export const DECISIONS = new Set(["agreed", "refused", "returned", "submitted"]);

/** The kinds that have a form of their own, in the order of the legend. */
export const KINDS = Object.keys(SHAPES);

/** The name a kind goes by in the texts. */
export function textKey(kind) {
  return `kind_${kind in SHAPES ? kind : "other"}`;
}

/** The mark of a kind as an SVG path. */
export function mark(kind) {
  const [name, d] = SHAPES[kind] ?? OTHER;
  return draw("path", { class: name, d });
}

/** The mark as a small picture for lists and the legend. */
export function picture(kind) {
  return draw("svg", { class: "zg-shape", viewBox: "-7 -7 14 14", "aria-hidden": "true" }, mark(kind));
}
