// The line above the page that says what went wrong; the page below it stays as it is.

/** Say it. */
export function tell(text) {
  const line = document.querySelector("[data-problem]");
  if (!line) return;
  line.querySelector("[data-problem-text]").textContent = text;
  line.hidden = false;
}

/** Take it away. */
export function hush() {
  const line = document.querySelector("[data-problem]");
  if (line) line.hidden = true;
}
