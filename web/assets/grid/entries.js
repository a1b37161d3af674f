// The entries of a list cell as lines, "1. what（owner，until，state）", and lines as entries again.

// brackets, 、 and ： of full width stand by their codes
const NUMBERED = /^\s*[\uff08(]?\d{1,2}[)\uff09.\u3001\uff0e:\uff1a]\s*/;
const TEXTS = new Set(["textfield", "textarea"]);
const BRACKET = /^(.*?)\s*[\uff08(]([^\uff08()\uff09]*)[)\uff09]\s*$/;

/** Whether an entry says anything. */
export function says(entry) {
  return Object.values(entry).some((value) => value !== null && value !== undefined && String(value).trim() !== "");
}

/** An entry in one line, without its number. */
export function line(column, entry) {
  const words = column.parts.map((part) => word(part, entry[part.key]));
  const more = words.slice(1).filter((each) => each.trim()).join("，");
  return more ? `${words[0]}\uff08${more}\uff09` : words[0];
}

/** All entries as they read in the cell. */
export function lines(column, value) {
  return (value ?? []).filter(says).map((entry, at) => `${at + 1}. ${line(column, entry)}`).join("\n");
}

/** Lines as entries: each word in brackets goes to the first small field that takes it. `accept` reads a word. */
export function entries(column, text, accept) {
  const value = [];
  let error = null;
  for (const each of text.split("\n").map((one) => one.replace(NUMBERED, "").trim()).filter(Boolean)) {
    const [entry, wrong] = one(column, each, accept);
    value.push(entry);
    error ??= wrong;
  }
  return { value, error };
}

function one(column, text, accept) {
  const [first, ...rest] = column.parts;
  const found = rest.length ? BRACKET.exec(text) : null;
  const words = found ? found[2].split(/[，,;；]/).map((each) => each.trim()).filter(Boolean) : [];
  const entry = {};
  if (!placed(rest, words, entry, accept)) return withFirst(first, text, {}, accept);
  return withFirst(first, found ? found[1] : text, entry, accept);
}

/** Whether every word found its field: a date, a number or a choice where there is one, else the next text. */
function placed(fields, words, entry, accept) {
  const strict = fields.filter((part) => !TEXTS.has(part.kind));
  const texts = fields.filter((part) => TEXTS.has(part.kind));
  return words.every((each) => {
    const part = [...strict, ...texts].find((one) => !(one.key in entry) && fits(one, each, accept) !== null);
    if (part) entry[part.key] = fits(part, each, accept);
    return part !== undefined;
  });
}

function fits(part, text, accept) {
  const read = accept(part, text);
  return "value" in read && !read.error ? read.value : null;
}

function withFirst(first, text, entry, accept) {
  const read = accept(first, text);
  const wrong = read.error ? { error: read.error, about: read.about } : null;
  return [{ [first.key]: read.value ?? text, ...entry }, wrong];
}

function word(part, value) {
  if (value === null || value === undefined) return "";
  const option = (part.options ?? []).find((one) => one.value === value);
  return option ? option.label : String(value).replace("T", " ");
}
