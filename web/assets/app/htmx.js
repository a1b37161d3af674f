// htmx on our terms: the session's token goes along, a refusal is a sentence above the page, and nothing on it is lost.

import { said } from "./said.js";
import { toasts } from "./toasts.js";

/** Listen to what htmx tells. */
export function htmx() {
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) detail.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:responseError", ({ detail }) => show(sentence(detail.xhr)));
  document.addEventListener("htmx:sendError", () => show(said("offline")));
  document.addEventListener("htmx:timeout", () => show(said("offline")));
  document.addEventListener("htmx:afterSwap", () => {
    hide();
    toasts();
  });
  document.querySelector("[data-problem-close]")?.addEventListener("click", hide);
}

function sentence(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-sentence]")?.textContent.trim() || said("failed");
}

function show(text) {
  const line = document.querySelector("[data-problem]");
  if (!line) return;
  line.querySelector("[data-problem-text]").textContent = text;
  line.hidden = false;
}

function hide() {
  const line = document.querySelector("[data-problem]");
  if (line) line.hidden = true;
}
