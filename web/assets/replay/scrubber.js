// The timeline one can drag: an SVG laid out in percentages, so that no inline style is needed.

import { draw } from "../page/elements.js";
import { mark } from "./kinds.js";

const FIRST = 2;
const LAST = 98;

/** Build it; `onmove(index)` is called when a person chooses a moment. */
export function scrubber(frames, t, onmove) {
  const at = (index) => (frames.length < 2 ? 50 : FIRST + ((LAST - FIRST) * index) / (frames.length - 1));
  const past = draw("line", { class: "zg-past", x1: "1%", x2: "1%", y1: 26, y2: 26 });
  const head = draw("circle", { class: "zg-head", cx: "1%", cy: 26, r: 9 });
  const label = draw("text", { class: "zg-head-label", x: "1%", y: 9 });
  const marks = frames.map((frame, index) =>
    draw("svg", { x: `${at(index)}%`, y: 26, overflow: "visible", width: 1, height: 1 }, mark(frame.kind)),
  );
  const root = draw(
    "svg",
    { class: "zg-scrub", role: "slider", tabindex: 0, "aria-label": t("timeline"), "aria-valuemin": 1 },
    draw("line", { class: "zg-track", x1: "1%", x2: "99%", y1: 26, y2: 26 }),
    past,
    ...marks,
    head,
    label,
  );
  root.setAttribute("aria-valuemax", frames.length);

  function nearest(event) {
    const box = root.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * 100;
    const index = Math.round(((share - FIRST) / (LAST - FIRST)) * (frames.length - 1));
    return Math.min(frames.length - 1, Math.max(0, index));
  }

  root.addEventListener("pointerdown", (event) => {
    root.setPointerCapture(event.pointerId);
    onmove(nearest(event));
  });
  root.addEventListener("pointermove", (event) => {
    if (root.hasPointerCapture(event.pointerId)) onmove(nearest(event));
  });

  function show(index) {
    const frame = frames[index];
    const here = `${at(index)}%`;
    past.setAttribute("x2", here);
    head.setAttribute("cx", here);
    label.setAttribute("x", here);
    label.setAttribute("text-anchor", at(index) < 8 ? "start" : at(index) > 92 ? "end" : "middle");
    label.textContent = frame.when;
    root.setAttribute("aria-valuenow", index + 1);
    root.setAttribute("aria-valuetext", t("moment", { when: frame.when, seq: frame.seq, title: frame.title }));
    marks.forEach((each, place) => each.classList.toggle("zg-ahead", place > index));
  }

  function filter(keep) {
    marks.forEach((each, index) => each.classList.toggle("zg-filtered", !keep(frames[index])));
  }

  return { element: root, show, filter };
}
