// Cells that hold several things: the entries of a list, pieces of evidence. In the cell they read as lines behind one
// button, which opens a dialog to write, add, move and remove them.

import { make } from "../page/elements.js";
import { uploadDialog } from "../page/upload_dialog.js";
import { called, facts, key, offer, options, read, worded } from "./cells.js";
import { dialog } from "./dialog.js";
import { note } from "./editor.js";

const SEVERAL = "[data-entries], .form-choices[role=group]";

/** Give every such cell of the grid its button; rows that come later too. */
export function lists(sheet) {
  const look = () => {
    for (const several of sheet.grid.querySelectorAll(`tr[data-row] td > :is(${SEVERAL}):not(.is-behind)`)) behind(sheet, several);
  };
  sheet.listen((those) => {
    if (!those.length) look();
  });
  look();
}

function behind(sheet, several) {
  const cell = several.parentElement;
  const kind = sheet.columns.get(key(cell))?.kind;
  if (kind !== "list" && kind !== "evidence") return;
  const button = make("button", { type: "button", class: "form-lines", "data-open-cell": "", onclick: () => opened(sheet, cell) });
  const show = () => {
    const { row, column } = called(cell, sheet.columns);
    const text = worded(facts(cell, sheet.columns), read(cell));
    button.replaceChildren(text || make("span", { class: "mute" }, sheet.t(`write_${kind}`)));
    button.setAttribute("aria-label", [row, column, text].filter(Boolean).join(" · "));
  };
  several.classList.add("is-behind");
  cell.insertBefore(button, several);
  cell.addEventListener("grid:put", show);
  show();
}

/** Open the dialog of a cell with several things. False where there is none. */
export function opened(sheet, cell) {
  const kind = sheet.columns.get(key(cell))?.kind;
  if (kind === "list" && cell.querySelector("[data-entries]")) new Entries(sheet, cell);
  else if (kind === "evidence" && cell.querySelector(".form-choices")) cite(sheet, cell);
  else return false;
  return true;
}

class Entries {
  constructor(sheet, cell) {
    Object.assign(this, { sheet, cell, before: read(cell), value: read(cell).map((one) => ({ ...one })) });
    this.column = facts(cell, sheet.columns);
    this.most = Number(cell.querySelector("[data-entries]").dataset.most);
    this.list = make("ol", { class: "form-entry-list" });
    this.more = make("button", { type: "button", class: "btn", onclick: () => this.add() }, sheet.t("add_entry"));
    const { row, column } = called(cell, sheet.columns);
    if (!this.value.length) this.value.push({});
    this.draw();
    dialog(sheet.grid, sheet.t, {
      title: [row, column].filter(Boolean).join(" · "),
      hint: sheet.t("entries_hint", { max: this.most }),
      body: this.list,
      foot: this.more,
      closed: () => note(sheet, cell, this.before),
    });
    this.focus(this.value.length - 1);
  }

  draw() {
    this.list.replaceChildren(...this.value.map((entry, at) => this.item(entry, at)));
    this.more.disabled = this.value.length >= this.most;
  }

  item(entry, at) {
    const { t } = this.sheet;
    const act = (name, then, off) =>
      make("button", { type: "button", class: "btn small plain", disabled: off, "aria-label": t(`${name}_entry`, { number: at + 1 }), onclick: then }, t(name));
    return make(
      "li",
      { "aria-label": t("entry", { number: at + 1 }) },
      make("div", { class: "form-entry-fields" }, this.column.parts.map((part) => this.field(part, entry))),
      make(
        "div",
        { class: "row" },
        act("up", () => this.move(at, -1), at === 0),
        act("down", () => this.move(at, 1), at === this.value.length - 1),
        act("remove", () => this.remove(at), false),
      ),
    );
  }

  field(part, entry) {
    const put = (event) => {
      entry[part.key] = event.target.value;
      this.lay();
    };
    const said = { class: "in-t", "aria-label": part.title, oninput: put };
    return make("label", { class: "field" }, make("span", {}, part.title), this.control(part, said, entry[part.key] ?? ""));
  }

