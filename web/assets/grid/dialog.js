// One dialog over a grid. It lies inside the grid's part of the form, its fields have no names: nothing of it is posted.

import { icon, make } from "../page/elements.js";
import { control } from "./cells.js";

const CLOSE = "M6 6l12 12 M18 6L6 18";

/** Open a dialog; `closed` is called once, however it is closed. Answers `{ element, close }`. */
export function dialog(host, t, { title, hint = "", body, foot = [], closed = () => {}, done = "done" }) {
  const active = document.activeElement;
  // the buttons of a cell go when the focus does
  const back = active?.closest(".form-cell-tools") ? control(active.closest("td")) : active;
  const close = () => element.close();
  const end = make("button", { type: "button", class: "btn primary", onclick: close }, t(done));
  const element = make(
    "dialog",
    { class: "dialog wide form-dialog", "aria-label": title },
    make("header", {}, make("h2", {}, title), make("button", { type: "button", class: "btn plain square", "aria-label": t(done), onclick: close }, icon(CLOSE))),
    make("div", { class: "in" }, hint ? make("p", { class: "hint" }, hint) : null, body),
    make("footer", {}, foot, end),
  );
  element.addEventListener("close", () => {
    element.remove();
    closed();
    if (back?.isConnected) back.focus();
  });
  // the grid's own keys are not for what is written here
  for (const type of ["keydown", "paste", "copy", "cut", "input", "change", "beforeinput", "pointerdown"]) {
    element.addEventListener(type, (event) => event.stopPropagation());
  }
  host.append(element);
  element.showModal();
  return { element, close };
}
