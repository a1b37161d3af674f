// Names of pools and lanes stand upright from top to bottom, as Chinese is written in a narrow column.

import BaseRenderer from "diagram-js/lib/draw/BaseRenderer";
import { draw } from "../page/elements.js";

const STRIP = 30;
const CHARACTER = 15;
const CHINESE = /[\u2e80-\u9fff]/;

class LaneRenderer extends BaseRenderer {
  constructor(eventBus, bpmnRenderer) {
    super(eventBus, 1500);
    this.bpmnRenderer = bpmnRenderer;
  }

  canRender(element) {
    return /^bpmn:(Lane|Participant)$/.test(element.type) && element.di?.isHorizontal !== false;
  }

  drawShape(visual, element) {
    const shape = this.bpmnRenderer.drawShape(visual, element);
    visual.parentNode?.classList.add("zg-lane-shape");
    shape.after(draw("rect", { class: "zg-lane-strip", width: STRIP, height: element.height }));
    const label = visual.querySelector("text");
    const name = element.businessObject.name ?? "";
    if (label && CHINESE.test(name)) label.replaceWith(...columns(name, element.height));
    return shape;
  }

  getShapePath(shape) {
    return this.bpmnRenderer.getShapePath(shape);
  }
}
LaneRenderer.$inject = ["eventBus", "bpmnRenderer"];

/** One column, or two smaller ones when the strip is too short for the name. */
function columns(name, height) {
  const fits = Math.max(1, Math.floor((height - 12) / CHARACTER));
  if (name.length <= fits) return [column(name, STRIP / 2, height, "zg-lane-name")];
  const half = Math.ceil(name.length / 2);
  const small = "zg-lane-name zg-lane-name-small";
  return [column(name.slice(0, half), 21, height, small), column(name.slice(half), 8, height, small)];
}

function column(text, x, height, name) {
  return draw("text", { class: name, x, y: height / 2 }, text);
}

export default { __init__: ["laneRenderer"], laneRenderer: ["type", LaneRenderer] };
