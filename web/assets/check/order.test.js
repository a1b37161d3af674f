// The order of steps is read from the lines of a drawing, which every file has, whatever its nodes list.

import assert from "node:assert/strict";
import { test } from "node:test";

import { flowOrder } from "../diagram/order.js";

const node = (id, kind) => ({ id, $type: `bpmn:${kind}`, $instanceOf: () => true });
const line = (sourceRef, targetRef) => ({ $type: "bpmn:SequenceFlow", sourceRef, targetRef, $instanceOf: () => false });

test("steps stand in the order of the lines, though no node names its lines", () => {
  const [start, write, check, end] = [node("start", "StartEvent"), node("write", "UserTask"), node("check", "UserTask"), node("end", "EndEvent")];
  const lines = [line(start, write), line(write, check), line(check, write), line(check, end)];
  const found = flowOrder({ flowElements: [end, check, write, start, ...lines] });
  assert.deepEqual(found.map((each) => each.id), ["start", "write", "check", "end"]);
});
