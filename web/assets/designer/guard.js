// Nothing of a file may be lost: compares what was read with what would be written.

/** `{ sentences, writable }`: what an import complained about or would drop; no sentences when all is well. */
export async function losses(editor, xml, warnings, t) {
  const sentences = warnings.slice(0, 20).map((each) => said(each, t));
  let written = null;
  try {
    written = (await editor.saveXML({ format: true })).xml;
  } catch {
    return { sentences: [...sentences, t("cannot_write")], writable: false };
  }
  const after = census(written);
  for (const [name, number] of census(xml)) {
    const missing = number - (after.get(name) ?? 0);
    if (missing > 0) sentences.push(t("would_lose", { count: missing, name }));
  }
  return { sentences, writable: true };
}

function said(warning, t) {
  const message = warning.message ?? String(warning);
  const [, name] = /^unresolved reference <(.*)>$/.exec(message) ?? [];
  return name ? t("unresolved", { name }) : t("import_warning", { message });
}

/** How often each element occurs, and each id. References and drawing details may be rewritten, elements not. */
function census(xml) {
  const counts = new Map();
  const parsed = new DOMParser().parseFromString(xml, "application/xml");
  for (const element of parsed.querySelectorAll("*")) {
    const name = element.localName;
    if (/^(incoming|outgoing|waypoint|Bounds|BPMNLabel|BPMNLabelStyle|Font|laneSet)$/.test(name)) continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
