// <button data-dialog="#id"> opens that <dialog>; [data-close] in it, Esc and a press beside it close it.

// what was wrong comes first; what one writes comes before what is chosen already
const FIRST = ["[aria-invalid=true]", "[autofocus]", ".in textarea", ".in input:not([type=hidden], [type=radio], [type=checkbox])", ".in select", ".in input"];

/** Listen once for the whole document, so that parts swapped in later work too. */
export function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      open(document.querySelector(opener.dataset.dialog));
      return;
    }
    const dialog = event.target.closest("dialog.dialog");
    if (dialog && (event.target.closest("[data-close]") || beside(event, dialog))) dialog.close();
  });
  document.querySelector("main [aria-invalid=true]")?.focus();
  document.querySelectorAll("dialog[data-open]").forEach(open);
}

/** Open a dialog, its first field in focus. */
export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const first = FIRST.map((each) => dialog.querySelector(each)).find(Boolean);
  first?.focus();
}

function beside(event, dialog) {
  if (event.target !== dialog || filled(dialog)) return false;
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

/** Somebody wrote something: a press beside the dialog must not throw it away. */
function filled(dialog) {
  return [...dialog.querySelectorAll("textarea, input[type=text]")].some((each) => each.value !== each.defaultValue);
}
