// 问题: what the server would say at publishing, asked for while one draws. A row leads to its element and field.

import { make } from "../page/elements.js";
import { send } from "../page/http.js";
import { kindOf } from "./kinds.js";

const WAIT = 700;

/** The panel below the canvas. Returns `{ check(), show(list), list() }`. */
export function findings(root, editor, { url, t, xml, jump }) {
  let timer = null;
  let asked = 0;
  let now = [];

  async function ask() {
    const number = (asked += 1);
    const text = await xml();
    if (text === null) return;
    const answer = await send("POST", url, { xml: text });
    if (number !== asked) return;
    if (answer.ok && Array.isArray(answer.body)) show(answer.body);
    else status(answer.body?.title ?? t("findings_failed"));
  }

  function check(wait = WAIT) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  function show(list) {
    now = [...list].sort((a, b) => (a.severity === "error" ? 0 : 1) - (b.severity === "error" ? 0 : 1));
    const errors = now.filter((each) => each.severity === "error").length;
    const open = root.querySelector("details")?.open ?? true;
    root.replaceChildren(
      make(
        "details",
        { open },
        make("summary", {}, make("b", {}, t("findings")), ...counts(errors, now.length - errors), make("span", { class: "mute t12" }, now.length ? t("findings_hint") : t("findings_none"))),
        make("ul", {}, now.map(row)),
      ),
    );
    mark();
  }

  function counts(errors, warnings) {
    return [
      errors ? make("span", { class: "badge late" }, t("errors", { count: errors })) : null,
      warnings ? make("span", { class: "badge warn" }, t("warnings", { count: warnings })) : null,
    ].filter(Boolean);
  }

  function row(finding) {
    const element = editor.get("elementRegistry").get(finding.element);
    const name = finding.name || element?.businessObject.name || t(element?.parent ? kindOf(element) : "whole_file");
    const error = finding.severity === "error";
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", disabled: !element, onclick: () => jump(finding.element, finding.field), title: finding.rule },
        make("span", { class: `badge ${error ? "late" : "warn"}` }, t(error ? "error" : "warning")),
        make("b", {}, name),
        make("span", {}, finding.sentence),
      ),
    );
  }

  function mark() {
    const overlays = editor.get("overlays");
    overlays.remove({ type: "zg-finding" });
    const worst = new Map();
    for (const { element, severity } of now) if (severity === "error" || !worst.has(element)) worst.set(element, severity);
    for (const [id, severity] of worst) {
      const element = editor.get("elementRegistry").get(id);
      if (!element?.parent) continue;
      const position = element.waypoints ? { top: -10, left: 0 } : { top: -10, right: 10 };
      const html = make("span", { class: `zg-finding zg-finding-${severity}`, title: sentences(id) }, "!");
      overlays.add(element, "zg-finding", { position, html, show: { minZoom: 0.3 } });
    }
  }

  function sentences(id) {
    return now.filter((each) => each.element === id).map((each) => each.sentence).join("\n");
  }

  function status(sentence) {
    const place = root.querySelector("summary .mute");
    if (place) place.textContent = sentence;
    else root.replaceChildren(make("p", { class: "zg-many", role: "status" }, sentence));
  }

  return { check, show, errors: () => now.filter((each) => each.severity === "error").length };
}
