// Rules written in the panel part by part: what is read is written back, and nothing unknown is guessed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readDue, writeDue } from "../designer/due_words.js";
import { isHalf, readSigning, writeSigning } from "../designer/signing_words.js";

test("deadlines of the school's time come back as they were written", () => {
  for (const text of ["3 working days", "3 working days 17:00", "week 8 friday 17:00", "cycle:plan_end - 3 working days", "field:hand_in_by + 1 working days 09:00", "cycle:plan_end"])
    assert.equal(writeDue(readDue(text)), text);
});

test("a deadline written another way stays text", () => {
  assert.equal(readDue("第8周周五").kind, "text");
  assert.equal(readDue("2027-04-30").kind, "text");
  assert.equal(readDue("P3D").kind, "duration");
  assert.equal(readDue("").kind, "none");
});

test("signing rules come back as they were written", () => {
  for (const text of ["all", "sequence", "ratio 2/3; quorum=1/2; no_quorum=approve; abstain=out; early=yes; hidden", "ratio 50%; tie=chair; chair=post:dean", "weights 60; weights=post:dean:3,user:zhang:2"])
    assert.equal(writeSigning(readSigning(text)), text);
});

test("the usual way is written as nothing, and what does not fit the method is left out", () => {
  assert.equal(writeSigning(readSigning("any")), "");
  assert.equal(writeSigning({ ...readSigning("ratio 1/2; tie=chair; chair=post:dean"), need: "2/3" }), "ratio 2/3");
  assert.equal(writeSigning({ ...readSigning("ratio 2/3; quorum=1/2; no_quorum=approve"), quorum: "" }), "ratio 2/3");
});

test("a signing rule that is not understood is not touched", () => {
  assert.equal(readSigning("most"), null);
  assert.equal(readSigning("all; colour=red"), null);
});

test("half is half however it is written", () => {
  assert.ok(isHalf({ method: "ratio", need: "2/4" }) && isHalf({ method: "weights", need: "50%" }));
  assert.ok(!isHalf({ method: "weights", need: "50" }) && !isHalf({ method: "all" }));
});
