// The library's own words in the reader's language; a word without a translation stays as it is.

/** The module that replaces the library's `translate` by a look-up in `labels`. */
export function translator(labels) {
  function translate(template, replacements = {}) {
    const text = labels[template] ?? template;
    return text.replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
  }
  return { translate: ["value", translate] };
}
