// Which moment is shown, and how time passes: one number, a timer and the people who listen.

const STEP = 1600;

/** `listeners` get every new index. A frame waits until the one before has been drawn. */
export class Player {
  constructor(length) {
    this.length = length;
    this.index = 0;
    this.speed = 1;
    this.playing = false;
    this.keep = () => true;
    this.listeners = [];
    this.timer = null;
  }

  listen(listener) {
    this.listeners.push(listener);
  }

  go(index) {
    this.index = Math.min(this.length - 1, Math.max(0, index));
    this.tell();
  }

  /** The next or previous frame that the filter keeps; false at the end. */
  step(by) {
    for (let index = this.index + by; index >= 0 && index < this.length; index += by) {
      if (this.keep(index)) {
        this.go(index);
        return true;
      }
    }
    return false;
  }

  play() {
    if (this.playing) return;
    this.playing = true;
    if (!this.hasNext()) this.index = 0;
    this.tell();
    this.schedule();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    this.tell();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  hasNext() {
    for (let index = this.index + 1; index < this.length; index += 1) if (this.keep(index)) return true;
    return false;
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => requestAnimationFrame(() => this.tick()), STEP / this.speed);
  }

  tick() {
    if (!this.playing) return;
    if (!this.step(1) || !this.hasNext()) this.pause();
    else this.schedule();
  }

  tell() {
    for (const listener of this.listeners) listener(this.index, this.playing);
  }
}
