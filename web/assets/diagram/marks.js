// What has happened, as classes on the drawing: done, now, not reached; pass numbers; who holds it.

import { draw } from "../page/elements.js";
import { boxOf, drawReturns } from "./returns.js";

const STATES = ["zg-done", "zg-now", "zg-todo", "zg-stuck"];
const LAYER = "zg-marks";
const NOT_MARKED = /^bpmn:(Participant|Lane|Process|Collaboration|TextAnnotation|Association|Group)$/;

const NO_MARKS = { done: [], active: [], flows: [], passes: {}, holders: {}, returns: [], stuck: {} };

/** Marks with every key there, whatever the server left out; without any, a drawing of what is meant, not of a case. */
export function complete(marks) {
  return { ...NO_MARKS, isPlain: !marks, ...(marks ?? {}) };
}

/** "done", "now", "stuck" or "todo" for an element id; "plain" where no case is shown. */
export function stateOf(id, marks) {
  if (marks.isPlain) return "plain";
  if (id in marks.stuck) return "stuck";
  if (marks.active.includes(id)) return "now";
  if (marks.done.includes(id) || marks.flows.includes(id)) return "done";
  return "todo";
}

/** Put the marks on the drawing; the old ones go. `t` gives the words. */
export function apply(viewer, marks, t) {
  const canvas = viewer.get("canvas");
  const elements = viewer.get("elementRegistry");
  const layer = canvas.getLayer(LAYER, 900);
  layer.replaceChildren();
  for (const element of elements.getAll()) {
    if (!element.parent || NOT_MARKED.test(element.type)) continue;
    for (const state of STATES) canvas.removeMarker(element, state);
    const id = element.labelTarget ? element.labelTarget.id : element.id;
    canvas.addMarker(element, `zg-${stateOf(id, marks)}`);
  }
  raiseTaken(elements, canvas);
  drawReturns(layer, elements, marks.returns, t);
  drawPasses(layer, elements, marks);
  drawHolders(layer, elements, marks);
}

/** A taken flow lies above one not taken where they cross. */
function raiseTaken(elements, canvas) {
  for (const element of elements.filter((each) => each.waypoints && canvas.hasMarker(each, "zg-done"))) {
    const group = elements.getGraphics(element)?.parentNode;
    group?.parentNode?.append(group);
  }
}

function drawPasses(layer, elements, marks) {
  for (const [id, number] of Object.entries(marks.passes)) {
    const shape = elements.get(id);
    if (!shape || shape.waypoints || (number < 2 && stateOf(id, marks) !== "active")) continue;
    const { right, top } = boxOf(shape);
    const text = String(number);
    const wide = Math.max(20, 10 + text.length * 7);
    layer.append(
      draw(
        "g",
        { class: `zg-pass zg-pass-${stateOf(id, marks)}`, transform: `translate(${right - 2} ${top + 2})` },
        draw("rect", { x: -wide / 2, y: -10, width: wide, height: 20, rx: 10 }),
        draw("text", { y: 4 }, text),
      ),
    );
  }
}

function drawHolders(layer, elements, marks) {
  for (const [id, label] of Object.entries({ ...marks.holders, ...marks.stuck })) {
    const shape = elements.get(id);
    if (!shape || shape.waypoints) continue;
    const box = boxOf(shape);
    const above = !takenFromAbove(shape, box);
    const wide = 28 + width(label);
    const y = above ? box.top - 40 : box.bottom + 14;
    const group = draw(
      "g",
      { class: id in marks.stuck ? "zg-holder zg-holder-stuck" : "zg-holder" },
      draw("path", { d: above ? `M${box.x} ${y + 26}V${box.top}` : `M${box.x} ${box.bottom}V${y}` }),
      draw("rect", { x: box.x - wide / 2, y, width: wide, height: 26, rx: 13 }),
      draw("text", { x: box.x, y: y + 17 }, label),
    );
    layer.append(group);
  }
}

function takenFromAbove(shape, box) {
  const ends = [
    ...shape.incoming.map((flow) => flow.waypoints.at(-1)),
    ...shape.outgoing.map((flow) => flow.waypoints[0]),
  ];
  return ends.some((point) => point && point.y <= box.top + 2);
}

/** Rough width of a label at 12 px: a Chinese character is square, a Latin one about half. */
function width(label) {
  let sum = 0;
  for (const character of label) sum += character.codePointAt(0) > 0x2e80 ? 12 : 6.8;
  return sum;
}
