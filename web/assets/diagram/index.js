// A BPMN diagram that is looked at: loaded from the server, marked with what has happened.
//
// <figure data-diagram data-bpmn-url="…" data-label="…"> with islands "marks" and "texts".

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import camunda from "camunda-bpmn-moddle/resources/camunda.json";

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "../styles/diagram.css";

import { fetchText } from "../page/http.js";
import { island, texts } from "../page/islands.js";
import { make } from "../page/elements.js";
import { chain } from "./chain.js";
import { followKeys } from "./keyboard.js";
import lanes from "./lanes.js";
import { apply, complete } from "./marks.js";
import { processOf } from "./order.js";
import { theme } from "./theme.js";

const MARK = { width: 84, height: 36 };
const mounted = new WeakMap();

/** The diagram of `root`, made once; a promise of `{ show(marks), reveal(id) }`. */
export function mount(root) {
  if (!mounted.has(root)) mounted.set(root, open(root));
  return mounted.get(root);
}

async function open(root) {
  const t = texts(root);
  root.setAttribute("aria-busy", "true");
  try {
    const [xml, marks] = await Promise.all([fetchText(root.dataset.bpmnUrl), firstMarks(root)]);
    return await render(root, xml, complete(marks), t);
  } catch {
    root.append(make("p", { class: "zg-failed", role: "status" }, t("failed")));
    return { show: () => {}, reveal: () => {} };
  } finally {
    root.removeAttribute("aria-busy");
  }
}

async function firstMarks(root) {
  return root.dataset.marksUrl ? JSON.parse(await fetchText(root.dataset.marksUrl)) : island(root, "marks", null);
}

async function render(root, xml, first, t) {
  const board = make("div", { class: "zg-board" });
  const canvas = make("div", { class: "zg-canvas", role: "group", "aria-label": root.dataset.label ?? t("diagram") });
  board.append(canvas, zoomButtons(() => viewer, t));
  const viewer = new NavigatedViewer({ container: canvas, moddleExtensions: { camunda }, additionalModules: [lanes], ...theme() });
  const fallback = [...root.children].filter((each) => each.tagName !== "TEMPLATE");
  root.append(board);
  await viewer.importXML(xml);
  for (const each of fallback) each.remove();
  quietWheel(canvas);
  const process = processOf(viewer.getDefinitions());
  const keys = followKeys(root, viewer, process, t);
  let marks = first;
  let list = make("ol", {});
  root.append(list);

  function show(next) {
    marks = complete(next);
    apply(viewer, marks, t);
    const fresh = chain(process, marks, t);
    list.replaceWith(fresh);
    list = fresh;
    keys.describe(marks);
  }

  show(marks);
  fitWhenSized(board, viewer);
  root.classList.add("zg-ready");
  return { show, reveal: (id) => reveal(viewer, id) };
}

/** The page scrolls with the wheel; the drawing zooms with Ctrl and the wheel, or with its buttons. */
function quietWheel(canvas) {
  canvas.addEventListener("wheel", (event) => event.ctrlKey || event.metaKey || event.stopPropagation(), {
    capture: true,
    passive: true,
  });
}

/** Give the board the drawing's proportions and show all of it, again whenever the width changes. */
function fitWhenSized(board, viewer) {
  let before = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === before) return;
    before = width;
    fit(board, viewer, width);
  }).observe(board);
}

function fit(board, viewer, width) {
  const canvas = viewer.get("canvas");
  const { inner } = canvas.viewbox();
  const layer = canvas.getLayer("zg-marks").getBBox();
  const box = layer.width ? union(inner, layer) : inner;
  const scale = Math.min(1, width / (box.width + 32));
  // what the mark of bpmn.io would lie on stands above it
  const foot = (width - box.width * scale) / 2 < MARK.width ? MARK.height : 0;
  board.style.height = `${Math.min(640, Math.max(160, Math.ceil((box.height + 32) * scale)) + foot)}px`;
  canvas.resized();
  const height = board.clientHeight - foot;
  const shown = Math.min(scale, height / (box.height + 16));
  canvas.viewbox({
    x: box.x + box.width / 2 - width / shown / 2,
    y: box.y + box.height / 2 - height / shown / 2,
    width: width / shown,
    height: board.clientHeight / shown,
  });
}

function union(a, b) {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

function reveal(viewer, id) {
  const element = viewer.get("elementRegistry").get(id);
  if (element) viewer.get("canvas").scrollToElement(element, { top: 60, bottom: 60, left: 60, right: 60 });
}

function zoomButtons(viewer, t) {
  const step = (by) => () => viewer().get("zoomScroll").stepZoom(by);
  return make(
    "div",
    { class: "zg-zoom" },
    make("button", { type: "button", "aria-label": t("zoom_out"), onclick: step(-1) }, "−"),
    make("button", { type: "button", "aria-label": t("zoom_in"), onclick: step(1) }, "+"),
    make("button", { type: "button", onclick: () => viewer().get("canvas").zoom("fit-viewport", "auto") }, t("fit")),
  );
}

for (const root of document.querySelectorAll("[data-diagram]")) {
  if (!root.closest("[data-replay]")) mount(root);
}
document.addEventListener("htmx:afterSettle", (event) => {
  for (const root of event.target.querySelectorAll?.("[data-diagram]") ?? []) mount(root);
});
