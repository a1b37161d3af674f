// Buttons that fill in: [data-fill='{"name": "value"}'][data-form="#id"]; selects that put their text into a field.

/** Listen once for the whole document. */
export function filling() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (button) fill(button);
  });
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest("select[data-into]");
    if (chosen) insert(chosen);
    const asking = event.target.closest("[data-submit]");
    if (asking) asking.form?.requestSubmit();
  });
}

function fill(button) {
  const form = document.querySelector(button.dataset.form);
  if (!form) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  for (const other of document.querySelectorAll(`[data-fill][data-form="${button.dataset.form}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  form.querySelector("button:not([type=button])")?.focus();
}

function insert(chosen) {
  const field = document.querySelector(chosen.dataset.into);
  if (!field || !chosen.value) return;
  field.setRangeText(chosen.value, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  chosen.selectedIndex = 0;
  field.focus();
}
