// Undo and redo of everything that happens in a form: what was typed, pasted, taken over, and what happened to rows.
//
// A step is `{ undo(), redo() }`. Typing in one cell without a pause is one step.

const MOST = 300;
const PAUSE = 1500;

export class History {
  constructor(now = () => Date.now()) {
    Object.assign(this, { now, done: [], undone: [], typing: null, listeners: [] });
  }

  /** Note a step that has been done already. */
  add(step) {
    this.done.push(step);
    if (this.done.length > MOST) this.done.shift();
    this.undone = [];
    this.typing = null;
    this.tell();
    return step;
  }

  /** Note that something was typed: `put(value)` brings a value back. */
  typed(what, before, after, put) {
    const at = this.now();
    const goes = this.typing;
    if (goes && goes.what === what && at - goes.at < PAUSE && this.done.at(-1) === goes.step) {
      goes.step.after = after;
      goes.at = at;
      return goes.step;
    }
    const step = { what, after, undo: () => put(before), redo: () => put(step.after) };
    this.add(step);
    this.typing = { what, at, step };
    return step;
  }

  /** A step that belongs to the one before, so that one undo takes both back. */
  join(step, next) {
    if (this.done.at(-1) !== step) return this.add(next);
    this.done[this.done.length - 1] = {
      undo() {
        next.undo();
        step.undo();
      },
      redo() {
        step.redo();
        next.redo();
      },
    };
    this.tell();
    return this.done.at(-1);
  }

  undo() {
    return this.move(this.done, this.undone, "undo");
  }

  redo() {
    return this.move(this.undone, this.done, "redo");
  }

  move(from, to, act) {
    const step = from.pop();
    this.typing = null;
    if (!step) return null;
    step[act]();
    to.push(step);
    this.tell();
    return step;
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}
