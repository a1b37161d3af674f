// What somebody typed into a task that can be filled no longer, and that never reached the server: on its page, to be copied.

import { make } from "../page/elements.js";
import { cellAt } from "./apply.js";
import { CHOICES, worded } from "./cells.js";
import { where } from "./conflict.js";
import { Kept } from "./kept.js";

/** Look once. What was sent is left out where it may have arrived. */
export function lost(form) {
  const box = document.querySelector("[data-lost]");
  if (!box) return;
  const kept = new Kept(box.dataset.lost);
  const entry = kept.read();
  if (!entry || (entry.sent && !("lostSent" in box.dataset))) return;
  const texts = places(entry.mine).map((one) => text(form, one)).filter(Boolean);
  box.querySelector("[data-lost-texts]").replaceChildren(...texts);
  box.querySelector("button").addEventListener("click", () => {
    kept.clear();
    box.remove();
  });
  box.hidden = texts.length === 0;
}

function places({ fields, grids }) {
  const cells = Object.entries(grids).flatMap(([key, { rows }]) =>
    Object.entries(rows).flatMap(([row, values]) =>
      Object.entries(values).map(([column, value]) => ({ key, row, column, value, name: values.label ?? "" })),
    ),
  );
  const single = Object.entries(fields).map(([key, value]) => ({ key, row: null, column: null, value, name: "" }));
  return [...single, ...cells.filter((one) => one.column !== "goal")];
}

function text(form, { name, ...one }) {
  const column = form.sheets.get(one.key)?.columns.get(one.column);
  const words = CHOICES.has(column?.kind) ? "" : worded(column, one.value).trim();
  if (!words) return null;
  const cell = cellAt(form, one);
  const place = cell || !column ? where(form, one, cell) : [name, column.title].filter(Boolean).join(" · ");
  return make("div", {}, make("span", { class: "lab" }, place), make("div", { class: "quote" }, words));
}
