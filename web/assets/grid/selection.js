// A block of cells, chosen with Shift and the arrows, with Shift and a click, or by dragging across cells.

import { make } from "../page/elements.js";
import { block, harmless, written } from "./block.js";
import { cells, place, read, rows } from "./cells.js";

const EMPTY = { boolean: false, string: "" };

export class Selection {
  constructor(sheet) {
    Object.assign(this, { sheet, from: null, to: null, painted: [] });
    const { grid } = sheet;
    grid.addEventListener("pointerdown", (event) => this.press(event));
    grid.addEventListener("copy", (event) => this.copy(event));
    grid.addEventListener("cut", (event) => {
      if (this.copy(event)) this.clearCells();
    });
    grid.addEventListener("input", () => this.none());
    sheet.listen((those) => {
      if (!those.length) this.none();
    });
  }

  get is() {
    return this.from !== null;
  }

  /** `{ top, left, bottom, right }` of what is chosen. */
  get box() {
    const [one, other] = [this.from, this.to];
    return {
      top: Math.min(one.row, other.row),
      left: Math.min(one.column, other.column),
      bottom: Math.max(one.row, other.row),
      right: Math.max(one.column, other.column),
    };
  }

  /** The chosen cells, row by row. */
  get cells() {
    const { top, left, bottom, right } = this.box;
    return rows(this.sheet.grid).slice(top, bottom + 1).map((row) => cells(row).slice(left, right + 1));
  }

  none() {
    for (const cell of this.painted) cell.classList.remove("is-chosen");
    Object.assign(this, { from: null, to: null, painted: [] });
  }

  choose(from, to) {
    this.none();
    Object.assign(this, { from, to });
    this.painted = this.cells.flat();
    for (const cell of this.painted) cell.classList.add("is-chosen");
  }

  /** One step further with Shift. */
  grow(from, down, right) {
    const lines = rows(this.sheet.grid);
    const start = this.from ?? from;
    const end = this.to ?? from;
    const to = { row: end.row + down, column: end.column + right };
    if (to.row < 0 || to.row >= lines.length || to.column < 0 || to.column >= cells(lines[to.row]).length) return;
    this.choose(start, to);
    cells(lines[to.row])[to.column].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  everything() {
    const lines = rows(this.sheet.grid);
    if (lines.length) this.choose({ row: 0, column: 0 }, { row: lines.length - 1, column: cells(lines.at(-1)).length - 1 });
  }

  press(event) {
    const { grid } = this.sheet;
    const at = place(grid, event.target);
    if (!at || event.button !== 0 || event.pointerType !== "mouse") return;
    const active = document.activeElement;
    if (event.shiftKey && grid.contains(active) && place(grid, active)) {
      const from = this.from ?? place(grid, active);
      if (from.row === at.row && from.column === at.column) return;
      event.preventDefault();
      this.choose(from, at);
      return;
    }
    this.none();
    const over = (moved) => this.drag(at, moved);
    grid.addEventListener("pointermove", over);
    window.addEventListener("pointerup", () => grid.removeEventListener("pointermove", over), { once: true });
  }

  drag(from, event) {
    const target = document.elementFromPoint(event.clientX, event.clientY);
    const at = target && this.sheet.grid.contains(target) ? place(this.sheet.grid, target) : null;
    if (!at || (!this.is && at.row === from.row && at.column === from.column)) return;
    event.preventDefault();
    document.getSelection()?.removeAllRanges();
    this.choose(from, at);
  }

  /** Put the chosen cells on the clipboard as Excel, WPS and Word take them. */
  copy(event) {
    if (!this.is) return false;
    const table = this.cells.map((row) => row.map((cell) => this.sheet.text(cell)));
    event.preventDefault();
    event.clipboardData.setData("text/plain", written(table));
    event.clipboardData.setData("text/html", html(table));
    const [height, width] = [table.length, table[0].length];
    this.sheet.say(this.sheet.t("copied", { rows: height, columns: width }));
    return true;
  }

  /** Empty the chosen cells that can be filled. */
  clearCells() {
    const pairs = this.cells.flat().map((cell) => [cell, read(cell)]);
    const full = pairs.filter(([cell, value]) => value !== null && this.sheet.column(cell));
    const step = this.sheet.put(full.map(([cell, value]) => [cell, EMPTY[typeof value] ?? []]));
    if (step) this.sheet.say(this.sheet.t("emptied"), this.sheet.undoButton());
  }
}

function html(table) {
  const body = table.map((row) => make("tr", {}, row.map((text) => make("td", {}, broken(harmless(text))))));
  return make("table", {}, body).outerHTML;
}

function broken(text) {
  return text.split("\n").flatMap((line, at) => (at ? [make("br"), line] : [line]));
}

/** The block on a clipboard, or null. */
export function pasted(data) {
  return block(data.getData("text/plain"), data.getData("text/html"), cellsOf);
}

/** The cells of the first table in HTML, as Word and web pages put it on the clipboard. Nothing of it is run. */
function cellsOf(source) {
  const table = new DOMParser().parseFromString(source, "text/html").querySelector("table");
  const found = [];
  [...(table?.rows ?? [])].forEach((row, down) => {
    found[down] ??= [];
    for (const cell of row.cells) {
      let at = 0;
      while (found[down][at] !== undefined) at += 1;
      for (let y = 0; y < Math.min(cell.rowSpan || 1, 300); y += 1) {
        found[down + y] ??= [];
        for (let x = 0; x < Math.min(cell.colSpan || 1, 100); x += 1) found[down + y][at + x] = y || x ? "" : lined(cell);
      }
    }
  });
  return found.slice(0, table?.rows.length ?? 0).map((row) => Array.from(row, (cell) => cell ?? ""));
}

/** A cell's text: where HTML breaks a line there is a line feed, elsewhere space is space. */
function lined(cell) {
  for (const each of cell.querySelectorAll("script, style")) each.remove();
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace(/\s+/g, " ");
  for (const each of cell.querySelectorAll("br")) each.replaceWith("\n");
  for (const each of cell.querySelectorAll("p + p, div + div, li + li")) each.prepend("\n");
  return cell.textContent.replace(/ *\n */g, "\n").trim();
}
