// Pasting a block: from the current cell to the right and down. What is right stays, what is wrong is marked in place
// with its reason, what lies beyond the last row is offered as new rows; one undo takes all of it back.

import { make } from "../page/elements.js";
import { place, read } from "./cells.js";
import { mark, unmark } from "./marks.js";
import { accept } from "./reading.js";
import { pasted } from "./selection.js";

const TEXTS = "textarea, input[type=text]";

export function pasting(sheet, selection, rowActs) {
  const { grid } = sheet;
  grid.addEventListener("paste", (event) => {
    if (!sheet.isOpen) return;
    const chosen = selection.is ? selection.box : null;
    const from = chosen ? { row: chosen.top, column: chosen.left } : place(grid, event.target);
    if (!from) return;
    const text = event.clipboardData.getData("text/plain");
    // where no caret stands, in a list or among choices, a text is for the whole cell
    const isWhole = chosen || !event.target.matches(TEXTS);
    const table = pasted(event.clipboardData) ?? (isWhole && text ? [[text]] : null);
    if (!table) return;
    const single = table.length === 1 && table[0].length === 1;
    event.preventDefault();
    if (single && !chosen && sheet.arrived !== event.target && event.target.matches(TEXTS)) insert(event.target, table[0][0]);
    else new Paste(sheet, rowActs, from, single && chosen ? filled(table[0][0], chosen) : table).run();
    selection.none();
  });
}

/** The top cells of a block into those below, as one step; a single row takes those above it. */
export function fillDown(sheet, selection, rowActs, target) {
  const at = place(sheet.grid, target);
  const box = selection.is ? selection.box : at && { top: at.row, left: at.column, bottom: at.row, right: at.column };
  if (!box) return;
  const { top, left, bottom, right } = box;
  const from = top === bottom ? top - 1 : top;
  const above = sheet.all[from]?.slice(left, right + 1);
  if (!above) return;
  const table = Array.from({ length: bottom - from }, () => above.map((cell) => sheet.text(cell)));
  new Paste(sheet, rowActs, { row: from + 1, column: left }, table, "filled").run();
}

/** While somebody writes in a cell, one cell's text goes where the caret is. */
function insert(field, text) {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** One text for every chosen cell. */
function filled(text, { top, left, bottom, right }) {
  return Array.from({ length: bottom - top + 1 }, () => Array(right - left + 1).fill(text));
}

class Paste {
  /** `told` names the sentence that says what was done. */
  constructor(sheet, rowActs, from, table, told = "pasted") {
    Object.assign(this, { sheet, rowActs, from, table, told, step: null, seen: 0 });
    Object.assign(this, { good: 0, lost: 0, bad: [], over: [] });
  }

  run() {
    const pairs = this.sorted(this.from.row, this.table);
    this.step = this.sheet.put(pairs, {
      always: this.bad.length > 0,
      undo: () => this.bad.forEach(([cell]) => unmark(cell, "paste")),
      redo: () => this.show(),
    });
    this.show();
    this.tell();
  }

  /** What goes where: `[cell, value]`; what cannot is counted and kept with its reason. */
  sorted(first, table) {
    const pairs = [];
    const all = this.sheet.all;
    table.forEach((row, down) => {
      const line = all[first + down];
      if (line) row.forEach((text, right) => this.one(line[this.from.column + right], text, pairs));
      else if (row.some((text) => text.trim())) this.over.push(row);
    });
    return pairs;
  }

  one(cell, text, pairs) {
    const { sheet } = this;
    if (!cell) {
      this.lost += text.trim() ? 1 : 0;
      return;
    }
    if (text.trim() === sheet.text(cell).trim()) {
      this.good += read(cell) === null ? 0 : 1;
      return;
    }
    const column = sheet.column(cell);
    if (read(cell) === null || !column) {
      if (text.trim()) this.bad.push([cell, sheet.t("bad_closed")]);
      return;
    }
    const { value, error, about } = accept(column, text);
    if (value !== undefined) pairs.push([cell, value]);
    if (error) this.bad.push([cell, sheet.t(error, about)]);
    else this.good += 1;
  }

  show() {
    for (const [cell, reason] of this.bad) mark(cell, reason, "paste");
  }

  /** The rest of the block into rows of its own. */
  overflow(count) {
    const first = this.sheet.rows.length;
    const added = this.rowActs.append(count);
    const rest = this.over.splice(0, this.over.length);
    this.sheet.lay(this.sorted(first, rest));
    this.step = this.step ? this.sheet.history.join(this.step, added) : this.sheet.history.add(added);
    this.show();
    this.tell();
    this.sheet.go(this.sheet.all[first]?.[this.from.column]);
  }

  tell() {
    const { sheet, table, bad, over, lost } = this;
    const { t } = sheet;
    const columns = Math.max(...table.map((row) => row.length));
    const said = [make("span", {}, t(this.told, { rows: table.length, columns, cells: this.good }))];
    if (bad.length) {
      const text = make("b", { class: "late" }, t("pasted_bad", { count: bad.length }));
      said.push(text, sheet.button("first_bad", () => sheet.go(bad[this.seen++ % bad.length][0])));
    }
    const room = this.rowActs.room();
    if (over.length && room >= over.length) {
      said.push(make("span", {}, t("pasted_over", { count: over.length })));
      said.push(sheet.button("add_rows", () => this.overflow(over.length), { count: over.length }));
    } else if (over.length) said.push(make("span", {}, t("pasted_beyond", { count: over.length })));
    if (lost) said.push(make("span", {}, t("pasted_lost", { count: lost })));
    if (this.step) said.push(sheet.undoButton());
    sheet.say(...said);
  }
}
