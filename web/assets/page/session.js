// The session a page was made for may end while somebody writes, and the same person sign in again in another window.
// Then the page goes on with the new token; nothing on it is lost.

const PATIENCE = 8_000;

/** Whether somebody was signed in when this page was made. */
export function hasSession() {
  return document.querySelector('meta[name="session"]') !== null;
}

/** "here" while the person of this page is signed in, else "away"; "unknown" when the server cannot be asked. */
export async function session() {
  const meta = document.querySelector('meta[name="session"]');
  if (!meta) return "unknown";
  try {
    const answer = await fetch(meta.content, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401) return "away";
    if (!answer.ok) return "unknown";
    const { user, csrf } = await answer.json();
    if (String(user) !== meta.dataset.user) return "away";
    takeOver(csrf);
    return "here";
  } catch {
    return "unknown";
  }
}

/** The token that requests of this page carry. */
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

function takeOver(csrf) {
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta) meta.content = csrf;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = csrf;
}
