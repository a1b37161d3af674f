// Forms in the browser: what people know from spreadsheets, over the same controls that work as a plain form.
//
// Screen readers meet a plain table with row and column headers whose cells hold ordinary controls, each named by its row and
// column; there is no role of ours to learn. Keys move between those controls (keyboard.js). docs/forms.md has the list.

import { texts } from "../page/islands.js";
import { make } from "../page/elements.js";
import { autosave } from "./autosave.js";
import { bar, cellTools, large } from "./bar.js";
import { control } from "./cells.js";
import { opening } from "./choices.js";
import { folding } from "./folding.js";
import { growing } from "./grow.js";
import { History } from "./history.js";
import { keyboard } from "./keyboard.js";
import { last as lastOf } from "./last.js";
import { lists } from "./lists.js";
import { lost } from "./lost.js";
import { naming } from "./naming.js";
import { oneRow } from "./one_row.js";
import { pasting } from "./paste.js";
import { Rows } from "./rows.js";
import { Selection } from "./selection.js";
import { Sheet } from "./sheet.js";
import { sums } from "./sums.js";
import { typing } from "./typing.js";

export function start(root) {
  const t = texts(root);
  const form = { root, t, history: new History(), sheets: new Map(), changed: () => {}, tell, top };
  let draft = null;
  for (const grid of root.querySelectorAll("[data-grid]")) {
    const sheet = new Sheet(grid, t, form.history);
    form.sheets.set(grid.dataset.grid, sheet);
    equip(sheet, () => draft?.save());
    sheet.listen(() => draft?.touch());
  }
  form.changed = () => draft?.touch();
  growing(root, form.sheets);
  draft = autosave(form);
  lost(form);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
  });
  root.addEventListener("click", (event) => lead(event, form));
  document.addEventListener("keydown", (event) => backAnywhere(event, form));
  root.querySelector("#form-errors")?.focus();

  /** Say something on top of the form; with a way back. */
  function tell(text, undoable) {
    root.querySelector(".form-told")?.remove();
    const note = make("div", { class: "callout form-told", role: "status" }, make("span", { class: "grow" }, text));
    const close = make("button", { type: "button", class: "btn small", onclick: () => note.remove() }, t("understood"));
    const back = make("button", { type: "button", class: "btn small", onclick: () => (form.history.undo(), note.remove()) }, t("undo"));
    note.append(...(undoable ? [back, close] : [close]));
    top().prepend(note);
  }

  /** Where things are said that concern the whole form: where one looks. */
  function top() {
    return root.querySelector(".is-full") ?? root;
  }
}

function equip(sheet, save) {
  const rowActs = new Rows(sheet, save);
  const last = lastOf(sheet);
  sheet.rowActs = rowActs;
  const selection = new Selection(sheet);
  bar(sheet, last);
  folding(sheet);
  if (!sheet.isOpen) return;
  opening(sheet.grid);
  lists(sheet);
  naming(sheet);
  oneRow(sheet);
  cellTools(sheet, last);
  typing(sheet);
  keyboard(sheet, { selection, rowActs, enlarge: (cell) => large(sheet, cell, last), save });
  pasting(sheet, selection, rowActs);
  sums(sheet);
  begin(sheet);
}

/** Where all that may be written stands far to the right, as a reviewer's column does, it is seen at once. */
function begin(sheet) {
  const view = sheet.table.closest(".form-scroll");
  const first = sheet.all[0]?.find((cell) => control(cell));
  if (first) view.scrollLeft = first.offsetLeft + first.offsetWidth - view.clientWidth;
}

/** Undo and redo where no text has the focus that has its own. */
function backAnywhere(event, form) {
  const key = event.key.toLowerCase();
  const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y");
  if (!wanted || event.defaultPrevented || event.isComposing || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) form.history.redo();
  else form.history.undo();
}

/** A link to a cell shows it wherever it is: in a folded column, in a row that is not the one on the phone. */
function lead(event, form) {
  const link = event.target.closest('a[href^="#f-"]');
  const target = link && document.getElementById(link.hash.slice(1));
  const sheet = target && form.sheets.get(target.closest("[data-grid]")?.dataset.grid);
  const cell = target?.closest("td, th");
  if (!sheet || !cell) return;
  event.preventDefault();
  for (const reveal of sheet.revealers) reveal(cell);
  (control(cell) ?? target).focus();
  cell.scrollIntoView({ block: "center", inline: "nearest" });
}

for (const root of document.querySelectorAll("[data-form]")) start(root);
