// Values as the server keeps them, in the shape in which the page's controls hold them, so that both can be compared.

/** `values` of the server with the keys that the page has (`known`), every value as a control would say it. */
export function asTyped(values, known, sheets) {
  const answer = {};
  for (const [key, value] of Object.entries({ ...empties(known), ...values })) {
    const sheet = sheets.get(key);
    if (sheet) answer[key] = rows(value, known[key] ?? [], sheet);
    else if (key in known) answer[key] = typed(value);
  }
  return answer;
}

function empties(known) {
  return Object.fromEntries(Object.keys(known).map((key) => [key, known[key]]));
}

function rows(value, known, sheet) {
  const here = new Map(known.map((row) => [row.id, row]));
  const fresh = ["goal", "label", ...sheet.columns.keys()];
  return (Array.isArray(value) ? value : []).map((row) => {
    const keys = here.has(row.id) ? Object.keys(here.get(row.id)) : fresh.filter((key) => key in row && (key !== "goal" || sheet.nested));
    return { id: row.id, ...Object.fromEntries(keys.filter((key) => key !== "id").map((key) => [key, typed(row[key])])) };
  });
}

/** One value as its control says it. */
export function typed(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" && one !== null ? entry(one) : String(one)));
  return value;
}

function entry(one) {
  return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, typed(value)]));
}
