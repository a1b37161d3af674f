// The draft on the server: saved under its revision, so that two people never overwrite each other unseen.

import { send } from "../page/http.js";

/** What is known of the draft, and saving it. `told(state)` hears every change. */
export class Draft {
  constructor({ url, revision, told }) {
    this.url = url;
    this.revision = revision;
    this.told = told;
    this.dirty = false;
    this.saving = false;
  }

  touch() {
    this.dirty = true;
    this.changes = (this.changes ?? 0) + 1;
    if (!this.saving) this.told({ state: "dirty" });
  }

  /** Save `xml`. Answers true when it is stored; tells about conflicts and failures otherwise. */
  async save(xml) {
    if (this.saving) return false;
    this.saving = true;
    this.told({ state: "saving" });
    const changes = this.changes;
    const answer = await send("PUT", this.url, { xml, headers: { "If-Match": `"${this.revision}"` } });
    this.saving = false;
    if (answer.ok) {
      this.revision = answer.body?.revision ?? this.revision;
      this.dirty = this.changes !== changes;
      this.told({ state: this.dirty ? "dirty" : "saved", ...answer.body });
      return true;
    }
    const conflict = answer.status === 409 || answer.status === 412;
    this.told({ state: conflict ? "conflict" : "failed", status: answer.status, ...answer.body });
    return false;
  }
}
