// Moving through the grid by keyboard. Arrow keys leave a cell only at the edge of its text, so that they
// still move the caret; nothing happens while an input method composes.

import { next, place } from "./cells.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function keyboard(grid) {
  grid.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key] ?? (event.key === "Enter" ? [1, 0] : null);
    if (!direction || event.shiftKey || !wants(event)) return;
    const from = place(grid, event.target);
    const to = from && next(grid, from, ...direction);
    if (!to) return;
    event.preventDefault();
    to.focus();
    const end = direction[1] < 0 || direction[0] < 0 ? to.value.length : 0;
    to.setSelectionRange?.(end, end);
  });
}

/** Whether this key, in this control, means "to another cell". */
function wants(event) {
  const field = event.target;
  if (event.key === "Enter") {
    return field.tagName === "INPUT" || (field.tagName === "TEXTAREA" && matchMedia("(pointer: fine)").matches);
  }
  if (field.tagName === "SELECT") return event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (typeof field.selectionStart !== "number") return field.type === "checkbox";
  if (field.selectionStart !== field.selectionEnd) return false;
  const before = field.value.slice(0, field.selectionStart);
  const after = field.value.slice(field.selectionEnd);
  if (event.key === "ArrowLeft") return before === "";
  if (event.key === "ArrowRight") return after === "";
  return !(event.key === "ArrowUp" ? before : after).includes("\n") && atEdgeLine(field, event.key === "ArrowUp");
}

/** A wrapped text has more lines than line feeds: only from its first or last character's line may one leave. */
function atEdgeLine(field, first) {
  if (field.tagName !== "TEXTAREA") return true;
  const lines = field.scrollHeight / parseFloat(getComputedStyle(field).lineHeight);
  if (lines < 2.5) return true;
  return first ? field.selectionStart === 0 : field.selectionEnd === field.value.length;
}
