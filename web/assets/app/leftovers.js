// What a form kept in this browser because it had not reached the server: gone when it has arrived, and when one signs out.

const PREFIX = "zhengai:draft:";

/** Look once, and listen. */
export function leftovers() {
  // a page that says what became of it came after the form that was handed in
  const arrived = document.querySelector("[data-toast]") && !document.querySelector("[data-form][data-draft-url]");
  if (arrived) drop((entry) => entry?.sent === true);
  document.addEventListener("submit", (event) => {
    if (event.target.matches('form[action$="/sign-out"]') && !event.defaultPrevented) drop(() => true);
  });
}

function drop(wanted) {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    if (wanted(parsed(localStorage.getItem(key)))) localStorage.removeItem(key);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
