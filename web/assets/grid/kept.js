// What was typed and is not on the server yet, kept in this browser: for a person and a task, until it is saved or they
// sign out. Closing the laptop loses nothing.

import { delta, laid } from "./delta.js";
import { merge } from "./merge.js";

export const PREFIX = "zhengai:draft:";

export class Kept {
  constructor(url) {
    this.key = `${PREFIX}${document.querySelector('meta[name="session"]')?.dataset.user ?? ""}:${url}`;
  }

  /** Keep what `values` has otherwise than the saved ones. False if the browser has no room. */
  keep(saved, values, revision) {
    const mine = delta(saved, values);
    if (!mine) return this.clear();
    const entry = { mine, was: delta(values, saved), revision, at: new Date().toISOString() };
    try {
      localStorage.setItem(this.key, JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }

  /** It is on its way to the server with the page: the next page that comes tells that it arrived. */
  handIn() {
    const entry = this.read();
    if (entry) localStorage.setItem(this.key, JSON.stringify({ ...entry, sent: true }));
  }

  read() {
    try {
      const entry = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return entry?.mine?.grids && entry.mine.fields ? entry : null;
    } catch {
      return null;
    }
  }

  clear() {
    localStorage.removeItem(this.key);
    return true;
  }
}

/** Whether a page that shows `now` has all that was kept. */
export function isThere({ mine }, now) {
  return !delta(now, laid(now, mine));
}

/** What the server had before it was typed into a page that shows `now`. */
export function before({ was }, now) {
  return was ? laid(now, was) : now;
}

/** What to lay over a page that shows `now`, and where somebody wrote something else since. */
export function restored(entry, now) {
  const base = before(entry, now);
  const { give, clashes } = merge(base, laid(base, entry.mine), now);
  return { change: give, clashes };
}
