// How several people sign a step, as text and as parts: `ratio 2/3; quorum=1/2; hidden`.

const HEAD = /^(any|all|sequence|ratio|weights)(?:\s+(\S+))?$/;
const OPTIONS = ["quorum", "no_quorum", "abstain", "tie", "chair", "weights", "early", "hidden"];
const VOTES = ["ratio", "weights"];

/** The parts of a rule; null when a person wrote something we do not read. */
export function readSigning(text) {
  const [head, ...options] = text.split(";").map((part) => part.trim());
  const [, method, need = ""] = HEAD.exec(head || "any") ?? [];
  if (!method) return null;
  const found = { method, need };
  for (const option of options) {
    const [name, ...value] = option.split("=");
    if (!OPTIONS.includes(name.trim()) || name.trim() in found) return null;
    found[name.trim()] = value.length ? value.join("=").trim() : "yes";
  }
  return found;
}

/** The text of the parts; what does not fit the method is left out. "" is the usual way: whoever acts first. */
export function writeSigning(parts) {
  const { method, need = "" } = parts;
  if (method === "any") return "";
  const fits = {
    weights: method === "weights",
    no_quorum: parts.quorum,
    tie: isHalf(parts),
    chair: isHalf(parts) && parts.tie === "chair",
  };
  const options = OPTIONS.filter((name) => parts[name] && (fits[name] ?? true));
  const written = options.map((name) => (name === "hidden" && parts.hidden === "yes" ? "hidden" : `${name}=${parts[name]}`));
  return [VOTES.includes(method) ? `${method} ${need}`.trim() : method, ...written].join("; ");
}

/** Whether exactly half may be for it, so that somebody must break the tie. */
export function isHalf({ method, need = "" }) {
  if (!VOTES.includes(method)) return false;
  const [, above, below, percent] = /^(\d+)\/(\d+)$|^(\d+(?:\.\d+)?)%$/.exec(need) ?? [];
  return percent ? Number(percent) === 50 : Boolean(above) && Number(above) * 2 === Number(below);
}
