// One grid while it is worked on: its table, what its columns are, what happened to it, and who wants to hear of that.

import { make } from "../page/elements.js";
import * as cells from "./cells.js";
import { unmark } from "./marks.js";

export class Sheet {
  constructor(grid, t, history) {
    Object.assign(this, { grid, t, history, columns: cells.columns(grid), listeners: [], revealers: [] });
    this.table = grid.querySelector("table.form-grid");
    this.notes = grid.querySelector("[data-grid-note]");
  }

  get rows() {
    return cells.rows(this.grid);
  }

  /** All cells, row by row. */
  get all() {
    return this.rows.map(cells.cells);
  }

  column(cell) {
    return cells.facts(cell, this.columns);
  }

  text(cell) {
    return cells.text(cell, this.column(cell));
  }

  /** Whether somebody here may change anything. */
  get isOpen() {
    return "editable" in this.grid.dataset;
  }

  /** Hear of every change: `then(cells)`; no cells where rows changed. */
  listen(then) {
    this.listeners.push(then);
  }

  changed(those = []) {
    for (const then of this.listeners) then(those);
  }

  /** Put values into cells as one step: `[cell, value]`. Answers the step, or null where nothing differs. */
  put(pairs, more = { undo: () => {}, redo: () => {} }) {
    const differs = pairs.filter(([cell, value]) => !cells.same(cells.read(cell), value));
    const before = differs.map(([cell]) => [cell, cells.read(cell)]);
    this.lay(differs);
    const step = {
      undo: () => (this.lay(before), more.undo(), this.show(before)),
      redo: () => (this.lay(differs), more.redo(), this.show(differs)),
    };
    return differs.length || more.always ? this.history.add(step) : null;
  }

  /** Put values into cells without noting a step. */
  lay(pairs) {
    for (const [cell, value] of pairs) {
      unmark(cell);
      cells.write(cell, value);
    }
    this.changed(pairs.map(([cell]) => cell));
  }

  show(pairs) {
    if (pairs.length) this.go(pairs[0][0]);
  }

  /** Bring a cell before the eyes and the focus into it. */
  go(cell) {
    if (!cell?.isConnected) return;
    for (const reveal of this.revealers) reveal(cell);
    const field = cells.control(cell);
    if (field) arrive(field);
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Say something below the grid; a screen reader says it too. */
  say(...what) {
    this.notes.replaceChildren(...what);
  }

  button(name, act, about = {}) {
    return make("button", { type: "button", class: "btn small", onclick: act }, this.t(name, about));
  }

  undoButton() {
    return this.button("undo", () => {
      this.history.undo();
      this.say(this.t("undone"));
    });
  }
}

/** Into a control as by a key: its text is chosen, so that typing replaces it, as in a spreadsheet. */
export function arrive(field) {
  field.focus();
  if (field.select && field.type !== "checkbox" && field.type !== "radio") field.select();
  field.dispatchEvent(new CustomEvent("grid:arrived", { bubbles: true }));
}
