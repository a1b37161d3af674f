// 谁办: rules chosen from the list the school has, or written by hand; each is a line one can remove.

import { make } from "../../page/elements.js";
import { list } from "../words.js";
import { block, choice, line, section } from "./inputs.js";

/** The section for a user task. */
export function who(element, { properties, known, t }) {
  const rules = list(properties.attribute(element, "camunda:candidateGroups"));
  const people = list(properties.attribute(element, "camunda:candidateUsers"));
  const assignee = properties.attribute(element, "camunda:assignee");
  const names = new Map((known.who ?? []).map(({ value, label }) => [value, label]));
  const write = (next) => properties.setAttribute(element, "camunda:candidateGroups", next.join(","));
  const add = (rule) => rule && !rules.includes(rule) && write([...rules, rule]);

  const chosen = make(
    "ul",
    { class: "zg-rules" },
    rules.map((rule) =>
      make(
        "li",
        {},
        make("span", {}, names.get(rule) ?? rule, names.has(rule) ? make("small", { class: "code" }, rule) : null),
        make("button", { type: "button", class: "btn plain square", "aria-label": t("remove", { name: names.get(rule) ?? rule }), onclick: () => write(rules.filter((each) => each !== rule)) }, "×"),
      ),
    ),
  );
  const offered = [...names].filter(([value]) => !rules.includes(value));
  const picker = choice("", [["", t("choose")], ...offered], add);
  const own = line("", add, { placeholder: "post:…@subject.college" });
  const total = rules.length + people.length + (assignee ? 1 : 0);
  return section(
    "who",
    t("who"),
    total ? t("rules", { count: total }) : t("nobody"),
    rules.length ? chosen : null,
    block("who", t("add_rule"), picker, rules.length > 1 ? t("any_one") : null),
    block("who_own", t("own_rule"), own, t("own_rule_hint")),
    people.length || assignee
      ? block("candidateUsers", t("named_people"), line([assignee, ...people].filter(Boolean).join(","), (text) => name(element, properties, text)), t("named_people_hint"))
      : null,
  );
}

function name(element, properties, text) {
  if (properties.attribute(element, "camunda:assignee")) properties.setAttribute(element, "camunda:assignee", "");
  properties.setAttribute(element, "camunda:candidateUsers", list(text).join(","));
}
