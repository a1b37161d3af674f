// Replay of a case: the diagram, a timeline to play and drag, the card of the moment, the list of entries.
//
// <section data-replay> with islands "frames" and "texts"; see the parts it fills by `data-replay-…`.

import "../styles/replay.css";

import { mount } from "../diagram/index.js";
import { copy } from "../page/clipboard.js";
import { fetchText } from "../page/http.js";
import { island, texts } from "../page/islands.js";
import { icon, make } from "../page/elements.js";
import { DECISIONS, KINDS, picture, textKey } from "./kinds.js";
import { frameList } from "./list.js";
import { showChanges, showMoment } from "./moment.js";
import { Player } from "./player.js";
import { scrubber } from "./scrubber.js";

const SPEEDS = [1, 2, 4, 8];
const ICONS = { play: "M7 5l12 7-12 7z", pause: "M8 5v14 M16 5v14", previous: "M18 6l-8 6 8 6z M6 6v12", next: "M6 6l8 6-8 6z M18 6v12" };
const FILTERS = {
  everything: () => true,
  decisions: (frame) => DECISIONS.has(frame.kind),
  interventions: (frame) => frame.kind === "intervention",
};

async function start(root) {
  const t = texts(root);
  const place = root.querySelector("[data-replay-player]");
  let frames = null;
  try {
    frames = root.dataset.framesUrl ? JSON.parse(await fetchText(root.dataset.framesUrl)) : island(root, "frames", []);
  } catch {
    place.replaceChildren(make("p", { role: "alert" }, t("failed")));
    return;
  }
  if (!frames.length) {
    place.replaceChildren(make("p", { class: "mute" }, t("empty")));
    return;
  }
  const player = new Player(frames.length);
  const parts = [controls(player, t), scrubber(frames, t, (index) => player.go(index))];
  const list = root.querySelector("[data-replay-list]");
  if (list) parts.push(frameList(list, frames, t, (index) => player.go(index)));
  const number = make("b", {});
  place.replaceChildren(
    make(
      "div",
      { class: "zg-player", role: "group", "aria-label": t("player") },
      parts[0].element,
      parts[1].element,
      make("div", { class: "zg-count" }, number, " ", t("of", { total: frames.at(-1).seq })),
    ),
    make("div", { class: "zg-under" }, filters(frames, player, parts, t), legend(frames, t)),
    make("p", { class: "sr" }, t("keys")),
  );
  player.listen((index, playing) => {
    for (const part of parts) part.show(index, playing);
    number.textContent = frames[index].seq;
    history.replaceState(history.state, "", `#${frames[index].seq}`);
  });
  showParts(root, frames, player, t);
  keyboard(root, parts[1].element, player);
  linkButton(root, t);
  const open = () => player.go(momentOf(location.hash, frames) ?? frames.length - 1);
  addEventListener("hashchange", open);
  open();
}

/** Diagram, card and form follow the player; a slow diagram gets the newest moment only. A case that was moved has a diagram for each version. */
function showParts(root, frames, player, t) {
  const card = root.querySelector("[data-replay-moment]");
  const form = root.querySelector("[data-replay-form]");
  const named = root.querySelector("[data-replay-version]");
  const figures = diagrams(root.querySelector("[data-diagram]"), frames);
  const nth = root.querySelector("[data-replay-nth]");
  let wanted = false;
  player.listen((index) => {
    const frame = frames[index];
    if (card) showMoment(card, frame, t);
    if (form) showChanges(form, frame, t);
    if (nth) nth.textContent = t("nth", { seq: frame.seq });
    if (named && frame.diagram) named.textContent = frame.diagram;
    if (!figures.size || wanted) return;
    wanted = true;
    requestAnimationFrame(async () => {
      wanted = false;
      const now = frames[player.index];
      for (const [version, figure] of figures) figure.hidden = version !== now.version;
      const diagram = await mount(figures.get(now.version));
      if (frames[player.index].version === now.version) diagram.show(frames[player.index]);
    });
  });
  for (const figure of figures.values()) {
    figure.addEventListener("diagram:pick", ({ detail }) => {
      const next = frames.findIndex((frame, index) => index > player.index && frame.element === detail.element);
      const found = next >= 0 ? next : frames.findIndex((frame) => frame.element === detail.element);
      if (found >= 0) player.go(found);
    });
  }
}

