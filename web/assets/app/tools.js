// Small tools of a page: print, copy, full screen, and <details data-remember> that stay as they were left.

import { copy } from "../page/clipboard.js";
import { note } from "./toasts.js";
import { said } from "./said.js";

const TOOLS = {
  print: () => window.print(),
  copy: async (button) => {
    await copy(button.dataset.copy || location.href);
    note(said("copied"));
  },
  fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
};

/** Listen once for the whole document. */
export function tools() {
  document.addEventListener("click", (event) => {
    for (const [name, use] of Object.entries(TOOLS)) {
      const button = event.target.closest(`[data-${name}]`);
      if (button) use(button);
    }
  });
  for (const details of document.querySelectorAll("details[data-remember]")) {
    const key = `open:${details.dataset.remember}`;
    const kept = localStorage.getItem(key);
    if (kept !== null) details.open = kept === "yes";
    details.addEventListener("toggle", () => localStorage.setItem(key, details.open ? "yes" : "no"));
  }
}
