// Keys in a list: j and k move, Enter opens, x ticks, ? explains. Silent while somebody writes or composes.

import { open as openDialog } from "./dialogs.js";

const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Listen on the page that has a list. */
export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const list = document.querySelector('[data-keys="list"]');
    if (event.key === "?") {
      openDialog(document.querySelector("#keys"));
      return;
    }
    if (list && press(list, event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const item = event.target.closest('[data-keys="list"] [data-item]');
    if (!item) return;
    // a plain press shows the item beside the list, where there is a pane; Enter opens its page
    const beside = event.detail && !event.ctrlKey && !event.metaKey && !event.shiftKey && pane(item);
    if (beside) event.preventDefault();
    select(item, beside);
  });
}

/** The keystroke belongs to a field, an input method, a dialog or a control. */
function isWriting(event) {
  if (event.isComposing || event.keyCode === 229) return true;
  const at = event.target;
  if (at.isContentEditable || document.querySelector("dialog[open]")) return true;
  return at.matches('textarea, select, input:not([type="checkbox"], [type="radio"])');
}

function press(list, key) {
  const items = [...list.querySelectorAll("[data-item]")];
  if (!items.length) return false;
  const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (key in MOVES) {
    const next = here < 0 ? 0 : Math.min(items.length - 1, Math.max(0, here + MOVES[key]));
    select(items[next], true);
    return true;
  }
  if (here < 0) return false;
  if (key === "Enter" || key === "o") {
    if (items[here].dataset.href) location.assign(items[here].dataset.href);
    else if (document.activeElement.matches("a, button")) return false; // the browser follows it
    else (items[here].querySelector("[data-open]") ?? items[here]).click();
    return true;
  }
  const tick = items[here].querySelector('input[type="checkbox"]');
  if (key === "x" && tick) {
    tick.click();
    return true;
  }
  return false;
}

/** The pane that this item shows itself in, if there is room for it on this screen. */
function pane(item) {
  const target = item.getAttribute("hx-target");
  return Boolean(target && document.querySelector(target)?.offsetParent);
}

function select(item, follow) {
  for (const other of item.closest("[data-keys]").querySelectorAll('[data-item][aria-selected="true"]')) {
    other.setAttribute("aria-selected", "false");
  }
  item.setAttribute("aria-selected", "true");
  if (!follow) return;
  const target = item.matches("a") ? item : (item.querySelector("a") ?? item);
  target.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  item.dispatchEvent(new CustomEvent("item:select", { bubbles: true }));
}
