// Nothing of a file may be lost: compares what was read with what would be written.

/** Sentences for what an import complained about or would drop; empty when all is well. */
export async function losses(editor, xml, warnings, t) {
  const found = warnings.slice(0, 20).map((each) => t("import_warning", { message: each.message ?? String(each) }));
  try {
    const written = (await editor.saveXML({ format: true })).xml;
    const after = census(written);
    for (const [name, number] of census(xml)) {
      const missing = number - (after.get(name) ?? 0);
      if (missing > 0) found.push(t("would_lose", { count: missing, name }));
    }
  } catch (error) {
    found.push(t("cannot_write", { message: error.message }));
  }
  return found;
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
