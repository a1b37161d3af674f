// Forms in the browser: keyboard in the grid, own rows, pasting a block, drafts saved while typing.
//
// Every [data-form] works without this as a plain form; here the same controls get more comfortable.

import { texts } from "../page/islands.js";
import { autosave } from "./autosave.js";
import { growing } from "./grow.js";
import { keyboard } from "./keyboard.js";
import { pasting } from "./paste.js";
import { rowButtons } from "./rows.js";

export function start(root) {
  const t = texts(root);
  const changed = autosave(root, t);
  growing(root);
  for (const grid of root.querySelectorAll("[data-grid]")) {
    keyboard(grid);
    pasting(grid, t);
    rowButtons(grid, t, changed);
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
  });
  root.querySelector("#form-errors")?.focus();
}

for (const root of document.querySelectorAll("[data-form]")) start(root);
