// What the server puts into the page for a module: JSON in `<template data-json="name">`.
// A template is inert and is not a script, so a strict content policy lets it pass.

/** The parsed island `name` directly inside `root`, or `otherwise`. */
export function island(root, name, otherwise = null) {
  const template = root.querySelector(`:scope > template[data-json="${name}"]`);
  if (!template) return otherwise;
  try {
    return JSON.parse(template.content.textContent);
  } catch {
    return otherwise;
  }
}

/** A function `t(key, values)` over the texts the server translated; `{name}` is filled in. */
export function texts(root) {
  const dictionary = island(root, "texts", {});
  return function t(key, values = {}) {
    const text = dictionary[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}
