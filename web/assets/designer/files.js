// A diagram as a file: taken away as it stands, or read from the computer.

const LIMIT = 5 * 1024 * 1024;

/** Offer `xml` to the person as `name`. */
export function download(name, xml) {
  const address = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The text of a chosen file; null with `refuse(key)` when it is too large or cannot be read. */
export async function upload(file, refuse) {
  if (file.size > LIMIT) {
    refuse("file_too_large");
    return null;
  }
  try {
    return await file.text();
  } catch {
    refuse("file_unreadable");
    return null;
  }
}
