// Moving through the grid by keyboard, as in a spreadsheet: after arriving in a cell by a key, arrow keys go on;
// once somebody types, clicks or presses F2, they move the caret and leave only at the ends of the text. Tab goes from
// cell to cell; the tools of a row lie left of its first cell. Nothing happens while an input method composes.

import { cells, control, next, place, rows } from "./cells.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const SILENT = new Set(["Shift", "Control", "Alt", "Meta", "Tab", "Enter"]);

export function keyboard(grid) {
  let arrived = null;
  const edits = () => (arrived = null);
  grid.addEventListener("input", edits);
  grid.addEventListener("pointerdown", edits);
  grid.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = event.key === "Tab" ? beside(grid, event) : target(grid, event, arrived);
    if (!to) {
      if (!SILENT.has(event.key)) edits();
      return;
    }
    event.preventDefault();
    to.focus();
    to.setSelectionRange?.(to.value.length, to.value.length);
    arrived = to;
  });
}

/** Where an arrow key or Enter leads, if it leads out of this control. */
function target(grid, event, arrived) {
  const direction = event.shiftKey ? null : (ARROWS[event.key] ?? (event.key === "Enter" ? [1, 0] : null));
  if (!direction || !wants(event, arrived)) return null;
  const from = place(grid, event.target);
  if (!from) return null;
  if (event.target.tagName === "BUTTON") return fromTool(grid, event, from);
  return next(grid, from, ...direction) ?? (event.key === "ArrowLeft" ? tools(grid, from)[0] : null);
}

/** The cell before or after this one in reading order; at the ends of the table the page goes on. */
function beside(grid, event) {
  if (event.target.tagName === "BUTTON") return null;
  const all = rows(grid).flatMap((row) => cells(row).map(control)).filter(Boolean);
  const at = all.indexOf(event.target);
  return at < 0 ? null : (all[at + (event.shiftKey ? -1 : 1)] ?? null);
}

function tools(grid, from) {
  return [...rows(grid)[from.row].querySelectorAll(".form-tools button")];
}

function fromTool(grid, event, from) {
  const those = tools(grid, from);
  const other = those[those.indexOf(event.target) + (event.key === "ArrowLeft" ? -1 : 1)];
  return other ?? (event.key === "ArrowRight" ? next(grid, { ...from, column: -1 }, 0, 1) : null);
}

/** Whether this key, in this control, means "to another cell". */
function wants(event, arrived) {
  const field = event.target;
  if (event.key === "Enter") {
    return field.tagName === "INPUT" || (field.tagName === "TEXTAREA" && matchMedia("(pointer: fine)").matches);
  }
  if (field.tagName === "BUTTON" || field.tagName === "SELECT") return event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (typeof field.selectionStart !== "number") return field.type === "checkbox";
  if (field === arrived) return true;
  if (field.selectionStart !== field.selectionEnd) return false;
  const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
  return field.selectionStart === (back ? 0 : field.value.length);
}
