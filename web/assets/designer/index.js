// The process designer: canvas, palette, panel, findings, draft and publishing put together.
//
// <div data-designer data-bpmn-url data-draft-url data-findings-url data-versions-url data-revision data-key>
// with islands "texts", "labels" and "known".

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "../styles/diagram.css";
import "../styles/designer.css";

import { fetchText } from "../page/http.js";
import { island, texts } from "../page/islands.js";
import { conflict, publishing, warningBar } from "./dialogs.js";
import { Draft } from "./draft.js";
import { download, upload } from "./files.js";
import { findings } from "./findings.js";
import { losses } from "./guard.js";
import { modeler } from "./modeler.js";
import { palette } from "./palette.js";
import { panel } from "./panel/index.js";
import { tryOut } from "./try_out.js";

const PHONE = "(max-width: 719px)";

async function start(root) {
  const t = texts(root);
  const known = island(root, "known", {});
  const part = (name) => root.querySelector(`[data-designer-${name}]`);
  const editor = modeler(part("canvas"), island(root, "labels", {}), t);
  const viewing = "readOnly" in root.dataset || matchMedia(PHONE).matches;
  let locked = viewing;
  let loaded = "";
  const readOnly = () => locked;
  const edited = () => editor.get("commandStack").canUndo();

  const say = (text) => {
    for (const each of document.querySelectorAll("[data-designer-status]")) each.textContent = text;
  };
  const draft = new Draft({ url: root.dataset.draftUrl, revision: Number(root.dataset.revision), told });
  const side = panel(part("panel"), editor, { known, t, readOnly, jump });
  const problems = findings(part("findings"), editor, { url: root.dataset.findingsUrl, t, xml: current, jump });
  const fileName = `${root.dataset.key}.bpmn`;
  const clash = conflict({ t, download: () => act("download"), reload: () => location.reload(), overwrite });
  const dialog = publishing({ url: root.dataset.versionsUrl, t, draft, save, onfindings: problems.show });
  const trial = tryOut({ url: root.dataset.whoUrl, t, xml: current, jump });
  const warning = warningBar(root, { t, confirm: () => lock(false) });
  let newest = null;

  function told(event) {
    const names = { dirty: "unsaved", saving: "saving", saved: "saved", failed: "save_failed", conflict: "save_conflict" };
    say(event.state === "failed" && event.title ? event.title : t(names[event.state], { when: event.saved_at ?? "", who: event.saved_by ?? "" }));
    buttons();
    if (event.state === "conflict") {
      newest = event.revision ?? null;
      clash.open(event);
    }
  }

  /** The diagram as XML: the very text that was read while nothing was changed; null when it cannot be written. */
  async function current() {
    if (!edited()) return loaded;
    try {
      return (await editor.saveXML({ format: true })).xml;
    } catch {
      say(t("cannot_write"));
      return null;
    }
  }

  async function save() {
    if (viewing) return false;
    if (!draft.dirty) return true;
    const xml = await current();
    return xml === null ? false : draft.save(xml);
  }

  async function overwrite() {
    if (newest !== null) draft.revision = newest;
    draft.dirty = true;
    await save();
  }

  /** Show a diagram; false when it cannot be read. What would be lost makes it read-only until confirmed. */
  async function open(xml) {
    let warnings = [];
    try {
      ({ warnings } = await editor.importXML(xml));
    } catch {
      return false;
    }
    loaded = xml;
    const { sentences, writable } = await losses(editor, xml, warnings, t);
    lock(viewing || sentences.length > 0);
    warning.show(sentences, t("losses"), writable && !viewing);
    editor.get("canvas").resized();
    fit(editor.get("canvas"));
    problems.check(0);
    return true;
  }

  function lock(on) {
    locked = on;
    root.classList.toggle("zg-locked", on);
    if (!on) warning.show([]);
    side.refresh();
    buttons();
  }

  function jump(id, field) {
    const element = editor.get("elementRegistry").get(id);
    if (!element) return;
    editor.get("selection").select(element);
    editor.get("canvas").scrollToElement(element, { top: 80, bottom: 80, left: 80, right: 80 });
    if (field) setTimeout(() => side.focus(field), 50);
  }

  const acts = {
    undo: () => editor.get("commandStack").undo(),
    redo: () => editor.get("commandStack").redo(),
    save,
    try: () => trial.open(),
    publish: () => dialog.open(problems.errors()),
    download: async () => download(fileName, (await current()) ?? loaded),
    upload: () => document.querySelector("[data-designer-file]")?.click(),
    "zoom-in": () => editor.get("zoomScroll").stepZoom(1),
    "zoom-out": () => editor.get("zoomScroll").stepZoom(-1),
    fit: () => fit(editor.get("canvas")),
    find: () => editor.get("searchPad").toggle(),
  };
  const act = (name) => acts[name]?.();

  function buttons() {
    const stack = editor.get("commandStack");
    const off = {
      undo: locked || !stack.canUndo(),
      redo: locked || !stack.canRedo(),
      save: viewing || !draft.dirty || draft.saving,
      publish: viewing,
    };
    for (const button of document.querySelectorAll("[data-designer-action]")) {
      button.disabled = off[button.dataset.designerAction] ?? false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-designer-action]");
    if (button) act(button.dataset.designerAction);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
  document.querySelector("[data-designer-file]")?.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    const text = file ? await upload(file, (key) => say(t(key))) : null;
    if (text === null || (draft.dirty && !window.confirm(t("replace_unsaved")))) return;
    const before = (await current()) ?? loaded;
    if (await open(text)) {
      draft.touch();
      return;
    }
    await open(before);
    say(t("unreadable"));
  });
  addEventListener("beforeunload", (event) => {
    if (draft.dirty) event.preventDefault();
  });
  editor.on("commandStack.changed", () => {
    if (edited()) draft.touch();
    buttons();
    problems.check();
  });
  editor.on("canvas.viewbox.changed", ({ viewbox }) => {
    for (const each of document.querySelectorAll("[data-designer-zoom]")) each.textContent = `${Math.round(viewbox.scale * 100)}%`;
  });
  new ResizeObserver(() => editor.get("canvas").resized()).observe(part("canvas"));
  lockable(editor, readOnly);

  palette(part("palette"), editor, t);
  const first = await fetchText(root.dataset.bpmnUrl).catch(() => null);
  if (first === null || !(await open(first))) {
    lock(true);
    warning.show([t(first === null ? "load_failed" : "unreadable")], t("not_shown"), false);
  }
}

/** All of the drawing with some air around it, never larger than life. */
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - 48) / inner.width, (outer.height - 96) / inner.height);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x + inner.width / 2 - width / 2, y: inner.y + inner.height / 2 - height / 2, width, height });
}

/** While locked, nothing can be moved, drawn, renamed or deleted; looking and selecting stays possible. */
function lockable(editor, readOnly) {
  const events = editor.get("eventBus");
  const stop = ["shape.move.start", "create.start", "connect.start", "resize.start", "bendpoint.move.start", "connectionSegment.move.start", "element.dblclick", "spaceTool.start", "contextPad.open"];
  events.on(stop, 5000, () => (readOnly() ? false : undefined));
  const stack = editor.get("commandStack");
  const execute = stack.execute.bind(stack);
  stack.execute = (command, context) => (readOnly() ? undefined : execute(command, context));
}

for (const root of document.querySelectorAll("[data-designer]")) start(root);
