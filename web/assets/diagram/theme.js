// How bpmn-js draws here: colours are custom properties, so classes, dark mode and print decide them.

/** Renderer options; the face is measured by the library, so it must be given as text. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const face = style.getPropertyValue("--font").trim() || "sans-serif";
  return {
    bpmnRenderer: {
      defaultFillColor: "var(--zg-fill)",
      defaultStrokeColor: "var(--zg-stroke)",
      defaultLabelColor: "var(--zg-text)",
    },
    textRenderer: {
      defaultStyle: { fontFamily: face, fontSize: 14, lineHeight: 1.35, fontWeight: "400" },
      externalStyle: { fontFamily: face, fontSize: 12, lineHeight: 1.35 },
    },
  };
}
