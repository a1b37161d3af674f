// Drafts saved on the server while somebody types. What could not be saved stays on the page and is said.

import { send } from "../page/http.js";
import { nested, pairs } from "./values.js";

const PAUSE = 1200;
const RETRY = [5_000, 15_000, 60_000];
const SIGNED_OUT = 401;
const FINAL = { 403: "closed", 404: "closed", 409: "conflict", 410: "closed", 412: "conflict" };

/** Starts saving; returns what to call when something changed without an input event. */
export function autosave(root, t) {
  const url = root.dataset.draftUrl;
  if (!url) return () => {};
  const draft = new Draft(root, url, t);
  root.addEventListener("input", () => draft.touch());
  root.addEventListener("change", () => draft.touch());
  document.addEventListener("visibilitychange", () => {
    draft.save();
  });
  window.addEventListener("online", () => draft.save());
  window.addEventListener("beforeunload", (event) => {
    if (draft.dirty && !draft.leaving) event.preventDefault();
  });
  root.closest("form")?.addEventListener("submit", () => draft.leave());
  return () => draft.touch();
}

class Draft {
  constructor(root, url, t) {
    Object.assign(this, { root, url, t, revision: Number(root.dataset.draftRevision), failures: 0 });
    Object.assign(this, { dirty: false, busy: false, stopped: false, leaving: false, timer: 0 });
  }

  touch() {
    this.dirty = true;
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    if (!this.stopped && !this.leaving) this.timer = setTimeout(() => this.save(), pause);
  }

  leave() {
    this.leaving = true;
    clearTimeout(this.timer);
  }

  async save() {
    if (!this.dirty || this.busy || this.stopped || this.leaving) return;
    clearTimeout(this.timer);
    this.dirty = false;
    this.busy = true;
    this.say(this.t("saving"));
    const json = { values: nested(pairs(this.root)), revision: this.revision };
    const answer = await send("PUT", this.url, { json });
    this.busy = false;
    if (answer.ok) this.saved(answer.body);
    else this.failed(answer);
  }

  saved(body) {
    this.failures = 0;
    this.revision = body?.revision ?? this.revision + 1;
    const field = this.root.querySelector("[data-draft-revision-field]");
    if (field) field.value = this.revision;
    this.mark({});
    this.say(this.t("saved", { time: body?.saved_at ?? "" }));
    if (this.dirty) this.later(PAUSE);
  }

  failed({ status, body }) {
    this.dirty = true;
    if (status in FINAL) {
      this.stopped = true;
      this.say(this.t(FINAL[status]), true);
    } else if (status === 422) {
      const errors = body?.errors ?? {};
      this.mark(errors);
      this.say(this.t("refused", { count: Object.keys(errors).length }), true);
    } else {
      this.say(this.t(status === SIGNED_OUT ? "signed_out" : "unsaved"), true);
      this.later(RETRY[Math.min(this.failures, RETRY.length - 1)]);
      this.failures += 1;
    }
  }

  /** Mark the cells that the server refused; those it drew itself stay as they are. */
  mark(errors) {
    for (const one of this.root.querySelectorAll("[data-draft-error]")) {
      one.closest("td, th, dd, .field")?.classList.remove("is-bad");
      one.remove();
    }
    for (const [path, sentence] of Object.entries(errors)) {
      const control = document.getElementById(`f-${path.replace(/[^\p{L}\p{N}_-]/gu, "-")}`);
      const cell = control?.closest("td, th, dd, .field");
      if (!cell) continue;
      const note = document.createElement("p");
      note.className = "err";
      note.dataset.draftError = "";
      note.textContent = sentence;
      cell.classList.add("is-bad");
      cell.append(note);
    }
  }

  say(text, late = false) {
    for (const place of document.querySelectorAll("[data-form-saved]")) {
      place.textContent = text;
      place.classList.toggle("is-late", late);
    }
  }
}
