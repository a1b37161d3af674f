// What every page can do besides being read: dialogs, menus, notes, keys in lists, guards. Pages work without it.

import { dialogs } from "./dialogs.js";
import { filling } from "./filling.js";
import { guards } from "./guards.js";
import { htmx } from "./htmx.js";
import { keys } from "./keys.js";
import { leftovers } from "./leftovers.js";
import { menus } from "./menus.js";
import { tabs } from "./tabs.js";
import { toasts } from "./toasts.js";
import { tools } from "./tools.js";
import { trees } from "./tree.js";
import { uploads } from "./uploads.js";

for (const part of [dialogs, menus, toasts, tabs, filling, guards, tools, trees, uploads, keys, leftovers, htmx]) part();
