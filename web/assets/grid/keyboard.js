// Moving through the grid by keyboard, as in a spreadsheet: after arriving in a cell by a key, arrow keys go on and typing
// replaces; once somebody types, clicks or presses F2, the keys move the caret and leave only at the ends of the text. Tab
// goes from cell to cell; the tools of a row lie left of its first cell. Nothing happens while an input method composes.

import { cells, control, next, open, place, read, rows } from "./cells.js";
import { fillDown } from "./paste.js";
import { arrive } from "./sheet.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PAGES = { PageUp: -10, PageDown: 10 };
const SILENT = new Set(["Shift", "Control", "Alt", "Meta", "Tab", "Enter"]);

export function keyboard(sheet, { selection, rowActs, enlarge, save }) {
  const { grid } = sheet;
  let first = null;
  const edits = () => (sheet.arrived = null);
  grid.addEventListener("input", edits);
  grid.addEventListener("pointerdown", edits);
  grid.addEventListener("grid:arrived", (event) => (sheet.arrived = event.target));
  grid.addEventListener("focusin", (event) => {
    edits();
    const cell = event.target.closest("td, th");
    if (cell && cell !== first?.cell) first = { cell, value: read(cell) };
  });
  grid.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || !event.target.closest("tr[data-row]")) return;
    const done = event.ctrlKey || event.metaKey ? combined(event) : event.altKey ? alternate(event) : plain(event);
    if (done) event.preventDefault();
    else if (!SILENT.has(event.key) && !event.ctrlKey && !event.metaKey) {
      edits();
      if (event.key.length === 1) selection.none();
    }
  });

  function combined(event) {
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") return back(key === "y" || event.shiftKey);
    if (key === "s") return save(), true;
    if (key === "d" && !event.shiftKey && !event.altKey) return fillDown(sheet, selection, rowActs, event.target), true;
    if (key === "a" && sheet.arrived) return selection.everything(), true;
    if (key === "home" || key === "end") return edge(key === "home");
    if (key === "enter") return addBehind(event.target.closest("tr"));
    if (key === "delete" && sheet.arrived) return rowActs.remove(event.target.closest("tr")), true;
    return false;
  }

  function back(forward) {
    const step = forward ? sheet.history.redo() : sheet.history.undo();
    sheet.say(sheet.t(step ? (forward ? "redone" : "undone") : forward ? "nothing_to_redo" : "nothing_to_undo"));
    return true;
  }

  function edge(home) {
    const found = rows(grid).flatMap(cells).map(open).filter(Boolean);
    const to = found.at(home ? 0 : -1);
    if (to) arrive(to);
    return true;
  }

  function addBehind(row) {
    const button = row.closest("tbody").querySelector('button[name$="[add]"]') ?? grid.querySelector('button[name$="[add]"]');
    if (button) rowActs.add(row.closest("tbody").dataset.goal, row);
    return true;
  }

  function alternate(event) {
    if (event.key === "Enter" && event.target.tagName === "TEXTAREA") {
      event.target.setRangeText("\n", event.target.selectionStart, event.target.selectionEnd, "end");
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      return true;
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return false;
    const target = event.target;
    rowActs.move(target.closest("tr"), event.key === "ArrowUp" ? -1 : 1);
    target.focus();
    return true;
  }

  function plain(event) {
    if (event.key === "F2") return enterOrEnlarge(event.target);
    if (event.key === "Escape") return escape(event.target);
    if ((event.key === "Delete" || event.key === "Backspace") && selection.is) return selection.clearCells(), true;
    if ((event.key === "Delete" || event.key === "Backspace") && sheet.arrived) return empty(event.target);
    if (event.shiftKey && ARROWS[event.key] && (sheet.arrived || selection.is)) {
      selection.grow(place(grid, event.target), ...ARROWS[event.key]);
      return true;
    }
    if (PAGES[event.key] && sheet.arrived) return leap(event.target, PAGES[event.key]);
    const to = event.key === "Tab" ? beside(event) : target(event);
    if (!to) return false;
    selection.none();
    arrive(to);
    return true;
  }

  function leap(field, by) {
    const from = place(grid, field);
    const to = Math.max(0, Math.min(rows(grid).length - 1, from.row + by));
    const found = next(grid, { row: to - Math.sign(by), column: from.column }, Math.sign(by), 0);
    if (found) arrive(found);
    return true;
  }

  function enterOrEnlarge(field) {
    if (sheet.arrived !== field) return enlarge(field.closest("td, th")), true;
    edits();
    if (field.setSelectionRange && field.type !== "date") field.setSelectionRange(field.value.length, field.value.length);
    return true;
  }

  /** What was typed since coming into the cell is taken back; a second press leaves other things to close. */
  function escape(field) {
    if (selection.is) return selection.none(), true;
    const cell = field.closest("td, th");
    if (sheet.arrived || !first || first.cell !== cell || read(cell) === null) return false;
    sheet.put([[cell, first.value]]);
    if (field.isConnected) arrive(field);
    return true;
  }

  function empty(field) {
    const cell = field.closest("td, th");
    const value = read(cell);
    if (typeof value === "string" && field.tagName !== "BUTTON") return sheet.put([[cell, ""]]), true;
    return false;
  }

  /** Where an arrow key or Enter leads, if it leads out of this control. */
  function target(event) {
    const direction = event.shiftKey ? null : (ARROWS[event.key] ?? (event.key === "Enter" ? [1, 0] : null));
    if (!direction || !wants(event, sheet.arrived)) return null;
    const from = place(grid, event.target);
    if (!from) return null;
    if (inTools(event.target)) return fromTool(event, from);
    return next(grid, from, ...direction) ?? (event.key === "ArrowLeft" ? tools(from)[0] : null);
  }

  /** The cell before or after this one in reading order; at the ends of the table the page goes on. */
  function beside(event) {
    if (inTools(event.target)) return null;
    const all = rows(grid).flatMap(cells).map(open).filter(Boolean);
    const at = all.indexOf(control(event.target.closest("td, th")));
    return at < 0 ? null : (all[at + (event.shiftKey ? -1 : 1)] ?? null);
  }

  function tools(from) {
    return [...rows(grid)[from.row].querySelectorAll(".form-tools button")];
  }

  function fromTool(event, from) {
    const those = tools(from);
    const other = those[those.indexOf(event.target) + (event.key === "ArrowLeft" ? -1 : 1)];
    return other ?? (event.key === "ArrowRight" ? next(grid, { ...from, column: -1 }, 0, 1) : null);
  }
}

function inTools(element) {
  return element.tagName === "BUTTON" && element.closest(".form-tools") !== null;
}

/** Whether this key, in this control, means "to another cell". */
function wants(event, arrived) {
  const field = event.target;
  if (event.key === "Enter") {
    return field.tagName === "INPUT" || (field.tagName === "TEXTAREA" && matchMedia("(pointer: fine)").matches);
  }
  if (field.tagName === "SELECT") return event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (field.tagName === "BUTTON") return !inTools(field) || event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (typeof field.selectionStart !== "number") return field.type === "checkbox" || (field === arrived && field.type !== "radio");
  if (field === arrived) return true;
  if (field.selectionStart !== field.selectionEnd) return false;
  const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
  return field.selectionStart === (back ? 0 : field.value.length);
}
