// Putting a text on the clipboard.

/** A page that came without encryption is given no clipboard: there the browser's own copying puts it. */
export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const put = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData.setData("text/plain", text);
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  document.execCommand("copy");
}
