// 期限 of a step: days on the calendar or working days, a teaching week, a date of the year, a field; and what then happens.

import { make } from "../../page/elements.js";
import { DAYS, readDue, writeDue } from "../due_words.js";
import { block, choice, line, section } from "./inputs.js";
import { fields } from "./rules.js";
import { duration, spoken } from "./time.js";

const KINDS = ["none", "duration", "working", "week", "cycle", "field"];
const MOST_DAYS = 1000;
const MOST_WEEKS = 30;

/** The section for a user task. */
export function due(element, context) {
  const { properties, t } = context;
  const text = properties.property(element, "due") || properties.attribute(element, "camunda:dueDate");
  const keep = (written) => {
    if (!written && properties.attribute(element, "camunda:dueDate")) properties.setAttribute(element, "camunda:dueDate", "");
    properties.setProperty(element, "due", written);
  };
  const now = readDue(text);
  const first = { none: "", duration: "P3D", working: "3 working days", week: "week 8 friday 17:00", cycle: `cycle:${context.known.dates?.[0]?.value ?? ""}`, field: `field:${fields(context)[0]?.[0] ?? ""}` };
  const kinds = [...KINDS, ...(now.kind === "text" ? ["text"] : [])].map((kind) => [kind, t(`due_${kind}`)]);
  return section(
    "due",
    t("due"),
    dueWords(text, now, context),
    block("due", t("due_how"), choice(now.kind, kinds, (kind) => keep(first[kind] ?? text))),
    DUE_PARTS[now.kind]?.(now, { ...context, text, keep, write: (changed) => keep(writeDue({ ...now, ...changed })) }),
    escalation(element, context),
  );
}

/** What happens before and after the deadline: a policy of the school. */
function escalation(element, { properties, known, t }) {
  const now = properties.property(element, "escalation");
  const options = [["", t("no_policy")], ...(known.policies ?? []).map(({ value, label }) => [value, label])];
  return block("escalation", t("policy"), choice(now, options, (key) => properties.setProperty(element, "escalation", key)), t("policy_hint"));
}

const whole = (value, least, most) => Math.min(most, Math.max(least, Math.round(Number(value) || least)));

const number = (name, value, [least, most], write, t) =>
  block(`due_${name}`, t(`due_${name}`), line(String(value), (text) => write({ [name]: whole(text, least, most) }), { type: "number", min: least, max: most }));

const at = (now, write, t) => block("due_at", t("due_at"), line(now.at.padStart(now.at ? 5 : 0, "0"), (text) => write({ at: text }), { type: "time" }), t("due_at_hint"));

const away = (now, write, t) =>
  block("due_away", t("due_away"), line(String(now.days), (text) => write({ days: whole(text, -MOST_DAYS, MOST_DAYS) }), { type: "number", min: -MOST_DAYS, max: MOST_DAYS }), t("due_away_hint"));

function named(now, offered, { write, t }) {
  const options = [["", t("choose")], ...offered];
  return [block("due_key", t(`due_${now.kind}_key`), choice(now.key, options, (key) => write({ key })), t(`due_${now.kind}_hint`)), away(now, write, t), at(now, write, t)];
}

/** The fields of each kind. */
export const DUE_PARTS = {
  duration: (_now, { text, keep, t }) => duration("due_duration", text, keep, t("due_hint"), t),
  working: (now, { write, t }) => make("div", { class: "zg-rule-parts" }, number("days", now.days, [1, MOST_DAYS], write, t), at(now, write, t)),
  week: (now, { write, t }) =>
    make(
      "div",
      { class: "zg-rule-parts" },
      number("week", now.week, [1, MOST_WEEKS], write, t),
      block("due_day", t("due_day"), choice(now.day, DAYS.map((day) => [day, t(`day_${day}`)]), (day) => write({ day }))),
      at(now, write, t),
    ),
  cycle: (now, context) => make("div", { class: "zg-rule-parts" }, named(now, (context.known.dates ?? []).map(({ value, label }) => [value, label]), context)),
  field: (now, context) => make("div", { class: "zg-rule-parts" }, named(now, fields(context), context)),
  text: (_now, { text, keep, t }) => block("due_text", t("due_as_text"), line(text, keep, { class: "in-t code" }), t("due_text_hint")),
};

/** A deadline in words. */
export function dueWords(text, now, context) {
  const { t } = context;
  if (now.kind === "working") return t("due_words_working", { days: now.days, at: now.at });
  if (now.kind === "week") return t("due_words_week", { week: now.week, day: t(`day_${now.day}`), at: now.at });
  if (now.kind === "cycle" || now.kind === "field") {
    const offered = now.kind === "cycle" ? (context.known.dates ?? []).map(({ value, label }) => [value, label]) : fields(context);
    return offered.find(([key]) => key === now.key)?.[1] ?? now.key;
  }
  return spoken(text, t);
}
