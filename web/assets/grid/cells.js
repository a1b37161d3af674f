// The cells of a grid as a rectangle: where a control stands, which one stands beside it, what a cell holds.

import { make } from "../page/elements.js";
import { choose, offers } from "./choices.js";
import { lines, says } from "./entries.js";

const CONTROLS = "textarea, select, input:not([type=hidden])";
const BOXES = "input:is([type=checkbox], [type=radio])";
/** Kinds of columns whose values are chosen, not written. */
export const CHOICES = new Set(["select", "radio", "checklist", "evidence"]);

/** The control of a cell, if it can be filled. A list and evidence have one button for all of it. */
export function control(cell) {
  if (!cell) return null;
  return cell.querySelector(":scope > .form-lines, input[type=radio]:checked") ?? cell.querySelector(CONTROLS);
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
  if (!cell || !line || cell.classList.contains("form-goal")) return null;
  return { row: rows(grid).indexOf(line), column: cells(line).indexOf(cell) };
}

/** Going from a place in a direction, the next cell that can be filled and is not folded away. */
export function next(grid, from, down, right) {
  const table = rows(grid);
  let { row, column } = from;
  for (;;) {
    row += down;
    column += right;
    const those = table[row] ? cells(table[row]) : [];
    if (column < 0 || column >= those.length) return null;
    const found = open(those[column]);
    if (found) return found;
  }
}

/** The control of a cell that one can go to. */
export function open(cell) {
  return cell && !("folded" in cell.dataset) ? control(cell) : null;
}

/** What the columns are, as the server tells it; a row's name is one more. */
export function columns(grid) {
  const template = grid.querySelector(":scope > template[data-json=columns]");
  const told = template ? JSON.parse(template.content.textContent) : [];
  const named = { key: "label", kind: "textarea", title: "", max_length: 200 };
  return new Map([["label", named], ...told.map((one) => [one.key, one])]);
}

/** The key of a cell's column. */
export function key(cell) {
  return cell.dataset.column ?? "label";
}

/** What a cell's column is, with the choices and the small fields as the cell itself offers them. */
export function facts(cell, known) {
  const column = known.get(key(cell));
  if (column && CHOICES.has(column.kind)) return { ...column, options: options(cell) };
  if (column?.kind === "list" && !column.parts) column.parts = parts(cell);
  return column;
}

/** What can be chosen in a cell: `{ value, label }`. */
export function options(cell) {
  const select = cell.querySelector("select");
  if (select) return offers(select).filter((one) => one.value).map((one) => ({ value: one.value, label: one.text.trim() }));
  const boxes = [...cell.querySelectorAll(`.form-choices ${BOXES}`)];
  return boxes.map((box) => ({ value: box.value, label: box.closest("label").textContent.trim() }));
}

/** The small fields of a list's entries, as its first entry has them. */
function parts(cell) {
  return [...(cell.querySelector("[data-entry]")?.querySelectorAll("[data-part]") ?? [])].map((part) => {
    const field = control(part);
    const title = part.querySelector(".form-part-label")?.textContent ?? "";
    const about = { key: part.dataset.part, title };
    if (field.tagName === "SELECT") return { ...about, kind: "select", options: options(part) };
    const moment = { date: "date", time: "time", "datetime-local": "datetime" }[field.type];
    if (moment) return { ...about, kind: "datetime", moment };
    return { ...about, kind: field.inputMode === "decimal" ? "number" : field.tagName === "TEXTAREA" ? "textarea" : "textfield" };
  });
}

/** What a cell holds: text, true or false, a list; null where nothing can be filled. */
export function read(cell) {
  const listed = cell.querySelector("[data-entries]");
  if (listed) return entriesOf(listed);
  const group = cell.querySelector(".form-choices");
  if (group) return chosen(group);
  const field = control(cell);
  if (!field) return null;
  return field.type === "checkbox" ? field.checked : field.value;
}

