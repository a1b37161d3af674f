// The parts of the grid that need no page: a pasted block, and controls read as values.

import assert from "node:assert/strict";
import { test } from "node:test";

import { block, written } from "../grid/block.js";
import { nested } from "../grid/values.js";
import { whole } from "../page/http.js";

const TABLE = "<html><table><tr><td>x</td></tr></table></html>";

test("ordinary text is no block, even with line breaks", () => {
  assert.equal(block("调研\n论证"), null);
});

test("tabs and line feeds make cells and rows, the last line feed none", () => {
  assert.deepEqual(block("甲\t乙\r\n丙\t\r\n"), [["甲", "乙"], ["丙", ""]]);
});

test("a single cell of a spreadsheet is a block of one", () => {
  assert.deepEqual(block("一格\n", TABLE), [["一格"]]);
});

test("quotes hold line breaks, tabs and doubled quotes together", () => {
  assert.deepEqual(block('"第一行\n第二行"\t"说""好"""\n丙\t丁', TABLE), [["第一行\n第二行", '说"好"'], ["丙", "丁"]]);
});

test("what nobody sees is not pasted, and half a character is sent as the sign for one", () => {
  assert.deepEqual(block("甲\0\u202e\u200b\ufeff\t乙\r丙\t丁"), [["甲", "乙"], ["丙", "丁"]]);
  assert.equal(JSON.stringify({ a: ["x\ud800y😀"] }, whole), '{"a":["x\ufffdy😀"]}');
});

test("a quote that belongs to the text stays", () => {
  assert.deepEqual(block('"系统"操作员\t乙'), [['"系统"操作员', "乙"]]);
  assert.deepEqual(block('"没有结束\t乙'), [['"没有结束', "乙"]]);
});

test("what Word and web pages copy is read from their table, what Excel copies from its text", () => {
  const table = () => [["从表格", "来"]];
  assert.deepEqual(block("从表格\n来", TABLE, table), [["从表格", "来"]]);
  assert.deepEqual(block("甲\t乙", `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table></table></html>`, table), [["甲", "乙"]]);
});

test("a block that is copied out comes back as it was, and no spreadsheet reckons with it", () => {
  const rows = [["第一行\n第二行", '说"好"', "=1+1"], ['"引"', "-5", "@x"]];
  assert.match(written(rows), /'=1\+1/);
  assert.doesNotMatch(written(rows), /'-5/);
  assert.deepEqual(block(written(rows)), rows);
});

test("entries of a list become one value, blank ones none", () => {
  const entry = (number, part, value) => [`values[plans][a][measures][${number}][${part}]`, value, true];
  const pairs = [["values[plans][]", "a"], entry(0, "what", "听课"), entry(0, "owner", "吴"), entry(1, "what", ""), entry(1, "owner", "")];
  assert.deepEqual(nested(pairs), { plans: [{ id: "a", measures: [{ what: "听课", owner: "吴" }] }] });
  assert.deepEqual(nested([["values[steps][0][what]", "一", true]]), { steps: [{ what: "一" }] });
});

test("names of a plain form become nested values, rows in order", () => {
  const pairs = [
    ["values[applies_to]", "2027 级"],
    ["values[standards][]", "major.g02.i01"],
    ["values[standards][major.g02.i01][goal]", "major.g02"],
    ["values[standards][major.g02.i01][performance]", "好"],
    ["values[standards][]", "own-0a1b2c3d4e5f"],
    ["values[standards][own-0a1b2c3d4e5f][label]", "自设"],
    ["outcome", "approve"],
  ];
  assert.deepEqual(nested(pairs), {
    applies_to: "2027 级",
    standards: [
      { id: "major.g02.i01", goal: "major.g02", performance: "好" },
      { id: "own-0a1b2c3d4e5f", label: "自设" },
    ],
  });
});

test("boxes become lists, an empty one too", () => {
  assert.deepEqual(nested([["values[kinds][]", []], ["values[kinds][]", ["a"]], ["values[kinds][]", ["b"]]]), { kinds: ["a", "b"] });
  assert.deepEqual(nested([["values[kinds][]", []]]), { kinds: [] });
  assert.deepEqual(nested([["values[g][r][kinds]", ["a"]], ["values[g][r][kinds]", []]]), { g: [{ id: "r", kinds: ["a"] }] });
});

test("a key of the prototype is a key like any other", () => {
  const values = nested([["values[__proto__]", "x"]]);
  assert.equal({}.x, undefined);
  assert.equal(Object.getPrototypeOf(values), Object.prototype);
});