  control(part, said, value) {
    let field;
    if (part.kind === "select") {
      const empty = make("option", { value: "" }, this.sheet.t("choose"));
      field = make("select", said, empty, part.options.map((one) => make("option", { value: one.value }, one.label)));
    } else if (part.kind === "textarea") field = make("textarea", { ...said, rows: 2 });
    else {
      const type = { date: "date", time: "time", datetime: "datetime-local" }[part.moment] ?? "text";
      field = make("input", { ...said, type, inputmode: part.kind === "number" ? "decimal" : null });
    }
    field.value = value;
    return field;
  }

  lay() {
    this.sheet.lay([[this.cell, this.value.filter((one) => Object.values(one).some((each) => String(each).trim()))]]);
  }

  add() {
    this.value.push({});
    this.draw();
    this.focus(this.value.length - 1);
  }

  move(at, by) {
    const [one] = this.value.splice(at, 1);
    this.value.splice(at + by, 0, one);
    this.draw();
    this.lay();
    this.list.children[at + by].querySelectorAll("button")[by < 0 ? 0 : 1].focus();
  }

  remove(at) {
    this.value.splice(at, 1);
    this.draw();
    this.lay();
    (this.list.children[Math.min(at, this.value.length - 1)]?.querySelector("input, textarea, select") ?? this.more).focus();
  }

  focus(at) {
    this.list.children[at]?.querySelector("input, textarea, select")?.focus();
  }
}

/** Choose pieces of evidence: those of the cell, those the page offers, those the library finds. */
function cite(sheet, cell) {
  const before = read(cell);
  const { row, column } = called(cell, sheet.columns);
  const known = new Map([...offered(), ...options(cell)].map((one) => [one.value, one.label]));
  const list = make("div", { class: "form-cite-list" });
  const find = make("input", { type: "search", class: "in-t", "aria-label": sheet.t("find"), placeholder: sheet.t("find"), oninput: () => look() });
  const draw = () => {
    const wanted = find.value.trim().toLowerCase();
    const chosen = new Set(read(cell));
    const shown = [...known].filter(([value, label]) => chosen.has(value) || label.toLowerCase().includes(wanted));
    const box = (value) => make("input", { type: "checkbox", checked: chosen.has(value), onchange: (event) => tick(value, event.target.checked) });
    const none = make("p", { class: "mute" }, sheet.t("no_evidence"));
    list.replaceChildren(...(shown.length ? shown.map(([value, label]) => make("label", { class: "pick" }, box(value), make("span", {}, label))) : [none]));
  };
  const tick = (value, on) => {
    offer(cell.querySelector(".form-choices"), value, known.get(value));
    const rest = read(cell).filter((one) => one !== value);
    sheet.lay([[cell, on ? [...rest, value] : rest]]);
  };
  let waiting = 0;
  const look = () => {
    draw();
    clearTimeout(waiting);
    waiting = setTimeout(() => found(sheet, find.value).then(learn), 250);
  };
  const learn = ({ items, upload }) => {
    for (const one of items) known.set(String(one.id), one.name);
    more.hidden = !upload;
    more.onclick = () => uploadDialog(upload).then(cited);
    draw();
  };
  const cited = (made) => {
    for (const one of made) known.set(String(one.id), one.name);
    for (const one of made) tick(String(one.id), true);
    draw();
  };
  const more = make("button", { type: "button", class: "btn", hidden: true }, sheet.t("upload_evidence"));
  look();
  dialog(sheet.grid, sheet.t, {
    title: [row, column].filter(Boolean).join(" · "),
    body: [find, list],
    foot: more,
    closed: () => note(sheet, cell, before),
  });
}

/** What the page offers to cite. */
function offered() {
  return [...(document.getElementById("form-evidence")?.options ?? [])].map((one) => ({ value: one.value, label: one.label }));
}

/** What the library finds, and where one puts down more; nothing where the page does not say whom to ask. */
async function found(sheet, text) {
  const where = sheet.grid.closest("[data-form]")?.dataset.choicesUrl;
  const none = { items: [], upload: "" };
  if (!where) return none;
  const url = new URL(where, location.href);
  url.searchParams.set("q", text.trim());
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return answer.ok ? await answer.json() : none;
  } catch {
    return none;
  }
}
