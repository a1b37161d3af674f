// The small grammars inside attribute values: lists, verbs with labels, field rights, durations.

/** "a, b" as a list without blanks. */
export function list(text) {
  return text.split(",").map((item) => item.trim()).filter(Boolean);
}

/** "approve=审定通过,return" as a map verb → label ("" for the usual word). */
export function readVerbs(text) {
  return new Map(
    list(text).map((item) => {
      const [verb, ...label] = item.split("=");
      return [verb.trim(), label.join("=").trim()];
    }),
  );
}

/** The text of a map of verbs. */
export function writeVerbs(verbs) {
  return [...verbs].map(([verb, label]) => (label ? `${verb}=${label.replace(/[,，=]/g, " ").trim()}` : verb)).join(",");
}

/** "goals:edit,*:read" as a map field → right. */
export function readRights(text) {
  return new Map(
    list(text).map((item) => {
      const at = item.lastIndexOf(":");
      return [item.slice(0, at).trim(), item.slice(at + 1).trim()];
    }),
  );
}

/** The text of a map of rights; the rule for all others stands last. */
export function writeRights(rights) {
  return [...rights]
    .filter(([, right]) => right)
    .sort(([a], [b]) => (a === "*") - (b === "*"))
    .map(([field, right]) => `${field}:${right}`)
    .join(",");
}

/** "P3D" as `{ number: 3, unit: "days" }`; null when a person wrote something else. */
export function readDuration(text) {
  const [, day, time] = /^P(?:(\d+[DW])|T(\d+[HM]))$/.exec(text.trim()) ?? [];
  const written = day ?? time;
  if (!written) return null;
  const unit = { D: "days", W: "weeks", H: "hours", M: "minutes" }[written.at(-1)];
  return { number: Number(written.slice(0, -1)), unit };
}

/** The ISO 8601 text of a number and a unit. */
export function writeDuration(number, unit) {
  if (!number) return "";
  return { days: `P${number}D`, weeks: `P${number}W`, hours: `PT${number}H`, minutes: `PT${number}M` }[unit];
}
