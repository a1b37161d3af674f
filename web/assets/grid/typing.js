// What is typed into cells becomes steps that can be undone; undo and redo are ours, for typed text as for pastes.

import { read, write } from "./cells.js";
import { mark, unmark } from "./marks.js";
import { accept } from "./reading.js";

const TEXTS = new Set(["textarea", "textfield"]);

export function typing(sheet) {
  const { grid, history } = sheet;
  let cell = null;
  let known = null;
  const look = (at) => {
    cell = at;
    known = at ? read(at) : null;
  };
  const heard = (event) => {
    const at = event.target.closest("td, th");
    if (!at || !grid.contains(at) || !at.closest("tr[data-row]")) return;
    if (at !== cell) look(at);
    const wrong = tooLong(sheet, at) ?? (event.type === "change" ? settled(sheet, at) : null);
    const [before, after] = [known, read(at)];
    known = after;
    if (JSON.stringify(before) === JSON.stringify(after)) return wrong && mark(at, wrong, "typed");
    say(at, wrong);
    history.typed(at, before, after, (value) => {
      write(at, value);
      say(at, tooLong(sheet, at));
      sheet.go(at);
      if (at === cell) known = value;
      sheet.changed([at]);
    });
    sheet.changed([at]);
  };
  grid.addEventListener("focusin", (event) => {
    const at = event.target.closest("td, th");
    if (at && at !== cell) look(at);
  });
  grid.addEventListener("input", heard);
  grid.addEventListener("change", heard);
  grid.addEventListener("beforeinput", (event) => {
    const act = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
    if (!act) return;
    event.preventDefault();
    history[act]();
  });
  sheet.listen((those) => {
    if (cell && (!those.length || those.includes(cell))) known = read(cell);
  });
}

/** What stands in a cell is right, or this is wrong with it. */
function say(cell, wrong) {
  unmark(cell);
  if (wrong) mark(cell, wrong, "typed");
}

/** That a text is longer than its column takes, or null. */
export function tooLong(sheet, cell) {
  const column = sheet.column(cell);
  if (!TEXTS.has(column?.kind) || typeof read(cell) !== "string") return null;
  const { error, about } = accept(column, read(cell));
  return error ? sheet.t(error, about) : null;
}

/** A number that was typed to its end stands as digits, as a pasted one would; what is wrong with it, or null. */
function settled(sheet, cell) {
  const column = sheet.column(cell);
  if (column?.kind !== "number" || typeof read(cell) !== "string") return null;
  const { value, error, about } = accept(column, read(cell));
  if (value !== undefined) write(cell, value);
  return error ? sheet.t(error, about) : null;
}
