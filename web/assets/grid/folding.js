// Columns folded to a strip, remembered for a person and a form; and the grid over the whole screen.

import { make } from "../page/elements.js";

export function folding(sheet) {
  const { grid, table, t } = sheet;
  const where = `zhengai:fold:${document.querySelector('meta[name="session"]')?.dataset.user ?? ""}:${named(sheet)}`;
  const folded = new Set(kept(where));
  const heads = [...table.querySelectorAll("thead th[data-column]")];
  if (heads.length < 3) return;
  const show = (key) => {
    const off = folded.has(key);
    for (const one of table.querySelectorAll(`[data-column="${CSS.escape(key)}"]`)) one.toggleAttribute("data-folded", off);
    const head = heads.find((one) => one.dataset.column === key);
    const button = head.querySelector(".form-fold");
    const title = sheet.columns.get(key)?.title ?? "";
    button.textContent = off ? title : t("fold");
    button.setAttribute("aria-expanded", String(!off));
    button.setAttribute("aria-label", t(off ? "unfold_column" : "fold_column", { column: title }));
  };
  const turn = (key, off) => {
    if (off) folded.add(key);
    else folded.delete(key);
    show(key);
    localStorage.setItem(where, JSON.stringify([...folded]));
  };
  for (const head of heads) {
    const { column } = head.dataset;
    head.append(make("button", { type: "button", class: "btn small plain form-fold wide-only", onclick: () => turn(column, !folded.has(column)) }));
    show(column);
  }
  sheet.revealers.push((cell) => {
    if ("folded" in cell.dataset && cell.dataset.column) turn(cell.dataset.column, false);
  });
  sheet.listen((those) => {
    if (!those.length) for (const key of folded) show(key);
  });
  grid.classList.add("can-fold");
}

function kept(where) {
  try {
    const found = JSON.parse(localStorage.getItem(where) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

/** A form is told from another by what its grid is made of. */
function named(sheet) {
  return `${sheet.grid.dataset.grid}:${[...sheet.columns.keys()].join(",")}`;
}

/** Over the whole screen and back. What lies behind cannot be reached meanwhile. */
export function full(sheet, button) {
  const { grid, t } = sheet;
  let away = [];
  const turn = (on) => {
    grid.classList.toggle("is-full", on);
    button.textContent = t(on ? "small" : "full_screen");
    button.setAttribute("aria-pressed", String(on));
    for (const one of away) one.inert = false;
    away = on ? outside(grid).filter((one) => !one.inert) : [];
    for (const one of away) one.inert = true;
  };
  button.addEventListener("click", () => turn(!grid.classList.contains("is-full")));
  grid.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !grid.classList.contains("is-full")) return;
    turn(false);
    button.focus();
  });
}

function outside(element) {
  const found = [];
  for (let at = element; at.parentElement && at !== document.body; at = at.parentElement) {
    found.push(...[...at.parentElement.children].filter((one) => one !== at && !one.matches("script, template, [data-toasts]")));
  }
  return found;
}