/** A figure for each version that the case ran on, the others made like `first`. */
function diagrams(first, frames) {
  const found = new Map();
  if (!first) return found;
  for (const { version, bpmn_url, diagram } of frames) {
    if (found.has(version)) continue;
    const figure = found.size ? first.cloneNode(true) : first;
    if (bpmn_url) figure.dataset.bpmnUrl = bpmn_url;
    if (diagram) figure.dataset.label = diagram;
    if (found.size) first.after(figure);
    found.set(version, figure);
  }
  return found;
}

function controls(player, t) {
  const button = (key, act, style) =>
    make("button", { type: "button", class: `btn square ${style}`, "aria-label": t(key), onclick: act }, icon(ICONS[key]));
  const main = button("play", () => player.toggle(), "primary");
  const speed = make(
    "select",
    { class: "zg-speed", "aria-label": t("speed"), onchange: () => (player.speed = Number(speed.value)) },
    SPEEDS.map((number) => make("option", { value: number }, t("times", { number }))),
  );
  const element = make(
    "div",
    { class: "zg-controls" },
    button("previous", () => player.step(-1), "plain"),
    main,
    button("next", () => player.step(1), "plain"),
    speed,
  );
  let shown = null;
  function show(index, playing) {
    if (shown === playing) return;
    shown = playing;
    const key = playing ? "pause" : "play";
    main.setAttribute("aria-label", t(key));
    main.replaceChildren(icon(ICONS[key]));
  }
  return { element, show };
}

function filters(frames, player, parts, t) {
  const bar = make("div", { class: "seg", role: "group" });
  for (const [key, keep] of Object.entries(FILTERS)) {
    bar.append(
      make("button", { type: "button", "aria-pressed": String(key === "everything"), onclick: () => choose(key) }, t(key)),
    );
    bar.lastChild.dataset.filter = key;
    bar.lastChild.disabled = !frames.some(keep);
  }
  function choose(key) {
    for (const each of bar.children) each.setAttribute("aria-pressed", String(each.dataset.filter === key));
    player.keep = (index) => FILTERS[key](frames[index]);
    for (const part of parts) part.filter?.(FILTERS[key]);
  }
  return bar;
}

function legend(frames, t) {
  const present = KINDS.filter((kind) => frames.some((frame) => frame.kind === kind));
  return make("div", { class: "zg-legend" }, present.map((kind) => make("span", {}, picture(kind), t(textKey(kind)))));
}

/** Arrows, Home, End and space, anywhere in the replay but in fields that use them. */
function keyboard(root, slider, player) {
  const acts = {
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    Home: () => player.go(0),
    End: () => player.go(player.length - 1),
    " ": () => player.toggle(),
  };
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = event.target;
    if (target !== slider && target.closest?.("input, select, textarea, [contenteditable], dialog, a")) return;
    if (event.key === " " && target.closest?.("button")) return;
    if (target !== document.body && !root.contains(target)) return;
    event.preventDefault();
    act();
  });
}

function linkButton(root, t) {
  const button = document.querySelector("[data-replay-link]");
  button?.addEventListener("click", async () => {
    await copy(location.href);
    const note = make("span", { class: "t12 mute", role: "status" }, t("copied"));
    button.after(note);
    setTimeout(() => note.remove(), 4000);
  });
}

function momentOf(hash, frames) {
  const seq = Number(/^#(?:seq=)?(\d+)$/.exec(hash)?.[1] ?? NaN);
  const index = frames.findIndex((frame) => frame.seq === seq);
  return index < 0 ? null : index;
}

for (const root of document.querySelectorAll("[data-replay]")) start(root);
