// The card 此刻: who did what, the opinion, the particulars, the check values; and what the form changed.

import { make } from "../page/elements.js";
import { picture, textKey } from "./kinds.js";

const BADGES = { agreed: "ok", returned: "back", refused: "late", late: "late", intervention: "warn", submitted: "now" };

/** Fill `root` with one frame. */
export function showMoment(root, frame, t) {
  const who = frame.who;
  const text = t(textKey(frame.kind));
  root.replaceChildren(
    make(
      "div",
      { class: "zg-who" },
      make("span", { class: who ? "ava" : "ava sys", "aria-hidden": "true" }, who?.initials ?? "·"),
      make(
        "div",
        {},
        make("b", {}, who?.name ?? t("system")),
        " ",
        who?.post ?? "",
        " ",
        make("span", { class: `badge ${BADGES[frame.kind] ?? ""}` }, picture(frame.kind), text),
        make("div", { class: "t12 mute" }, make("time", { datetime: frame.at ?? frame.when }, frame.when)),
      ),
    ),
    make("p", { class: "t13" }, frame.title),
    ...quotes(frame, t),
    facts(frame, t),
  );
}

function quotes(frame, t) {
  const found = [];
  if (frame.opinion) found.push(make("blockquote", { class: "quote t13" }, frame.opinion));
  if (frame.reason) found.push(make("div", { class: "quote t13" }, t("reason", { reason: frame.reason })));
  return found;
}

function facts(frame, t) {
  const rows = [...(frame.facts ?? [])].map(([name, value]) => [name, document.createTextNode(value)]);
  const called = (frame.called ?? []).flatMap(({ name, url }) => [make("a", { href: url }, name), " "]);
  if (called.length) rows.push([t("called"), make("span", {}, called)]);
  for (const file of frame.attachments ?? []) {
    const name = file.url ? make("a", { href: file.url }, file.name) : file.name;
    rows.push([t("attachments"), make("span", {}, name, make("br"), hash(file.sha256))]);
  }
  if (frame.previous_hash) rows.push([t("previous_hash"), hash(frame.previous_hash)]);
  if (frame.hash) rows.push([t("hash"), hash(frame.hash)]);
  if (!rows.length) return null;
  return make("dl", { class: "facts" }, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function hash(value) {
  if (!value) return "";
  return make("span", { class: "code t12 mute", title: value }, `${value.slice(0, 4)}…${value.slice(-4)}`);
}

/** The form changes of a frame as a small table. */
export function showChanges(root, frame, t) {
  const changes = frame.form_changes ?? [];
  const whole = frame.form_url ? make("p", { class: "t13" }, make("a", { href: frame.form_url }, t("whole_form"))) : null;
  if (!changes.length) {
    root.replaceChildren(make("p", { class: "t13 mute" }, t("unchanged")), ...(whole ? [whole] : []));
    return;
  }
  const head = make("tr", {}, ["field", "before", "after"].map((key) => make("th", { scope: "col" }, t(key))));
  const rows = changes.map((change) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, [change.row, change.label].filter(Boolean).join("·")),
      make("td", { "data-l": t("before") }, change.before ? make("del", {}, change.before) : t("nothing")),
      make("td", { "data-l": t("after") }, change.after ? make("ins", {}, change.after) : t("nothing")),
    ),
  );
  root.replaceChildren(make("table", { class: "zg-changes" }, make("thead", {}, head), make("tbody", {}, rows)), ...(whole ? [whole] : []));
}
