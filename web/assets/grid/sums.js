// The sums at the foot of a grid, while one types; the server reckons them anew.

import { cells, key, read } from "./cells.js";
import { digits } from "./reading.js";

export function sums(sheet) {
  const feet = [...sheet.grid.querySelectorAll("[data-total]")];
  if (!feet.length) return;
  sheet.listen((those) => {
    for (const foot of feet) {
      if (!those.length || those.some((cell) => key(cell) === foot.dataset.total)) show(sheet, foot);
    }
  });
}

function show(sheet, foot) {
  const numbers = sheet.rows.map((row) => cells(row).find((cell) => key(cell) === foot.dataset.total)).map(number);
  const filled = numbers.filter((one) => one !== null);
  const text = total(filled);
  foot.replaceChildren(...[...foot.querySelectorAll(".form-cell-label")], text);
  const must = foot.dataset.mustBe;
  if (!must || must === text || !filled.length) return;
  const note = document.createElement("small");
  note.textContent = sheet.t("must_be", { sum: must });
  foot.append(" ", note);
}

function number(cell) {
  if (!cell) return null;
  const found = digits(String(read(cell) ?? cell.querySelector(".form-text")?.textContent ?? ""));
  return found === null ? null : Number(found);
}

/** A sum as one reads it, to six places. */
export function total(numbers) {
  return String(Number(numbers.reduce((sum, one) => sum + one, 0).toFixed(6)));
}
