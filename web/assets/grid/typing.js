// What is typed into cells becomes steps that can be undone; undo and redo are ours, for typed text as for pastes.

import { read, write } from "./cells.js";
import { unmark } from "./marks.js";

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
    const [before, after] = [known, read(at)];
    known = after;
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    unmark(at);
    history.typed(at, before, after, (value) => {
      write(at, value);
      unmark(at);
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
