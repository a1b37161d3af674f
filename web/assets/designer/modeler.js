// bpmn-js put together from the parts we need: our palette, our context pad, our menu, our words.

import BaseModeler from "bpmn-js/lib/BaseModeler";
import Viewer from "bpmn-js/lib/Viewer";
import AutoPlace from "bpmn-js/lib/features/auto-place";
import AutoResize from "bpmn-js/lib/features/auto-resize";
import CopyPaste from "bpmn-js/lib/features/copy-paste";
import EditorActions from "bpmn-js/lib/features/editor-actions";
import GridSnapping from "bpmn-js/lib/features/grid-snapping";
import InteractionEvents from "bpmn-js/lib/features/interaction-events";
import Keyboard from "bpmn-js/lib/features/keyboard";
import LabelEditing from "bpmn-js/lib/features/label-editing";
import Modeling from "bpmn-js/lib/features/modeling";
import ModelingFeedback from "bpmn-js/lib/features/modeling-feedback";
import Outline from "bpmn-js/lib/features/outline";
import PopupMenu from "bpmn-js/lib/features/popup-menu";
import ReplacePreview from "bpmn-js/lib/features/replace-preview";
import Search from "bpmn-js/lib/features/search";
import Snapping from "bpmn-js/lib/features/snapping";
import SpaceTool from "bpmn-js/lib/features/space-tool";
import AutoScroll from "diagram-js/lib/features/auto-scroll";
import Bendpoints from "diagram-js/lib/features/bendpoints";
import Connect from "diagram-js/lib/features/connect";
import ConnectionPreview from "diagram-js/lib/features/connection-preview";
import ContextPad from "diagram-js/lib/features/context-pad";
import Create from "diagram-js/lib/features/create";
import GlobalConnect from "diagram-js/lib/features/global-connect";
import HandTool from "diagram-js/lib/features/hand-tool";
import KeyboardMoveSelection from "diagram-js/lib/features/keyboard-move-selection";
import LassoTool from "diagram-js/lib/features/lasso-tool";
import Move from "diagram-js/lib/features/move";
import Resize from "diagram-js/lib/features/resize";
import KeyboardMove from "diagram-js/lib/navigation/keyboard-move";
import MoveCanvas from "diagram-js/lib/navigation/movecanvas";
import ZoomScroll from "diagram-js/lib/navigation/zoomscroll";
import KeepSelectionVisible from "diagram-js/lib/features/keep-selection-visible";
import camunda from "camunda-bpmn-moddle/resources/camunda.json";

import lanes from "../diagram/lanes.js";
import { theme } from "../diagram/theme.js";
import contextPad from "./context_pad.js";
import menu from "./menu.js";
import sizes from "./sizes.js";
import together from "./together.js";
import { translator } from "./translate.js";

class Modeler extends BaseModeler {}
Modeler.prototype._modules = [
  ...Viewer.prototype._modules,
  KeepSelectionVisible, KeyboardMove, MoveCanvas, ZoomScroll,
  AutoPlace, AutoScroll, AutoResize, Bendpoints, Connect, ConnectionPreview, ContextPad, CopyPaste, Create,
  EditorActions, GlobalConnect, GridSnapping, HandTool, InteractionEvents, Keyboard, KeyboardMoveSelection,
  LabelEditing, LassoTool, Modeling, ModelingFeedback, Move, Outline, PopupMenu, ReplacePreview, Resize, Search,
  Snapping, SpaceTool,
];

/** An editor in `container`; `labels` translates the library's own words, `t` ours. */
export function modeler(container, labels, t) {
  return new Modeler({
    container,
    moddleExtensions: { camunda },
    additionalModules: [lanes, contextPad(t), menu, sizes, together, translator(labels)],
    ...theme(),
  });
}
