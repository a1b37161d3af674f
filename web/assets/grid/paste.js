// Pasting a block into the grid: from the current cell to the right and down, over cells that can be filled.

import { make } from "../page/elements.js";
import { block } from "./block.js";
import { at, fill, place } from "./cells.js";

const MOST_ROWS = 300;

export function pasting(grid, t) {
  grid.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const from = place(grid, event.target);
    const table = from && block(data.getData("text/plain"), data.getData("text/html"));
    if (!table) return;
    event.preventDefault();
    const done = put(grid, from, table.slice(0, MOST_ROWS));
    const all = table.reduce((sum, row) => sum + row.length, 0);
    tell(grid, t, done, { rows: table.length, columns: Math.max(...table.map((row) => row.length)), all });
  });
}

function put(grid, from, table) {
  const done = [];
  table.forEach((row, down) => {
    row.forEach((text, right) => {
      const control = at(grid, from.row + down, from.column + right);
      if (!control) return;
      const before = control.value;
      if (fill(control, text)) done.push({ control, before });
    });
  });
  return done;
}

function tell(grid, t, done, { rows, columns, all }) {
  const note = grid.querySelector("[data-grid-note]");
  const left = all - done.length;
  const undo = make("button", { type: "button", class: "btn small", onclick: () => back(note, t, done) }, t("undo"));
  const text = t(left ? "pasted_some" : "pasted", { rows, columns, cells: done.length, left });
  note.replaceChildren(make("span", {}, text), undo);
}

function back(note, t, done) {
  for (const { control, before } of done.reverse()) fill(control, before);
  note.replaceChildren(t("undone"));
}
