// Drafts saved on the server while somebody types. What could not be saved stays on the page and in this browser, and is said.

import { clock } from "../page/clock.js";
import { send } from "../page/http.js";
import { apply, cellAt, place } from "./apply.js";
import { ask } from "./conflict.js";
import { delta, size } from "./delta.js";
import { Kept, before, isThere, restored } from "./kept.js";
import { mark, unmarkAll } from "./marks.js";
import { merge } from "./merge.js";
import { asTyped } from "./told.js";
import { nested, pairs } from "./values.js";

const PAUSE = 1200;
const KEEP = 400;
const RETRY = [5_000, 15_000, 60_000];
const SIGNED_OUT = 401;
const FINAL = { 403: "closed", 404: "closed", 410: "closed" };
const CONFLICTS = new Set([409, 412]);

/** Starts saving. Answers the draft, or one that does nothing where there is none. */
export function autosave(form) {
  const url = form.root.dataset.draftUrl;
  return url ? new Draft(form, url).start() : { touch() {}, save() {} };
}

class Draft {
  constructor(form, url) {
    Object.assign(this, { form, root: form.root, url, t: form.t, kept: new Kept(url), failures: 0, timer: 0, keeping: 0 });
    Object.assign(this, { dirty: false, busy: false, stopped: false, leaving: false, savedAt: "", waiting: null });
    this.became(Number(this.root.dataset.draftRevision));
    this.savedAt = this.root.dataset.draftSaved ?? "";
    this.saved = this.values();
  }

