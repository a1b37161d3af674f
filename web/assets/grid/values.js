// The form's controls as the values the server knows: the same names a plain form posts, as JSON.

const NAME = /^values\[([^[\]]+)\](?:\[([^[\]]*)\])?(?:\[([^[\]]+)\])?$/;
const ENTRY = /^(values\[.+\])\[(\d{1,3})\]\[([^[\]]+)\]$/;

/** The values of `[name, value]` pairs, in document order. A third `true` says that the pair is part of a list's entry. */
export function nested(pairs) {
  const values = new Map();
  for (const [name, value] of inLists(pairs)) {
    const found = NAME.exec(name);
    if (!found) continue;
    const [, key, row, column] = found;
    if (column) cell(rowsOf(values, key), row, column, value);
    else if (row === undefined) values.set(key, value);
    else if (row === "") add(values, key, value);
  }
  const plain = (value) => (value instanceof Map ? [...value.values()].map((row) => Object.fromEntries(row)) : value);
  return Object.fromEntries([...values].map(([key, value]) => [key, plain(value)]));
}

/** The pairs with the entries of each list as one value, without those that say nothing. */
function inLists(pairs) {
  const lists = new Map();
  const answer = [];
  for (const [name, value, listed] of pairs) {
    const found = listed ? ENTRY.exec(name) : null;
    if (!found) {
      answer.push([name, value]);
      continue;
    }
    const [, list, number, part] = found;
    if (!lists.has(list)) {
      lists.set(list, new Map());
      answer.push([list, lists.get(list)]);
    }
    const entries = lists.get(list);
    if (!entries.has(number)) entries.set(number, []);
    entries.get(number).push([part, value]);
  }
  return answer.map(([name, value]) => [name, value instanceof Map ? told(value) : value]);
}

function told(entries) {
  return [...entries.values()].filter((one) => one.some(([, value]) => String(value).trim())).map((one) => Object.fromEntries(one));
}

/** The pairs of a form's controls. What only tells a plain form that nothing is ticked ([data-empty]) is left out. */
export function pairs(root) {
  const found = [];
  for (const control of root.querySelectorAll('[name^="values["]:not([data-empty])')) {
    if ("rows" in control.dataset) {
      found.push([control.name, []]);
    } else if (control.type === "radio") {
      if (control.checked) found.push([control.name, control.value]);
    } else if (control.type === "checkbox") {
      if (control.value === "true") found.push([control.name, control.checked]);
      else found.push([control.name, control.checked ? [control.value] : []]);
    } else if (control.closest("[data-entry]")) {
      found.push([control.name, control.value, true]);
    } else {
      found.push([control.name, control.value]);
    }
  }
  return found;
}

function rowsOf(values, key) {
  if (!(values.get(key) instanceof Map)) values.set(key, new Map());
  return values.get(key);
}

function cell(rows, row, column, value) {
  if (!rows.has(row)) rows.set(row, new Map([["id", row]]));
  const known = rows.get(row);
  const before = known.get(column);
  known.set(column, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value);
}

function add(values, key, value) {
  if (Array.isArray(value)) values.set(key, [...(values.get(key) ?? []), ...value]);
  else {
    const rows = rowsOf(values, key);
    if (!rows.has(value)) rows.set(value, new Map([["id", value]]));
  }
}
