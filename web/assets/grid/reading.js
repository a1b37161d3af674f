// Text from a spreadsheet as the value of a cell: numbers, dates and choices as people write them there.
//
// `accept(column, text)` answers `{ value }`, `{ value, error, about }` when the cell may keep what is wrong with it, or
// `{ error, about }` when it cannot hold it. `error` names a sentence, `about` fills its gaps.

import { entries } from "./entries.js";

export const MOST_TEXT = 20_000;
const MOST_TYPED_NUMBER = 100;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$/i;
// signs that people write, by their codes: 年 月 日 in days; 上午 下午 晚上, 时 分 秒 in times; 是 有 对 and 否 无 错 for a tick
const DAY = /^(\d{4})\s*[-/.\u5e74]\s*(\d{1,2})\s*[-/.\u6708]\s*(\d{1,2})\s*\u65e5?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const [MORNING, AFTERNOON, EVENING] = ["\u4e0a\u5348", "\u4e0b\u5348", "\u665a\u4e0a"];
const TIME = /^(\u4e0a\u5348|\u4e0b\u5348|\u665a\u4e0a|am|pm)?\s*(\d{1,2})(?:[:\uff1a\u65f6](\d{1,2})?)?(?:[:\uff1a\u5206](\d{1,2}))?\s*[\u5206\u79d2]?\s*(am|pm)?$/i;
const YES = new Set(["true", "1", "\u662f", "\u221a", "\u2713", "\u2714", "\u6709", "y", "yes", "\u5bf9"]);
const NO = new Set(["", "false", "0", "\u5426", "\u00d7", "\u2717", "\u2718", "\u65e0", "n", "no", "\u9519"]);

const KINDS = { number, datetime, select: choice, radio: choice, checklist, checkbox, list, evidence: nowhere };

export function accept(column, raw) {
  const text = raw.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  return (KINDS[column.kind] ?? words)(column, text);
}

/** How many characters a person sees, as the server counts them. */
export function count(text) {
  return [...text].length;
}

function words(column, text) {
  const value = column.kind === "textarea" ? text : text.replace(/\s*\n\s*/g, " ");
  const size = count(value);
  if (size > MOST_TEXT) return { error: "bad_long", about: { max: MOST_TEXT, count: size } };
  const max = column.max_length ?? MOST_TEXT;
  return size > max ? { value, error: "bad_long", about: { max, count: size } } : { value };
}

/** The number in a text as digits, or null: "1,000", "20%", "￥3.5", "(12)", full-width digits. */
export function digits(text, most = null) {
  // an amount may carry its sign before it or 元 behind it
  let plain = text.normalize("NFKC").replace(/[\s\uffe5\u00a5$]/g, "").replace(/\u5143$/, "");
  const owed = /^\((.+)\)$/.exec(plain);
  if (owed) plain = `-${owed[1]}`;
  const percent = plain.endsWith("%");
  if (percent) plain = plain.slice(0, -1);
  if (GROUPED.test(plain)) plain = plain.replaceAll(",", "");
  if (!PLAIN.test(plain)) return null;
  // where nothing over 1 may stand, a share is meant; elsewhere the figure before the sign
  if (percent && most !== null && most <= 1) return String(Number((Number(plain) / 100).toFixed(8)));
  return plain.replace(/^\+/, "");
}

function number(column, text) {
  if (!text.trim()) return { value: "" };
  const found = digits(text, column.maximum ?? null);
  if (found === null) {
    const kept = text.replace(/\s+/g, " ").trim();
    const about = { text: shown(text) };
    return kept.length > MOST_TYPED_NUMBER ? { error: "bad_number", about } : { value: kept, error: "bad_number", about };
  }
  const wrong = outside(column, Number(found));
  return wrong ? { value: found, ...wrong } : { value: found };
}

function outside({ minimum, maximum, decimals }, value) {
  if (typeof minimum === "number" && value < minimum) return { error: "bad_small", about: { min: minimum } };
  if (typeof maximum === "number" && value > maximum) return { error: "bad_large", about: { max: maximum } };
  if (typeof decimals === "number" && Math.abs(value - Number(value.toFixed(decimals))) > 1e-9) {
    return decimals ? { error: "bad_decimals", about: { max: decimals } } : { error: "bad_whole", about: {} };
  }
  return null;
}

const MOMENTS = { date: day, time: clock, datetime: moment };

function datetime(column, text) {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return { value: "" };
  const value = MOMENTS[column.moment ?? "date"](plain);
  return value === null ? { error: `bad_${column.moment ?? "date"}`, about: { text: shown(text) } } : { value };
}

function day(text) {
  const found = DAY.exec(text.replace(/\s+0{1,2}:00(:00)?$/, "")) ?? COMPACT.exec(text);
  if (!found) return null;
  const [year, month, date] = found.slice(1).map(Number);
  const real = new Date(Date.UTC(year, month - 1, date));
  if (real.getUTCFullYear() !== year || real.getUTCMonth() !== month - 1 || real.getUTCDate() !== date) return null;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(date)}`;
}

function clock(text) {
  const found = TIME.exec(text);
  if (!found || (found[3] === undefined && !/[\u65f6:\uff1a]/.test(text))) return null;
  const half = (found[1] ?? found[5] ?? "").toLowerCase();
  let hour = Number(found[2]);
  const minute = Number(found[3] ?? 0);
  if ([AFTERNOON, EVENING, "pm"].includes(half) && hour < 12) hour += 12;
  if ([MORNING, "am"].includes(half) && hour === 12) hour = 0;
  return hour > 23 || minute > 59 ? null : `${two(hour)}:${two(minute)}`;
}

function moment(text) {
  const cut = /^(.*?\d\u65e5?)(?:\s+|T)(\S.*)$/.exec(text) ?? /^(.+\u65e5)(.+)$/.exec(text);
  const date = day(cut ? cut[1] : text);
  const time = cut ? clock(cut[2]) : "00:00";
  return date && time ? `${date}T${time}` : null;
}

function two(value) {
  return String(value).padStart(2, "0");
}

function choice(column, text) {
  const wanted = plain(text);
  if (!wanted) return { value: "" };
  const found = (column.options ?? []).find((one) => plain(one.value) === wanted || plain(one.label) === wanted);
  return found ? { value: found.value } : { error: "bad_choice", about: { text: shown(text) } };
}

function checklist(column, text) {
  const wanted = text.split(/[、,，;；\n]/).map(plain).filter(Boolean);
  const found = wanted.map((one) => column.options.find((each) => plain(each.value) === one || plain(each.label) === one));
  if (found.some((one) => !one)) return { error: "bad_choice", about: { text: shown(text) } };
  return { value: column.options.filter((one) => found.includes(one)).map((one) => one.value) };
}

function checkbox(_column, text) {
  const said = plain(text);
  if (YES.has(said)) return { value: true };
  return NO.has(said) ? { value: false } : { error: "bad_tick", about: { text: shown(text) } };
}

function list(column, text) {
  const { value, error } = entries(column, text, accept);
  if (value.length > column.most) return { error: "bad_entries", about: { max: column.most, count: value.length } };
  return error ? { value, ...error } : { value };
}

function nowhere(_column, text) {
  return text.trim() ? { error: "bad_evidence", about: {} } : {};
}

function plain(text) {
  return text.normalize("NFKC").trim().toLowerCase();
}

/** A pasted text as a reason quotes it. */
function shown(text) {
  const one = text.replace(/\s+/g, " ").trim();
  return count(one) > 24 ? `${[...one].slice(0, 24).join("")}…` : one;
}
