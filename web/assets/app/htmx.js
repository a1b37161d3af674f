// htmx on our terms: the session's token goes along, a refusal is a sentence above the page, and nothing on it is lost.

import { hush, tell } from "./problem.js";
import { said } from "./said.js";
import { toasts } from "./toasts.js";

/** Listen to what htmx tells. */
export function htmx() {
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) detail.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:responseError", ({ detail }) => tell(sentence(detail.xhr)));
  document.addEventListener("htmx:sendError", () => tell(said("offline")));
  document.addEventListener("htmx:timeout", () => tell(said("offline")));
  document.addEventListener("htmx:afterSwap", () => {
    hush();
    toasts();
  });
  document.querySelector("[data-problem-close]")?.addEventListener("click", hush);
}

function sentence(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-sentence]")?.textContent.trim() || said("failed");
}
