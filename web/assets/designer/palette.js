// The palette: buttons with words. Drag or click to place by hand; Enter puts the element behind the selected one.

import { icon, make } from "../page/elements.js";
import { addNext } from "./insert.js";
import { PALETTE } from "./kinds.js";

const FOLLOWED = /(Task|Gateway|SubProcess|CallActivity|StartEvent|CatchEvent|ThrowEvent|BoundaryEvent)$/;

/** Fill `root` with the buttons for `editor`. */
export function palette(root, editor, t) {
  const create = editor.get("create");
  const factory = editor.get("elementFactory");

  function shapes(each) {
    return each.shape.type === "bpmn:Participant"
      ? factory.createParticipantShape(true)
      : factory.createShape({ ...each.shape });
  }

  function place(each, event) {
    if (event.detail === 0) placeByKeyboard(editor, shapes(each), each);
    else create.start(event, shapes(each));
  }

  for (const each of PALETTE) {
    root.append(
      each === null
        ? make("hr")
        : make(
            "button",
            {
              type: "button",
              draggable: "true",
              title: t(`about_${each.key}`),
              "data-kind": each.key,
              onclick: (event) => place(each, event),
              ondragstart: (event) => {
                event.preventDefault();
                create.start(event, shapes(each));
              },
            },
            icon(each.icon),
            t(each.key),
          ),
    );
  }
}

/** Behind the selected element, onto it (a deadline), or in the middle of what is seen. */
function placeByKeyboard(editor, shape, each) {
  const [selected] = editor.get("selection").get();
  const modeling = editor.get("modeling");
  if (each.key === "deadline") {
    if (!selected || !/Task$|SubProcess$/.test(selected.type)) return;
    const corner = { x: selected.x + selected.width - 24, y: selected.y + selected.height };
    editor.get("selection").select(modeling.createShape(shape, corner, selected, { attach: true }));
    return;
  }
  if (selected && each.key !== "start" && FOLLOWED.test(selected.type) && each.shape.type !== "bpmn:Participant") {
    addNext(editor, selected, shape);
    return;
  }
  const canvas = editor.get("canvas");
  const view = canvas.viewbox();
  const middle = { x: Math.round(view.x + view.width / 2), y: Math.round(view.y + view.height / 2) };
  const parent = canvas.getRootElement().children.find((child) => child.type === "bpmn:Participant") ?? canvas.getRootElement();
  editor.get("selection").select(modeling.createShape(shape, middle, parent));
}
