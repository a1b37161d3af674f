// Adding, moving and removing rows without a round trip. The buttons are the same that work without script.

import { make } from "../page/elements.js";

const BLANK = "own-000000000000";
const NAME = /^rows\[[^\]]+\]\[(\w+)\]$/;

export function rowButtons(grid, t, changed) {
  const acts = { add, remove, up: (...all) => move(...all, -1), down: (...all) => move(...all, 1) };
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("button[name]");
    const act = button && acts[NAME.exec(button.name)?.[1]];
    if (!act || !act(grid, button, t, changed)) return;
    event.preventDefault();
    changed();
  });
}

function add(grid, button, t) {
  const most = Number(grid.dataset.maxRows);
  if (grid.querySelectorAll("tr[data-row]").length >= most) {
    note(grid, t("full", { max: most }));
    return true;
  }
  const row = blank(grid, button.value);
  if (!row) return false;
  if ("nested" in grid.dataset) groupOf(grid, button.value).append(row);
  else {
    grid.querySelector(".form-nothing")?.closest("tbody").remove();
    grid.querySelector("table.form-grid").append(make("tbody", { "data-goal": row.dataset.row }, row));
  }
  span(row.parentElement);
  row.querySelector("textarea, input:not([type=hidden])").focus();
  return true;
}

/** A copy of the blank row with an identity of its own. */
function blank(grid, goal) {
  const template = grid.querySelector("template[data-blank-row]");
  if (!template) return null;
  const row = template.content.querySelector("tr").cloneNode(true);
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  const id = `own-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes(BLANK)) element.setAttribute(name, value.replaceAll(BLANK, id));
    }
    if (element.name?.endsWith("[goal]")) element.value = goal;
  }
  return row;
}

function groupOf(grid, goal) {
  return [...grid.querySelectorAll("tbody[data-goal]")].find((body) => body.dataset.goal === goal);
}

function remove(grid, button, t, changed) {
  const row = button.closest("tr");
  const body = row.parentElement;
  const table = body.parentElement;
  if ("nested" in grid.dataset && body.children.length === 1) return false;
  const head = row.querySelector(".form-goal");
  const [after, bodyAfter] = [row.nextElementSibling, body.nextElementSibling];
  const name = row.querySelector(".form-label textarea")?.value || row.querySelector(".form-name")?.textContent;
  if (head && after) after.prepend(head);
  row.remove();
  if (!body.children.length) body.remove();
  span(body);
  const back = () => {
    if (!body.isConnected) table.insertBefore(body, bodyAfter);
    body.insertBefore(row, after);
    if (head) row.prepend(head);
    span(body);
    note(grid, t("undone"));
    changed();
  };
  const undo = make("button", { type: "button", class: "btn small", onclick: back }, t("undo"));
  note(grid, make("span", {}, t("removed", { row: name || t("nameless") })), undo);
  return true;
}

function move(grid, button, t, changed, by) {
  const row = button.closest("tr");
  const one = "nested" in grid.dataset ? row : row.parentElement;
  const other = by < 0 ? one.previousElementSibling : one.nextElementSibling;
  if (!other || other.tagName !== one.tagName) return true;
  const head = one.parentElement.querySelector(".form-goal");
  if (by < 0) other.before(one);
  else other.after(one);
  if ("nested" in grid.dataset && head) one.parentElement.firstElementChild.prepend(head);
  button.focus();
  return true;
}

/** The goal's cell stands in the first row of its group and spans them all. */
function span(body) {
  const head = body.querySelector(".form-goal");
  if (head) head.rowSpan = body.children.length;
}

function note(grid, ...what) {
  grid.querySelector("[data-grid-note]").replaceChildren(...what);
}
