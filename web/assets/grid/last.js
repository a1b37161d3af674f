// What stood in the same row a period before: shown beside with what differs, taken by the cell, the row or as a whole.

import { make } from "../page/elements.js";
import { called, facts, key, read, same, worded } from "./cells.js";
import { dialog } from "./dialog.js";
import { marks } from "./differences.js";
import { accept } from "./reading.js";
import { typed } from "./told.js";

// a choice of last year (a work point) is kept as `12:words`, and this year's of the same words has another number: then that
// one is taken; where none reads the same, it is gone and only shown
const ONE_OF = new Set(["select", "radio"]);
const NUMBER = /^[0-9A-Za-z]+:/;

/** `{ period, of(cell), open(cell), button }`, or null where nothing is known of before. */
export function last(sheet) {
  const template = sheet.grid.querySelector(":scope > template[data-json=last]");
  const told = template ? JSON.parse(template.content.textContent) : null;
  if (!told || !Object.keys(told.rows ?? {}).length) return null;
  const { t } = sheet;
  const { rows, period } = told;
  const kept = (cell) => rows[cell.closest("tr[data-row]")?.dataset.row]?.[key(cell)];
  const value = (cell) => {
    const column = facts(cell, sheet.columns);
    const old = kept(cell);
    if (!ONE_OF.has(column?.kind)) return typed(old);
    const said = String(old ?? "");
    return [said, said.replace(NUMBER, "")].map((one) => accept(column, one).value).find(Boolean) ?? null;
  };
  const of = (cell) => {
    if (read(cell) === null || key(cell) === "label") return "";
    return worded(facts(cell, sheet.columns), value(cell) ?? String(kept(cell) ?? "").replace(NUMBER, ""));
  };
  const differing = (cells) => cells.filter((cell) => of(cell) && !same(read(cell), value(cell) ?? kept(cell)));
  const fits = (cells) => differing(cells).filter((cell) => value(cell) !== null);
  const take = (cells) => {
    const there = fits(cells);
    const gone = differing(cells).length - there.length;
    const said = [t("taken", { count: there.length }), gone ? t("not_offered", { count: gone }) : ""];
    sheet.put(there.map((cell) => [cell, value(cell)]));
    sheet.say(...said.filter(Boolean).map((one) => make("span", {}, one)), sheet.undoButton());
  };
  const open = (cell) => {
    const { row, column } = called(cell, sheet.columns);
    const now = worded(facts(cell, sheet.columns), read(cell));
    const old = marks(now, of(cell)).map(([words, isNew]) => (isNew ? make("ins", {}, words) : words));
    const mine = [...cell.closest("tr").querySelectorAll("td")];
    const all = sheet.all.flat();
    const choices = [["take_cell", [cell]], ["take_row", mine], ["take_all", all]];
    const box = dialog(sheet.grid, t, {
      done: "close",
      title: t("last_of", { period }),
      hint: [row, column].filter(Boolean).join(" · "),
      body: [make("div", { class: "quote form-old" }, old), make("p", { class: "hint" }, t("differences"))],
      foot: choices.map(([name, cells]) => {
        const count = fits(cells).length;
        const act = () => (box.close(), take(cells));
        return make("button", { type: "button", class: "btn", disabled: count === 0, onclick: act }, t(name, { count }));
      }),
    });
  };
  return { period, of, open, takeAll: () => take(sheet.all.flat()), count: () => fits(sheet.all.flat()).length };
}
