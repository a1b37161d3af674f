// What stands beside a selected element: the next step, connect, change, delete; lanes for a pool.

import { addNext } from "./insert.js";

const NEXT = [
  ["user_task", "bpmn-icon-user-task", { type: "bpmn:UserTask" }],
  ["exclusive", "bpmn-icon-gateway-xor", { type: "bpmn:ExclusiveGateway" }],
  ["service_task", "bpmn-icon-service-task", { type: "bpmn:ServiceTask" }],
  ["end", "bpmn-icon-end-event-none", { type: "bpmn:EndEvent" }],
];
const LANES = /^bpmn:(Lane|Participant)$/;
const FLOW_NODE = /(Task|Gateway|Event|SubProcess|Activity)$/;

/** The module with the words of `t`. */
export default function contextPad(t) {
  class Pad {
    constructor(contextPad, modeling, elementFactory, create, connect, popupMenu, injector) {
      Object.assign(this, { modeling, elementFactory, create, connect, popupMenu, editor: injector });
      contextPad.registerProvider(this);
    }

    getMultiElementContextPadEntries(elements) {
      return { delete: this.remove(elements) };
    }

    getContextPadEntries(element) {
      const entries = {};
      if (element.type === "label") return entries;
      if (LANES.test(element.type)) Object.assign(entries, this.lanes(element));
      if (FLOW_NODE.test(element.type)) {
        const goesOn = element.type !== "bpmn:EndEvent" && !element.businessObject.triggeredByEvent;
        if (goesOn) Object.assign(entries, this.next(element));
        entries.connect = entry("connect", "bpmn-icon-connection-multi", t("connect"), (event) =>
          this.connect.start(event, element),
        );
        entries.replace = entry("edit", "bpmn-icon-screw-wrench", t("change"), (event) => this.change(event, element));
      }
      entries.delete = this.remove([element]);
      return entries;
    }

    next(element) {
      return Object.fromEntries(
        NEXT.map(([key, icon, shape]) => {
          const make = () => this.elementFactory.createShape({ ...shape });
          const append = {
            click: () => addNext(this.editor, element, make()),
            dragstart: (event) => this.create.start(event, make(), { source: element }),
          };
          return [`append.${key}`, { group: "model", className: icon, title: t("append", { kind: t(key) }), action: append }];
        }),
      );
    }

    lanes(element) {
      const add = (where) => () => this.modeling.addLane(element, where);
      return {
        "lane.above": entry("lanes", "bpmn-icon-lane-insert-above", t("lane_above"), add("top")),
        "lane.below": entry("lanes", "bpmn-icon-lane-insert-below", t("lane_below"), add("bottom")),
        "lane.split": entry("lanes", "bpmn-icon-lane-divide-two", t("lane_split"), () =>
          this.modeling.splitLane(element, 2),
        ),
      };
    }

    change(event, element) {
      const cursor = { x: event.clientX, y: event.clientY };
      const position = { x: cursor.x - 12, y: cursor.y + 16, cursor };
      this.popupMenu.open(element, "bpmn-replace", position, { title: t("change"), width: 260, search: false });
    }

    remove(elements) {
      return entry("edit", "bpmn-icon-trash", t("delete"), () => this.modeling.removeElements([...elements]));
    }
  }
  Pad.$inject = ["contextPad", "modeling", "elementFactory", "create", "connect", "popupMenu", "injector"];
  return { __init__: ["contextPadProvider"], contextPadProvider: ["type", Pad] };
}

function entry(group, className, title, act) {
  return { group, className, title, action: { click: act, dragstart: act } };
}
