// 试一试: for a subject and an initiator, whom each step of the diagram on the canvas would go to today.

import { make } from "../page/elements.js";
import { send } from "../page/http.js";
import { people } from "./panel/rules.js";

/** The dialog the server rendered; `open()` shows it. Nothing is saved. */
export function tryOut({ url, t, xml, jump }) {
  const dialog = document.querySelector("dialog[data-designer-try]");
  if (!dialog) return { open: () => {} };
  const form = dialog.querySelector("form");
  const answer = dialog.querySelector("[data-designer-answer]");
  const initiator = form.elements.namedItem("initiator");
  initiator.addEventListener("input", () => people(initiator.value, dialog.querySelector("#try-people")));

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    const asked = new URLSearchParams({ subject: /^\d+/.exec(form.elements.namedItem("subject").value)?.[0] ?? "", initiator: initiator.value });
    const diagram = await xml();
    if (diagram === null) return;
    const told = await send("POST", `${url}?${asked}`, { xml: diagram });
    answer.replaceChildren(told.ok ? table(told.body) : make("p", { class: "callout late", role: "alert" }, told.body?.title ?? t("try_failed")));
  });

  function table(steps) {
    return make(
      "table",
      { class: "plain-t" },
      make("thead", {}, make("tr", {}, ["try_step", "who", "try_rules"].map((key) => make("th", {}, t(key))))),
      make("tbody", {}, steps.map(row)),
    );
  }

  function row(step) {
    const go = () => {
      dialog.close();
      jump(step.element, "who");
    };
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, make("button", { type: "button", class: "btn plain", onclick: go }, step.name)),
      make("td", {}, step.people.join(t("between")), step.note_text ? make("span", { class: step.note === "nobody" ? "badge late" : "badge now" }, step.note_text) : null),
      make("td", { class: "mute t13" }, step.rules.join(t("between"))),
    );
  }

  return {
    open() {
      answer.replaceChildren();
      dialog.showModal();
    },
  };
}
