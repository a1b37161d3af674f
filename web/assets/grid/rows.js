// Adding, moving and removing rows without a round trip, each of it undoable. The buttons are those that work without script.

import { make } from "../page/elements.js";
import { control, rows } from "./cells.js";
import { arrive } from "./sheet.js";

const BLANK = "own-000000000000";
const OWN = /^own-[0-9a-f]{12}$/;
const NUMBERED = /^(\D{1,100})(\d{1,3})$/;
const NAME = /^rows\[[^\]]+\]\[(\w+)\]$/;

export class Rows {
  constructor(sheet, save) {
    Object.assign(this, { sheet, save });
    sheet.grid.addEventListener("click", (event) => {
      const button = event.target.closest("button[name]");
      const act = button && NAME.exec(button.name)?.[1];
      if (!["add", "remove", "up", "down"].includes(act)) return;
      if (act === "add" && !this.blank) return;
      event.preventDefault();
      if (act === "add") this.add(button.value);
      else if (act === "remove") this.remove(button.closest("tr"));
      else {
        this.move(button.closest("tr"), act === "up" ? -1 : 1);
        button.focus();
      }
    });
  }

  get blank() {
    return this.sheet.grid.querySelector("template[data-blank-row]");
  }

  get nested() {
    return "nested" in this.sheet.grid.dataset;
  }

  /** How many rows can still be added. */
  room() {
    return this.blank ? Number(this.sheet.grid.dataset.maxRows) - this.sheet.rows.length : 0;
  }

  /** A new row under a goal, or behind a row. */
  add(goal, behind = null) {
    if (this.room() < 1) {
      this.sheet.say(this.sheet.t("full", { max: this.sheet.grid.dataset.maxRows }));
      return;
    }
    const row = this.made(goal);
    const name = row.querySelector(".form-label textarea");
    if (name) name.value = this.nextName(goal);
    this.does(() => this.place(row, goal, behind));
    this.sheet.go([row.querySelector(".form-label"), ...row.querySelectorAll("td")].find(control));
  }

  /** Rows at the end of the grid; what takes them back. */
  append(count) {
    const goal = this.nested ? (this.sheet.rows.at(-1)?.closest("tbody").dataset.goal ?? "") : "";
    const before = this.order();
    for (let at = 0; at < count; at += 1) this.place(this.made(goal), goal, null, false);
    this.span();
    const after = this.order();
    this.sheet.changed();
    return { undo: () => this.restore(before), redo: () => this.restore(after) };
  }

  /** Take a row away; it can be had back, after a reload too, for what it says is saved first. */
  remove(row) {
    const { sheet } = this;
    if (!row.querySelector('button[name$="[remove]"]')) return;
    this.save();
    const all = sheet.rows;
    const beside = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
    const name = row.querySelector(".form-label textarea")?.value || row.querySelector(".form-name")?.textContent;
    this.does(() => this.take(row));
    const there = beside && [...beside.querySelectorAll("td, .form-label")].map(control).find(Boolean);
    if (there) arrive(there);
    sheet.say(make("span", {}, sheet.t("removed", { row: name || sheet.t("nameless") })), sheet.undoButton());
  }

  take(row) {
    const body = row.parentElement;
    const head = row.querySelector(".form-goal");
    if (head && row.nextElementSibling) row.nextElementSibling.prepend(head);
    row.remove();
    if (!body.children.length) body.remove();
  }

  /** Make the rows these, in this order; `goals(id)` says where a new one belongs. Answers what takes it back. */
  become(ids, goals) {
    const before = this.order();
    for (const row of this.sheet.rows) {
      if (!ids.includes(row.dataset.row) && row.querySelector('button[name$="[remove]"]')) this.take(row);
    }
    for (const id of ids.filter((one) => OWN.test(one) && !this.find(one))) {
      if (this.room() > 0) this.place(this.made(goals(id), id), goals(id), null);
    }
    const at = (row) => (ids.includes(row.dataset?.row) ? ids.indexOf(row.dataset.row) : Infinity);
    const order = this.order().map((one) => ({ ...one, rows: [...one.rows].sort((x, y) => at(x) - at(y) || 0) }));
    if (!this.nested) order.sort((x, y) => at(x.rows[0]) - at(y.rows[0]) || 0);
    this.restore(order);
    const after = this.order();
    return { undo: () => this.restore(before), redo: () => this.restore(after) };
  }