function entriesOf(listed) {
  const each = [...listed.querySelectorAll("[data-entry]")].map((entry) =>
    Object.fromEntries([...entry.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, control(part).value])),
  );
  return each.filter(says);
}

function chosen(group) {
  const boxes = [...group.querySelectorAll(BOXES)].filter((one) => one.checked).map((one) => one.value);
  return group.getAttribute("role") === "group" ? boxes : (boxes[0] ?? "");
}

/** Put a value into a cell; nobody hears of it. */
export function write(cell, value) {
  const listed = cell.querySelector("[data-entries]");
  const group = cell.querySelector(".form-choices");
  if (listed) putEntries(listed, value ?? []);
  else if (group) {
    const wanted = new Set([value ?? []].flat().map(String));
    if (group.querySelector("[data-cite]")) for (const one of wanted) offer(group, one);
    for (const box of group.querySelectorAll(BOXES)) box.checked = wanted.has(box.value);
  } else {
    const field = control(cell);
    if (!field) return;
    if (field.type === "checkbox") field.checked = value === true;
    else if (field.tagName === "SELECT") choose(field, value ?? "");
    else field.value = value ?? "";
  }
  if (listed || group) cell.dispatchEvent(new CustomEvent("grid:put"));
}

/** A box for a piece of evidence that the cell does not have yet, under the name by which the page knows it. */
export function offer(group, value, label = "") {
  if ([...group.querySelectorAll(BOXES)].some((box) => box.value === value)) return;
  const known = [...(document.getElementById("form-evidence")?.options ?? [])].find((one) => one.value === value)?.label;
  const { name } = group.querySelector("[data-cite]");
  const box = make("input", { type: "checkbox", name, value });
  group.insertBefore(make("label", { class: "pick" }, box, make("span", {}, label || known || `#${value}`)), group.querySelector("[data-cite]"));
}

/** The entries anew, and a blank one to write the next into, as the server draws them. */
function putEntries(listed, value) {
  const pattern = listed.querySelector("[data-entry]");
  const most = Number(listed.dataset.most);
  const blank = value.length < most ? [{}] : [];
  const made = [...value, ...blank].slice(0, most).map((entry, at) => {
    const one = pattern.cloneNode(true);
    one.toggleAttribute("data-blank", at >= value.length);
    for (const part of one.querySelectorAll("[data-part]")) {
      const field = control(part);
      field.name = field.name.replace(/\[\d+\](\[[^[\]]+\])$/, `[${at}]$1`);
      field.id = "";
      field.value = entry[part.dataset.part] ?? "";
    }
    return one;
  });
  for (const old of listed.querySelectorAll("[data-entry]")) old.remove();
  listed.append(...made);
}

/** Whether two values of cells are the same. */
export function same(one, other) {
  if (typeof one === "object" || typeof other === "object") return JSON.stringify(one ?? []) === JSON.stringify(other ?? []);
  return (one ?? "") === (other ?? "");
}

/** A cell as one reads it, for copying out. */
export function text(cell, column) {
  const value = read(cell);
  if (value === null) return (cell.querySelector(".form-text, .form-name") ?? cell).textContent.trim();
  return worded(column, value);
}

/** A value as one reads it. */
export function worded(column, value) {
  if (value === null || value === undefined) return "";
  if (value === true) return "✓";
  if (value === false) return "";
  if (column?.kind === "list") return lines(column, value);
  const label = (one) => (column?.options ?? []).find((each) => String(each.value) === String(one))?.label ?? String(one);
  return Array.isArray(value) ? value.map(label).join("、") : label(value);
}

/** How a cell is called: the name of its row, the name of its column. */
export function called(cell, known) {
  const row = cell.closest("tr[data-row]");
  const name = row?.querySelector(".form-label textarea")?.value ?? row?.querySelector(".form-name")?.textContent ?? "";
  return { row: name.trim(), column: known.get(key(cell))?.title ?? "" };
}
