// The «change into» menu shows only what the engine runs.

import { REPLACE } from "./kinds.js";

class Menu {
  constructor(popupMenu) {
    popupMenu.registerProvider("bpmn-replace", 500, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => REPLACE.has(name)));
  }

  getPopupMenuHeaderEntries() {
    return () => ({});
  }
}
Menu.$inject = ["popupMenu"];

export default { __init__: ["zgMenu"], zgMenu: ["type", Menu] };