  start() {
    this.root.addEventListener("input", () => this.touch());
    this.root.addEventListener("change", () => this.touch());
    document.addEventListener("visibilitychange", () => {
      this.keep();
      this.save();
    });
    window.addEventListener("pagehide", () => this.keep());
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.leaving) event.preventDefault();
    });
    this.root.closest("form")?.addEventListener("submit", (event) => this.handIn(event));
    document.querySelector("[data-discard]")?.addEventListener("submit", () => this.drop());
    this.restore();
    return this;
  }

  values() {
    return nested(pairs(this.root));
  }

  /** What was typed before a break and never reached the server, on the page again. */
  restore() {
    const entry = this.kept.read();
    if ("draftTyped" in this.root.dataset) this.posted(entry);
    else if (entry && !this.lay(entry)) this.kept.clear();
  }

  /** The page came back with what was sent: the server may have something else, and is asked at once. */
  posted(entry) {
    if (entry && isThere(entry, this.saved)) this.saved = before(entry, this.saved);
    else if (entry) this.lay(entry);
    this.touch();
    this.save();
  }

  /** Put what was kept onto the page. False where there is nothing of it left to save. */
  lay(entry) {
    const { change, clashes } = restored(entry, this.saved);
    const count = change ? apply(this.form, change) : 0;
    const time = clock(new Date(entry.at));
    if (count) this.form.tell(this.t("restored", { count, time }), true);
    if (clashes.length) this.choose(clashes, { who: this.t("somebody"), time: this.savedAt }, true);
    if (count) this.touch();
    return count > 0 || clashes.length > 0;
  }

  touch() {
    this.dirty = true;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEEP);
    this.later(PAUSE);
  }

  /** Keep in this browser what the server does not have. */
  keep() {
    clearTimeout(this.keeping);
    if (this.dirty && !this.leaving) this.kept.keep(this.saved, this.values(), this.revision);
  }

  later(pause) {
    clearTimeout(this.timer);
    if (!this.stopped && !this.leaving) this.timer = setTimeout(() => this.save(), pause);
  }

  /** The person throws the draft away: nothing of it is kept here either. */
  drop() {
    this.leaving = true;
    clearTimeout(this.timer);
    clearTimeout(this.keeping);
    this.kept.clear();
  }

  /** What is on its way arrives first: else the server would take this page for an older one. */
  handIn(event) {
    if (event.defaultPrevented) return;
    if (!this.busy) return this.leave();
    event.preventDefault();
    this.waiting = event;
  }

  leave() {
    this.keep();
    this.kept.handIn();
    this.leaving = true;
    clearTimeout(this.timer);
  }

  async save() {
    if (!this.dirty || this.busy || this.stopped || this.leaving) return;
    clearTimeout(this.timer);
    this.dirty = false;
    this.busy = true;
    this.say(this.t("saving"));
    const values = this.values();
    const answer = await send("PUT", this.url, { json: { values, revision: this.revision } });
    this.busy = false;
    if (answer.ok) this.stored(answer.body, values);
    else this.failed(answer);
    const pressed = this.waiting;
    this.waiting = null;
    // what somebody else wrote meanwhile is looked at first
    if (pressed && !CONFLICTS.has(answer.status)) pressed.target.requestSubmit(pressed.submitter);
  }

  stored(body, values) {
    this.failures = 0;
    this.saved = values;
    this.became(body?.revision ?? this.revision + 1);
    this.savedAt = body?.saved_at ?? clock(new Date());
    unmarkAll(this.root, "draft");
    this.say(this.t("saved", { time: this.savedAt }));
    this.reckoned(body?.calculated ?? {});
    if (this.dirty) this.touch();
    else this.kept.clear();
  }

  /** Calculated fields and cells as the server worked them out from what was saved. */
  reckoned(told) {
    for (const [path, text] of Object.entries(told)) {
      const place = document.getElementById(`f-${path.replace(/[^\p{L}\p{N}_-]/gu, "-")}`);
      if (place && "calculated" in place.dataset) place.textContent = text;
    }
  }

  became(revision) {
    this.revision = revision;
    const field = this.root.querySelector("[data-draft-revision-field]");
    if (field) field.value = revision;
  }

  failed({ status, body }) {
    this.dirty = true;
    this.keep();
    if (CONFLICTS.has(status) && body?.conflict?.values) this.merged(body.conflict);
    else if (CONFLICTS.has(status)) this.stop("conflict");
    else if (status in FINAL) this.stop(FINAL[status]);
    else if (status === 422) this.refused(body?.errors ?? {});
    else {
      const since = this.savedAt ? { name: "unsaved_since", time: this.savedAt } : { name: "unsaved" };
      const said = this.t(status === SIGNED_OUT ? "signed_out" : since.name, since);
      this.say(said, true);
      this.later(RETRY[Math.min(this.failures, RETRY.length - 1)]);
      this.failures += 1;
    }
  }

  stop(name) {
    this.stopped = true;
    this.say(this.t(name), true);
  }

  refused(errors) {
    unmarkAll(this.root, "draft");
    for (const [path, sentence] of Object.entries(errors)) {
      const [key, row, column] = path.split("/");
      const at = { key, row, column: column ?? "label" };
      const cell = row && this.form.sheets.has(key) ? cellAt(this.form, at) : place(this.root, key);
      if (cell) mark(cell, sentence, "draft");
    }
    this.say(this.t("refused", { count: Object.keys(errors).length }), true);
  }

  /** Somebody saved meanwhile: theirs comes onto the page, and where both wrote, the person decides. */
  merged(conflict) {
    const theirs = asTyped(conflict.values, this.saved, this.form.sheets);
    const { take, clashes } = merge(this.saved, this.values(), theirs);
    const who = { who: conflict.by || this.t("somebody"), time: conflict.saved_at ?? "" };
    document.querySelector("[data-stale]")?.remove();
    if (take) this.form.tell(this.t("joined", { count: size(take), ...who }), false);
    this.saved = theirs;
    this.became(conflict.revision);
    if (take) apply(this.form, take);
    if (clashes.length) this.choose(clashes, who, false);
    else this.touch();
  }

  /** `over`: the page shows theirs, mine is laid over it; else the other way round. */
  choose(clashes, who, over) {
    this.stopped = true;
    this.say(this.t("clash", { count: clashes.length, ...who }), true);
    if (over) apply(this.form, changeOf(clashes, "mine"));
    ask(this.form, clashes, who, (theirs) => {
      this.stopped = false;
      if (theirs.length) apply(this.form, changeOf(theirs, "theirs"));
      if (delta(this.saved, this.values())) this.touch();
      else this.stored({ revision: this.revision, saved_at: this.savedAt }, this.values());
    });
  }

  say(text, late = false) {
    for (const each of document.querySelectorAll("[data-form-saved]")) {
      each.textContent = text;
      each.classList.toggle("is-late", late);
    }
  }
}

/** The delta that puts one side of some clashes onto the page. */
function changeOf(clashes, side) {
  const change = { fields: {}, grids: {} };
  for (const clash of clashes) {
    if (!clash.row) change.fields[clash.key] = clash[side];
    else {
      change.grids[clash.key] ??= { order: null, rows: {} };
      (change.grids[clash.key].rows[clash.row] ??= {})[clash.column] = clash[side];
    }
  }
  return change;
}

