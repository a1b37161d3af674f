// form[data-upload]: files dropped or chosen are sent one by one, each with how far it is; without this the form sends them all at once.

import { token } from "../page/session.js";
import { release } from "./guards.js";

const CREATED = 201;

/** Listen once for the whole document, so that forms swapped in later work too. */
export function uploads() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (form && event.target.type === "file") list(form, event.target.files);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    submit(form);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged);
}

function dragged(event) {
  const place = event.target.closest?.("[data-drop]");
  if (!place || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault();
  place.toggleAttribute("data-over", event.type === "dragover" || event.type === "dragenter");
  if (event.type !== "drop") return;
  const input = place.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Show what was chosen; what is too large says so before anything is sent. */
function list(form, files) {
  const shown = form.querySelector("[data-uploads]");
  shown.replaceChildren(...[...files].map((file) => line(form, file)));
  shown.hidden = files.length === 0;
}

function line(form, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "grow cut";
  name.textContent = file.name;
  const said = document.createElement("span");
  said.className = "t12 mute";
  item.append(name, said);
  item.file = file;
  const large = file.size > Number(form.dataset.most);
  say(item, large ? form.dataset.tooLarge : form.dataset.waiting, large ? "bad" : "");
  return item;
}

function say(item, words, state) {
  item.dataset.state = state;
  item.lastElementChild.textContent = words;
  item.lastElementChild.className = state === "bad" ? "t12 err" : "t12 mute";
}

async function submit(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const button = form.querySelector("button:not([type=button])");
  if (button) button.disabled = true;
  const items = [...form.querySelectorAll("[data-uploads] li")];
  const waiting = items.filter((item) => item.dataset.state !== "done" && item.file.size <= Number(form.dataset.most));
  const made = [];
  for (const item of waiting) made.push(...(await one(form, item, items.length === 1)));
  delete form.dataset.busy;
  if (button) button.disabled = false;
  const isDone = items.every((item) => item.dataset.state === "done");
  if (!isDone) release(form);
  if (made.length) tell(form, made, isDone);
}

/** A picker takes the pieces. Else the page goes to them, or when what was refused has been read. */
function tell(form, made, isDone) {
  const event = new CustomEvent("uploaded", { bubbles: true, cancelable: true, detail: { made, isDone } });
  if (!form.dispatchEvent(event)) return;
  const dialog = form.closest("dialog");
  if (isDone) {
    form.reset();
    location.assign(made.length === 1 ? made[0].href : `${form.action}?whose=mine`);
  } else dialog?.addEventListener("close", () => location.reload(), { once: true });
}

async function one(form, item, isOnly) {
  const data = new FormData(form);
  data.set("file", item.file, item.file.name);
  data.set("csrf_token", token());
  if (!isOnly) data.delete("name");
  say(item, form.dataset.going, "going");
  const { status, body } = await send(form.action, data, bar(item));
  item.querySelector("progress")?.remove();
  if (status === CREATED) {
    say(item, form.dataset.done, "done");
    return body.items;
  }
  say(item, body?.title ?? form.dataset.stopped, "bad");
  return [];
}

function bar(item) {
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  item.insertBefore(progress, item.lastElementChild);
  return (share) => {
    progress.value = share;
  };
}

/** `{ status, body }`; `status` 0 when the server could not be reached. Only this way says how far a file is. */
function send(url, data, told) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", token());
    request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    request.addEventListener("load", () => resolve({ status: request.status, body: read(request.responseText) }));
    for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, () => resolve({ status: 0, body: null }));
    request.send(data);
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
