// On a phone one row at a time, as a card, with its neighbours one press away; all rows below each other when wished.

import { make } from "../page/elements.js";
import { called } from "./cells.js";

export function oneRow(sheet) {
  const { grid, t } = sheet;
  if (!sheet.isOpen) return;
  const phone = matchMedia("(max-width: 719px)");
  let here = null;
  let alone = true;
  const list = make("select", { class: "in-t", "aria-label": t("which_row"), onchange: () => show(sheet.rows[list.selectedIndex]) });
  const step = (name, by) => make("button", { type: "button", class: "btn", onclick: () => show(sheet.rows[sheet.rows.indexOf(here) + by]) }, t(name));
  const [back, on] = [step("row_before", -1), step("row_after", 1)];
  const every = make("button", { type: "button", class: "btn small phone-only", onclick: () => turn(!alone) });
  const bar = make("div", { class: "form-pager" }, back, list, on);
  const show = (row) => {
    if (!row) return;
    here?.classList.remove("is-here");
    here = row;
    here.classList.add("is-here");
    const at = sheet.rows.indexOf(row);
    list.selectedIndex = at;
    back.disabled = at <= 0;
    on.disabled = at === sheet.rows.length - 1;
  };
  const fill = () => {
    if (!phone.matches) return;
    const all = sheet.rows;
    bar.hidden = every.hidden = all.length < 2;
    list.replaceChildren(...grouped(all, (row, at) => make("option", {}, t("row_of", { at: at + 1, count: all.length, row: nameOf(row, sheet) }))));
    show(all.includes(here) ? here : all[0]);
  };
  const turn = (one) => {
    alone = one;
    grid.classList.toggle("is-one", alone);
    every.textContent = t(alone ? "all_rows" : "one_row");
  };
  sheet.revealers.push((cell) => phone.matches && show(cell.closest("tr[data-row]")));
  grid.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    // the goal stands in its first row and belongs to all of them
    if (row && row !== here && phone.matches && !event.target.closest(".form-goal")) show(row);
  });
  sheet.listen((those) => {
    if (!those.length || those.some((cell) => cell.tagName === "TH")) fill();
  });
  grid.querySelector(".form-scroll").before(bar);
  grid.querySelector(".form-bar").append(every);
  turn(true);
  fill();
  phone.addEventListener("change", fill);
}

/** The rows as options, under their goals where they have one. */
function grouped(rows, option) {
  const answer = [];
  let body = null;
  rows.forEach((row, at) => {
    const goal = row.closest("tbody").querySelector(".form-goal > span")?.textContent;
    if (goal && row.parentElement !== body) answer.push(make("optgroup", { label: goal }));
    body = row.parentElement;
    if (goal) answer.at(-1).append(option(row, at));
    else answer.push(option(row, at));
  });
  return answer;
}

function nameOf(row, sheet) {
  return called(row.querySelector(".form-label"), sheet.columns).row;
}
