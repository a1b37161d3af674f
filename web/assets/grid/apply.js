// A change laid over the page as one step: what was restored after a break, what somebody else saved meanwhile.

import { key, read, same, write } from "./cells.js";

/** Lay a delta over the page. Answers how many places it changed. */
export function apply(form, change) {
  const steps = [];
  let count = 0;
  for (const [name, { order, rows }] of Object.entries(change.grids)) {
    const sheet = form.sheets.get(name);
    if (!sheet) continue;
    if (order) {
      const goals = (id) => rows[id]?.goal ?? id;
      const before = sheet.rows.map((row) => row.dataset.row).join();
      steps.push(sheet.rowActs.become(order, goals));
      count += before === sheet.rows.map((row) => row.dataset.row).join() ? 0 : 1;
    }
    const pairs = Object.entries(rows).flatMap(([id, values]) => ofRow(sheet.rowActs.find(id), values));
    steps.push(laid(pairs, (those) => sheet.lay(those)));
    count += pairs.length;
  }
  const fields = Object.entries(change.fields).map(([name, value]) => [place(form.root, name), value]);
  const there = fields.filter(([field, value]) => field && !same(read(field), value));
  steps.push(laid(there, (those) => those.forEach(([field, value]) => write(field, value))));
  count += there.length;
  if (!count) return 0;
  form.history.add({
    undo: () => [...steps].reverse().forEach((step) => step.undo()),
    redo: () => steps.forEach((step) => step.redo()),
  });
  form.changed();
  return count;
}

function ofRow(row, values) {
  if (!row) return [];
  const cells = [...row.querySelectorAll("td, .form-label")];
  const pairs = Object.entries(values).map(([name, value]) => [cells.find((cell) => key(cell) === name), value]);
  return pairs.filter(([cell, value]) => cell && read(cell) !== null && !same(read(cell), value));
}

function laid(pairs, lay) {
  const before = pairs.map(([cell]) => [cell, read(cell)]);
  lay(pairs);
  return { undo: () => lay(before), redo: () => lay(pairs) };
}

/** What holds a field that is in no grid. */
export function place(root, name) {
  const control = root.querySelector(`#f-${CSS.escape(name.replace(/[^\p{L}\p{N}_-]/gu, "-"))}`);
  return control?.closest("dd, .field") ?? null;
}

/** A cell of the page by its place, for the things that name one. */
export function cellAt(form, { key: name, row, column }) {
  if (!row) return place(form.root, name);
  const line = form.sheets.get(name)?.rowActs.find(row);
  return line ? ([...line.querySelectorAll("td, .form-label")].find((cell) => key(cell) === column) ?? null) : null;
}
