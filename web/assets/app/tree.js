// [data-tree]: arrow keys walk through the branches that show, and open and fold them; [data-unfold] opens all.

/** Listen once for the whole document. */
export function trees() {
  document.addEventListener("keydown", (event) => {
    const tree = event.target.closest("[data-tree]");
    if (!tree || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const move = MOVES[event.key];
    if (move && move(tree, event.target)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfold]");
    if (!button) return;
    const all = [...document.querySelector(button.dataset.unfold).querySelectorAll("details")];
    const open = all.some((each) => !each.open);
    for (const each of all) each.open = open;
  });
  // paper has no triangles to press
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("[data-tree] details")) each.open = true;
  });
}

const MOVES = {
  ArrowDown: (tree, at) => step(tree, at, 1),
  ArrowUp: (tree, at) => step(tree, at, -1),
  ArrowRight: (_tree, at) => fold(at, true),
  ArrowLeft: (_tree, at) => fold(at, false),
};

function step(tree, at, by) {
  const shown = [...tree.querySelectorAll("a")].filter((each) => each.checkVisibility?.() ?? each.offsetParent);
  const next = shown[shown.indexOf(at.matches("a") ? at : at.querySelector("a")) + by];
  next?.focus();
  return Boolean(next);
}

/** Open or fold the branch one is at; where it is folded already, go up to the one it stands in. */
function fold(at, open) {
  const own = at.closest("summary")?.parentElement;
  if (own && own.open !== open) {
    own.open = open;
    return true;
  }
  if (open) return false;
  const above = (own ?? at).parentElement.closest("details");
  above?.querySelector("summary a").focus();
  return Boolean(above);
}
