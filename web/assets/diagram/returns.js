// The violet arrows: work that was sent back, from the step that did it to the step that got it.

import { draw } from "../page/elements.js";

const GAP = 16;

/** Middle and edges of a shape. */
export function boxOf(shape) {
  return {
    x: shape.x + shape.width / 2,
    y: shape.y + shape.height / 2,
    left: shape.x,
    right: shape.x + shape.width,
    top: shape.y,
    bottom: shape.y + shape.height,
  };
}

/** Draw one arrow for each `{ from, to, count, date }`. */
export function drawReturns(layer, elements, returns, t) {
  const used = new Map();
  for (const each of returns) {
    const from = elements.get(each.from);
    const to = elements.get(each.to);
    if (!from || !to || from.waypoints || to.waypoints) continue;
    const lane = used.get(each.to) ?? 0;
    used.set(each.to, lane + 1);
    const way = route(boxOf(from), boxOf(to), lane);
    const words = each.date
      ? t("returned_on", { count: each.count ?? 1, date: each.date })
      : t("returned", { count: each.count ?? 1 });
    layer.append(
      draw(
        "g",
        { class: "zg-return" },
        draw("path", { class: "zg-return-line", d: path(way.points) }),
        draw("path", { class: "zg-return-tip", d: tip(way.points) }),
        draw("text", { x: way.label.x, y: way.label.y, class: way.label.start ? "zg-start" : null }, words),
      ),
    );
  }
}

/** Where the arrow runs. Steps of a stair go straight left and up; steps in a row go round below. */
function route(from, to, lane) {
  const shift = lane * GAP;
  if (from.top > to.bottom && from.left > to.x + 8) {
    const x = Math.max(to.left + 10, to.x - shift);
    const y = from.y + Math.min(lane * 4, 16);
    return {
      points: [{ x: from.left, y }, { x, y }, { x, y: to.bottom }],
      label: { x: x + 8, y: y - 7, start: true },
    };
  }
  const below = Math.max(from.bottom, to.bottom) + 34 + lane * 26;
  const start = { x: from.x + shift / 2, y: from.bottom };
  const end = { x: to.x + (from.x < to.x ? GAP : -GAP) * (lane + (from === to ? 1 : 0)), y: to.bottom };
  return {
    points: [start, { x: start.x, y: below }, { x: end.x, y: below }, end],
    label: { x: (start.x + end.x) / 2, y: below - 7, start: false },
  };
}

function path(points) {
  const round = 6;
  let d = `M${points[0].x} ${points[0].y}`;
  for (let index = 1; index < points.length - 1; index += 1) {
    const [a, b, c] = [points[index - 1], points[index], points[index + 1]];
    const before = towards(b, a, round);
    const after = towards(b, c, round);
    d += `L${before.x} ${before.y}Q${b.x} ${b.y} ${after.x} ${after.y}`;
  }
  const last = towards(points.at(-1), points.at(-2), 7);
  return `${d}L${last.x} ${last.y}`;
}

function tip(points) {
  const end = points.at(-1);
  const from = towards(end, points.at(-2), 10);
  const [dx, dy] = [(end.x - from.x) / 2, (end.y - from.y) / 2];
  return `M${end.x} ${end.y}L${from.x - dy} ${from.y + dx}L${from.x + dy} ${from.y - dx}Z`;
}

function towards(point, other, distance) {
  const length = Math.hypot(other.x - point.x, other.y - point.y) || 1;
  const share = Math.min(1, distance / length);
  return { x: point.x + (other.x - point.x) * share, y: point.y + (other.y - point.y) * share };
}
