// 定时 of an event: a length of time, working days, a moment, a day of the school's time, or again and again.

import { readDue, writeDue } from "../due_words.js";
import { DUE_PARTS, dueWords } from "./due.js";
import { interrupts } from "./events.js";
import { block, choice, line, section } from "./inputs.js";
import { duration, spoken } from "./time.js";

/** How each kind is written: the child of the timer that holds it, and what it begins with. */
const KINDS = {
  duration: { form: "timeDuration", first: () => "P3D" },
  working: { form: "timeDuration", first: () => "3 working days" },
  date: { form: "timeDate", first: inAWeek },
  week: { form: "timeDate", first: () => "week 8 friday 17:00" },
  cycle: { form: "timeDate", first: ({ known }) => `cycle:${known.dates?.[0]?.value ?? ""}` },
  field: { form: "timeDate", first: () => "field:" },
  again: { form: "timeCycle", first: () => "R3/P1D" },
};
const SCHOOL = { timeDuration: ["working"], timeDate: ["week", "cycle", "field"], timeCycle: [] };
const PLAIN = { timeDuration: "duration", timeDate: "date", timeCycle: "again" };
const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d)?(Z|[+-]\d\d:\d\d)$/;
const AGAIN = /^R(\d+)\/(P.+)$/;
const MOST_TIMES = 1000;

/** The section for an event with a timer. */
export function timer(element, context) {
  const { properties, t } = context;
  const { name, body } = properties.timer(element);
  const due = readDue(body);
  const kind = SCHOOL[name].includes(due.kind) ? due.kind : PLAIN[name];
  const write = (text) => properties.setTimer(element, name, text);
  const start = (next) => properties.setTimer(element, KINDS[next].form, KINDS[next].first(context));
  return section(
    "timer",
    t("timer_section"),
    words(kind, body, due, context),
    block("timer_kind", t("timer_kind"), choice(kind, Object.keys(KINDS).map((each) => [each, t(`timer_${each}`)]), start)),
    control(kind, body, due, write, context),
    interrupts(element, context),
  );
}

function control(kind, body, due, write, context) {
  const { t } = context;
  if (kind === "duration") return duration("timer", body, write, t("timer_hint"), t);
  if (kind === "date") return moment(body, write, t);
  if (kind === "again") return again(body, write, t);
  return DUE_PARTS[kind](due, { ...context, text: body, keep: write, write: (changed) => write(writeDue({ ...due, ...changed })) });
}

/** A day and a time, in the zone that is written; another way of writing stays as text. */
function moment(body, write, t) {
  const [, local, zone] = MOMENT.exec(body) ?? [];
  if (!local) return block("timer", t("timer_date"), line(body, write), t("timeDate_hint"));
  return block("timer", t("timer_date"), line(local, (text) => text && write(`${text}:00${zone}`), { type: "datetime-local" }), t("timer_zone", { zone }));
}

function inAWeek() {
  const day = new Date(Date.now() + 7 * 24 * 3600 * 1000);
  return `${day.toISOString().slice(0, 10)}T17:00:00+08:00`;
}

/** So many times, so far apart; what is written another way stays as text. */
function again(body, write, t) {
  const [, times, pause] = AGAIN.exec(body) ?? [];
  if (!times) return block("timer", t("timer_again"), line(body, write), t("timeCycle_hint"));
  const number = line(times, (text) => write(`R${Math.min(MOST_TIMES, Math.max(1, Number(text) || 1))}/${pause}`), { type: "number", min: 1, max: MOST_TIMES });
  return [block("timer_times", t("timer_times"), number), duration("timer", pause, (text) => text && write(`R${times}/${text}`), t("timer_again_hint"), t)];
}

function words(kind, body, due, context) {
  const { t } = context;
  const [, number, pause] = AGAIN.exec(body) ?? [];
  if (kind === "again" && number) return t("timer_words_again", { number, pause: spoken(pause, t) });
  const [, local] = MOMENT.exec(body) ?? [];
  if (kind === "date" && local) return local.replace("T", " ");
  return kind === "duration" || kind === "date" ? spoken(body, t) : dueWords(body, due, context);
}
