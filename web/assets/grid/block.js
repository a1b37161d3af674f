// A block of cells as Excel and WPS put it on the clipboard: tabs between cells, quotes around line breaks.

const FORMULA = /^[=+\-@]/;
const NUMBER = /^[+-]?[\d.,%\s]+$/;
// what nobody sees: it turns words round or has no width, and the server would not keep it either
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]/g;
// Excel and WPS write the cells into the plain text too, and say line breaks in a cell there without doubt
const SHEETS = /office:excel|Excel\.Sheet|ProgId content="?ET\.|office:spreadsheet/i;

/** The rows of a pasted text, or null when it is ordinary text for one cell. `table` reads the cells of HTML. */
export function block(text, html = "", table = null) {
  const fromTable = /<table[\s>]/i.test(html);
  if (!fromTable && !text.includes("\t")) return null;
  const read = fromTable && table && !SHEETS.test(html) ? table(html) : null;
  const rows = read?.length ? read : parse(text.replace(/\r\n?/g, "\n"));
  if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows.map((row) => row.map((cell) => plainly(cell.replace(UNSEEN, ""))));
}

function plainly(cell) {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}

/** Rows as such a block. What a spreadsheet would take for a formula is written as text. */
export function written(rows) {
  return rows.map((row) => row.map(quote).join("\t")).join("\r\n");
}

/** A text that no spreadsheet reckons with. */
export function harmless(text) {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function quote(cell) {
  const text = harmless(cell);
  return /[\t\n\r]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function parse(text) {
  const rows = [[]];
  let at = 0;
  while (at <= text.length) {
    const cell = text[at] === '"' ? quoted(text, at) : null;
    const [value, end] = cell ?? plain(text, at);
    rows.at(-1).push(value);
    if (end >= text.length) break;
    if (text[end] === "\n") rows.push([]);
    at = end + 1;
  }
  return rows;
}

/** A quoted cell: ends at a quote before a tab, a line feed or the end; doubled quotes stand for one. */
function quoted(text, start) {
  let value = "";
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at += 1;
    } else {
      const ends = at + 1 >= text.length || text[at + 1] === "\t" || text[at + 1] === "\n";
      return ends ? [value, at + 1] : null;
    }
  }
  return null;
}

function plain(text, start) {
  let end = start;
  while (end < text.length && text[end] !== "\t" && text[end] !== "\n") end += 1;
  return [text.slice(start, end), end];
}
