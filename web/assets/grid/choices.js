// Where choices are many they stand once beside the grid: a cell is drawn with its own alone and takes the rest when opened.

/** What can be chosen in a select, in it or beside the grid. */
export function offers(select) {
  const own = [...select.options];
  return [...own, ...shared(select).filter((one) => !own.some((each) => each.value === one.value))];
}

/** Choose a value, wherever its option stands. */
export function choose(select, value) {
  const here = [...select.options].some((one) => one.value === value);
  const there = here ? null : shared(select).find((one) => one.value === value);
  if (there) select.append(there.cloneNode(true));
  select.value = value;
}

/** Selects take all their choices before they open. */
export function opening(grid) {
  const take = ({ target }) => target.matches("select[data-choices]") && fill(target);
  grid.addEventListener("pointerdown", take);
  grid.addEventListener("focusin", take);
}

function fill(select) {
  const { value } = select;
  const all = shared(select);
  const gone = [...select.options].filter((one) => !all.some((each) => each.value === one.value));
  select.replaceChildren(...gone, ...all.map((one) => one.cloneNode(true)));
  select.value = value;
  delete select.dataset.choices;
}

function shared(select) {
  const beside = select.dataset.choices ? document.getElementById(select.dataset.choices) : null;
  return beside ? [...beside.content.children] : [];
}
