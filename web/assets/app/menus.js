// <details class="menu">: one is open at a time; a press elsewhere, a choice, or Esc closes it.

/** Listen once for the whole document. */
export function menus() {
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.menu");
    const chosen = event.target.closest(".menu-list a, .menu-list button");
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== inside || chosen) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