  move(row, by) {
    const one = this.nested ? row : row.parentElement;
    const other = by < 0 ? one.previousElementSibling : one.nextElementSibling;
    if (!row.querySelector('button[name$="[up]"]') || !other || other.tagName !== one.tagName) return;
    this.does(() => {
      const head = one.parentElement.querySelector(":scope > tr > .form-goal");
      if (by < 0) other.before(one);
      else other.after(one);
      if (this.nested && head) one.parentElement.firstElementChild.prepend(head);
    });
  }

  /** Do something to the rows as one step. */
  does(act) {
    const before = this.order();
    act();
    this.span();
    const after = this.order();
    this.sheet.history.add({ undo: () => this.restore(before), redo: () => this.restore(after) });
    this.sheet.changed();
  }

  /** Which rows stand where. */
  order() {
    return [...this.sheet.table.tBodies].map((body) => ({
      body,
      head: body.querySelector(".form-goal"),
      rows: [...body.children],
    }));
  }

  restore(order) {
    const { table } = this.sheet;
    const wanted = new Set(order.map((one) => one.body));
    for (const body of [...table.tBodies]) if (!wanted.has(body)) body.remove();
    // only what stands elsewhere is moved: a browser lays out anew what it is given
    let at = table.tBodies[0] ?? table.tFoot;
    for (const { body } of order) {
      if (body === at) at = at.nextElementSibling;
      else table.insertBefore(body, at);
    }
    for (const { body, head, rows: those } of order) {
      if (body.children.length !== those.length || those.some((row, at) => row !== body.children[at])) body.replaceChildren(...those);
      if (head && those[0] && head.parentElement !== those[0]) those[0].prepend(head);
    }
    this.span();
    this.sheet.changed();
  }

  /** A goal's cell stands in the first row of its group and spans them all. */
  span() {
    if (!this.nested) return;
    for (const body of this.sheet.table.tBodies) {
      const head = body.querySelector(".form-goal");
      if (head) head.rowSpan = body.children.length;
    }
  }

  place(row, goal, behind) {
    const { table } = this.sheet;
    if (behind) {
      if (this.nested) behind.after(row);
      else behind.parentElement.after(make("tbody", { "data-goal": row.dataset.row }, row));
      return;
    }
    const group = this.group(goal);
    if (group) group.append(row);
    else {
      table.querySelector(".form-nothing")?.closest("tbody").remove();
      table.insertBefore(make("tbody", { "data-goal": row.dataset.row }, row), table.tFoot);
    }
  }

  /** Behind 任务 1 and 任务 2 comes 任务 3, where the template left a row open. */
  nextName(goal) {
    const body = this.group(goal);
    const found = NUMBERED.exec(body?.dataset.nextLabel ?? "");
    if (!found) return "";
    const names = [...body.querySelectorAll(".form-name, .form-label textarea")].map((one) => NUMBERED.exec(one.value ?? one.textContent));
    const numbers = names.filter((one) => one?.[1] === found[1]).map((one) => Number(one[2]));
    return `${found[1]}${Math.max(0, ...numbers) + 1}`;
  }

  group(goal) {
    return this.nested ? [...this.sheet.table.tBodies].find((body) => body.dataset.goal === goal) : null;
  }

  /** A copy of the blank row with an identity of its own, or with the one given. */
  made(goal, id = fresh()) {
    const row = this.blank.content.querySelector("tr").cloneNode(true);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (value.includes(BLANK)) element.setAttribute(name, value.replaceAll(BLANK, id));
      }
      if (element.name?.endsWith("[goal]")) element.value = goal;
    }
    return row;
  }

  /** The row of this identity, if it is here. */
  find(id) {
    return rows(this.sheet.grid).find((row) => row.dataset.row === id) ?? null;
  }
}

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `own-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
