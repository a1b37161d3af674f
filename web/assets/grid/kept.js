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

/** What to lay over a page that shows `now`, and where somebody wrote something else since. */
export function restored({ mine, was }, now) {
  const base = was ? laid(now, was) : now;
  const { give, clashes } = merge(base, laid(base, mine), now);
  return { change: give, clashes };
}
