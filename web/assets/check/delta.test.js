// What was typed since the last save, two people's changes together, and what can be taken back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { delta, laid, size } from "../grid/delta.js";
import { marks } from "../grid/differences.js";
import { History } from "../grid/history.js";
import { merge } from "../grid/merge.js";
import { total } from "../grid/sums.js";
import { clock } from "../page/clock.js";

const BASE = { name: "甲", plans: [{ id: "a", text: "一", owner: "" }, { id: "b", text: "二", owner: "" }] };
const change = (row, cells) => ({ ...BASE, plans: BASE.plans.map((one) => (one.id === row ? { ...one, ...cells } : one)) });

test("a delta names the places that differ, and laid over the old state gives the new one", () => {
  const after = { name: "乙", plans: [{ id: "own-1", text: "新" }, { id: "b", text: "二", owner: "吴" }] };
  const one = delta(BASE, after);
  assert.deepEqual(one, { fields: { name: "乙" }, grids: { plans: { order: ["own-1", "b"], rows: { "own-1": { text: "新" }, b: { owner: "吴" } } } } });
  assert.deepEqual(laid(BASE, one), after);
  assert.equal(size(one), 3);
  assert.equal(delta(BASE, structuredClone(BASE)), null);
});

test("a table that lost its last row is told too", () => {
  assert.deepEqual(delta(BASE, { name: "甲" }), { fields: {}, grids: { plans: { order: [], rows: {} } } });
});

test("what two people wrote in different places goes together", () => {
  const { take, give, clashes } = merge(BASE, change("a", { text: "我" }), change("b", { owner: "他" }));
  assert.deepEqual(clashes, []);
  assert.deepEqual(take.grids.plans.rows, { b: { owner: "他" } });
  assert.deepEqual(give.grids.plans.rows, { a: { text: "我" } });
});

test("where both wrote something else, both are told; the same text is no clash", () => {
  const { take, clashes } = merge(BASE, { ...change("a", { text: "我", owner: "同" }), name: "丙" }, { ...change("a", { text: "他", owner: "同" }), name: "丁" });
  assert.deepEqual(clashes, [
    { key: "name", row: null, column: null, mine: "丙", theirs: "丁" },
    { key: "plans", row: "a", column: "text", mine: "我", theirs: "他" },
  ]);
  assert.equal(take, null);
});

test("rows that either added stay, a row that one removed and the other wrote into stays too", () => {
  const mine = { ...BASE, plans: [BASE.plans[0], { ...BASE.plans[1], text: "写过" }, { id: "own-m", text: "我的" }] };
  const theirs = { ...BASE, plans: [BASE.plans[0], { id: "own-t", text: "他的" }] };
  const { take, give, clashes } = merge(BASE, mine, theirs);
  assert.deepEqual(clashes, []);
  assert.deepEqual(take.grids.plans.order, ["a", "b", "own-m", "own-t"]);
  assert.deepEqual(laid(theirs, give).plans.map((row) => row.id), ["a", "b", "own-m", "own-t"]);
  const gone = merge(BASE, BASE, { ...BASE, plans: [BASE.plans[0]] });
  assert.deepEqual(gone.take.grids.plans.order, ["a"]);
});

test("typing without a pause is one step, a pause or another cell begins a new one", () => {
  let now = 0;
  const history = new History(() => now);
  const cells = { a: "", b: "" };
  const type = (cell, text) => {
    history.typed(cell, cells[cell], text, (value) => (cells[cell] = value));
    cells[cell] = text;
  };
  for (const text of ["质", "质量", "质量处"]) type("a", text);
  type("b", "x");
  now = 5000;
  type("b", "xy");
  assert.equal(history.done.length, 3);
  history.undo();
  assert.deepEqual(cells, { a: "质量处", b: "x" });
  history.undo();
  history.undo();
  assert.deepEqual(cells, { a: "", b: "" });
  history.redo();
  assert.equal(cells.a, "质量处");
  type("b", "anew");
  assert.equal(history.redo(), null);
});

test("a step that belongs to the one before goes back with it, in the right order", () => {
  const history = new History();
  const said = [];
  const step = (name) => ({ undo: () => said.push(`-${name}`), redo: () => said.push(`+${name}`) });
  const first = history.add(step("paste"));
  history.join(first, step("rows"));
  history.undo();
  history.redo();
  assert.deepEqual(said, ["-rows", "-paste", "+paste", "+rows"]);
});

test("old text is marked where it differs", () => {
  assert.deepEqual(marks("覆盖率达到 55%。", "覆盖率达到 60%。"), [["覆盖率达到 ", false], ["60%", true], ["。", false]]);
  assert.deepEqual(marks("", "新"), [["新", true]]);
});

test("a sum is not spoilt by halves of a computer", () => {
  assert.equal(total([0.1, 0.2]), "0.3");
  assert.equal(total([]), "0");
});

test("a time is that of the school, with its day if that is another one there", () => {
  const at = new Date("2027-03-31T22:05:00Z");
  const here = (now) => clock(at, "Asia/Shanghai", new Date(now), "zh-CN");
  assert.equal(here("2027-04-01T01:00:00Z"), "06:05");
  assert.equal(here("2027-04-01T17:00:00Z"), "4月1日 06:05");
});
