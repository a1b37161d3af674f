// What differs between two states of a form's values: what somebody typed since the last save, small enough to keep.
//
//   { fields: { key: value }, grids: { key: { order: [ids] or null, rows: { id: { column: value } } } } }

/** What `after` has otherwise than `before`; null when nothing. */
export function delta(before, after) {
  const answer = { fields: {}, grids: {} };
  for (const [key, value] of Object.entries(after)) {
    if (isTable(value) || isTable(before[key])) {
      const found = table(before[key] ?? [], value);
      if (found) answer.grids[key] = found;
    } else if (!equal(before[key], value)) answer.fields[key] = value;
  }
  for (const [key, value] of Object.entries(before)) {
    if (isTable(value) && !(key in after)) answer.grids[key] = { order: [], rows: {} };
  }
  return Object.keys(answer.fields).length + Object.keys(answer.grids).length ? answer : null;
}

/** How many places a delta names. */
export function size(one) {
  const grids = Object.values(one.grids);
  const cells = grids.flatMap((grid) => Object.values(grid.rows)).reduce((sum, row) => sum + Math.max(1, names(row).length), 0);
  return Object.keys(one.fields).length + cells + (cells ? 0 : grids.filter((grid) => grid.order).length);
}

/** `before` with a delta laid over it: what `after` was, where nothing else has changed since. */
export function laid(before, one) {
  const answer = { ...before, ...one.fields };
  for (const [key, { order, rows }] of Object.entries(one.grids)) {
    const known = new Map((before[key] ?? []).map((row) => [row.id, row]));
    const ids = order ?? [...known.keys()];
    answer[key] = ids.map((id) => ({ ...(known.get(id) ?? { id }), ...(rows[id] ?? {}) }));
  }
  return answer;
}

function table(before, after) {
  const known = new Map(before.map((row) => [row.id, row]));
  const rows = {};
  for (const row of after) {
    const old = known.get(row.id) ?? {};
    const cells = Object.entries(row).filter(([key, value]) => key !== "id" && !equal(old[key], value));
    if (cells.length || !known.has(row.id)) rows[row.id] = Object.fromEntries(cells);
  }
  const order = after.map((row) => row.id);
  const moved = order.length !== before.length || before.some((row, at) => row.id !== order[at]);
  return moved || Object.keys(rows).length ? { order: moved ? order : null, rows } : null;
}

function names(row) {
  return Object.keys(row).filter((key) => key !== "goal");
}

function isTable(value) {
  return Array.isArray(value) && value.length > 0 && value.every((row) => row && typeof row === "object" && typeof row.id === "string");
}

/** Whether two values are the same; nothing is the same as an empty text. */
export function equal(one, other) {
  if (one === other) return true;
  if (typeof one === "object" || typeof other === "object") return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
  return (one ?? "") === (other ?? "");
}
