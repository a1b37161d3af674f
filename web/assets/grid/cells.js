// The cells of a grid as a rectangle: where a control stands, and which one stands beside it.

const CONTROLS = "textarea, select, input:not([type=hidden]):not([type=radio])";

/** The control of a cell, if it can be filled. */
export function control(cell) {
  return cell?.querySelector(CONTROLS) ?? null;
}

/** The rows of the grid's table, in order. */
export function rows(grid) {
  return [...grid.querySelectorAll("tr[data-row]")];
}

/** The cells of a row from its name on; the goal that spans rows is none of them. */
export function cells(row) {
  return [...row.children].filter((cell) => !cell.classList.contains("form-goal"));
}

/** `{ row, column }` of a control, counted from 0. */
export function place(grid, element) {
  const cell = element.closest("td, th");
  const line = element.closest("tr[data-row]");
  if (!cell || !line) return null;
  return { row: rows(grid).indexOf(line), column: cells(line).indexOf(cell) };
}

/** The control at a place. */
export function at(grid, row, column) {
  const line = rows(grid)[row];
  return line ? control(cells(line)[column]) : null;
}

/** Going from a place in a direction, the next cell that can be filled. */
export function next(grid, from, down, right) {
  const table = rows(grid);
  let { row, column } = from;
  for (;;) {
    row += down;
    column += right;
    const those = table[row] ? cells(table[row]) : [];
    if (column < 0 || column >= those.length) return null;
    const found = control(those[column]);
    if (found) return found;
  }
}

/** Put text into a control as typing would: listeners hear of it. False if the control cannot hold it. */
export function fill(element, text) {
  if (element.tagName === "SELECT") {
    const option = [...element.options].find((one) => one.value === text || one.text === text.trim());
    if (!option) return false;
    element.value = option.value;
  } else if (element.type === "checkbox") {
    return false;
  } else {
    element.value = element.tagName === "TEXTAREA" ? text : text.replace(/\s*\n\s*/g, " ");
    if (text && !element.value) return false;
  }
  element.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}
