// Rules for who gets a step: each in plain words, and a picker that writes one without its grammar being typed.

import { make } from "../../page/elements.js";
import { block, choice, line } from "./inputs.js";

const PLACES = ["subject.unit", "subject.college", "initiator.unit", "initiator.college", "unit"];
const SEATS = ["", "chair", "deputy", "member", "secretary"];
const MOST_LEVELS = 20;

/** The kinds of rules: which parts each is made of, in the order they are asked for. */
const KINDS = {
  initiator: [],
  post: ["post", "anywhere"],
  head: ["place"],
  head_level: ["levels", "place"],
  heads: ["levels", "place"],
  leader: ["place"],
  contact_leader: ["place"],
  committee: ["committee", "seat"],
  user: ["person"],
  role: ["role"],
  field: ["field"],
  pick: ["picker"],
  "subject.owner": [],
  "subject.team": [],
};
const RULE = /^([a-z_]+(?:\.[a-z]+)?)(?::([^@]*))?(?:@(.*))?$/;

/** A rule in words; one that cannot be read stays as it is written. */
export function ruleWords(rule, context) {
  const { t, known } = context;
  if (rule.startsWith("user:")) return t("rule_user_named", { name: rule.slice(5) });
  const [, word, key = "", where = ""] = RULE.exec(rule) ?? [];
  if (!(word in KINDS)) return rule;
  const kind = word === "head" && key ? "head_level" : word;
  const name = (list, value) => (known[list] ?? []).find((each) => each.value === value)?.label ?? value;
  const [committee, seat = ""] = key.split(":");
  const place = where.startsWith("unit:") ? name("units", where.slice(5)) : t(where ? `place_${where}` : "place_anywhere");
  return t(`words_${kind}`, {
    place,
    post: name("posts", key),
    levels: key,
    committee: name("committees", committee),
    seat: t(`seat_${seat}`),
    role: name("roles", key),
    field: fields(context).find(([value]) => value === key)?.[1] ?? key,
    step: key === "initiator" ? t("rule_initiator") : stepName(key, context),
  });
}

/** Rules as lines that can be removed; `write` is told those that stay. */
export function ruleLines(rules, context, write) {
  if (!rules.length) return null;
  const { t } = context;
  const words = rules.map((rule) => ruleWords(rule, context));
  return make(
    "ul",
    { class: "zg-rules" },
    rules.map((rule, number) =>
      make(
        "li",
        {},
        make("span", {}, words[number]),
        make("button", { type: "button", class: "btn plain square", "aria-label": t("remove", { name: words[number] }), onclick: () => write(rules.filter((each) => each !== rule)) }, "×"),
      ),
    ),
  );
}

/** The picker: a kind, then its parts, then one button; `add` is told the rule. `without` are kinds left out. */
export function ruleBuilder(name, element, context, add, without = []) {
  const { t } = context;
  const kinds = Object.keys(KINDS).filter((kind) => !without.includes(kind));
  const parts = make("div", { class: "zg-rule-parts" });
  const button = make("button", { type: "button", class: "btn small", disabled: true, onclick: finish }, t("rule_add"));
  const now = begun(element, name);
  const picker = choice(now.chosen, [["", t("choose")], ...kinds.map((kind) => [kind, t(`rule_${kind}`)])], (kind) => {
    Object.assign(now, { chosen: kind, asked: {} });
    draw();
  });
  picker.addEventListener("change", () => parts.querySelector("select, input")?.focus());

  function draw() {
    const controls = now.chosen ? KINDS[now.chosen].map((part) => PARTS[part](element, context, now.asked, draw)) : [];
    parts.replaceChildren(...controls.flat());
    button.disabled = !now.chosen;
  }

  function finish() {
    const rule = write(now.chosen, now.asked);
    if (!rule) return parts.querySelector("select, input")?.focus();
    Object.assign(now, { chosen: "", asked: {} });
    picker.value = "";
    draw();
    add(rule);
  }

  parts.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    event.target.blur();
    finish();
  });
  draw();
  return make("div", { class: "zg-rule-builder" }, block(name, t("add_rule"), picker), parts, button);
}

const halves = new WeakMap();

/** What is half chosen in a picker of an element: the panel is redrawn without forgetting it. */
function begun(element, name) {
  if (!halves.has(element)) halves.set(element, {});
  return (halves.get(element)[name] ??= { chosen: "", asked: {} });
}

