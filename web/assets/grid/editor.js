// A cell in large: a long text with its count, what it was before, and last year's beside. What is typed here is in the cell
// at once, and one step in the history when the dialog closes.

import { make } from "../page/elements.js";
import { called, facts, key, read, same } from "./cells.js";
import { dialog } from "./dialog.js";
import { marks } from "./differences.js";
import { mark } from "./marks.js";
import { MOST_TEXT, count } from "./reading.js";
import { tooLong } from "./typing.js";

const LONG = new Set(["textarea", "textfield"]);

/** Whether a cell has a text that can be written in large. */
export function isLong(cell, sheet) {
  return key(cell) !== "label" && LONG.has(sheet.columns.get(key(cell))?.kind) && typeof read(cell) === "string";
}

export function enlarge(sheet, cell, last) {
  const { t } = sheet;
  const before = read(cell);
  const { row, column } = called(cell, sheet.columns);
  const max = facts(cell, sheet.columns).max_length ?? MOST_TEXT;
  const said = make("span", { class: "hint form-count", "aria-live": "off" });
  const field = make("textarea", { class: "in-t", rows: 12, "aria-label": [row, column].filter(Boolean).join(" · "), oninput: () => typed() });
  const old = last?.of(cell);
  const beside = old ? part(t("last_of", { period: last.period }), marks(before, old), t, () => take(old)) : null;
  const was = before ? part(t("was"), [[before, false]], t, () => take(before)) : null;
  field.value = before;
  const show = () => {
    const now = count(field.value);
    said.textContent = t("counted", { count: now, max });
    said.classList.toggle("is-late", now > max);
  };
  const typed = () => {
    sheet.lay([[cell, field.value]]);
    const wrong = tooLong(sheet, cell);
    if (wrong) mark(cell, wrong, "typed");
    show();
  };
  const take = (text) => {
    field.value = text;
    typed();
    field.focus();
  };
  dialog(sheet.grid, t, {
    title: [row, column].filter(Boolean).join(" · "),
    body: [field, said, was, beside].filter(Boolean),
    closed: () => note(sheet, cell, before),
  });
  show();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

/** What a dialog did to a cell, as one step. */
export function note(sheet, cell, before) {
  const after = read(cell);
  if (same(before, after)) return;
  const put = (value) => () => (sheet.lay([[cell, value]]), sheet.go(cell));
  sheet.history.add({ undo: put(before), redo: put(after) });
}

function part(title, pieces, t, take) {
  const text = pieces.map(([words, isNew]) => (isNew ? make("ins", {}, words) : words));
  return make(
    "details",
    { class: "form-beside" },
    make("summary", {}, title),
    make("div", { class: "quote form-old" }, text),
    make("button", { type: "button", class: "btn small", onclick: take }, t("take_this")),
  );
}
