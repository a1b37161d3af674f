// The form of an upload over a page: the server draws it, app/uploads.js sends its files, what was made comes back.

/** The pieces of evidence that were put down, each `{ id, name, … }`; none when it is closed or cannot be had. */
export async function uploadDialog(url) {
  const dialog = await drawn(url);
  if (!dialog) return [];
  const made = [];
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("uploaded", (event) => {
    event.preventDefault();
    made.push(...event.detail.made);
    if (event.detail.isDone) dialog.close();
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(made);
    });
  });
}

async function drawn(url) {
  try {
    const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("dialog");
  } catch {
    return null;
  }
}
