// Two people wrote into one draft: where both wrote something else, both texts stand side by side and one is chosen.

import { make } from "../page/elements.js";
import { cellAt } from "./apply.js";
import { called, key, worded } from "./cells.js";

/** Ask which text stays, cell by cell. `decided(kept)` hears of the clashes where theirs is taken. */
export function ask(form, clashes, who, decided) {
  const { t } = form;
  form.root.querySelector(".form-conflict")?.remove();
  const theirs = new Set();
  const lines = clashes.map((clash) => line(form, clash, theirs, who));
  const all = (side) => () => {
    for (const radio of box.querySelectorAll(`input[value="${side}"]`)) {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const done = () => {
    box.remove();
    decided(clashes.filter((clash) => theirs.has(clash)));
  };
  const box = make(
    "div",
    { class: "callout warn form-conflict", role: "alert", "aria-label": t("clash_title"), tabindex: "-1" },
    make(
      "div",
      { class: "grow" },
      make("b", {}, t("clash", { count: clashes.length, ...who })),
      make(
        "div",
        { class: "form-scroll" },
        make("table", { class: "plain-t" }, make("thead", {}, make("tr", {}, ["place", "mine", "theirs"].map((name) => make("th", { scope: "col" }, t(name, who))))), make("tbody", {}, lines)),
      ),
      make(
        "div",
        { class: "row" },
        make("button", { type: "button", class: "btn small", onclick: all("mine") }, t("all_mine")),
        make("button", { type: "button", class: "btn small", onclick: all("theirs") }, t("all_theirs")),
        make("button", { type: "button", class: "btn primary small", onclick: done }, t("decide")),
      ),
    ),
  );
  // what is chosen here is no field of the form
  for (const type of ["input", "change", "keydown"]) box.addEventListener(type, (event) => event.stopPropagation());
  form.top().prepend(box);
  // who is writing goes on writing; the line about saving says that there is something to decide
  if (!document.activeElement?.matches("textarea, input")) box.focus();
}

let count = 0;

function line(form, clash, theirs, who) {
  const cell = cellAt(form, clash);
  const sheet = form.sheets.get(clash.key);
  const column = sheet && cell ? sheet.column(cell) : null;
  const name = `clash-${(count += 1)}`;
  const choice = (side, value) => {
    const input = make("input", { type: "radio", name, value: side, form: "", checked: side === "mine" });
    input.addEventListener("change", () => (side === "theirs" ? theirs.add(clash) : theirs.delete(clash)));
    const text = worded(column, value);
    const said = make("span", { class: text ? "form-old" : "mute" }, text || form.t("nothing"));
    return make("td", {}, make("label", { class: "pick" }, input, said, make("span", { class: "sr" }, form.t(side, who))));
  };
  return make("tr", {}, make("th", { scope: "row" }, where(form, clash, cell)), choice("mine", clash.mine), choice("theirs", clash.theirs));
}

/** How the place of a clash is called. */
export function where(form, clash, cell) {
  if (!cell) return clash.column ?? clash.key;
  const sheet = form.sheets.get(clash.key);
  if (!sheet) return cell.querySelector("label, .lab")?.textContent ?? cell.previousElementSibling?.textContent ?? clash.key;
  const { row, column } = called(cell, sheet.columns);
  return key(cell) === "label" ? row || form.t("nameless") : [row, column].filter(Boolean).join(" · ");
}
