// What stood in the same row a period before: shown beside with what differs, taken by the cell, the row or as a whole.

import { make } from "../page/elements.js";
import { called, facts, key, options, read, same, worded } from "./cells.js";
import { dialog } from "./dialog.js";
import { marks } from "./differences.js";
import { typed } from "./told.js";

// a choice that is gone since (a work point of last year) cannot be taken; its words are kept as `12:words`
const ONE_OF = new Set(["select", "radio"]);
const NUMBER = /^[0-9A-Za-z]+:/;

/** `{ period, of(cell), open(cell), button }`, or null where nothing is known of before. */
export function last(sheet) {
  const template = sheet.grid.querySelector(":scope > template[data-json=last]");
  const told = template ? JSON.parse(template.content.textContent) : null;
  if (!told || !Object.keys(told.rows ?? {}).length) return null;
  const { t } = sheet;
  const { rows, period } = told;
  const value = (cell) => rows[cell.closest("tr[data-row]")?.dataset.row]?.[key(cell)];
  const isOffered = (cell) => !ONE_OF.has(sheet.columns.get(key(cell))?.kind) || options(cell).some((one) => one.value === value(cell));
  const of = (cell) => {
    if (read(cell) === null || key(cell) === "label") return "";
    const words = worded(facts(cell, sheet.columns), value(cell));
    return isOffered(cell) ? words : words.replace(NUMBER, "");
  };
  const differing = (cells) => cells.filter((cell) => of(cell) && !same(read(cell), typed(value(cell))));
  const fits = (cells) => differing(cells).filter(isOffered);
  const take = (cells) => {
    const there = fits(cells);
    const gone = differing(cells).length - there.length;
    const said = [t("taken", { count: there.length }), gone ? t("not_offered", { count: gone }) : ""];
    sheet.put(there.map((cell) => [cell, typed(value(cell))]));
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
