// 几个人怎么办: whoever acts first, all, one after the other, or a vote with its threshold and options.

import { make } from "../../page/elements.js";
import { isHalf, readSigning, writeSigning } from "../signing_words.js";
import { block, choice, line, section, tick } from "./inputs.js";

const METHODS = ["any", "all", "sequence", "ratio", "weights"];
const SHARES = ["1/2", "2/3", "3/4"];
const USUAL = { ratio: "2/3", weights: "60" };

/** The section for a user task. */
export function signing(element, { properties, t }) {
  const text = properties.property(element, "signing");
  const now = readSigning(text);
  const keep = (written) => properties.setProperty(element, "signing", written);
  if (!now) return section("signing", t("signing"), text, asText(text, keep, t));
  const write = (changed) => keep(writeSigning({ ...now, ...changed }));
  const methods = METHODS.map((method) => [method, t(`signing_${method}`)]);
  return section(
    "signing",
    t("signing"),
    t(`signing_${now.method}`),
    block("signing", t("signing_how"), choice(now.method, methods, (method) => write({ method, need: USUAL[method] ?? "" })), t(`signing_${now.method}_hint`)),
    now.method === "any" ? null : options(now, write, t),
    now.method === "any" ? null : asText(text, keep, t),
  );
}

function options(now, write, t) {
  const shares = [["", t("signing_no_quorum_asked")], ...SHARES.map((share) => [share, share])];
  return [
    now.method === "ratio" ? block("signing_need", t("signing_need"), line(now.need, (need) => write({ need })), t("signing_need_hint")) : null,
    now.method === "weights" ? block("signing_need", t("signing_sum"), line(now.need, (need) => write({ need })), t("signing_sum_hint")) : null,
    now.method === "weights" ? block("signing_weights", t("signing_weights_of"), line(now.weights ?? "", (weights) => write({ weights }), { class: "in-t code" }), t("signing_weights_of_hint")) : null,
    isHalf(now) ? block("signing_tie", t("signing_tie"), choice(now.tie ?? "refuse", ["refuse", "approve", "chair"].map((tie) => [tie, t(`signing_tie_${tie}`)]), (tie) => write({ tie }))) : null,
    isHalf(now) && now.tie === "chair" ? block("signing_chair", t("signing_chair"), line(now.chair ?? "", (chair) => write({ chair }), { class: "in-t code" }), t("signing_chair_hint")) : null,
    block("signing_abstain", t("signing_abstain"), choice(now.abstain ?? "", ["", "out", "against", "no"].map((abstain) => [abstain, t(`signing_abstain_${abstain}`)]), (abstain) => write({ abstain }))),
    block("signing_quorum", t("signing_quorum"), choice(now.quorum ?? "", shares, (quorum) => write({ quorum }))),
    now.quorum ? block("signing_no_quorum", t("signing_no_quorum"), choice(now.no_quorum ?? "refuse", ["refuse", "approve"].map((word) => [word, t(`signing_tie_${word}`)]), (no_quorum) => write({ no_quorum }))) : null,
    tick(now.early === "yes", t("signing_early"), (on) => write({ early: on ? "yes" : "" })),
    tick(now.hidden === "yes", t("signing_hidden"), (on) => write({ hidden: on ? "yes" : "" })),
  ].filter(Boolean);
}

function asText(text, keep, t) {
  return make("details", { class: "zg-as-text" }, make("summary", { class: "t12 mute" }, t("signing_as_text")), block("signing_text", null, line(text, keep, { class: "in-t code", "aria-label": t("signing_as_text") }), t("signing_text_hint")));
}
