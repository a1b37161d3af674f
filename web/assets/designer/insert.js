// Adding the next step. Behind a step that goes on already, the new one is put in between and room is made:
// a second way out would silently mean «both at once».

const GAP = 60;
const BRANCHES = /Gateway$/;

/** Add `shape` behind `element`: in between where it has one way out, else as a new way. */
export function addNext(editor, element, shape) {
  const onward = element.outgoing.filter((each) => each.type === "bpmn:SequenceFlow");
  const ends = shape.type === "bpmn:EndEvent";
  if (onward.length !== 1 || ends || BRANCHES.test(element.type) || element.type === "bpmn:BoundaryEvent") {
    return editor.get("autoPlace").append(element, shape);
  }
  let added = null;
  editor.get("commandStack").execute("zg.together", {
    act: () => {
      const [flow] = onward;
      makeRoom(editor, element, flow.target, shape.width + GAP);
      const place = { x: element.x + element.width + GAP + shape.width / 2, y: element.y + element.height / 2 };
      added = putInto(editor, flow, shape, place);
    },
  });
  editor.get("selection").select(added);
  return added;
}

/** Move everything right of the cut to the right; pools and lanes grow with it. */
function makeRoom(editor, element, target, wanted) {
  const free = target.x - (element.x + element.width) - GAP;
  if (target.x < element.x + element.width || free >= wanted) return;
  const start = Math.min(target.x, element.x + element.width + GAP) - 10;
  const delta = wanted - Math.max(0, free);
  const all = editor.get("elementRegistry").filter((each) => each.parent);
  const { movingShapes, resizingShapes } = editor.get("spaceTool").calculateAdjustments(all, "x", delta, start);
  editor.get("modeling").createSpace(movingShapes, resizingShapes, { x: delta, y: 0 }, "e", start);
}

/** The old flow ends at the new shape, a new one leads on; a condition stays on the first. */
function putInto(editor, flow, shape, place) {
  const modeling = editor.get("modeling");
  const { target } = flow;
  const added = modeling.createShape(shape, place, flow.parent);
  modeling.reconnectEnd(flow, added, { x: added.x, y: added.y + added.height / 2 });
  modeling.layoutConnection(flow);
  modeling.connect(added, target);
  return added;
}
