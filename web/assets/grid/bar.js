// The bar above a grid, and the two buttons in the cell one is in: write in large, last year's text.

import { make } from "../page/elements.js";
import { key } from "./cells.js";
import { enlarge, isLong } from "./editor.js";
import { full } from "./folding.js";
import { opened } from "./lists.js";

/** Undo, redo, last year's texts, full screen; and how the saving goes, seen in full screen only. */
export function bar(sheet, last) {
  const { grid, t, history } = sheet;
  const tool = (name, act, css = "") => make("button", { type: "button", class: `btn small ${css}`, onclick: act }, t(name));
  const screen = tool("full_screen", null, "wide-only");
  const tools = [];
  if (sheet.isOpen) {
    const undo = tool("undo", () => act("undo", "undone"));
    const redo = tool("redo", () => act("redo", "redone"));
    const show = () => {
      undo.disabled = !history.done.length;
      redo.disabled = !history.undone.length;
    };
    const act = (name, said) => {
      history[name]();
      sheet.say(t(said));
    };
    history.listeners.push(show);
    show();
    tools.push(undo, redo);
    if (last) tools.push(make("button", { type: "button", class: "btn small", onclick: () => last.takeAll() }, t("take_last", { period: last.period })));
  }
  const saved = make("span", { class: "form-saved form-bar-saved", "data-form-saved": "", "aria-hidden": "true" });
  grid.querySelector(".form-scroll").before(make("div", { class: "form-bar" }, tools, saved, screen));
  full(sheet, screen);
}

/** Open a cell in large, whatever it holds: where nothing is written in large, what it held a period before. */
export function large(sheet, cell, last) {
  if (!cell || opened(sheet, cell)) return;
  if (isLong(cell, sheet)) enlarge(sheet, cell, last);
  else if (last?.of(cell)) last.open(cell);
}

/** The buttons of the cell that has the focus. Keys reach them otherwise: F2 twice. */
export function cellTools(sheet, last) {
  const { grid, t } = sheet;
  const tool = (name, act) => make("button", { type: "button", class: "btn small", tabindex: "-1", onclick: act }, t(name));
  const here = () => tools.closest("td");
  const wide = tool("enlarge", () => large(sheet, here(), last));
  // several years, written with a dash, are no year
  const several = last && /[-\u2013\u2014]/.test(last.period);
  const old = last ? tool(several ? "last_years" : "last", () => last.open(here())) : null;
  const tools = make("span", { class: "form-cell-tools" }, old, wide);
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (!cell || cell === here() || !cell.closest("tr[data-row]")) return;
    wide.hidden = !isLong(cell, sheet) || key(cell) === "label";
    if (old) old.hidden = !last.of(cell);
    if (wide.hidden && (!old || old.hidden)) tools.remove();
    else cell.append(tools);
  });
  // where one presses into a cell, the buttons must not take the place of what was pressed
  tools.addEventListener("pointerdown", (event) => event.stopPropagation());
}
