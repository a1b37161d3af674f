// Every entry as a line one can press; the current one is marked and kept in view.

import { make } from "../page/elements.js";
import { picture, textKey } from "./kinds.js";

/** Fill `root` (an `<ol>`); `onpick(index)` when a line is pressed. */
export function frameList(root, frames, t, onpick) {
  const buttons = frames.map((frame, index) =>
    make(
      "button",
      { type: "button", onclick: () => onpick(index) },
      picture(frame.kind),
      make("span", { class: "sr" }, t(textKey(frame.kind))),
      make("span", { class: "zg-seq" }, String(frame.seq)),
      make("span", { class: "zg-title" }, frame.title),
      make("time", { class: "zg-when", datetime: frame.at ?? frame.when }, frame.when),
    ),
  );
  const lines = buttons.map((button) => make("li", {}, button));
  root.replaceChildren(...lines);
  root.classList.add("zg-frames");

  function show(index) {
    buttons.forEach((button, place) => {
      if (place === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    keepInView(root, lines[index]);
  }

  function filter(keep) {
    lines.forEach((line, index) => (line.hidden = !keep(frames[index])));
  }

  return { show, filter };
}

/** Scroll the list itself, never the page. */
function keepInView(root, line) {
  const top = line.offsetTop - root.offsetTop;
  if (top < root.scrollTop) root.scrollTop = top;
  else if (top + line.offsetHeight > root.scrollTop + root.clientHeight) {
    root.scrollTop = top + line.offsetHeight - root.clientHeight;
  }
}
