// The dialogs of the page: the server renders them, here they are filled, opened and answered.

import { make } from "../page/elements.js";
import { send } from "../page/http.js";

/** 发布: a note, the findings that stand against it, and what happened. */
export function publishing({ url, t, draft, save, onfindings }) {
  const dialog = document.querySelector("dialog[data-designer-publish]");
  if (!dialog) return { open: () => {} };
  const form = dialog.querySelector("form");
  const note = form.elements.namedItem("note");
  const errors = dialog.querySelector("[data-designer-error]");

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    if (!note.value.trim()) {
      say(t("note_missing"));
      note.focus();
      return;
    }
    event.submitter.disabled = true;
    try {
      await publish();
    } finally {
      event.submitter.disabled = false;
    }
  });

  async function publish() {
    if (!(await save())) {
      say(t("not_saved"));
      return;
    }
    const answer = await send("POST", url, { json: { note: note.value.trim(), revision: draft.revision } });
    if (answer.ok) {
      draft.dirty = false;
      location.assign(answer.body?.url ?? location.href);
      return;
    }
    if (Array.isArray(answer.body?.findings)) onfindings(answer.body.findings);
    say(answer.body?.title ?? t("publish_failed"));
  }

  function say(sentence) {
    errors.textContent = sentence;
    errors.hidden = !sentence;
  }

  return {
    open(count) {
      say(count ? t("publish_errors", { count }) : "");
      dialog.showModal();
      note.focus();
    },
  };
}

/** Somebody else saved: what we have stays on the canvas; the person chooses. */
export function conflict({ t, download, reload, overwrite }) {
  const dialog = document.querySelector("dialog[data-designer-conflict]");
  if (!dialog) return { open: () => {} };
  const text = dialog.querySelector("[data-designer-error]");
  dialog.addEventListener("close", () => {
    const acts = { download, reload, overwrite };
    acts[dialog.returnValue]?.();
    dialog.returnValue = "";
  });
  return {
    open({ title, saved_by, saved_at }) {
      text.textContent = title ?? t("conflict", { who: saved_by ?? "", when: saved_at ?? "" });
      if (!dialog.open) dialog.showModal();
    },
  };
}

/** What a file would lose; read-only until the person says go on. */
export function warningBar(root, { t, confirm }) {
  return {
    show(sentences, title = t("losses"), confirmable = true) {
      const bar = root.querySelector("[data-designer-warning]");
      bar.hidden = !sentences.length;
      bar.replaceChildren(
        ...(sentences.length
          ? [
              make("b", {}, title),
              make("ul", {}, sentences.map((each) => make("li", {}, each))),
              confirmable ? make("button", { type: "button", class: "btn", onclick: () => confirm() }, t("edit_anyway")) : "",
            ]
          : []),
      );
    },
  };
}
