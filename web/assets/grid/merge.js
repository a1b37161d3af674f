// Two people's changes over one state: what goes together, and where both wrote something else.

import { delta, equal } from "./delta.js";

/**
 * `base` is what both began with. Answers `{ take, give, clashes }`: `take` is what to lay over mine, `give` what to lay over
 * theirs (deltas, or null), `clashes` the places where both differ: `{ key, row, column, mine, theirs }`.
 */
export function merge(base, mine, theirs) {
  const [ours, others] = [delta(base, mine) ?? empty(), delta(base, theirs) ?? empty()];
  const clashes = [];
  const apart = (key, row, column, one, other) => {
    if (equal(one, other)) return false;
    clashes.push({ key, row, column, mine: one, theirs: other });
    return true;
  };
  const take = { fields: { ...others.fields }, grids: {} };
  const give = { fields: { ...ours.fields }, grids: {} };
  for (const key of Object.keys(ours.fields).filter((one) => one in others.fields)) {
    if (apart(key, null, null, ours.fields[key], others.fields[key])) delete give.fields[key];
    delete take.fields[key];
  }
  for (const key of new Set([...Object.keys(ours.grids), ...Object.keys(others.grids)])) {
    const [one, other] = [ours.grids[key] ?? untouched(), others.grids[key] ?? untouched()];
    const order = ordered(ids(base[key]), one, other);
    const [taken, given] = [copied(other.rows), copied(one.rows)];
    for (const row of Object.keys(given).filter((each) => each in taken)) {
      for (const column of Object.keys(given[row]).filter((each) => each in taken[row])) {
        if (apart(key, row, column, given[row][column], taken[row][column])) delete given[row][column];
        delete taken[row][column];
      }
    }
    take.grids[key] = { order: order && !same(order, one.order ?? ids(base[key])) ? order : null, rows: kept(taken) };
    give.grids[key] = { order: order && !same(order, other.order ?? ids(base[key])) ? order : null, rows: kept(given) };
  }
  return { take: some(take), give: some(give), clashes };
}

/** The rows as both want them: mine in my order, theirs that are new at the end; what one removed and the other left is gone. */
function ordered(before, one, other) {
  if (!one.order && !other.order) return null;
  const [mine, theirs] = [one.order ?? before, other.order ?? before];
  const stays = (id, there, touched) => there.includes(id) || !before.includes(id) || id in touched;
  const first = mine.filter((id) => stays(id, theirs, one.rows));
  const rest = theirs.filter((id) => !first.includes(id) && (!before.includes(id) || (!mine.includes(id) && id in other.rows)));
  return [...first, ...rest];
}

function ids(rows) {
  return (rows ?? []).map((row) => row.id);
}

function copied(rows) {
  return Object.fromEntries(Object.entries(rows).map(([id, row]) => [id, { ...row }]));
}

function kept(rows) {
  return Object.fromEntries(Object.entries(rows).filter(([, row]) => Object.keys(row).length));
}

function same(one, other) {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}

function some(one) {
  const grids = Object.fromEntries(Object.entries(one.grids).filter(([, grid]) => grid.order || Object.keys(grid.rows).length));
  return Object.keys(one.fields).length + Object.keys(grids).length ? { fields: one.fields, grids } : null;
}

function empty() {
  return { fields: {}, grids: {} };
}

function untouched() {
  return { order: null, rows: {} };
}
