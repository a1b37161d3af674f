// Making HTML and SVG elements without markup strings: what a person typed can never become markup.

const SVG = "http://www.w3.org/2000/svg";

/** `make("a", { class: "x", href: "…" }, "text", node, null)`; `on…` attributes are listeners. */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** An icon of this build: stroke paths on a 24 grid. */
export function icon(path) {
  return draw("svg", { class: "i", viewBox: "0 0 24 24", "aria-hidden": "true" }, draw("path", { d: path }));
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}
