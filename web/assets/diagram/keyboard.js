// The drawing by keyboard: one tab stop, arrow keys walk the steps in flow order, Enter picks one.

import { describe } from "./chain.js";
import { flowOrder } from "./order.js";

/** Make the nodes of the drawing focusable; returns `{ describe(marks) }` to refresh what they say. */
export function followKeys(root, viewer, process, t) {
  const elements = viewer.get("elementRegistry");
  const nodes = (process ? flowOrder(process) : []).filter((node) => elements.get(node.id));
  const graphics = nodes.map((node) => elements.getGraphics(node.id));
  let current = 0;

  function rove(index) {
    graphics[current]?.setAttribute("tabindex", "-1");
    current = (index + graphics.length) % graphics.length;
    graphics[current].setAttribute("tabindex", "0");
    graphics[current].focus({ preventScroll: false });
  }

  const moves = {
    ArrowRight: () => rove(current + 1),
    ArrowDown: () => rove(current + 1),
    ArrowLeft: () => rove(current - 1),
    ArrowUp: () => rove(current - 1),
    Home: () => rove(0),
    End: () => rove(graphics.length - 1),
    Enter: () => pick(root, nodes[current].id),
  };
  graphics.forEach((group, index) => {
    group.setAttribute("tabindex", index === 0 ? "0" : "-1");
    group.setAttribute("role", "button");
    group.classList.add("zg-node");
    group.addEventListener("keydown", (event) => {
      if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      moves[event.key]();
    });
  });
  viewer.on("element.click", ({ element }) => {
    if (!element.waypoints) pick(root, (element.labelTarget ?? element).id);
  });

  return {
    describe(marks) {
      nodes.forEach((node, index) => graphics[index].setAttribute("aria-label", describe(node, marks, t)));
    },
  };
}

function pick(root, element) {
  root.dispatchEvent(new CustomEvent("diagram:pick", { bubbles: true, detail: { element } }));
}
