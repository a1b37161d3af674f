// Cells that are not right: a red frame and the reason in the cell, tied to its control for screen readers.

import { make } from "../page/elements.js";
import { control } from "./cells.js";

let count = 0;

/** Mark a cell with a reason. `from` says who marked it, to take the marks of one away. */
export function mark(cell, sentence, from) {
  unmark(cell, from);
  const note = make("p", { class: "err", id: `bad-${(count += 1)}`, "data-mark": from }, sentence);
  const field = control(cell);
  cell.classList.add("is-bad");
  cell.append(note);
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...described(field), note.id].join(" "));
}

/** Take marks from a cell: those of one origin, or all but the server's own. */
export function unmark(cell, from = null) {
  const notes = [...cell.querySelectorAll(from ? `[data-mark="${from}"]` : "[data-mark]")];
  if (!notes.length) return;
  const field = control(cell);
  const rest = described(field).filter((id) => !notes.some((one) => one.id === id));
  for (const note of notes) note.remove();
  if (field && rest.length) field.setAttribute("aria-describedby", rest.join(" "));
  else field?.removeAttribute("aria-describedby");
  if (cell.querySelector(".err")) return;
  field?.removeAttribute("aria-invalid");
  cell.classList.remove("is-bad");
}

/** Take the marks of one origin from a whole form. */
export function unmarkAll(root, from) {
  const cells = new Set([...root.querySelectorAll(`[data-mark="${from}"]`)].map((note) => note.closest("td, th, dd, .field")));
  for (const cell of cells) unmark(cell, from);
}

function described(field) {
  return (field?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
}