/** The text of a rule; "" while a part is missing. */
function write(kind, { post, levels = "2", place, unit, committee, seat = "", person, role, field, picker }) {
  const at = place === "unit" ? unit && `@unit:${unit}` : place ? `@${place}` : "";
  const needsUnit = place === "unit" && !unit;
  if (needsUnit) return "";
  const told = {
    post: post && `post:${post}${at}`,
    head: at && `head${at}`,
    head_level: at && `head:${levels}${at}`,
    heads: at && `heads:${levels}${at}`,
    leader: at && `leader${at}`,
    contact_leader: at && `contact_leader${at}`,
    committee: committee && `committee:${committee}${seat && `:${seat}`}`,
    user: person && `user:${person}`,
    role: role && `role:${role}`,
    field: field && `field:${field}`,
    pick: picker && `pick:${picker}`,
  };
  return kind in told ? told[kind] || "" : kind;
}

const options = (context, list) => [["", context.t("choose")], ...(context.known[list] ?? []).map(({ value, label }) => [value, label])];

function select(part, label, offered, asked, after = () => {}) {
  const control = choice(asked[part] ?? "", offered, (value) => {
    asked[part] = value;
    after();
  });
  return block(`rule_${part}`, label, control);
}

function places(element, context, asked, draw, first) {
  const { t } = context;
  const offered = [first, ...PLACES.map((place) => [place, t(`place_${place}`)])];
  const control = select("place", t("rule_place"), offered, asked, draw);
  if (asked.place !== "unit") return [control];
  return [control, select("unit", t("rule_unit"), options(context, "units"), asked)];
}

const PARTS = {
  post: (element, context, asked) => select("post", context.t("rule_post"), options(context, "posts"), asked),
  anywhere: (element, context, asked, draw) => places(element, context, asked, draw, ["", context.t("place_anywhere")]),
  place: (element, context, asked, draw) => places(element, context, asked, draw, ["", context.t("choose")]),
  levels: (element, context, asked) =>
    block("rule_levels", context.t("rule_levels"), line(asked.levels ?? "2", (text) => (asked.levels = String(Math.min(MOST_LEVELS, Math.max(1, Number(text) || 1)))), { type: "number", min: 1, max: MOST_LEVELS })),
  committee: (element, context, asked) => select("committee", context.t("rule_committee"), options(context, "committees"), asked),
  seat: (element, context, asked) => select("seat", context.t("rule_seat"), SEATS.map((seat) => [seat, context.t(`seat_${seat}`)]), asked),
  role: (element, context, asked) => select("role", context.t("rule_role"), options(context, "roles"), asked),
  field: (element, context, asked) => select("field", context.t("rule_field"), [["", context.t("choose")], ...fields(context)], asked),
  picker: (element, context, asked) => {
    const steps = context.stepsBefore(element).map((step) => [step.id, stepName(step.id, context)]);
    return select("picker", context.t("rule_picker"), [["", context.t("choose")], ["initiator", context.t("rule_initiator")], ...steps], asked);
  },
  person: (element, context, asked) => {
    const list = make("datalist", { id: "zg-people" });
    const control = line(asked.person ?? "", (text) => (asked.person = keyOf(text)), { list: "zg-people", oninput: (event) => people(event.target.value, list) });
    return [block("rule_person", context.t("rule_person"), control, context.t("rule_person_hint")), list];
  },
};

/** The number or user name that ends "NAME(1003)"; what has none is taken as it stands. */
function keyOf(text) {
  return /\uff08([^\uff08\uff09]+)\uff09$/.exec(text)?.[1] ?? text;
}

/** Fill a datalist with people whom `text` may mean; the server renders the options. */
export async function people(text, list) {
  if (!text.trim() || text.endsWith("\uff09")) return;
  const answer = await fetch(`/people/options?who=${encodeURIComponent(text)}`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("option");
  list.replaceChildren(...[...found].map((each) => make("option", { value: each.value }, each.textContent)));
}

/** The plain fields of the forms that steps of this diagram show, each once. */
export function fields({ known, editor }) {
  const used = new Set(editor.get("elementRegistry").filter((each) => each.businessObject?.get?.("camunda:formRef")).map((each) => each.businessObject.get("camunda:formRef")));
  const forms = (known.forms ?? []).filter((form) => used.has(form.value));
  const found = forms.flatMap((form) => form.fields).filter(({ value }) => !value.includes("."));
  return [...new Map(found.map(({ value, label }) => [value, label]))];
}

function stepName(id, { editor }) {
  return editor.get("elementRegistry").get(id)?.businessObject.name || id;
}
