// Nothing is lost and nothing is sent twice: unsaved text is asked about, a form on its way is not sent again, and one
// that the server would answer with the sign-in page stays where it is.

import { hasSession, session } from "../page/session.js";
import { tell } from "./problem.js";
import { said } from "./said.js";

const SENTENCES = { away: "signedOut", unknown: "offline" };
const asked = new WeakMap();
const sent = new WeakSet();

/** Listen once for the whole document. */
export function guards() {
  document.addEventListener("submit", askFirst, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isOurs(form)) return;
    if (sent.has(form)) event.preventDefault();
    else if (!event.defaultPrevented) {
      sent.add(form);
      form.setAttribute("aria-busy", "true");
    }
  });
  // back from the next page: the same page may be used again
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[aria-busy]").forEach(release);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = [...document.querySelectorAll("form[data-guard]")].some((form) => !sent.has(form) && isChanged(form));
    if (open) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const asking = event.target.closest("[data-confirm]");
    if (asking && !window.confirm(asking.dataset.confirm || said("leave"))) event.preventDefault();
  });
}

function isOurs(form) {
  return form.method === "post" && !form.matches("[hx-post], [hx-put]");
}

/** Hold the form back until the server has said that the person is still signed in; then send it as it was pressed. */
function askFirst(event) {
  const form = event.target;
  if (!isOurs(form) || !hasSession() || sent.has(form) || asked.get(form) === "here") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asked.get(form) === "asking") return;
  asked.set(form, "asking");
  session().then((answer) => {
    asked.set(form, answer);
    if (answer === "here") form.requestSubmit(event.submitter);
    else tell(said(SENTENCES[answer]));
    asked.delete(form);
  });
}

/** The form may be sent again: its answer came, and the page stayed. */
export function release(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
}

function isChanged(form) {
  if (cameBack(form)) return true;
  return [...form.elements].some((each) => {
    if (each.type === "checkbox" || each.type === "radio") return each.checked !== each.defaultChecked;
    if (each.tagName === "SELECT") return isChosenAnew(each);
    return each.defaultValue !== undefined && each.type !== "hidden" && each.value !== each.defaultValue;
  });
}

/** The page is the answer to this form, which shows again what was typed: none of it is saved. Passwords are not shown. */
function cameBack(form) {
  const isAnswer = "posted" in document.body.dataset && new URL(form.getAttribute("action"), location).pathname === location.pathname;
  return isAnswer && [...form.elements].some((each) => each.type !== "hidden" && each.tagName !== "BUTTON" && each.value);
}

/** A list in which nothing was chosen beforehand stands on its first choice. */
function isChosenAnew(list) {
  const options = [...list.options];
  if (!list.multiple && !options.some((one) => one.defaultSelected)) return list.selectedIndex > 0;
  return options.some((one) => one.selected !== one.defaultSelected);
}
