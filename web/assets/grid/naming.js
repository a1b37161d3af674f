// Rows that are named here are spoken of by that name, as the server speaks of the others: each control by goal, row and column.

import { cells, key } from "./cells.js";

const SPOKEN = "textarea[aria-label], select[aria-label], input[aria-label]";

/** Listen for names and for rows that come. */
export function naming(sheet) {
  const blank = sheet.grid.querySelector("template[data-blank-row]")?.content.querySelector("tr");
  if (!blank) return;
  const known = new WeakMap();
  const look = (rows) => rows.filter((row) => "own" in row.dataset).forEach(name);
  sheet.listen((those) => look(those.length ? those.filter((cell) => key(cell) === "label").map((cell) => cell.closest("tr")) : sheet.rows));

  function name(row) {
    const label = row.querySelector(".form-label textarea")?.value.trim() ?? "";
    const goal = row.closest("tbody").querySelector(".form-goal > span")?.textContent.trim() ?? "";
    const before = [goal, label].filter(Boolean).join(" · ");
    if (known.get(row) === before) return;
    known.set(row, before);
    const [pattern, mine] = [cells(blank), cells(row)];
    mine.forEach((cell, at) => {
      const behind = cell.querySelector(":scope > .form-lines");
      if (behind) cell.dispatchEvent(new CustomEvent("grid:put"));
      else if (key(cell) === "label") tools(cell, pattern[at], label);
      else spoken(cell, pattern[at], before);
    });
  }
}

function tools(cell, pattern, label) {
  const words = [...pattern.querySelectorAll(".form-tools button")];
  [...cell.querySelectorAll(".form-tools button")].forEach((button, at) => {
    button.setAttribute("aria-label", `${words[at].getAttribute("aria-label")}${label}`);
  });
}

function spoken(cell, pattern, before) {
  const [field, known] = [cell.querySelector(SPOKEN), pattern.querySelector(SPOKEN)];
  if (field && known) field.setAttribute("aria-label", [before, known.getAttribute("aria-label")].filter(Boolean).join(" · "));
}
