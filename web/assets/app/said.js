// The texts of this folder, translated by the server into data attributes of one template.

/** The text `name`, or nothing. */
export function said(name) {
  return document.querySelector("template[data-texts]")?.dataset[name] ?? "";
}
