// What people write in spreadsheets, read as the value of a cell.

import assert from "node:assert/strict";
import { test } from "node:test";

import { entries, lines } from "../grid/entries.js";
import { accept, digits } from "../grid/reading.js";

const value = (column, text) => accept(column, text).value;
const MARK = { kind: "select", options: [{ value: "routine", label: "常规" }, { value: "project", label: "项目" }] };
const MEASURES = {
  kind: "list",
  most: 20,
  parts: [
    { key: "what", kind: "textarea" },
    { key: "owner", kind: "textfield" },
    { key: "until", kind: "datetime", moment: "date" },
    { key: "state", kind: "select", options: [{ value: "open", label: "进行中" }, { value: "done", label: "已完成" }] },
  ],
};

test("numbers come as people write them", () => {
  const written = { "1,000": "1000", "20%": "20", "￥3.50": "3.50", "(12)": "-12", "１２．５": "12.5", " 7 ": "7", "1.5E+3": "1.5E+3", "86万": null, "1,5": null, "": null, "--": null, Infinity: null, "1_000": null };
  for (const [text, digitsOf] of Object.entries(written)) assert.equal(digits(text), digitsOf, text);
});

test("a share is a share where nothing over one may stand", () => {
  assert.equal(value({ kind: "number", maximum: 1 }, "20%"), "0.2");
  assert.equal(value({ kind: "number", maximum: 100 }, "20%"), "20");
});

test("a number that does not fit stays and says why", () => {
  assert.deepEqual(accept({ kind: "number", maximum: 100 }, "120"), { value: "120", error: "bad_large", about: { max: 100 } });
  assert.deepEqual(accept({ kind: "number", decimals: 0 }, "1.5"), { value: "1.5", error: "bad_whole", about: {} });
  assert.deepEqual(accept({ kind: "number" }, "十五"), { value: "十五", error: "bad_number", about: { text: "十五" } });
  assert.equal("value" in accept({ kind: "number" }, "长".repeat(101)), false);
});

test("dates come as people write them, and no day that does not exist", () => {
  const date = { kind: "datetime", moment: "date" };
  for (const text of ["2026/3/5", "2026年3月5日", "2026-03-05", "2026.3.5", "20260305", "2026/3/5 0:00"]) assert.equal(value(date, text), "2026-03-05", text);
  for (const text of ["2026-02-30", "3月5日", "45000", "下周五", "3/5/2026"]) assert.equal(accept(date, text).error, "bad_date", text);
  assert.equal(value(date, ""), "");
});

test("times of day and both together", () => {
  const time = { kind: "datetime", moment: "time" };
  assert.deepEqual(["17:00", "5:30 PM", "下午5:30", "9时", "17：05：59"].map((text) => value(time, text)), ["17:00", "17:30", "17:30", "09:00", "17:05"]);
  assert.equal(accept(time, "25:00").error, "bad_time");
  assert.equal(value({ kind: "datetime", moment: "datetime" }, "2026/3/5 17:00"), "2026-03-05T17:00");
  assert.equal(value({ kind: "datetime", moment: "datetime" }, "2026年3月5日 下午5:00"), "2026-03-05T17:00");
});

test("choices are found by their words, whatever the width and case", () => {
  assert.equal(value(MARK, " 项目 "), "project");
  assert.equal(value(MARK, "ROUTINE"), "routine");
  assert.deepEqual(accept(MARK, "其他"), { error: "bad_choice", about: { text: "其他" } });
  assert.deepEqual(value({ ...MARK, kind: "checklist" }, "项目、常规"), ["routine", "project"]);
  assert.deepEqual(["是", "", "FALSE", "√"].map((text) => value({ kind: "checkbox" }, text)), [true, false, false, true]);
});

test("a text that is too long stays and says so, one that nothing can hold does not", () => {
  const text = { kind: "textarea", max_length: 3 };
  assert.deepEqual(accept(text, "一二三四"), { value: "一二三四", error: "bad_long", about: { max: 3, count: 4 } });
  assert.deepEqual(accept(text, "𠮷𠮷𠮷"), { value: "𠮷𠮷𠮷" });
  assert.equal("value" in accept(text, "长".repeat(20_001)), false);
  assert.equal(value({ kind: "textfield" }, "一\n二"), "一 二");
});

test("a list reads as numbered lines, and such lines are the list again", () => {
  const list = [{ what: "修订课程标准（机电类）", owner: "吴允恭", until: "2027-04-30", state: "open" }, { what: "听课", state: "done" }];
  const text = lines(MEASURES, list);
  assert.equal(text, "1. 修订课程标准（机电类）（吴允恭，2027-04-30，进行中）\n2. 听课（已完成）");
  assert.deepEqual(entries(MEASURES, text, accept).value, list);
  assert.equal(accept(MEASURES, "一\n".repeat(21)).error, "bad_entries");
});
