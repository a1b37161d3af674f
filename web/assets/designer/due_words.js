// A deadline as text and as parts: `3 working days`, `week 8 friday 17:00`, `cycle:plan_end - 3 working days`.

import { readDuration } from "./words.js";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const AT = "(?:\\s+(\\d{1,2}:\\d{2}))?";
const COUNT = "(\\d+) working days?";
const WORKING = new RegExp(`^${COUNT}${AT}$`, "i");
const WEEK = new RegExp(`^week (\\d+) (${DAYS.join("|")})${AT}$`, "i");
const NAMED = new RegExp(`^(cycle|field):([\\w.]*)(?:\\s*([-+])\\s*${COUNT})?${AT}$`, "i");

/** The parts; `kind` is none, duration, working, week, cycle, field, or text for what a person wrote another way. */
export function readDue(text) {
  const plain = text.trim();
  if (!plain) return { kind: "none" };
  if (readDuration(plain)) return { kind: "duration" };
  const working = WORKING.exec(plain);
  if (working) return { kind: "working", days: Number(working[1]), at: working[2] ?? "" };
  const week = WEEK.exec(plain);
  if (week) return { kind: "week", week: Number(week[1]), day: week[2].toLowerCase(), at: week[3] ?? "" };
  const named = NAMED.exec(plain);
  if (!named) return { kind: "text" };
  const days = Number(named[4] ?? 0) * (named[3] === "-" ? -1 : 1);
  return { kind: named[1].toLowerCase(), key: named[2], days: days || 0, at: named[5] ?? "" };
}

/** The text of the parts. */
export function writeDue({ kind, days = 0, week = 1, day = "friday", key = "", at = "" }) {
  const time = at ? ` ${at}` : "";
  if (kind === "working") return `${days} working days${time}`;
  if (kind === "week") return `week ${week} ${day}${time}`;
  if (kind !== "cycle" && kind !== "field") return "";
  const away = days ? ` ${days < 0 ? "-" : "+"} ${Math.abs(days)} working days` : "";
  return `${kind}:${key}${away}${time}`;
}
