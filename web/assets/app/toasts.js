// Notes of what has happened: they come from the server with the page and leave by themselves, never while looked at.

import { icon, make } from "../page/elements.js";

const STAYS = 6000;
const STAYS_WITH_LINK = 10000;
const CHECK = "M5 12.5l4.5 4.5L19 7";

/** Let the notes that came with the page leave in time. */
export function toasts() {
  document.querySelectorAll("[data-toast]:not([data-leaves])").forEach(leave);
}

/** Say something that needs no answer. */
export function note(text) {
  const toast = make("div", { class: "toast", "data-toast": true }, icon(CHECK), make("span", {}, text));
  document.querySelector("[data-toasts]")?.append(toast);
  leave(toast);
}

function leave(toast) {
  toast.setAttribute("data-leaves", "");
  let timer = 0;
  const start = () => {
    timer = setTimeout(() => {
      toast.classList.add("leaving");
      setTimeout(() => toast.remove(), 300);
    }, toast.querySelector("a") ? STAYS_WITH_LINK : STAYS);
  };
  for (const stop of ["pointerenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) toast.addEventListener(go, start);
  start();
}
