// Fields that grow with their text, where the browser cannot do it by style alone (field-sizing).

export function growing(root, sheets) {
  if (CSS.supports("field-sizing", "content")) return;
  const grow = (field) => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  };
  root.addEventListener("input", (event) => {
    if (event.target.tagName === "TEXTAREA") grow(event.target);
  });
  for (const sheet of sheets.values()) {
    sheet.listen((those) => those.flatMap((cell) => [...cell.querySelectorAll("textarea")]).forEach(grow));
  }
  for (const field of root.querySelectorAll("textarea")) grow(field);
}
